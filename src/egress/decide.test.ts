import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decideExport, judgeBudget } from './decide.ts';
import type { DecideInput, DecidedFile } from './decide.ts';
import { listReasons, sayReasons } from './sentences.ts';

const table: DecidedFile = { path: 'a.csv', type: 'table', refusal: null, findings: [] };
const plain: DecideInput = {
  policy: { automatic: true, automaticBitsMax: 1000n, plainTypes: ['text', 'table'] },
  files: [table],
  chargeBits: 1000n,
  skipRefused: false,
  budget: { ok: true },
  automaticBudget: { ok: true },
  vectors: { ok: true },
  lockedModels: [],
};
const poor = { ok: false, bucket: 'enclave', neededBits: 9n, leftBits: 1n, wholeBits: 8n } as const;
const codes = (input: DecideInput): readonly string[] =>
  decideExport(input).reasons.map((reason) => reason.code);

describe('the verdict on an export', () => {
  it('allows what is small, plain and under budget', () => {
    assert.deepEqual(decideExport(plain), { verdict: 'allow', reasons: [] });
  });

  it('holds what a person has to see', () => {
    const finding = {
      code: 'INSPECT_X',
      severity: 'hold',
      place: 'row 1',
      sentence: 'odd',
    } as const;
    const cases: readonly [string, Partial<DecideInput>][] = [
      ['EXPORT_FINDING', { files: [{ ...table, findings: [finding] }] }],
      ['EXPORT_TYPE_NOT_PLAIN', { files: [{ ...table, type: 'raster' }] }],
      ['EXPORT_RELEASE_LARGE', { chargeBits: 1001n }],
      ['EXPORT_AUTOMATIC_OFF', { policy: { ...plain.policy, automatic: false } }],
      [
        'EXPORT_AUTOMATIC_USED_UP',
        { automaticBudget: { ...poor, obstacle: 'rate', passesAtMs: 5 } },
      ],
      ['EXPORT_MODEL_LOCKED', { lockedModels: [{ id: 'atlas', state: 'locked' }] }],
    ];
    for (const [code, change] of cases) {
      assert.equal(decideExport({ ...plain, ...change }).verdict, 'hold', code);
      assert.deepEqual(codes({ ...plain, ...change }), [code]);
    }
  });

  it('says of a shared budget no more than whole percent and full hours', () => {
    const verdict = { ...poor, obstacle: 'rate', leftBits: 2_929n, wholeBits: 8_000n } as const;
    const say = (bucket: string, leftBits: bigint): string =>
      sayReasons(judgeBudget({ ...verdict, bucket, leftBits, passesAtMs: 5 }));
    for (const bucket of ['enclave', 'model:atlas']) {
      assert.match(say(bucket, 2_929n), /has 36 % left and 9 bits are needed.*1970-01-01T01:00:00/);
      // What another project charged in between does not show.
      assert.equal(say(bucket, 2_929n), say(bucket, 2_881n));
    }
    assert.match(say('project:main', 2_929n), /has 2929 bits left.*00:00:00\.005Z/);
    const automatic = {
      ...plain,
      automaticBudget: { ...verdict, bucket: 'automatic', passesAtMs: 5 },
    };
    const held = sayReasons(decideExport(automatic).reasons);
    assert.match(held, /36 % left/);
    assert.doesNotMatch(held, /2929|005Z/);
  });

  it('denies what may not leave, with the way forward', () => {
    const refused = { ...table, type: null, refusal: 'no known type' };
    const finding = {
      code: 'INSPECT_X',
      severity: 'deny',
      place: 'row 1',
      sentence: 'a key',
    } as const;
    const cases: readonly [string, Partial<DecideInput>][] = [
      ['EXPORT_FILE_REFUSED', { files: [table, refused] }],
      ['EXPORT_FINDING_DENIES', { files: [{ ...table, findings: [finding] }] }],
      ['EXPORT_NOTHING_LEFT', { files: [refused], skipRefused: true }],
      ['EXPORT_NOTHING_LEFT', { files: [] }],
      ['EXPORT_BUDGET_LATER', { budget: { ...poor, obstacle: 'rate', passesAtMs: 5 } }],
      ['EXPORT_BUDGET_NEVER', { budget: { ...poor, obstacle: 'burst', passesAtMs: null } }],
      ['EXPORT_BUDGET_SPENT', { budget: { ...poor, obstacle: 'lifetime', passesAtMs: null } }],
      ['EXPORT_BUDGET_MISSING', { budget: { ...poor, obstacle: 'missing', passesAtMs: null } }],
    ];
    for (const [code, change] of cases) {
      const decision = decideExport({ ...plain, ...change });
      assert.equal(decision.verdict, 'deny', code);
      assert.deepEqual(codes({ ...plain, ...change }), [code]);
      assert.doesNotMatch(sayReasons(decision.reasons), /\{\w+\}/);
    }
  });

  it('leaves refused files out when asked to', () => {
    const refused = { ...table, refusal: 'no known type' };
    assert.equal(
      decideExport({ ...plain, files: [table, refused], skipRefused: true }).verdict,
      'allow',
    );
  });

  it('never becomes milder when something is added against it', () => {
    const rank = { allow: 0, hold: 1, deny: 2 } as const;
    const severity = fc.constantFrom('info', 'hold', 'deny' as const);
    const file = fc.record({
      path: fc.constant('x'),
      type: fc.constantFrom('table', 'raster' as const),
      refusal: fc.constantFrom(null, 'no'),
      findings: fc.array(
        severity.map((each) => ({ code: 'X', severity: each, place: '', sentence: '' })),
        {
          maxLength: 2,
        },
      ),
    });
    const input = fc.record({
      files: fc.array(file, { minLength: 1, maxLength: 3 }),
      chargeBits: fc.bigInt({ min: 1n, max: 2000n }),
    });
    fc.assert(
      fc.property(input, file, (base, more) => {
        const before = { ...plain, ...base };
        const after = { ...before, files: [...before.files, more] };
        assert.ok(rank[decideExport(after).verdict] >= rank[decideExport(before).verdict]);
        const dry = { ...before, budget: { ...poor, obstacle: 'rate', passesAtMs: null } as const };
        assert.equal(decideExport(dry).verdict, 'deny');
      }),
    );
  });

  it('has a way forward for every reason', () => {
    for (const reason of listReasons()) {
      assert.ok(reason.wayForward.length > 5 && !/[.]$/.test(reason.sentence), reason.code);
    }
  });
});
