/** What bad sources can do to a trained monitor, always through the whole of training: learners, thresholds and quorum. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { openSeeded } from '../../test/support/poison.ts';
import { DocumentReader, openMonitor, trainMonitor } from './index.ts';
import type { CertifiedVerdict, Document, TrainOptions } from './index.ts';
import { chooseThreshold } from './operating-point.ts';
import { Scorer } from './scorer.ts';
import { isHeldBack } from './train.ts';

const GOOD = ['build', 'green', 'tests', 'parser', 'pass', 'small', 'fix', 'again'];
const BAD = ['copy', 'secret', 'weights', 'outside', 'bucket', 'delete', 'log', 'upload'];
const HOLD_BACK = 0.4;

interface Row {
  readonly text: string;
  readonly label: 'suspicious' | 'fine';
}

/** What a source sends; undefined when there is no such source. */
type Delivery = readonly Row[] | undefined;

const reader = new DocumentReader('suspicious');
const known = new Map<string, Document>();

/** Documents are read once per text, label and source; training itself is always done anew. */
function read(source: string, row: Row): Document {
  const key = JSON.stringify([source, row]);
  const document = known.get(key) ?? reader.read({ ...row, source });
  known.set(key, document);
  return document;
}

const isHeld = (text: string): boolean =>
  isHeldBack(read('any', { text, label: 'fine' }), HOLD_BACK);

function makeText(words: readonly string[], random: () => number): string {
  return Array.from({ length: 4 }, () => words[Math.floor(random() * words.length)]!).join(' ');
}

function makeHonest(seed: number, count = 16): Row[] {
  const random = openSeeded(seed);
  return Array.from({ length: count }, (_, i) =>
    i % 2 === 0
      ? { text: makeText(BAD, random), label: 'suspicious' }
      : { text: makeText(GOOD, random), label: 'fine' },
  );
}

const TEXTS = [
  ...Array.from({ length: 5 }, (_, i) => makeText(BAD, openSeeded(900 + i))),
  ...Array.from({ length: 4 }, (_, i) => makeText(GOOD, openSeeded(950 + i))),
  ...Array.from({ length: 5 }, (_, i) => makeText([...GOOD, ...BAD], openSeeded(980 + i))),
];

const OPTIONS = {
  rule: { kind: 'source' },
  falsePositiveRateMax: 0.05,
  holdBack: HOLD_BACK,
} as const;

/** Verdicts on the texts; null when training refuses because nobody can vote, or one kind of text is missing. */
function judgeAll(
  world: readonly Delivery[],
  options: Pick<TrainOptions, 'voteRate' | 'quorumShare'>,
  vouched: readonly Document[] = [],
): readonly CertifiedVerdict[] | null {
  const documents = world.flatMap((rows, i) => (rows ?? []).map((row) => read(`s${i}`, row)));
  try {
    const monitor = openMonitor(trainMonitor(documents, { ...OPTIONS, ...options }, vouched));
    return TEXTS.map((text) => monitor.judge(text));
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'MONITOR_CALIBRATION_SMALL');
    return null;
  }
}

/** Everything that a source may do here, in what is learnt and in what is held back. */
function listDeliveries(source: number): Delivery[] {
  const honest = makeHonest(source + 1);
  const flip = ({ text, label }: Row): Row => ({
    text,
    label: label === 'fine' ? 'suspicious' : 'fine',
  });
  const innocent = TEXTS.map((text): Row => ({ text, label: 'fine' }));
  return [
    honest,
    undefined,
    honest.map(flip),
    // The fault that was: suspicious texts under the clean label among what is held back, so that thresholds rise.
    [...honest, ...honest.filter(({ text }) => isHeld(text)).map(flip), ...innocent],
    // A partition that calls everything suspicious: it learns it so, and nothing that it holds back speaks against it.
    honest.flatMap((row): Row[] =>
      isHeld(row.text) ? [{ text: `${row.text} zz`, label: 'fine' }] : [flip(row), row],
    ),
  ];
}

/** Clean texts of another kind that nobody of the sources had a hand in. */
const VOUCHED = Array.from({ length: 8 }, (_, i) =>
  read('vouched', {
    text: `${makeText([...GOOD, 'moon', 'tide'], openSeeded(700 + i))} ${i}`,
    label: 'fine',
  }),
);

for (const [what, vouched] of [
  ['', []],
  [', with vouched texts', VOUCHED],
] as const)
  test(`no certificate is false, over every change of the rows of up to four sources from what they may send${what}`, () => {
    enumerateWorlds(vouched);
  });

function enumerateWorlds(vouched: readonly Document[]): void {
  const deliveries = [0, 1, 2, 3].map(listDeliveries);
  const worlds: number[][] = [];
  for (let at = 0; at < 5 ** 4; at++)
    worlds.push([at % 5, Math.floor(at / 5) % 5, Math.floor(at / 25) % 5, Math.floor(at / 125)]);
  const changes = (a: readonly number[], b: readonly number[]): number =>
    a.filter((choice, i) => choice !== b[i]).length;
  let held = 0;
  let tight = 0;
  let largest = 0;
  const judged = worlds.map((world) =>
    judgeAll(
      world.map((choice, source) => deliveries[source]![choice]),
      { voteRate: 0.3, quorumShare: 0.4 },
      vouched,
    ),
  );
  judged.forEach((verdicts, a) => {
    verdicts?.forEach(({ verdict, badSourcesMax }, text) => {
      largest = Math.max(largest, badSourcesMax);
      let turnedBy = Infinity;
      judged.forEach((other, b) => {
        const bad = changes(worlds[a]!, worlds[b]!);
        // Within the certificate training does not even refuse.
        if (bad <= badSourcesMax) assert.ok(other !== null);
        if (other !== null && other[text]!.verdict !== verdict) turnedBy = Math.min(turnedBy, bad);
      });
      assert.ok(turnedBy > badSourcesMax, JSON.stringify([worlds[a], TEXTS[text]]));
      if (badSourcesMax > 0) held++;
      if (badSourcesMax > 0 && turnedBy === badSourcesMax + 1) tight++;
    });
  });
  // The test would say nothing if nobody could turn a verdict, or if no verdict stood against anybody.
  assert.ok(held > 1000, String(held));
  assert.ok(tight > 500, String(tight));
  assert.ok(largest >= 2);
}

test('no threshold lets more vouched texts through than the vote rate, whatever a source sends', () => {
  const honest = Array.from({ length: 5 }, (_, i) => makeHonest(i + 80, 40));
  const options = { ...OPTIONS, voteRate: 0.25, quorumShare: 0.5 };
  const documents = honest.flatMap((rows, i) => rows.map((row) => read(`s${i}`, row)));
  const alone = trainMonitor(documents, options);
  const { partitions, options: kept } = trainMonitor(documents, options, VOUCHED);
  assert.equal(kept.vouched, VOUCHED.length);
  let raised = 0;
  for (const [name, { counts, threshold }] of partitions) {
    const scorer = new Scorer([counts]);
    const score = new Int32Array(1);
    const votes = VOUCHED.filter(({ features }) => {
      scorer.score(features, score);
      return score[0]! >= (threshold ?? Infinity);
    }).length;
    assert.ok((votes + 1) / (VOUCHED.length + 1) <= 0.25);
    const before = alone.partitions.get(name)?.threshold ?? -Infinity;
    assert.ok((threshold ?? Infinity) >= before);
    if ((threshold ?? Infinity) > before) raised++;
  }
  assert.ok(raised > 0);
  assert.throws(
    () => trainMonitor(documents, options, VOUCHED.slice(0, 2)),
    (error: { code?: string }) => error.code === 'MONITOR_VOUCHED_SMALL',
  );
});

test('a certificate holds whatever its number of sources send, learnt and held back, seven sources', () => {
  const honest = Array.from({ length: 7 }, (_, i) => makeHonest(i + 20, 30));
  const options = { voteRate: 0.25, quorumShare: 0.4 };
  const before = judgeAll(honest, options);
  assert.ok(before !== null);
  assert.ok(before.some(({ verdict, badSourcesMax }) => verdict === 'flag' && badSourcesMax >= 3));
  assert.ok(before.some(({ verdict, badSourcesMax }) => verdict === 'pass' && badSourcesMax >= 1));
  const word = fc.constantFrom(...GOOD, ...BAD, 'cfq', 'xomb');
  const row = fc.record({
    text: fc.oneof(
      fc.constantFrom(...TEXTS),
      fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(' ')),
    ),
    label: fc.constantFrom('suspicious', 'fine'),
  });
  const delivery = fc.option(fc.array(row, { minLength: 0, maxLength: 60 }), { nil: undefined });
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('0', '1', '2', '3', '4', '5', '6', '7'), delivery, {
        maxKeys: 3,
      }),
      (bad) => {
        const world: Delivery[] = [...honest, undefined];
        for (const [source, rows] of Object.entries(bad)) world[Number(source)] = rows;
        const after = judgeAll(world, options);
        before.forEach(({ verdict, badSourcesMax }, i) => {
          if (badSourcesMax >= Object.keys(bad).length) assert.equal(after?.[i]?.verdict, verdict);
        });
      },
    ),
    { numRuns: 150 },
  );
});

test('thresholds come from held-back clean documents of the own source, and learners from the rest', () => {
  const honest = Array.from({ length: 4 }, (_, i) => makeHonest(i + 40, 40));
  const documents = honest.flatMap((rows, i) => rows.map((row) => read(`s${i}`, row)));
  const options = { ...OPTIONS, voteRate: 0.2, quorumShare: 0.5 };
  const { partitions, point } = trainMonitor(documents, options);
  const held = documents.filter((document) => isHeldBack(document, HOLD_BACK));
  assert.equal(point.negatives + point.positives, held.length);
  let learnt = 0;
  for (const [name, { counts, threshold, heldBack }] of partitions) {
    learnt += counts.positives + counts.negatives;
    const own = held.filter(({ source, positive }) => source === name && !positive);
    assert.equal(heldBack, own.length);
    const scorer = new Scorer([counts]);
    const score = new Int32Array(1);
    const scores = own.map(({ features }) => {
      scorer.score(features, score);
      return score[0]!;
    });
    assert.equal(threshold, chooseThreshold(scores, 0.2));
    const votes = scores.filter((each) => each >= (threshold ?? Infinity)).length;
    assert.ok((votes + 1) / (scores.length + 1) <= 0.2);
  }
  assert.equal(learnt, documents.length - held.length);
});

test('a source that changes what is learnt or held back moves no threshold but its own', () => {
  const honest = Array.from({ length: 5 }, (_, i) => makeHonest(i + 60, 40));
  const train = (world: readonly Delivery[]) =>
    trainMonitor(
      world.flatMap((rows, i) => (rows ?? []).map((row) => read(`s${i}`, row))),
      { ...OPTIONS, voteRate: 0.2, quorumShare: 0.5 },
    );
  const before = train(honest);
  for (const bad of [
    ...[undefined, [], TEXTS.map((text): Row => ({ text, label: 'fine' }))],
    honest[2]!.map(({ text }): Row => ({ text, label: 'fine' })),
  ]) {
    const after = train(honest.with(2, bad as Row[]));
    for (const name of ['s0', 's1', 's3', 's4']) {
      const [one, other] = [before.partitions.get(name), after.partitions.get(name)];
      assert.equal(other?.threshold, one?.threshold);
      assert.deepEqual(other?.counts.toBytes(), one?.counts.toBytes());
    }
    assert.ok(after.point.quorum <= before.point.quorum);
  }
});
