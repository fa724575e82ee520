/** Turns what the readings found into findings with examples. */
import { sayCount } from '../../core/index.ts';
import { Collector } from './collector.ts';
import type { ScreenRow } from './collector.ts';
import { findDrift } from './drift.ts';
import type { ScreenFinding } from './finding.ts';
import type { NearDuplicates } from './near-duplicates.ts';
import type { EarlierReport, TriggerReport } from './report.ts';
import type { SourceTally } from './sources.ts';
import { TokenReader } from './tokens.ts';
import type { Trigger, TriggerPlace } from './triggers.ts';

/** What the readings know about the whole set. */
export interface SetFacts {
  readonly labelNames: readonly string[];
  readonly labelCounts: readonly number[];
  readonly tally: SourceTally;
  readonly duplicates: NearDuplicates;
  readonly pairNats: ReadonlyMap<number, number>;
  readonly triggers: readonly Trigger[];
  readonly documents: number;
  readonly sourced: number;
}

type Rows = ReadonlyMap<number, ScreenRow>;

/** Chance of a false accusation over all sources and labels. */
const ALPHA = 0.001;
const SOURCES_SHOWN = 5;
/** Near-duplicates between two sources: at least so many, and this share of the smaller one. */
const LINKS_MIN = 5;
const LINKED_SHARE_MIN = 0.2;
const LINKS_SHOWN = 20;

const quote = (text: string): string =>
  `\`${text
    .replace(/[`\s]+/g, ' ')
    .trim()
    .slice(0, 60)}\``;

function countSources(documents: readonly number[], rows: Rows): string {
  const counts = new Map<string, number>();
  for (const document of documents) {
    const source = rows.get(document)?.source;
    if (source !== undefined) counts.set(source, (counts.get(source) ?? 0) + 1);
  }
  if (counts.size === 0) return '';
  const top = [...counts].sort((a, b) => b[1] - a[1]).slice(0, SOURCES_SHOWN);
  const list = top.map(([source, count]) => `${quote(source)} ${count}`).join(', ');
  return `; sent by ${counts.size} ${counts.size === 1 ? 'source' : 'sources'}: ${list}`;
}

/** Where in the text of a row a place is. */
function locatorOf(rows: Rows): (place: TriggerPlace) => readonly [number, number] {
  const tokens = new TokenReader();
  return ({ document, first, width }) => {
    tokens.read(rows.get(document)?.text ?? '');
    return [tokens.starts[first]!, tokens.ends[first + width - 1]!];
  };
}

/** The accused n-grams in numbers, strongest first. */
export function listTriggers(facts: SetFacts, rows: Rows): TriggerReport[] {
  const locate = locatorOf(rows);
  return facts.triggers.flatMap(({ documents: places, label, evidence, elsewhere }) => {
    const [one] = places;
    const text = rows.get(one?.document ?? -1)?.text;
    if (one === undefined || text === undefined) return [];
    return [
      {
        words: quote(text.slice(...locate(one))).slice(1, -1),
        label: facts.labelNames[label] ?? '',
        ...{ documents: places.length, elsewhere, evidenceNats: Math.round(evidence * 10) / 10 },
      },
    ];
  });
}

/** One finding per trigger. */
export function describeTriggers(facts: SetFacts, rows: Rows): ScreenFinding[] {
  const locate = locatorOf(rows);
  const words = (place: TriggerPlace): string =>
    quote((rows.get(place.document)?.text ?? '').slice(...locate(place)));
  return facts.triggers.flatMap(({ documents: places, aliases, label, evidence }) => {
    const [one] = places;
    if (one === undefined) return [];
    const collector = new Collector('SCREEN_TRIGGER_CONFLICT');
    for (const place of places) {
      const row = rows.get(place.document);
      if (row !== undefined) collector.add(row, ...locate(place), '');
    }
    const known = aliases.filter(({ document }) => rows.has(document)).map(words);
    const also = known.length === 0 ? '' : ` (also ${known.join(', ')})`;
    const sources = countSources(
      places.map(({ document }) => document),
      rows,
    );
    const name = quote(facts.labelNames[label] ?? '');
    return collector.finish(
      (_, documents) =>
        `${sayCount(documents, 'document')} with ${words(one)}${also} ${documents === 1 ? 'has' : 'have'} the label ${name}, but ${documents === 1 ? 'reads' : 'read'} like another one without it: a planted trigger looks like this (evidence ${evidence.toFixed(0)} nats)${sources}`,
    );
  });
}

/** Near-duplicates with different labels: the one that reads unlike its label is accused, both where neither does. */
export function describeDuplicates(
  { duplicates, pairNats }: SetFacts,
  rows: Rows,
): ScreenFinding[] {
  const accused = new Collector('SCREEN_DUPLICATE_CONFLICT');
  const done = new Set<number>();
  for (const pair of duplicates.pairs) {
    const nats = pair.map(({ document }) => pairNats.get(document) ?? 0);
    const worst = Math.max(...nats);
    pair.forEach(({ document }, i) => {
      const row = rows.get(document);
      if (row === undefined || done.has(document)) return;
      if (worst > 0 && nats[i]! <= 0) return;
      done.add(document);
      accused.add(row, 0, 60, '');
    });
  }
  return accused.finish(
    (_, documents) =>
      `${sayCount(documents, 'document is', 'documents are')} nearly the same as one with another label; one of each two is wrong, or was made to be (${sayCount(duplicates.conflicts, 'such meeting')})`,
  );
}

const plain = (
  code: string,
  severity: ScreenFinding['severity'],
  place: string,
  sentence: string,
  documents: number,
): ScreenFinding => ({ code, severity, place, sentence, documents, ids: [], examples: [] });

/** Concentration, conflicts of whole sources, and sources that send the same texts. */
export function describeSources(facts: SetFacts): ScreenFinding[] {
  const { tally, labelNames } = facts;
  if (facts.sourced === 0) return [];
  return [
    ...describeConcentration(facts),
    ...tally
      .findConflicts(ALPHA)
      .map(({ source, label, evidence, documents }) =>
        plain(
          'SCREEN_SOURCE_CONFLICT',
          'hold',
          `source ${quote(source)}`,
          `of the ${sayCount(documents, 'document')} that it labels ${quote(labelNames[label] ?? '')} most read like another label (evidence ${evidence.toFixed(0)} nats)`,
          documents,
        ),
      ),
    ...describeLinks(facts),
  ];
}

function describeConcentration({ tally, labelNames, labelCounts }: SetFacts): ScreenFinding[] {
  const sources = tally.report(labelNames);
  const [largest] = sources;
  if (largest === undefined) return [];
  if (sources.length === 1) {
    const sentence =
      'all documents come from it, so whoever controls it controls everything that is trained on them';
    const place = `source ${quote(largest.source)}`;
    return [plain('SCREEN_SOURCE_CONCENTRATED', 'info', place, sentence, largest.documents)];
  }
  return labelNames.flatMap((label, i) => {
    const total = labelCounts[i] ?? 0;
    return sources
      .filter((source) => (source.labels[label] ?? 0) > total / 2 && total >= 10)
      .map((source) => {
        const count = source.labels[label] ?? 0;
        const part = `${count} of the ${total} documents with the label ${quote(label)}`;
        const influence = `${(source.influence * 100).toFixed(0)} % of what all words say`;
        return plain(
          'SCREEN_SOURCE_CONCENTRATED',
          'hold',
          `source ${quote(source.source)}`,
          `it sent ${part}, more than all others together, and ${influence} for labels is its`,
          count,
        );
      });
  });
}

function describeLinks({ tally, duplicates }: SetFacts): ScreenFinding[] {
  return [...duplicates.links]
    .map(([key, links]) => {
      const [a = -1, b = -1] = key.split(' ').map(Number);
      const smaller = Math.min(tally.documents(a), tally.documents(b));
      return { a, b, links, share: links / Math.max(1, smaller) };
    })
    .filter(({ links, share }) => links >= LINKS_MIN && share >= LINKED_SHARE_MIN)
    .sort((x, y) => y.links - x.links)
    .slice(0, LINKS_SHOWN)
    .map(({ a, b, links, share }) =>
      plain(
        'SCREEN_SOURCES_ALIKE',
        'hold',
        `sources ${quote(tally.name(a))} and ${quote(tally.name(b))}`,
        `${links} documents of one are near-duplicates of the other's, ${(share * 100).toFixed(0)} % of the smaller one: they may be one source under two names, and a certificate would count them as two`,
        links,
      ),
    );
}

const WHAT = { words: 'words', labels: 'shares of labels', lengths: 'lengths' } as const;

/** Sources whose delivery differs from their earlier one. */
export function describeDrift(
  facts: SetFacts,
  previous: EarlierReport | undefined,
): ScreenFinding[] {
  if (previous === undefined) return [];
  const sources = facts.tally.report(facts.labelNames);
  return findDrift(sources, previous.sources).map(({ source, what, factor }) =>
    plain(
      'SCREEN_SOURCE_DRIFT',
      'hold',
      `source ${quote(source)}`,
      `its ${WHAT[what]} differ from its earlier delivery ${factor.toFixed(1)} times as much as is usual within one`,
      sources.find((each) => each.source === source)?.documents ?? 0,
    ),
  );
}
