import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../core/index.ts';
import { saySubject } from './say-subject.ts';
import type { Subject } from './subject.ts';

function subject(kind: string, facts: JsonObject, more: Partial<Subject> = {}): Subject {
  return {
    format: 'sallyport-request@v1',
    gate: 'gate.example/1',
    id: 'req_1',
    edition: 1,
    kind,
    requester: 'ann',
    sponsor: null,
    project: 'study',
    destination: null,
    why: 'a reason',
    tier: 'one',
    models: [],
    chargeBitsMax: '0',
    rosterVersion: 3,
    rosterSha256: 'a'.repeat(64),
    ledgerSize: 1_234,
    askedAt: '2026-01-01T00:00:00.000Z',
    releaseBy: '2026-01-08T00:00:00.000Z',
    grantMs: null,
    breakGlass: false,
    facts,
    ...more,
  };
}

function wordsOf(given: Subject): string {
  return saySubject(given)
    .map(({ label, lines }) => `${label}: ${lines.join('\n')}`)
    .join('\n');
}

const LONG = 'x'.repeat(700);
const IMPORT = {
  import: 'imp_1',
  counts: {
    files: 3,
    bytes: 4_096,
    received: 3,
    receivedBytes: 4_096,
    clean: 2,
    malicious: 0,
    inconclusive: 1,
  },
  admissible: 3,
  forms: 4,
  formBytes: 5_000,
  manifestSha256: 'b'.repeat(64),
  originalsSha256: 'c'.repeat(64),
  formsSha256: 'd'.repeat(64),
  rules: 7,
  scanner: '0.1.0',
  source: {
    id: 'src_1',
    name: 'Lab',
    kind: 'ssh',
    fingerprint: 'SHA256:key',
    sha256: 'e'.repeat(64),
    form: {
      origin: LONG,
      licence: 'CC-BY-4.0',
      collection: 'by hand',
      consent: 'not-needed',
      card: { kind: 'croissant', sha256: 'f'.repeat(64), name: 'Card', version: '2', url: null },
    },
  },
  signed: { by: 'ssh', signer: 'SHA256:key', proofSha256: '9'.repeat(64) },
  worst: ['a.csv: something is odd here'],
};

/** Every text in a document. */
function leaves(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(leaves);
}

describe('a canonical request in words', () => {
  it('says everything that an import is judged by, whole', () => {
    const words = wordsOf(subject('import', { import: IMPORT }));
    for (const text of leaves(IMPORT)) assert.ok(words.includes(text), text.slice(0, 40));
    assert.match(words, /3 files, 4,096 bytes/);
    assert.match(words, /2 files clean, 1 inconclusive, 0 malicious/);
    assert.match(words, /to publish: not-needed/);
    const unsigned = wordsOf(subject('import', { import: { ...IMPORT, signed: null } }));
    assert.match(unsigned, /nobody has signed for it/);
  });

  it('says what an export loses, and bits in groups of three digits', () => {
    const file = {
      name: 'a.csv',
      type: 'table',
      form: 'digits:4',
      sha256: '1'.repeat(64),
      bytes: 12_345,
    };
    const facts = {
      ...{ files: [file], findings: ['WEIGHT_SHAPED'], form: 'digits:4' },
      ...{ bodySha256: '2'.repeat(64), historyPrefix: 2 },
    };
    const destination = { name: 'alpha', number: 4 };
    const words = wordsOf(
      subject('export', facts, { chargeBitsMax: '1234567', destination, models: ['big'] }),
    );
    for (const text of leaves(facts)) assert.ok(words.includes(text), text);
    assert.match(words, /export to alpha \(number 4\), project study/);
    assert.match(words, /at most: 1,234,567 bits/);
    assert.match(words, /12,345 bytes/);
    assert.match(words, /after 2 earlier releases to this destination/);
    assert.match(words, /in reach: big/);
  });

  it('says locks, access, windows and changes', () => {
    const lock = {
      ...{ id: 'lck_1', target: { kind: 'model', id: 'big' }, by: 'bob', reason: 'it leaks' },
      ...{ atMs: 0, liftedMs: null, liftedBy: null },
    };
    assert.match(
      wordsOf(subject('unlock', { lock })),
      /the lock lck_1 on the model big\n.*by bob at 1970-01-01T00:00:00.000Z\nbecause: it leaks/,
    );
    const access = { target: 'budget', what: 'enclave', bits: 5_000_000, durationMs: 172_800_000 };
    assert.match(
      wordsOf(subject('access', { access })),
      /ann: 5,000,000 bits more in the budget enclave\nfor 2 days from the approval on/,
    );
    const window = {
      ...{ job: 'nightly', types: ['table', 'text'], bitsEach: 10_000, bitsTotal: 50_000 },
      ...{ uses: 1, durationMs: 5_400_000 },
    };
    const words = wordsOf(subject('window', { window }));
    assert.match(words, /types table, text\n1 use, 10,000 bits each at most, 50,000 bits in total/);
    assert.match(words, /for 90 minutes/);
    const steps = [
      { op: 'group.join', group: 'security', member: 'dan' },
      { op: 'rule.set', kind: 'export', tier: 'one', quorum: '2 of security', deviceBound: false },
    ];
    const changed = wordsOf(subject('policy', { rosterSha256: '3'.repeat(64), steps }));
    assert.match(changed, /put dan into the group security/);
    assert.match(changed, /2 of security; keys need not be bound to a device/);
  });

  it('says what a share lets whom read, file by file, and what ends it', () => {
    const file = { name: 'a.csv', type: 'table', sha256: '1'.repeat(64), bytes: 12_345 };
    const share = {
      ...{ from: 'study', to: 'probe', until: '2027-01-01T00:00:00.000Z', files: [file] },
      result: { request: 'req_1', file: null },
    };
    const words = wordsOf(subject('share', { share }));
    for (const text of leaves(share)) assert.ok(words.includes(text), text);
    assert.match(words, /everybody in the project probe reads these files of the project study/);
    assert.match(words, /until 2027-01-01.*, or until an owner of study or security ends it/);
    assert.match(words, /all canonical files of the request req_1/);
    assert.match(words, /a\.csv \(table, 12,345 bytes, sha256 1{64}\)/);
    const one = { ...share, until: null, result: { request: 'req_1', file: '1'.repeat(64) } };
    const lasting = wordsOf(subject('share', { share: one, more: 'unknown' }));
    assert.match(lasting, /\nuntil an owner of study or security ends it/);
    assert.match(lasting, /one canonical file of the request req_1/);
    assert.match(lasting, /more: unknown/);
  });

  it('refuses a change whose steps cannot be read', () => {
    for (const steps of [undefined, [], [{ op: 'nonsense' }], 'all well']) {
      const facts = { rosterSha256: '3'.repeat(64), ...(steps === undefined ? {} : { steps }) };
      assert.throws(() => saySubject(subject('policy', facts)), { code: 'REQUEST_INPUT_INVALID' });
    }
  });

  it('shows a kind, or a member, that it has no words for, whole', () => {
    const deep = {
      list: [LONG, { inner_name: 'y'.repeat(300), atMs: 0 }],
      retryBytes: 1_000,
      empty: [],
    };
    for (const given of [
      subject('package', { package: deep }),
      subject('access', { access: { target: 'tool', what: 't', bits: null, durationMs: 1, deep } }),
    ]) {
      const words = wordsOf(given);
      for (const text of leaves(deep)) assert.ok(words.includes(text));
      assert.match(words, /inner name: y+/);
      assert.match(words, /at ms: 1970-01-01/);
      assert.match(words, /retry bytes: 1,000 bytes/);
    }
  });
});
