import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sha256 } from '../core/index.ts';
import { openSeeded, shuffle } from '../../test/support/poison.ts';
import {
  DocumentReader,
  evaluateMethod,
  evaluateMonitor,
  openMonitor,
  partitionOf,
  readMonitor,
  trainMonitor,
} from './index.ts';
import { parsePartitionRule, writeMonitor } from './index.ts';
import type { Document, MonitorModel } from './index.ts';
import { FeatureReader } from './features.ts';
import { log2Fixed } from './fixed-log.ts';
import { clopperPearson, spreadInterval } from './interval.ts';
import { PartitionCounts } from './learner.ts';
import { chooseThreshold, negativesNeeded, quorumOf, voteRateOf } from './operating-point.ts';

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
  voteRate: null,
  quorumShare: 0.5,
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
    [...trained.partitions].map(([name, { counts }]) => [name, sha256(counts.toBytes())]),
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
    '467be9c2c7627f2e2dce96a2f89d8602324d9ea3024223a5ba84463d0ac704de',
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
  const rows = makeRows(700, 7);
  const monitor = model(rows);
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
      const after = openMonitor(model(attacked));
      texts.forEach((text, i) => {
        if (before[i]!.badSourcesMax < bad.length) return;
        assert.equal(after.judge(text).verdict, before[i]!.verdict);
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

test('a threshold keeps the vote rate on its documents and is the lowest that does, or there is none', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -20, max: 20 }), { maxLength: 60 }),
      fc.double({ min: 0.02, max: 0.5, noNaN: true }),
      (scores, rate) => {
        const threshold = chooseThreshold(scores, rate);
        const share = (from: number): number =>
          (scores.filter((score) => score >= from).length + 1) / (scores.length + 1);
        if (threshold === null) {
          assert.ok(scores.length < negativesNeeded(rate));
          return;
        }
        assert.ok(share(threshold) <= rate + 1e-6);
        if (scores.includes(threshold - 1)) assert.ok(share(threshold - 1) > rate - 1e-6);
        assert.ok(scores.length >= negativesNeeded(rate));
      },
    ),
  );
});

test('the vote rate of a partition is between the wanted rate and 1, and falls with its documents', () => {
  for (const rate of [0.001, 0.01, 0.05, 0.2]) {
    let last = 1;
    for (const documents of [0, 10, 72, 143, 358, 5_000, 1_000_000]) {
      const own = voteRateOf(rate, documents);
      assert.ok(own >= rate * (1 - 1e-9) && own <= last, `${rate} ${documents}`);
      last = own;
    }
  }
  assert.ok(Math.abs(voteRateOf(0.01, 143) - 0.04) < 0.005);
});

test('the quorum grows by at most one with each voter, for every share that can be asked for', () => {
  for (let share = 1; share <= 100; share++) {
    for (let voters = 1; voters <= 200; voters++) {
      const step = quorumOf(share / 100, voters) - quorumOf(share / 100, voters - 1);
      assert.ok(step === 0 || step === 1, `${share} ${voters}`);
      assert.ok(quorumOf(share / 100, voters) <= voters);
    }
  }
  assert.equal(quorumOf(0.5, 25), 13);
});

test('a monitor that flags nothing is called vacuous, whatever its accuracy', () => {
  const rows = makeRows(900, 3).map((row, i) => ({
    ...row,
    label: i % 10 === 0 ? 'suspicious' : 'fine',
  }));
  const evaluation = evaluateMethod(read(rows), {
    falsePositiveRateMax: 0.01,
    voteRate: 0.03,
    quorumShare: 1,
    repeats: 1,
    nameOf: ({ source }) => source,
  });
  assert.ok(evaluation.curve[0]!.recall.value < 0.2);
  assert.ok(evaluation.warnings.some((warning) => warning.includes('vacuous')));
});

test('what is measured was neither learnt nor held back for a threshold', () => {
  // Texts of random words under random labels: there is nothing to learn but the texts themselves.
  const random = openSeeded(31);
  const rows = Array.from({ length: 2000 }, (_, i) => ({
    text: Array.from({ length: 12 }, () => `w${String(Math.floor(random() * 500))}`).join(' '),
    label: i % 2 === 0 ? 'suspicious' : 'fine',
    source: 'one',
  }));
  const evaluation = evaluateMethod(read(rows), {
    falsePositiveRateMax: 0.5,
    // No clean text on which a threshold is set reaches it, be they two tenths of the thousand or, wrongly, three.
    voteRate: 0.0057,
    quorumShare: 1,
    repeats: 2,
    nameOf: ({ source }) => source,
  });
  assert.deepEqual([evaluation.positives, evaluation.negatives], [1000, 1000]);
  const rate = evaluation.falsePositiveRate.value;
  assert.ok(rate > 0, 'thresholds were set on what was measured');
  assert.ok(rate < 0.15, `thresholds were set on what was learnt: ${rate}`);
  assert.ok(evaluation.curve[0]!.recall.value < 0.3, 'what was measured had been learnt');
});

/** Sources of kinds of their own: the clean texts of each are full of words that are only suspicious elsewhere. */
function makeKinds(sources: number, count: number): Row[] {
  const random = openSeeded(17);
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)]!;
  return Array.from({ length: sources }, (_, s) =>
    Array.from({ length: count }, (_, i): Row => {
      const words = Array.from({ length: 12 }, () => {
        if (random() < 0.3) return BAD[(s * 3 + Math.floor(random() * 3)) % BAD.length]!;
        return pick(GOOD);
      });
      const label = i % 3 === 0 ? 'suspicious' : 'fine';
      if (label === 'suspicious') words.push(pick(BAD), pick(BAD), pick(BAD));
      return { text: `${words.join(' ')} ${s} ${i}`, label, source: `s${s}` };
    }),
  ).flat();
}

test('texts of a source that was not learnt are measured apart, and vouched ones bound how often they are flagged', () => {
  const documents = read(makeKinds(8, 90));
  const options = {
    ...{ falsePositiveRateMax: 0.05, voteRate: 0.2, quorumShare: 0.5, repeats: 1 },
    nameOf: ({ source }: { source: string }) => source,
  };
  const measured = evaluateMethod(documents, options);
  const { newSources } = measured;
  assert.equal(newSources?.sources, 8);
  const { rate, worst } = newSources;
  assert.ok(rate.low <= rate.value && rate.value <= rate.high && rate.value <= worst);
  assert.ok(rate.value > 0.05, String(rate.value));
  assert.ok(measured.warnings.some((each) => /cannot be promised for clean texts/.test(each)));
  // Kinds that no source here sends, vouched for: fewer texts of a new kind are flagged.
  const vouched = read(makeKinds(20, 90).filter((row) => Number(row.source.slice(1)) >= 8)).filter(
    (document) => !document.positive,
  );
  const bounded = evaluateMethod(documents, { ...options, vouched });
  const { rate: after } = bounded.newSources ?? { rate: null };
  assert.ok(after !== null && after.value < rate.value / 2, JSON.stringify([rate, after]));
  assert.ok(after.high > after.value);
});

test('too few sources say nothing about a further one', () => {
  const documents = read(makeRows(600, 2));
  const measured = evaluateMethod(documents, {
    ...{ falsePositiveRateMax: 0.05, voteRate: null, quorumShare: 0.5, repeats: 1 },
    nameOf: ({ source }) => source,
  });
  assert.equal(measured.newSources, null);
});

test("Student's interval against published quantiles", () => {
  // t(0.975; 4) = 2.776, t(0.975; 24) = 2.064.
  const five = spreadInterval([0.1, 0.2, 0.3, 0.4, 0.5]);
  assert.ok(Math.abs(five.high - 0.3 - 2.776 * Math.sqrt(0.025 / 5)) < 1e-4);
  const many = Array.from({ length: 25 }, (_, i) => 0.4 + 0.01 * (i % 5));
  const { value, low } = spreadInterval(many);
  const variance = many.reduce((sum, each) => sum + (each - value) ** 2, 0) / 24;
  assert.ok(Math.abs(value - low - 2.064 * Math.sqrt(variance / 25)) < 1e-5);
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

test('of a finished monitor the rate of new sources is that of sources that it did not learn', () => {
  const trained = model(makeRows(2000, 8));
  const rows = makeRows(900, 6, 7).map((row) => ({ ...row, source: `new-${row.source}` }));
  const measured = evaluateMonitor(trained, read(rows));
  const monitor = openMonitor(trained);
  const rates = [...new Set(rows.map(({ source }) => source))].map((source) => {
    const clean = rows.filter((row) => row.source === source && row.label === 'fine');
    return clean.filter(({ text }) => monitor.judge(text).verdict === 'flag').length / clean.length;
  });
  assert.equal(measured.newSources?.sources, 6);
  assert.equal(measured.newSources.worst, Math.max(...rates));
  const mean = rates.reduce((a, b) => a + b) / rates.length;
  assert.ok(Math.abs(measured.newSources.rate.value - mean) < 1e-9);
  // Sources that were learnt are not new, and of two nothing is said about a third.
  assert.equal(evaluateMonitor(trained, read(makeRows(300, 8, 9))).newSources, null);
  const two = rows.filter(({ source }) => source === 'new-s1' || source === 'new-s2');
  assert.equal(evaluateMonitor(trained, read(two)).newSources, null);
});
