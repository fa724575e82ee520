/** Certified monitors on real messages: recall that stands against bad sources, and the backdoor of 250 documents. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DocumentReader, drawLot, evaluateMethod } from '../../src/monitor/index.ts';
import { measureBackdoor } from '../support/backdoor.ts';
import { readSmsTexts, smsForm } from '../support/sms-texts.ts';

const texts = readSmsTexts();

describe(`a monitor of spam messages (${smsForm()})`, () => {
  it('keeps its certified recall at 25 sources above what was published before', () => {
    const reader = new DocumentReader('spam');
    const documents = texts.map(({ text, label }) =>
      reader.read({ text, label, source: `source-${String(drawLot(text, 'simulated') % 25)}` }),
    );
    const evaluation = evaluateMethod(documents, {
      falsePositiveRateMax: 0.01,
      protect: 5,
      repeats: 1,
      nameOf: ({ source }) => source,
    });
    assert.equal(evaluation.partitions, 25);
    assert.ok(evaluation.falsePositiveRate.low <= 0.01);
    const recall = (bad: number): number => evaluation.curve[bad]!.recall.value;
    assert.ok(recall(0) >= 0.78, `0 bad sources: ${recall(0)}`);
    assert.ok(recall(5) >= 0.64, `5 bad sources: ${recall(5)}`);
  });

  it('misses no more of the triggered texts when 250 poisoned documents come from one source', () => {
    const counts = [0, 10, 250];
    const [before, few, many] = measureBackdoor(texts, 'one bad source', counts);
    assert.equal(many!.partitionsHit, 1);
    assert.ok(Math.abs(many!.missRate - few!.missRate) <= 0.02);
    assert.ok(many!.missRate - before!.missRate <= 0.05);
    const added = measureBackdoor(texts, 'a new bad source', counts);
    assert.ok(added[2]!.missRate - added[0]!.missRate <= 0.05);
  });

  it('and most of them when partitions are made by content, which is why they are not', () => {
    const [before, , many] = measureBackdoor(texts, 'by content', [0, 10, 250]);
    assert.equal(many!.partitionsHit, 25);
    assert.ok(many!.missRate - before!.missRate >= 0.3);
  });
});
