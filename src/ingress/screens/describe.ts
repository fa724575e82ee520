/** Turns what the readings found into findings with examples. */
import { sayCount } from '../../core/index.ts';
import { Collector } from './collector.ts';
import type { ScreenRow } from './collector.ts';
import type { ScreenFinding } from './finding.ts';
import type { NearDuplicates } from './near-duplicates.ts';
import type { TriggerReport } from './report.ts';
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
  /** Everything as what it is: of the one source that signed for it; null where nobody did. */
  readonly signed: { readonly tally: SourceTally; readonly source: SignedSource } | null;
}

/** Who signed for all that is screened. What rows say of their source is then a hint: whoever wrote them chose it. */
export interface SignedSource {
  readonly name: string;
  /** Documents by label of its other sets, and of what other signers sent, that are admitted beside these. */
  readonly earlier: Readonly<Record<string, number>>;
  readonly others: Readonly<Record<string, number>>;
  /** How many other signers there are. */
  readonly signers: number;
}

type Rows = ReadonlyMap<number, ScreenRow>;

const SOURCES_SHOWN = 5;

/** A name or a text within a sentence. */
export const quote = (text: string): string =>
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
