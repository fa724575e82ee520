/** What each source sent: share, influence, how its texts stand to their labels, and a profile to compare deliveries. */
import type { TokenReader } from './tokens.ts';

/** The most sources that are told apart; the rest is counted as one. */
export const SOURCES_MAX = 10_000;
/** The name of the rest. */
export const OTHER_SOURCES = '(other sources)';

const LABEL_LENGTH_MAX = 100;

/** A label short enough to keep in a row of a table, and to compare sets by. */
export const shortLabel = (label: string): string =>
  label.toWellFormed().slice(0, LABEL_LENGTH_MAX).toWellFormed();

const SKETCH = 256;
const LENGTHS = 16;

/** What a source's texts look like, in counts, so that two deliveries can be compared. */
export interface SourceProfile {
  readonly words: readonly number[];
  /** Texts by the power of two of their length in tokens. */
  readonly lengths: readonly number[];
  /** How much the words differ between the halves of one delivery, as a multiple of chance. */
  readonly spread: number;
}

/** One source in a report. */
export interface SourceReport {
  readonly source: string;
  readonly documents: number;
  readonly share: number;
  /** Its share of the evidence that all words give for their labels. */
  readonly influence: number;
  readonly labels: Readonly<Record<string, number>>;
  /** Documents that read like another label. */
  readonly conflicts: number;
  readonly profile: SourceProfile;
}

class Source {
  documents = 0;
  influence = 0;
  conflicts = 0;
  readonly labels = new Map<number, number>();
  /** Evidence that its documents of a label read like another one. */
  readonly nats = new Map<number, number>();
  readonly halves = [new Uint32Array(SKETCH), new Uint32Array(SKETCH)] as const;
  readonly lengths = new Uint32Array(LENGTHS);
}

/** A source whose documents read like another label. */
export interface SourceConflict {
  readonly source: string;
  readonly label: number;
  readonly evidence: number;
  readonly documents: number;
}

/** Tallies sources in memory bounded by {@link SOURCES_MAX}. */
export class SourceTally {
  readonly #numbers = new Map<string, number>();
  readonly #sources: Source[] = [];
  #documents = 0;
  #influence = 0;

  /** The number of a source, new or known. */
  number(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    if (this.#sources.length >= SOURCES_MAX) return this.number(OTHER_SOURCES);
    const number = this.#sources.length;
    this.#numbers.set(name, number);
    this.#sources.push(new Source());
    // The last place is kept for the rest, so that it always has one.
    if (number === SOURCES_MAX - 2) this.number(OTHER_SOURCES);
    return number;
  }

  /** The name of a source by its number. */
  name(number: number): string {
    for (const [name, each] of this.#numbers) if (each === number) return name;
    return OTHER_SOURCES;
  }

  /** How many documents a source sent. */
  documents(number: number): number {
    return this.#sources[number]?.documents ?? 0;
  }

  /** First reading. */
  add(number: number, label: number, { hashes, count, textHash }: TokenReader): void {
    const source = this.#sources[number]!;
    this.#documents++;
    source.documents++;
    source.labels.set(label, (source.labels.get(label) ?? 0) + 1);
    const sketch = source.halves[(textHash >>> 7) & 1]!;
    for (let i = 0; i < count; i++) sketch[hashes[i]! & (SKETCH - 1)]!++;
    source.lengths[Math.min(LENGTHS - 1, 32 - Math.clz32(count))]!++;
  }

  /** Second reading: how much the document's words say, and how it stands to its label. */
  addReading(number: number, label: number, say: number, nats: number): void {
    const source = this.#sources[number]!;
    source.influence += say;
    this.#influence += say;
    if (nats > 0) source.conflicts++;
    source.nats.set(label, (source.nats.get(label) ?? 0) + nats);
  }

  /** Sources whose documents of a label read like another one beyond chance, over all sources and labels. */
  findConflicts(alpha: number): SourceConflict[] {
    const tests = this.#sources.reduce((sum, source) => sum + source.nats.size, 0);
    const bar = Math.log(Math.max(1, tests) / alpha);
    return [...this.#numbers].flatMap(([name, number]) => {
      const source = this.#sources[number]!;
      return [...source.nats]
        .filter(([label, nats]) => nats >= bar && (source.labels.get(label) ?? 0) >= 3)
        .map(([label, evidence]) => ({
          source: name,
          label,
          evidence,
          documents: source.labels.get(label) ?? 0,
        }));
    });
  }

  /** Every source, the largest first. */
  report(labelNames: readonly string[]): SourceReport[] {
    return [...this.#numbers]
      .map(([name, number]) => {
        const source = this.#sources[number]!;
        const labels = [...source.labels].map(([label, count]): [string, number] => [
          labelNames[label] ?? '(no label)',
          count,
        ]);
        return {
          source: name,
          documents: source.documents,
          share: source.documents / Math.max(1, this.#documents),
          influence: source.influence / Math.max(1e-9, this.#influence),
          labels: Object.fromEntries(labels.sort(([a], [b]) => (a < b ? -1 : 1))),
          conflicts: source.conflicts,
          profile: {
            words: [...source.halves[0].map((count, i) => count + source.halves[1][i]!)],
            lengths: [...source.lengths],
            spread: compareCounts([...source.halves[0]], [...source.halves[1]]),
          },
        };
      })
      .filter(({ documents }) => documents > 0)
      .sort((a, b) => b.documents - a.documents || (a.source < b.source ? -1 : 1));
  }
}

/**
 * How much two tables of counts differ, as a multiple of what chance gives: the G statistic over its degrees of freedom.
 * 1 for two draws from one distribution of independent words.
 */
export function compareCounts(a: readonly number[], b: readonly number[]): number {
  const sumA = a.reduce((x, y) => x + y, 0);
  const sumB = b.reduce((x, y) => x + y, 0);
  if (sumA === 0 || sumB === 0) return 0;
  let g = 0;
  let cells = 0;
  const part = (count: number, expected: number): number =>
    count === 0 ? 0 : count * Math.log(count / expected);
  a.forEach((countA, i) => {
    const countB = b[i] ?? 0;
    const both = countA + countB;
    if (both === 0) return;
    cells++;
    const expectedA = (both * sumA) / (sumA + sumB);
    g += 2 * (part(countA, expectedA) + part(countB, both - expectedA));
  });
  return g / Math.max(1, cells - 1);
}
