/** Certified monitors on real messages: recall that stands against bad sources, and the backdoor of 250 documents. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DocumentReader, drawLot, evaluateMethod, QUORUM_SHARE } from '../../src/monitor/index.ts';
import { brokenUpTo, measureBackdoor } from '../support/backdoor.ts';
import { readSmsTexts, smsForm } from '../support/sms-texts.ts';

const texts = readSmsTexts();

describe(`a monitor of spam messages (${smsForm()})`, () => {
  it('keeps its certified recall at 25 sources near what was published for votes alone', () => {
    const reader = new DocumentReader('spam');
    const documents = texts.map(({ text, label }) =>
      reader.read({ text, label, source: `source-${String(drawLot(text, 'simulated') % 25)}` }),
    );
    const evaluation = evaluateMethod(documents, {
      falsePositiveRateMax: 0.01,
      voteRate: null,
      quorumShare: QUORUM_SHARE,
      repeats: 1,
      nameOf: ({ source }) => source,
    });
    assert.equal(evaluation.partitions, 25);
    assert.ok(evaluation.falsePositiveRate.value <= 0.01);
    const recall = (bad: number): number => evaluation.curve[bad]!.recall.value;
    assert.ok(recall(0) >= 0.78, `0 bad sources: ${recall(0)}`);
    assert.ok(recall(5) >= 0.68, `5 bad sources: ${recall(5)}`);
  });

  it('breaks no certificate when 250 poisoned documents come from one source, and misses as many triggered texts', () => {
    for (const spread of ['one bad source', 'a new bad source'] as const) {
      const [before, few, many] = measureBackdoor(texts, spread, [0, 10, 250]);
      assert.equal(many!.partitionsHit, 1);
      // Only what stands against no bad source at all may turn.
      assert.ok(brokenUpTo(before!, few!) <= 0);
      assert.ok(brokenUpTo(before!, many!) <= 0);
      assert.ok(Math.abs(many!.missRate - before!.missRate) <= 0.05, `${many!.missRate}`);
    }
  });

  it('and misses most of them when partitions are made by content, which is why they are not', () => {
    const [before, , many] = measureBackdoor(texts, 'by content', [0, 10, 250]);
    assert.equal(many!.partitionsHit, 25);
    assert.ok(many!.missRate - before!.missRate >= 0.3);
    assert.ok(brokenUpTo(before!, many!) > 1);
  });
});
