import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ManifestFile } from './manifest.ts';
import { buildStatement, describeForms, readAdmission } from './statement.ts';

const digest = (letter: string): string => letter.repeat(64);

const ENTRY: ManifestFile = {
  file: {
    ...{ name: 'set/model.pkl', sha256: digest('a'), bytes: 7, position: 3, received: true },
    ...{ type: 'pickle', verdict: 'inconclusive', findings: [], rules: 41 },
  },
  forms: [
    { file: 3, position: 0, name: 'set/model.json', type: 'json', sha256: digest('b'), bytes: 2 },
    {
      ...{ file: 3, position: 1, name: 'set/model.safetensors', type: 'safetensors' },
      ...{ sha256: digest('c'), bytes: 9 },
    },
  ],
  admissible: true,
};

const SOURCE = { id: 'src_3', name: 'lab', kind: 'ssh', fingerprint: 'SHA256:x' };

const ADMISSION = {
  ...{ gate: 'g', import: 'imp_1', request: 'req_2', project: 'study', source: SOURCE },
  ...{
    atMs: Date.UTC(2026, 0, 2, 3, 4, 5),
    subjectSha256: digest('d'),
    manifestSha256: digest('e'),
  },
  ...{ approvedBy: ['ann', 'bob'], scanner: '9.8.7', rules: 42 },
};

describe('the admission statement', () => {
  it('ties each safe form to the original it was made from and to the rules that judged that', () => {
    const original = { name: 'set/model.pkl', digest: { sha256: digest('a') } };
    const annotations = { original, verdict: 'inconclusive', rules: 41 };
    assert.deepEqual(describeForms(ENTRY), [
      {
        name: 'set/model.json',
        digest: { sha256: digest('b') },
        annotations: { ...annotations, type: 'json' },
      },
      {
        name: 'set/model.safetensors',
        digest: { sha256: digest('c') },
        annotations: { ...annotations, type: 'safetensors' },
      },
    ]);
  });

  it('says what was verified, by whom, under which rules, and on which papers', () => {
    const statement = buildStatement(ADMISSION, describeForms(ENTRY));
    assert.deepEqual(statement['subject'], describeForms(ENTRY));
    assert.deepEqual(statement['predicate'], {
      verifier: { id: 'sallyport:g', version: { sallyport: '9.8.7' } },
      timeVerified: '2026-01-02T03:04:05.000Z',
      resourceUri: 'sallyport:g/imports/imp_1',
      policy: { uri: 'sallyport:g/requests/req_2', digest: { sha256: digest('d') } },
      inputAttestations: [
        { uri: 'sallyport:g/imports/imp_1/manifest', digest: { sha256: digest('e') } },
      ],
      verificationResult: 'PASSED',
      verifiedLevels: ['SALLYPORT_DECODED_AND_APPROVED'],
      slsaVersion: '1.0',
      sallyport: {
        ...{ import: 'imp_1', project: 'study', source: SOURCE },
        ...{ approvedBy: ['ann', 'bob'], scanRules: 42 },
      },
    });
  });

  it('is read again by its subjects and signer, and nothing else is read as one', () => {
    const statement = buildStatement(ADMISSION, describeForms(ENTRY));
    assert.deepEqual(readAdmission(JSON.stringify(statement)), {
      subjects: [
        { name: 'set/model.json', sha256: digest('b') },
        { name: 'set/model.safetensors', sha256: digest('c') },
      ],
      // Two names of one signer are one source.
      source: { name: 'lab', identity: 'ssh:SHA256:x' },
    });
    const predicate = statement['predicate'] as Readonly<Record<string, unknown>>;
    for (const change of [
      { _type: 'https://in-toto.io/Statement/v0.1' },
      { predicateType: 'https://slsa.dev/provenance/v1' },
      { predicate: { ...predicate, verificationResult: 'FAILED' } },
      { predicate: { ...predicate, verifiedLevels: ['SLSA_BUILD_LEVEL_3'] } },
      { predicate: { ...predicate, sallyport: { source: { ...SOURCE, fingerprint: null } } } },
      { predicate: { ...predicate, sallyport: {} } },
      { subject: 'all' },
    ]) {
      assert.equal(readAdmission(JSON.stringify({ ...statement, ...change })), null);
    }
    assert.equal(readAdmission('{'), null);
  });
});
