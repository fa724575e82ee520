import assert from 'node:assert/strict';
import test from 'node:test';
import { NOW, assess, claimsFile, folderFile, headFile } from '../../../test/support/posture.ts';
import { evaluate } from '../evaluate.ts';
import type { Posture } from '../evaluate.ts';
import { planProfiles } from '../report/data.ts';
import { readAssessmentResults, writeAssessmentResults } from './assessment-results.ts';
import { uuidOf } from './parts.ts';
import { writePoam } from './poam.ts';

const posture: Posture = evaluate(
  assess(
    headFile({ gate: { environments: ['training'] }, organisation: 'Lab  "two\nlines"' }),
    claimsFile([
      { measure: 'R-SL1-01', status: 'met' },
      { measure: 'R-SL1-02', status: 'partly' },
      { measure: 'R-SL1-03', status: 'not-met' },
      { measure: 'R-SL1-04', status: 'not-applicable' },
      { measure: 'R-SL1-05', status: 'met', expires: '2026-11-01' },
      { measure: 'SL5-AC-3(2)', status: 'met' },
    ]),
    folderFile('plan.json', { kind: 'plan', start: '2027-01-01', engineers: 5, runs: 100 }),
    folderFile('collected/a.json', {
      kind: 'observations',
      at: '2026-11-30T00:00:00Z',
      expires: '2026-12-07T00:00:00Z',
      gate: { url: 'http://localhost', origin: null },
      ledger: null,
      waiting: null,
      observations: [
        { collector: 'caps', measure: 'R-SL3-07', verdict: 'part', sentence: 'capped' },
      ],
    }),
  ),
  NOW,
);
const results = writeAssessmentResults(posture);
const [planned] = planProfiles(posture, { runs: 100 });
const [profile] = posture.profiles;
assert.ok(planned !== undefined && profile !== undefined);
const poam = writePoam(posture, profile, { startMs: NOW, roadmap: planned.roadmap });
assert.ok(poam !== null);

test('only what is met is satisfied, and unknown says that it is neither a pass nor a failed test', () => {
  const text = JSON.stringify(results);
  const found = JSON.parse(text)['assessment-results'].results as {
    findings: { title: string; target: { status: { state: string; remarks?: string } } }[];
  }[];
  for (const { findings } of found) {
    for (const finding of findings) {
      const id = finding.title.split(':')[0] ?? '';
      const { state, remarks } = finding.target.status;
      const met = ['R-SL1-01', 'SL5-AC-3(2)'].includes(id);
      assert.equal(state, met ? 'satisfied' : 'not-satisfied', id);
      if (id === 'R-SL1-05') assert.match(remarks ?? '', /not a pass/);
      assert.notEqual(id, 'R-SL1-04', 'not applicable has no finding');
    }
  }
});

test('reading back gives every status as it was', () => {
  const read = readAssessmentResults(JSON.parse(JSON.stringify(results)));
  for (const { environment, standings } of posture.environments) {
    assert.equal(read.get(environment)?.size, standings.size);
    for (const standing of standings.values()) {
      assert.equal(read.get(environment)?.get(standing.measure), standing.status);
    }
  }
});

test('references to evidence are what OSCAL takes, wherever the evidence lies', () => {
  const claims = folderFile('claims.json', {
    kind: 'claims',
    claims: [
      {
        ...{ measure: 'R-SL1-01', status: 'met', owner: 'x', effective: '2026-01-01' },
        ...{ received: '2026-01-01', expires: '2999-12-30' },
        evidence: [
          { what: 'audit', link: 'https://e.org/prüfung 1.pdf' },
          { what: 'plan', file: 'evidence/Q3: a b?#[1] ü.pdf' },
        ],
      },
    ],
  });
  const text = JSON.stringify(writeAssessmentResults(evaluate(assess(headFile(), claims), NOW)));
  const hrefs = [...text.matchAll(/"href":"([^"]*)"/g)].map((match) => match[1]);
  assert.ok(hrefs.includes('https://e.org/pr%C3%BCfung%201.pdf'), hrefs.join(' '));
  assert.ok(hrefs.includes('evidence/Q3%3A%20a%20b%3F%23%5B1%5D%20%C3%BC.pdf'), hrefs.join(' '));
});

test('ids are version 5 UUIDs, unique where they are declared, and the same in every export', () => {
  assert.match(
    uuidOf('a'),
    /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  assert.deepEqual(writeAssessmentResults(posture), results);
  for (const document of [results, poam]) {
    const declared = [...JSON.stringify(document).matchAll(/"uuid":"([0-9a-f-]+)"/g)];
    const all = declared.map((match) => match[1]);
    assert.equal(new Set(all).size, all.length);
    for (const [, used] of JSON.stringify(document).matchAll(
      /"(?:observation|risk)-uuid":"([0-9a-f-]+)"/g,
    )) {
      assert.ok(all.includes(used), `reference to ${used ?? ''}`);
    }
  }
});

/** What the official schema asks, as far as it can be said without it. */
function checkStructure(value: unknown, place = '$'): void {
  if (Array.isArray(value)) {
    assert.ok(value.length > 0, `${place} is an empty array, which OSCAL does not allow`);
    value.forEach((each, index) => {
      checkStructure(each, `${place}[${index}]`);
    });
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, each] of Object.entries(value)) {
      const text = typeof each === 'string' ? each : undefined;
      if (['title', 'value', 'name', 'id'].includes(key) && text !== undefined) {
        assert.match(text, /^\S(.*\S)?$/, `${place}.${key}`);
      }
      if (['control-id', 'target-id', 'state', 'reason'].includes(key)) {
        assert.match(text ?? '', /^[A-Za-z_][\w.-]*$/, `${place}.${key}`);
      }
      if (['collected', 'expires', 'start', 'end', 'last-modified'].includes(key)) {
        assert.match(text ?? '', /Z$/, `${place}.${key}`);
      }
      checkStructure(each, `${place}.${key}`);
    }
  } else assert.notEqual(value, undefined, place);
}

test('strings, tokens, times and arrays are as OSCAL has them', () => {
  checkStructure(results);
  checkStructure(poam);
});

test('there is no plan of action when nothing is missing up to the target', () => {
  const { catalogue } = posture.assessment;
  const met = claimsFile(
    [...catalogue.measures.keys()].map((measure) => ({ measure, status: 'met' as const })),
  );
  const done = evaluate(assess(headFile(), met), NOW);
  for (const each of done.profiles) assert.equal(writePoam(done, each, null), null);
  assert.deepEqual(
    done.profiles.flatMap((each) => each.environments.map(({ rank }) => rank)),
    [5, 5, 5, 5, 5, 5],
  );
});
