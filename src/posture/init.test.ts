import assert from 'node:assert/strict';
import test from 'node:test';
import { NOW, folderFile } from '../../test/support/posture.ts';
import { readAssessment } from './assessment.ts';
import { shippedCatalogue } from './catalogue/catalogue.ts';
import { evaluate } from './evaluate.ts';
import { ANSWER_DAYS, readAnswers, writeAssessment } from './init.ts';

const catalogue = shippedCatalogue();

function start(text: string) {
  const read = readAnswers(text, catalogue);
  assert.ok(read.ok, read.ok ? '' : read.message);
  const files = writeAssessment(read.answers, catalogue, NOW);
  const folder = readAssessment([...files].map(([path, content]) => folderFile(path, content)));
  assert.ok(folder.ok, folder.ok ? '' : folder.message);
  return folder.assessment;
}

test('no answer leaves everything unknown', () => {
  const posture = evaluate(start('{}'), NOW);
  for (const { statuses } of posture.environments) assert.equal(statuses.unknown, 165);
});

test('thirty times yes reaches SL3 in one hour, and lasts ninety days', () => {
  const lines = catalogue.questions.map((each) => `  ${each.id}: yes`);
  const assessment = start(`organisation: Lab\nanswers:\n${lines.join('\n')}\n`);
  const ranks = (at: number): readonly number[] =>
    evaluate(assessment, at).profiles[0]?.environments.map((each) => each.rank) ?? [];
  assert.deepEqual(ranks(NOW), [3, 3, 3, 3, 3]);
  assert.deepEqual(ranks(NOW + ANSWER_DAYS * 86_400_000), [0, 0, 0, 0, 0]);
});

test('answers may carry evidence and a reason, and true and false are yes and no', () => {
  const assessment = start(
    'answers:\n  Q01: {answer: yes, evidence: storage audit}\n  Q02: {answer: not-applicable, reason: no weights yet}\n  Q03: true\n  Q04: false\n',
  );
  const statusOf = (measure: string) =>
    assessment.claims.find((claim) => claim.measure === measure);
  assert.equal(statusOf('R-SL1-01')?.evidence[0]?.what, 'storage audit');
  assert.equal(statusOf('R-SL1-02')?.reason, 'no weights yet');
  assert.equal(statusOf('R-SL1-03')?.status, 'met');
  assert.equal(statusOf('R-SL1-04')?.status, 'not-met');
});

test('answers that nobody asked for are refused by name', () => {
  const both = readAnswers('answers: {Q01: perhaps, Q99: yes}', catalogue);
  assert.ok(!both.ok && both.message.includes('Q01') && both.message.includes('Q99'));
  const bare = readAnswers('answers: {Q02: not-applicable}', catalogue);
  assert.ok(!bare.ok && bare.message.includes('Q02 is not applicable without a reason'));
  for (const text of ['answers: {Q99: yes}', 'answers: {Q01: perhaps}', 'nonsense: 1', '[1']) {
    assert.equal(readAnswers(text, catalogue).ok, false, text);
  }
});
