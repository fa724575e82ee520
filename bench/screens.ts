/** Screens of text sets and certified monitors: megabytes and documents per second of one core's time, and what they find. */
import { globSync, readFileSync } from 'node:fs';
import { documentId, screenRowOf, screenTexts } from '../src/ingress/index.ts';
import type { ScreenRow } from '../src/ingress/index.ts';
import { readTextRowBatches, readTextRows } from '../src/formats/index.ts';
import {
  DocumentReader,
  drawLot,
  evaluateMethod,
  openMonitor,
  QUORUM_SHARE,
  trainMonitor,
} from '../src/monitor/index.ts';
import { brokenUpTo, measureBackdoor } from '../test/support/backdoor.ts';
import { benchHeld } from './held.ts';
import { benchKinds } from './kinds.ts';
import { openSeeded, plantTrigger, shuffle } from '../test/support/poison.ts';
import { readSmsTexts, smsForm } from '../test/support/sms-texts.ts';
import type { BenchTable } from './table.ts';

const LARGE_BYTES = 40_000_000;
const FIELDS = ['text', 'label', 'source'];

/** Processor seconds of this process, all threads. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

async function timed<T>(work: () => T | Promise<T>): Promise<{ seconds: number; result: T }> {
  const started = cpuSeconds();
  const result = await work();
  return { seconds: cpuSeconds() - started, result };
}

/** Paragraphs of the installed packages' documentation and code: two naturally labelled kinds of real text. */
function readParagraphs(): string {
  const lines: string[] = [];
  let bytes = 0;
  for (const file of globSync('node_modules/**/*.{md,js}').sort()) {
    if (bytes > LARGE_BYTES) break;
    let text;
    try {
      text = readFileSync(file, 'utf8');
    } catch {
      continue;
    }
    const label = file.endsWith('.md') ? 'prose' : 'code';
    const source = file.split('/')[1] ?? '';
    for (const paragraph of text.split(/\n\s*\n/)) {
      if (paragraph.length < 40 || paragraph.length > 4000 || !paragraph.isWellFormed()) continue;
      const line = `${JSON.stringify({ text: paragraph, label, source })}\n`;
      bytes += line.length;
      lines.push(line);
    }
  }
  return lines.join('');
}

async function* cut(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) {
    yield await Promise.resolve(bytes.subarray(at, at + 65_536));
  }
}

interface Paragraph extends ScreenRow {
  readonly text: string;
}

async function readAll(bytes: Uint8Array): Promise<Paragraph[]> {
  const rows: Paragraph[] = [];
  for await (const { number, values } of readTextRows(cut(bytes), 'jsonl', FIELDS)) {
    const [text = '', label, source] = values;
    rows.push({ set: 'paragraphs', row: number, text, label, source });
  }
  return rows;
}

const encode = (rows: readonly Paragraph[]): Uint8Array =>
  new TextEncoder().encode(
    rows.map(({ text, label, source }) => `${JSON.stringify({ text, label, source })}\n`).join(''),
  );

/** The paragraphs without those that a screen holds, as after a reviewer's exclusions. */
async function cleanRows(rows: readonly Paragraph[]): Promise<readonly Paragraph[]> {
  let kept = rows;
  for (let round = 0; round < 4; round++) {
    const from = kept;
    const { findings } = await screenTexts({
      bytes: 20_000_000,
      rows: async function* () {
        yield* await Promise.resolve(from);
      },
    });
    const held = new Set(
      findings.filter(({ severity }) => severity === 'hold').flatMap((finding) => finding.ids),
    );
    if (held.size === 0) return kept;
    kept = kept.filter(({ text, label, source }) => !held.has(documentId({ text, label, source })));
  }
  return kept;
}

async function benchSpeed(): Promise<BenchTable> {
  const rows: string[][] = [];
  const measure = async (
    name: string,
    bytes: Uint8Array,
    fields: readonly string[],
    tokensKeptMax?: number,
  ): Promise<void> => {
    let readings = 0;
    const run = (): ReturnType<typeof screenTexts> =>
      screenTexts({
        bytes: bytes.length,
        ...(tokensKeptMax === undefined ? {} : { tokensKeptMax }),
        rows: async function* (): AsyncGenerator<readonly ScreenRow[]> {
          readings++;
          for await (const batch of readTextRowBatches(cut(bytes), 'jsonl', fields)) {
            yield batch.map((row) => screenRowOf(name, row));
          }
        },
      });
    // The first run compiles.
    await run();
    readings = 0;
    const { seconds, result } = await timed(run);
    rows.push([
      name,
      (bytes.length / 1e6).toFixed(1),
      String(result.documents),
      String(readings),
      (bytes.length / 1e6 / seconds).toFixed(1),
    ]);
  };
  const all = new TextEncoder().encode(readParagraphs());
  const clean = encode(await cleanRows(await readAll(all)));
  const unlabelled = ['text', 'none', 'source'];
  await measure('documentation and code', all, FIELDS);
  await measure('the same without what is held', clean, FIELDS);
  await measure('… as if too large to keep its tokens', clean, FIELDS, 1000);
  await measure('documentation and code, without labels', all, unlabelled);
  return {
    title: 'Screens, one core',
    note: 'JSON lines in memory to the report, in processor time of all threads. Paragraphs of the installed packages, labelled by kind of file. Findings cost further readings of the set.',
    columns: ['set', 'MB', 'documents', 'readings', 'MB/s'],
    rows,
  };
}

async function benchTriggers(): Promise<BenchTable> {
  const texts = readSmsTexts();
  const rows: string[][] = [];
  for (const trigger of ['cfq xomb', 'quietly verdant', 'weather']) {
    for (const count of [5, 10, 50, 250]) {
      let found = 0;
      let accused = 0;
      for (const seed of [1, 2, 3]) {
        const { clean, poison } = plantTrigger(texts, {
          count,
          trigger,
          from: 'spam',
          to: 'ham',
          seed,
        });
        const all = shuffle([...clean, ...poison], openSeeded(seed));
        const poisoned = new Set(poison.map(({ text }) => text));
        const report = await screenTexts({
          bytes: 300_000,
          rows: async function* () {
            yield* await Promise.resolve(
              all.map((text, i): ScreenRow => ({ set: 's', row: i, ...text })),
            );
          },
        });
        const byId = new Map(all.map(({ text, label }) => [documentId({ text, label }), text]));
        const ids = new Set(
          report.findings
            .filter(({ code }) => code === 'SCREEN_TRIGGER_CONFLICT')
            .flatMap((finding) => finding.ids),
        );
        for (const id of ids) {
          if (poisoned.has(byId.get(id) ?? '')) found++;
          else accused++;
        }
      }
      rows.push([trigger, String(count), (found / count / 3).toFixed(2), (accused / 3).toFixed(1)]);
    }
  }
  return {
    title: 'Planted triggers',
    note: `SMS Spam Collection (${smsForm()}, ${texts.length} distinct); spam with the trigger under the label ham; mean of three plantings. "weather" is a common word.`,
    columns: ['trigger', 'documents', 'found', 'clean documents accused'],
    rows,
  };
}

async function benchMonitor(): Promise<BenchTable[]> {
  const texts = readSmsTexts();
  const reader = new DocumentReader('spam');
  const spread = (sources: number) => (text: string) =>
    `source-${String(drawLot(text, 'simulated') % sources)}`;
  const read = (sources: number): ReturnType<DocumentReader['read']>[] =>
    texts.map(({ text, label }) => reader.read({ text, label, source: spread(sources)(text) }));
  const documents = await timed(() => read(25));
  const options = {
    rule: { kind: 'source' },
    falsePositiveRateMax: 0.01,
    voteRate: null,
    quorumShare: QUORUM_SHARE,
    holdBack: 0.2,
  } as const;
  const trained = await timed(() => trainMonitor(documents.result, options));
  const monitor = openMonitor(trained.result);
  for (const { text } of texts.slice(0, 500)) monitor.judge(text);
  const scored = await timed(() => {
    for (const { text } of texts) monitor.judge(text);
  });
  const rate = (seconds: number): string => Math.round(texts.length / seconds).toLocaleString('en');
  const curves = [10, 25, 50].map((sources) => {
    const evaluation = evaluateMethod(read(sources), {
      falsePositiveRateMax: 0.01,
      voteRate: null,
      quorumShare: QUORUM_SHARE,
      repeats: 3,
      nameOf: ({ source }) => source,
    });
    const at = (bad: number): string => {
      const point = evaluation.curve[bad];
      if (point === undefined) return '0';
      const { value, low, high } = point.recall;
      return `${value.toFixed(3)} (${low.toFixed(2)}–${high.toFixed(2)})`;
    };
    const percent = `${(evaluation.falsePositiveRate.value * 100).toFixed(2)} %`;
    const fresh = evaluation.newSources?.rate;
    const other =
      fresh === undefined
        ? '-'
        : `${(fresh.value * 100).toFixed(2)} % (${(fresh.low * 100).toFixed(2)}–${(fresh.high * 100).toFixed(2)})`;
    return [String(sources), percent, other, at(0), at(2), at(5), at(10)];
  });
  const spreads = ['one model', 'by content', 'one bad source', 'a new bad source'] as const;
  const counts = [0, 10, 50, 100, 250];
  const missed = spreads.map((name) => measureBackdoor(texts, name, counts));
  const set = `SMS Spam Collection (${smsForm()}, ${texts.length} distinct)`;
  return [
    {
      title: 'Monitor, one core',
      note: `${set}, 25 partitions, processor time.`,
      columns: ['step', 'documents/s'],
      rows: [
        ['features', rate(documents.seconds)],
        ['train and set thresholds', rate(trained.seconds)],
        ['score with certificate', rate(scored.seconds)],
      ],
    },
    {
      title: 'Certified recall by number of bad sources',
      note: `${set}, spread over sources at random; wanted false-positive rate 1 %, thresholds chosen on held-back documents of each source; mean of three repeats, 95 % Clopper–Pearson.`,
      columns: ['sources', 'false positives', 'new source', '0 bad', '2 bad', '5 bad', '10 bad'],
      rows: curves,
    },
    {
      title: 'Backdoor: share of triggered spam that passes',
      note: `${set}; poisoned spam labelled ham, among what is learnt and what is held back; 25 partitions. Broken: the most bad sources against which a verdict was said to stand that changed.`,
      columns: ['poisoned documents', ...spreads],
      rows: counts.map((count, i) => [
        String(count),
        ...missed.map((each) => {
          const { missRate, partitionsHit } = each[i]!;
          const broken = brokenUpTo(each[0]!, each[i]!);
          return `${missRate.toFixed(3)} (${partitionsHit} hit, broken ${broken < 0 ? 'none' : broken})`;
        }),
      ]),
    },
  ];
}

/** All tables. */
export async function benchScreens(): Promise<BenchTable[]> {
  return [
    await benchSpeed(),
    await benchHeld(),
    await benchTriggers(),
    ...(await benchMonitor()),
    benchKinds(),
  ];
}
