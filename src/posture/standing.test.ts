import assert from 'node:assert/strict';
import test from 'node:test';
import { NOW, assess, claimsFile, folderFile, headFile } from '../../test/support/posture.ts';
import { shippedCatalogue } from './catalogue/catalogue.ts';
import { evaluate, foreseeLevel } from './evaluate.ts';
import { readAssessment } from './assessment.ts';
import type { Assessment, FolderFile } from './assessment.ts';
import type { EnvironmentId } from './environment.ts';
import type { Standing } from './standing.ts';

function standing(
  assessment: Assessment,
  measure: string,
  environment: EnvironmentId = 'training',
  at = NOW,
): Standing {
  const found = evaluate(assessment, at)
    .environments.find((each) => each.environment === environment)
    ?.standings.get(measure);
  assert.ok(found !== undefined);
  return found;
}

function reading(
  verdict: string,
  measure: string,
  at = '2026-11-30T00:00:00Z',
  expires = '2026-12-07T00:00:00Z',
): FolderFile {
  return folderFile(`collected/${at.replaceAll(':', '')}.json`, {
    kind: 'observations',
    at,
    expires,
    gate: { url: 'http://localhost', origin: null },
    ledger: null,
    waiting: null,
    observations: [{ collector: 'test', measure, verdict, sentence: 'so it is' }],
  });
}

const guarded = headFile({ gate: { environments: ['training'] } });

test('what nobody has said is unknown, and unknown holds every level back', () => {
  const posture = evaluate(assess(headFile()), NOW);
  for (const { environments } of posture.profiles) {
    for (const each of environments) {
      assert.equal(each.rank, 0);
      assert.ok(each.heldBackBy.length > 0);
    }
  }
  assert.equal(standing(assess(headFile()), 'R-SL1-01').status, 'unknown');
});

test('an expired claim becomes unknown by itself, at the first moment of its day', () => {
  const claim = { measure: 'R-SL1-01', status: 'met', expires: '2026-12-01' } as const;
  const folder = assess(headFile(), claimsFile([claim]));
  assert.equal(standing(folder, 'R-SL1-01', 'training', NOW - 1).status, 'met');
  const after = standing(folder, 'R-SL1-01');
  assert.equal(after.status, 'unknown');
  assert.match(after.why ?? '', /expired on 2026-12-01/);
});

test('the newest received claim counts, and one not received or not in effect yet does not', () => {
  const folder = assess(
    headFile(),
    claimsFile([
      { measure: 'R-SL1-01', status: 'met', received: '2026-02-01' },
      { measure: 'R-SL1-01', status: 'not-met', received: '2026-03-01' },
      { measure: 'R-SL1-01', status: 'partly', received: '2027-01-01' },
    ]),
  );
  assert.equal(standing(folder, 'R-SL1-01').status, 'not-met');
});

test('a claim for one environment says nothing about another', () => {
  const folder = assess(
    headFile(),
    claimsFile([{ measure: 'R-SL1-01', status: 'met', environments: ['training'] }]),
  );
  assert.equal(standing(folder, 'R-SL1-01', 'training').status, 'met');
  assert.equal(standing(folder, 'R-SL1-01', 'public-api').status, 'unknown');
});

test('evidence that is gone or changed makes its claim unknown', () => {
  const claims = (sha256: string): FolderFile =>
    folderFile('claims.json', {
      kind: 'claims',
      claims: [
        {
          measure: 'R-SL1-01',
          status: 'met',
          owner: 'tester',
          effective: '2026-01-01',
          received: '2026-01-01',
          expires: '2028-01-01',
          evidence: [{ what: 'a paper', file: 'evidence/paper.txt', sha256 }],
        },
      ],
    });
  const paper = { ...folderFile('evidence/paper.txt', 'paper'), text: null };
  const good = assess(headFile(), claims(paper.sha256), paper);
  assert.equal(standing(good, 'R-SL1-01').status, 'met');
  assert.match(
    standing(assess(headFile(), claims('0'.repeat(64)), paper), 'R-SL1-01').why ?? '',
    /not the file whose digest/,
  );
  assert.match(
    standing(assess(headFile(), claims(paper.sha256)), 'R-SL1-01').why ?? '',
    /not in the folder/,
  );
});

test('a gate shows a live measure alone, and only in environments that it stands before', () => {
  const folder = assess(guarded, reading('shows', 'R-SL3-26'));
  assert.deepEqual(
    [standing(folder, 'R-SL3-26').status, standing(folder, 'R-SL3-26').basis],
    ['met', 'machine'],
  );
  assert.equal(standing(folder, 'R-SL3-26', 'public-api').status, 'unknown');
  const stale = Date.parse('2026-12-08T00:00:00Z');
  assert.equal(standing(folder, 'R-SL3-26', 'training', stale).status, 'unknown');
});

test('a part shown by the gate needs a word for the rest, and is named beside it', () => {
  const part = reading('part', 'R-SL4-01');
  assert.equal(standing(assess(guarded, part), 'R-SL4-01').status, 'unknown');
  const both = assess(guarded, part, claimsFile([{ measure: 'R-SL4-01', status: 'met' }]));
  assert.equal(standing(both, 'R-SL4-01').basis, 'machine-and-word');
});

test('a gate that shows otherwise beats the word, also after its reading has expired', () => {
  const claims = claimsFile([{ measure: 'R-SL1-08', status: 'met' }]);
  const folder = assess(guarded, reading('contradicts', 'R-SL1-08'), claims);
  assert.equal(standing(folder, 'R-SL1-08').status, 'not-met');
  const later = standing(folder, 'R-SL1-08', 'training', Date.parse('2027-02-01T00:00:00Z'));
  assert.equal(later.status, 'unknown');
  assert.match(later.why ?? '', /has not been read since/);
});

test('a reading in which the gate was silent takes nothing back', () => {
  const folder = assess(
    guarded,
    reading('contradicts', 'R-SL1-08'),
    reading('unknown', 'R-SL1-08', '2026-11-30T12:00:00Z'),
    claimsFile([{ measure: 'R-SL1-08', status: 'met' }]),
  );
  assert.equal(standing(folder, 'R-SL1-08').status, 'not-met');
});

test('a folder is refused with every bad place named', () => {
  const bad = folderFile('claims/a.yaml', {
    kind: 'claims',
    claims: [
      { measure: 'R-SL1-01', status: 'met' },
      { measure: 'R-SL1-02', status: 'not-applicable', owner: 'x' },
      { measure: 'NONE-1', status: 'unknown', owner: 'x' },
    ],
  });
  const read = readAssessment([headFile(), bad]);
  assert.ok(!read.ok);
  assert.match(read.message, /claim 1 \(R-SL1-01\) has no owner, effective, received, expires/);
  assert.match(read.message, /is met without evidence/);
  assert.match(read.message, /not applicable without a reason/);
});

test('YAML tricks are refused: aliases, duplicate keys, tags, dates that are none', () => {
  for (const text of [
    'kind: assessment\nkind: assessment\n',
    'kind: &a assessment\norganisation: *a\n',
    'kind: !!js/function assessment\n',
    'a: [',
    '\u0000',
  ]) {
    assert.equal(readAssessment([folderFile('assessment.yaml', text)]).ok, false, text);
  }
  const claim = { measure: 'R-SL1-01', status: 'met', expires: '2026-02-31' } as const;
  assert.equal(readAssessment([headFile(), claimsFile([claim])]).ok, false);
});

test('what a gate sees done otherwise applies, whoever says that it does not', () => {
  const claims = claimsFile([{ measure: 'R-SL1-08', status: 'not-applicable' }]);
  const folder = assess(guarded, reading('contradicts', 'R-SL1-08'), claims);
  assert.equal(standing(folder, 'R-SL1-08').status, 'not-met');
});

test('the forecast counts what comes into effect later, and believes a reading for a week', () => {
  const { measures } = shippedCatalogue();
  const first = [...measures.values()].filter((each) => each.level === 1);
  const met = claimsFile(first.map(({ id }) => ({ measure: id, status: 'met' as const })));
  const later = folderFile('later.json', {
    kind: 'claims',
    defaults: { owner: 'tester', received: '2026-11-01', expires: '2028-01-01' },
    claims: [{ measure: 'R-SL1-05', status: 'not-met', effective: '2026-12-10' }],
  });
  const posture = evaluate(assess(headFile(), met, later), NOW);
  const [profile] = posture.profiles;
  assert.ok(profile !== undefined);
  const steps = foreseeLevel(posture, profile.profile, 'training', 60 * 86_400_000);
  assert.deepEqual(
    steps.map((step) => [new Date(step.atMs).toISOString().slice(0, 10), step.rank]),
    [
      ['2026-12-01', 1],
      ['2026-12-10', 0],
    ],
  );
});

test('claims that say nothing are refused: blank reasons and evidence, digests of no file, dates out of range', () => {
  const sha = '0'.repeat(64);
  const good = {
    ...{ measure: 'R-SL1-01', status: 'met', owner: 'x', effective: '2026-01-01' },
    ...{ received: '2026-01-01', expires: '2027-01-01', evidence: [{ what: 'seen' }] },
  };
  const read = (claim: object) =>
    readAssessment([headFile(), folderFile('c.json', { kind: 'claims', claims: [claim] })]);
  assert.equal(read(good).ok, true);
  for (const bad of [
    { ...good, status: 'not-applicable', reason: ' ' },
    { ...good, evidence: [{ what: ' ' }] },
    { ...good, evidence: [{ what: 'x', sha256: sha }] },
    { ...good, evidence: [{ what: 'x', file: 'evidence/\ud800.pdf' }] },
    { ...good, expires: '9999-12-31' },
    { ...good, received: '0000-01-01T00:00:00+05:00' },
    { ...good, environments: ['training', 'training'] },
    { ...good, owner: '\t' },
  ]) {
    assert.equal(read(bad).ok, false, JSON.stringify(bad));
  }
  const twice = headFile({ environments: ['training', 'training'] });
  assert.equal(readAssessment([twice]).ok, false);
});

test('a level that rests on measures held not applicable names them', () => {
  const { measures } = shippedCatalogue();
  const first = [...measures.values()].filter((each) => each.level === 1);
  const [spared] = first;
  assert.ok(spared !== undefined);
  const claims = first.map(({ id }) => ({
    measure: id,
    status: id === spared.id ? ('not-applicable' as const) : ('met' as const),
  }));
  const posture = evaluate(assess(headFile(), claimsFile(claims)), NOW);
  for (const each of posture.profiles[0]?.environments ?? []) {
    assert.deepEqual([each.rank, each.heldNotApplicable], [1, [spared.id]]);
  }
});

test('text that is nested too deeply for the parser is refused in words', () => {
  const read = readAssessment([headFile(), folderFile('deep.yaml', `a: ${'['.repeat(5000)}`)]);
  assert.ok(!read.ok);
  assert.match(read.message, /deep\.yaml: it is nested too deeply/);
});

test('a reading is believed for a week at most, whatever its file says', () => {
  const long = reading('shows', 'R-SL3-26', '2026-11-30T00:00:00Z', '2099-01-01T00:00:00Z');
  const folder = assess(guarded, long);
  assert.equal(standing(folder, 'R-SL3-26').status, 'met');
  const later = Date.parse('2026-12-07T00:00:00Z');
  assert.equal(standing(folder, 'R-SL3-26', 'training', later).status, 'unknown');
});
