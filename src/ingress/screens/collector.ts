/** Gathers the documents of one finding while a set is read. */
import { documentId } from './exclusions.ts';
import { cutExcerpt, EXAMPLES_MAX, LISTED_MAX } from './finding.ts';
import type { Example, ScreenFinding } from './finding.ts';

/** One row of a set as a screen gets it. */
export interface ScreenRow {
  readonly set: string;
  /** Counts from 1 within its set. */
  readonly row: number;
  /** Missing when the row could not be read. */
  readonly text?: string;
  readonly label?: string | undefined;
  readonly source?: string | undefined;
  /** All of the row in one spelling; missing for rows that are no rows of a file. */
  readonly whole?: (() => string) | undefined;
  /** What the row holds in the fields that rules of the exclusion list look at, in the order of the rules' fields. */
  readonly ruled?: readonly (string | undefined)[] | undefined;
  /** Why the row could not be read. */
  readonly problem?: string;
}

/** A row of a file as it was read, with the fields for text, label and source first and those of rules behind them. */
interface ReadRow {
  readonly number: number;
  readonly values: readonly (string | undefined)[];
  readonly whole?: () => string;
  readonly problem?: string;
}

/** A row of a file as a screen gets it. */
export function screenRowOf(set: string, { number, values, whole, problem }: ReadRow): ScreenRow {
  const [text, label, source, ...ruled] = values;
  return text === undefined
    ? { set, row: number, problem: problem ?? 'a row without text' }
    : { set, row: number, text, label, source, whole, ruled };
}

/** Documents with what was seen in each. */
export class Collector {
  readonly #code: string;
  readonly #severity: ScreenFinding['severity'];
  readonly #ids = new Set<string>();
  readonly #examples: Example[] = [];
  /** What was seen in the first document, for the sentence. */
  first = '';
  documents = 0;

  constructor(code: string, severity: ScreenFinding['severity'] = 'hold') {
    this.#code = code;
    this.#severity = severity;
  }

  /** Adds a document; `start` and `end` say where in its text. */
  add(row: ScreenRow, start: number, end: number, what: string): void {
    this.documents++;
    if (this.#ids.size >= LISTED_MAX) return;
    const text = row.text ?? '';
    const id = documentId(row);
    this.#ids.add(id);
    if (this.#examples.length >= EXAMPLES_MAX) return;
    if (this.#examples.length === 0) this.first = what;
    this.#examples.push({
      id,
      set: row.set,
      row: row.row,
      label: row.label?.toWellFormed() ?? null,
      source: row.source?.toWellFormed() ?? null,
      excerpt: cutExcerpt(text, start, end),
    });
  }

  /** The finding, or nothing when no document was added. */
  finish(sentence: (first: string, documents: number) => string): ScreenFinding[] {
    const example = this.#examples[0];
    if (example === undefined) return [];
    const others = this.documents > 1 ? ` and ${this.documents - 1} more` : '';
    return [
      {
        code: this.#code,
        severity: this.#severity,
        place: `${example.set} row ${example.row}${others}`,
        sentence: sentence(this.first, this.documents),
        documents: this.documents,
        ids: [...this.#ids],
        examples: this.#examples,
      },
    ];
  }
}
