/** Exports against the official OSCAL 1.2.1 JSON schemas, in the validator's strict mode. The schemas are not ours to keep. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { Ajv } from 'ajv';
import type { ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { openPosture } from '../../src/app/posture.ts';
import {
  evaluate,
  planProfiles,
  readAssessmentResults,
  writeAssessmentResults,
  writePoam,
} from '../../src/posture/index.ts';
import type { Posture } from '../../src/posture/index.ts';
import { NOW, assess, claimsFile, headFile } from '../support/posture.ts';

const vectors = process.env['SALLYPORT_VECTORS'] ?? '../shared/vectors';
const folder = process.env['SALLYPORT_OSCAL_SCHEMAS'] ?? path.join(vectors, 'oscal');
const skip = existsSync(path.join(folder, 'oscal_poam_schema.json'))
  ? false
  : 'neither SALLYPORT_OSCAL_SCHEMAS nor SALLYPORT_VECTORS/oscal holds the official 1.2.1 JSON schemas';

function openSchema(name: 'assessment-results' | 'poam'): ValidateFunction {
  const text = readFileSync(path.join(folder, `oscal_${name}_schema.json`), 'utf8');
  const schema = JSON.parse(text) as { $id: string };
  assert.match(schema.$id, /oscal\/1\.2\.1\//);
  const ajv = new Ajv({ strict: true, allErrors: false });
  (addFormats as unknown as (ajv: Ajv) => void)(ajv);
  return ajv.compile(schema);
}

/** What is written to a file, and read back from it. */
function written(value: unknown): Record<string, Record<string, unknown>> {
  return JSON.parse(JSON.stringify(value)) as Record<string, Record<string, unknown>>;
}

/** Names that need care, every status, and a claim that has expired. */
function oddPosture(): Posture {
  const claims = [
    { measure: 'R-SL1-01', status: 'met' },
    { measure: 'R-SL1-02', status: 'partly' },
    { measure: 'R-SL1-03', status: 'not-met' },
    { measure: 'R-SL1-04', status: 'not-applicable' },
    { measure: 'R-SL1-05', status: 'met', expires: '2026-11-01' },
    { measure: 'SL5-AC-3(2)', status: 'met' },
  ] as const;
  return evaluate(
    assess(headFile({ organisation: ' Lab  "two\nlines" \t' }), claimsFile(claims)),
    NOW,
  );
}

/** Validates both documents of each profile; returns how many were checked. */
function checkAll(posture: Posture): number {
  const checkResults = openSchema('assessment-results');
  const checkPoam = openSchema('poam');
  const results = written(writeAssessmentResults(posture));
  checkResults(results);
  assert.deepEqual(checkResults.errors, null);
  let documents = 1;
  const plans = planProfiles(posture, { runs: 50 });
  for (const [index, each] of posture.profiles.entries()) {
    const plan = plans[index];
    for (const chosen of [null, ...(plan === undefined ? [] : [plan])]) {
      const made = writePoam(posture, each, chosen);
      assert.ok(made !== null, each.profile.name);
      checkPoam(written(made));
      assert.deepEqual(checkPoam.errors, null, each.profile.name);
      documents += 1;
    }
  }
  return documents;
}

test(
  'assessment results and plans of the shipped example, for each of its profiles',
  { skip },
  async () => {
    const example = await openPosture('examples/posture', { nowMs: () => NOW }).judge();
    assert.equal(checkAll(example), 9);
  },
);

test('those of an organisation with an odd name, every status and no plan', { skip }, () => {
  assert.equal(checkAll(oddPosture()), 7);
});

test('a document with a member too many, a bad id or a third result is refused', { skip }, () => {
  const validate = openSchema('assessment-results');
  const root = 'assessment-results';
  const good = written(writeAssessmentResults(oddPosture()));
  assert.equal(validate(good), true);
  assert.equal(validate({ [root]: { ...good[root], surprise: 1 } }), false);
  assert.equal(validate({ [root]: { ...good[root], uuid: 'none' } }), false);
  const text = JSON.stringify(good).replaceAll('"not-satisfied"', '"unknown"');
  assert.equal(validate(JSON.parse(text)), false, 'OSCAL has no third result');
});

test('every status comes back from the example as it was written', async () => {
  const example = await openPosture('examples/posture', { nowMs: () => NOW }).judge();
  const read = readAssessmentResults(written(writeAssessmentResults(example)));
  for (const { environment, standings } of example.environments) {
    const back = read.get(environment);
    for (const [id, { status }] of standings) assert.equal(back?.get(id), status, id);
  }
});
