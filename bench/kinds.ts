/** Monitors where sources send different kinds of text: false positives within known sources and from a new one. */
import { globSync, readFileSync } from 'node:fs';
import { DocumentReader, evaluateMethod, QUORUM_SHARE } from '../src/monitor/index.ts';
import type { Document } from '../src/monitor/index.ts';
import type { BenchTable } from './table.ts';

type Kind = 'prose' | 'code';

interface Package {
  readonly name: string;
  readonly prose: string[];
  readonly code: string[];
}

const OF_PACKAGE_MAX = 300;
const OF_EACH_MIN = 40;
const PACKAGES = 45;

/** Paragraphs of the installed packages that have both kinds, the richest first. */
function readPackages(): Package[] {
  const packages = new Map<string, Package>();
  const seen = new Set<string>();
  for (const file of globSync('node_modules/**/*.{md,js}').sort()) {
    const name = file.split('/')[1] ?? '';
    if (name.startsWith('.')) continue;
    const each = packages.get(name) ?? { name, prose: [], code: [] };
    packages.set(name, each);
    const list = file.endsWith('.md') ? each.prose : each.code;
    if (list.length >= OF_PACKAGE_MAX) continue;
    let text;
    try {
      text = readFileSync(file, 'utf8');
    } catch {
      continue;
    }
    for (const paragraph of text.split(/\n\s*\n/)) {
      if (paragraph.length < 40 || paragraph.length > 1500 || !paragraph.isWellFormed()) continue;
      if (seen.has(paragraph) || list.length >= OF_PACKAGE_MAX) continue;
      seen.add(paragraph);
      list.push(paragraph);
    }
  }
  const least = ({ prose, code }: Package): number => Math.min(prose.length, code.length);
  return [...packages.values()]
    .filter((each) => least(each) >= OF_EACH_MIN)
    .sort((a, b) => least(b) - least(a) || (a.name < b.name ? -1 : 1))
    .slice(0, PACKAGES);
}

const percent = (share: number): string => (share * 100).toFixed(2);

function measure(
  documents: readonly Document[],
  vouched: readonly Document[],
  falsePositiveRateMax: number,
): string[] {
  const { falsePositiveRate, newSources, curve } = evaluateMethod(documents, {
    ...{ falsePositiveRateMax, voteRate: null, quorumShare: QUORUM_SHARE, repeats: 1, vouched },
    nameOf: ({ source }) => source,
  });
  const known = falsePositiveRate;
  const fresh = newSources?.rate ?? { value: 0, low: 0, high: 1 };
  const recall = (bad: number): string => (curve[bad]?.recall.value ?? 0).toFixed(3);
  return [
    `${percent(known.value)} % (${percent(known.low)}–${percent(known.high)})`,
    `${percent(fresh.value)} % (${percent(fresh.low)}–${percent(fresh.high)})`,
    `${percent(newSources?.worst ?? 1)} %`,
    ...[0, 2, 5].map(recall),
  ];
}

/** The table: five packages of nine are sources, the other four are vouched for. */
export function benchKinds(): BenchTable {
  const packages = readPackages();
  const rows: string[][] = [];
  for (const positive of ['prose', 'code'] satisfies Kind[]) {
    const clean: Kind = positive === 'prose' ? 'code' : 'prose';
    const reader = new DocumentReader(positive);
    const read = ({ name, ...texts }: Package, label: Kind): Document[] =>
      texts[label].map((text) => reader.read({ text, label, source: name }));
    const sources = packages.filter((_, i) => i % 9 < 5);
    const documents = sources.flatMap((each) => [...read(each, 'prose'), ...read(each, 'code')]);
    const vouched = packages.filter((_, i) => i % 9 >= 5).flatMap((each) => read(each, clean));
    for (const wanted of [0.01, 0.05])
      for (const [what, texts] of [
        ['own texts', []],
        ['and vouched ones', vouched],
      ] as const)
        rows.push([
          `${positive}, ${percent(wanted)} %, ${what}`,
          ...measure(documents, texts, wanted),
        ]);
  }
  return {
    title: 'Sources that send different kinds of text',
    note: `Paragraphs of ${packages.length} installed packages; ${packages.filter((_, i) => i % 9 < 5).length} are a source each; thresholds on own texts, or on vouched clean texts of other packages too. Intervals at 95 %: over texts, and over sources.`,
    columns: [
      'suspicious, wanted, thresholds on',
      'known sources',
      'a new source',
      'the worst',
      ...['0 bad', '2 bad', '5 bad'],
    ],
    rows,
  };
}
