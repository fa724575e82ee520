import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sha256 } from '../core/index.ts';
import { openSeeded, shuffle } from '../../test/support/poison.ts';
import {
  DocumentReader,
  evaluateMethod,
  openMonitor,
  partitionOf,
  readMonitor,
  trainMonitor,
} from './index.ts';
import { parsePartitionRule, trainPartitions, writeMonitor } from './index.ts';
import type { Document, MonitorModel } from './index.ts';
import { FeatureReader } from './features.ts';
import { log2Fixed } from './fixed-log.ts';
import { clopperPearson } from './interval.ts';
import { PartitionCounts } from './learner.ts';
import { chooseOperatingPoint } from './operating-point.ts';

const GOOD = 'the build is green and the tests of the parser pass again after the small fix'.split(
  ' ',
);
const BAD = 'copy the secret weights to the outside bucket and delete the log of the upload'.split(
  ' ',
);

interface Row {
  readonly text: string;
  readonly label: string;
  readonly source: string;
}

/** Made texts of two kinds from a number of sources: enough to train on, small enough to retrain often. */
function makeRows(count: number, sources: number, seed = 1): Row[] {
  const random = openSeeded(seed);
  return Array.from({ length: count }, (_, i) => {
    const bad = random() < 0.4;
    const pick = (words: readonly string[]): string => words[Math.floor(random() * words.length)]!;
    const words = Array.from({ length: 8 }, () =>
      pick(random() < 0.25 ? (bad ? GOOD : BAD) : bad ? BAD : GOOD),
    );
    return {
      text: `${words.join(' ')} ${String(i)}`,
      label: bad ? 'suspicious' : 'fine',
      source: `s${String(i % sources)}`,
    };
  });
}

function read(rows: readonly Row[]): Document[] {
  const reader = new DocumentReader('suspicious');
  return rows.map((row) => reader.read(row));
}

const OPTIONS = {
  rule: { kind: 'source' },
  falsePositiveRateMax: 0.05,
  protect: 1,
  holdBack: 0.3,
} as const;

function model(rows: readonly Row[]): MonitorModel {
  return {
    ...trainMonitor(read(rows), OPTIONS),
    positiveLabel: 'suspicious',
    lineage: {
      admission: 'unadmitted',
      sets: [{ name: 'made', digest: sha256(''), statement: null }],
      code: 'test',
    },
  };
}

const digests = (trained: MonitorModel): Record<string, string> =>
  Object.fromEntries(
    [...trained.partitions].map(([name, counts]) => [name, sha256(counts.toBytes())]),
  );

test('training in another order gives the same file', () => {
  const rows = makeRows(600, 6);
  const first = writeMonitor(model(rows));
  const second = writeMonitor(model(shuffle(rows, openSeeded(9))));
  assert.equal(second.digest, first.digest);
});

test('the trained file is the same bytes on every machine: a golden digest', () => {
  // Integers only: whoever changes features, learner, choice or spelling changes this and the feature version.
  assert.equal(
    writeMonitor(model(makeRows(600, 6))).digest,
    'f6f1dd7c6507eabafef372318baa1441daa4a43b1663e0f95a65e8c4bfc39e3f',
  );
});

test('removing, changing or adding a source leaves every other partition bit-equal', () => {
  const rows = makeRows(600, 6);
  const before = digests(model(rows));
  const removed = digests(model(rows.filter((row) => row.source !== 's2')));
  delete before['s2'];
  assert.deepEqual(removed, before);
  const changed = digests(
    model(rows.map((row) => (row.source === 's3' ? { ...row, label: 'fine' } : row))),
  );
  const added = digests(
    model([...rows, ...makeRows(50, 1, 7).map((row) => ({ ...row, source: 'new' }))]),
  );
  for (const name of ['s0', 's1', 's4', 's5']) {
    assert.equal(changed[name], before[name]);
    assert.equal(added[name], before[name]);
  }
  assert.notEqual(changed['s3'], before['s3']);
});

test('a certificate holds against sources that are really replaced and retrained', () => {
  const rows = makeRows(500, 7);
  const monitor = model(rows);
  const { point } = monitor;
  const texts = makeRows(60, 1, 3).map((row) => row.text);
  const before = texts.map((text) => openMonitor(monitor).judge(text));
  assert.ok(before.some((verdict) => verdict.verdict === 'flag' && verdict.badSourcesMax >= 1));
  const attacks: readonly ((row: Row) => Row[])[] = [
    () => [],
    (row) => [{ ...row, label: 'fine' }],
    (row) => [{ ...row, label: 'suspicious' }],
    (row) => [{ ...row, label: row.label === 'fine' ? 'suspicious' : 'fine' }],
    (row) => texts.map((text) => ({ ...row, text, label: 'fine' })),
  ];
  for (const bad of [['s0'], ['s1', 's2'], ['s3', 's5', 's6']]) {
    for (const attack of attacks) {
      const attacked = rows.flatMap((row) => (bad.includes(row.source) ? attack(row) : [row]));
      const training = read(attacked).filter(
        (document) => document.lot >= OPTIONS.holdBack * 2 ** 32,
      );
      const partitions = trainPartitions(training, ({ source }) => source);
      // Threshold and quorum stay: they were chosen on good documents, which is what the certificate assumes.
      const judge = openMonitor({ ...monitor, partitions, point });
      texts.forEach((text, i) => {
        if (before[i]!.badSourcesMax < bad.length) return;
        assert.equal(judge.judge(text).verdict, before[i]!.verdict);
      });
    }
  }
});

test('the file is read back, pinned by its digest, and refused with any byte changed', () => {
  const { bytes, digest } = writeMonitor(model(makeRows(400, 4)));
  const back = readMonitor(bytes, digest);
  assert.equal(writeMonitor(back.model).digest, digest);
  assert.throws(() => readMonitor(bytes, sha256('')), { code: 'MONITOR_DIGEST_DIFFERENT' });
  const random = openSeeded(5);
  for (let i = 0; i < 60; i++) {
    const changed = bytes.slice();
    changed[Math.floor(random() * changed.length)]! ^= 1 + Math.floor(random() * 255);
    let read;
    try {
      read = readMonitor(changed);
    } catch (error) {
      assert.equal((error as { code?: string }).code?.startsWith('MONITOR_'), true, String(error));
      continue;
    }
    // Some bytes are free (a name, a count in the lineage): then the digest is another one.
    assert.notEqual(read.digest, digest);
  }
  assert.throws(() => readMonitor(bytes.subarray(0, bytes.length - 1)), {
    code: 'MONITOR_MODEL_INVALID',
  });
  assert.throws(() => readMonitor(new Uint8Array(10)), { code: 'MONITOR_MODEL_INVALID' });
});

test('counts are read back, and random bytes are counts in their canonical form or nothing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const counts = PartitionCounts.fromBytes(bytes);
      if (counts !== undefined) assert.deepEqual(counts.toBytes(), bytes);
    }),
    { numRuns: 300 },
  );
});

test('content is no way to partition; a partition is decided by its source alone', () => {
  assert.throws(() => parsePartitionRule('content'), { code: 'MONITOR_PARTITIONS_INVALID' });
  assert.throws(() => parsePartitionRule('1'), { code: 'MONITOR_PARTITIONS_INVALID' });
  const rule = parsePartitionRule('16');
  const names = Array.from({ length: 400 }, (_, i) => partitionOf(rule, `source ${String(i)}`));
  assert.equal(new Set(names).size, 16);
  assert.equal(partitionOf(rule, 'source 7'), names[7]);
});

test('integer logarithms are monotone and within one unit of the true ones', () => {
  let last = -1;
  for (let value = 1; value < 5000; value++) {
    const log = log2Fixed(value);
    assert.ok(log >= last);
    assert.ok(Math.abs(log - Math.log2(value) * 65_536) <= 2, `${value}`);
    last = log;
  }
  fc.assert(
    fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (value) => {
      assert.ok(Math.abs(log2Fixed(value) - Math.log2(value) * 65_536) <= 3);
    }),
  );
  assert.equal(log2Fixed(2 ** 40), 40 * 65_536);
});

test('features are a set that does not depend on case of A to Z, repeats of blanks or earlier texts', () => {
  const reader = new FeatureReader();
  const of = (text: string): number[] => [...reader.read(text)];
  const first = of('Send it to  0800 123');
  assert.equal(new Set(first).size, first.length);
  of('something else entirely');
  assert.deepEqual(of('send it TO 0800\n123 '), first);
  assert.ok(of('').length === 0);
});

test('threshold and quorum keep the stated rate on the held-back documents, or there is none', () => {
  const random = openSeeded(4);
  const documents = Array.from({ length: 400 }, (_, i) => ({
    positive: i % 4 === 0,
    scores: Int32Array.from({ length: 9 }, () =>
      Math.floor((random() + (i % 4 === 0 ? 0.4 : 0)) * 1000),
    ),
  }));
  const chosen = chooseOperatingPoint(documents, 0.02, 2);
  assert.ok(chosen.ok);
  assert.ok((chosen.point.falsePositives + 1) / (chosen.point.negatives + 1) <= 0.02);
  const few = chooseOperatingPoint(documents.slice(0, 100), 0.01, 2);
  assert.equal(few.ok ? '' : few.code, 'MONITOR_CALIBRATION_SMALL');
});

test('a monitor that flags nothing is called vacuous, whatever its accuracy', () => {
  const rows = makeRows(900, 3).map((row, i) => ({
    ...row,
    label: i % 9 === 0 ? 'suspicious' : 'fine',
  }));
  const evaluation = evaluateMethod(read(rows), {
    falsePositiveRateMax: 0.01,
    protect: 1,
    repeats: 1,
    nameOf: ({ source }) => source,
  });
  assert.ok(evaluation.curve[0]!.recall.value < 0.2);
  assert.ok(evaluation.warnings.some((warning) => warning.includes('vacuous')));
});

test('Clopper–Pearson against published values', () => {
  const near = (a: number, b: number): void => {
    assert.ok(Math.abs(a - b) < 5e-4, `${a} and ${b}`);
  };
  const some = clopperPearson(8, 10);
  near(some.low, 0.4439);
  near(some.high, 0.9748);
  near(clopperPearson(0, 20).high, 0.1684);
  near(clopperPearson(20, 20).low, 0.8316);
  near(clopperPearson(50, 1000).low, 0.0373);
  near(clopperPearson(50, 1000).high, 0.0654);
});
