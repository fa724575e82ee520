/**
 * What documents say of their label without the words that they share.
 *
 * Words that most documents of an n-gram have came into them together, so they are no evidence of many but of one: a planted
 * phrase vouches for the label it was planted under, which counts for nothing; a template speaks against its label once for
 * each copy, which counts once. Memory and time are bounded; past the bounds documents are judged without the n-gram only.
 */
import type { Evidence, LabelModel, Reading } from './label-model.ts';
import type { TokenText } from './kept-tokens.ts';

const CELLS = 1 << 17;
const TOKENS_MAX = 1 << 22;
const VISITS_MAX = 1 << 25;
/** What a document costs besides its tokens. */
const DOCUMENT_COST = 32;
/** Words that vouch for the label count for nothing when at least this share of the documents have them. */
const VOUCHED_SHARE = 0.5;
/**
 * Words that speak against it count once, in the first document, when this share have them: more than that is one template.
 * Below it, poison may be put together from a few phrases.
 */
const TEMPLATE_SHARE = 0.9;

/** An n-gram in one document, and what the rest of the document says. */
export interface SuspectPlace {
  readonly document: number;
  /** The document's number among those that are kept; -1 where it is not. */
  readonly kept: number;
  readonly first: number;
  readonly width: number;
  /** Whether the same text was there before. */
  readonly repeat: boolean;
  /** Evidence that the document reads like another label. */
  nats: number;
}

/** A cell with this bit stands for a word that stands earlier in the same document too. */
const AGAIN = CELLS;
const FIRST_TOKENS = 1 << 12;

/** The documents of suspected n-grams. */
export class SharedWords {
  readonly #kept = new Map<number, number>();
  /** The cells of the words of all kept documents one after another, what each word says, and where documents begin. */
  #cells = new Int32Array(FIRST_TOKENS);
  #says = new Float32Array(FIRST_TOKENS);
  readonly #starts: number[] = [0];
  #cost = 0;
  #visits = 0;
  /** How many documents of the n-gram have a word, by some bits of its hash. */
  readonly #counts = new Uint32Array(CELLS);
  /** The document that had a word last while documents were kept. */
  readonly #owners = new Int32Array(CELLS).fill(-1);
  /** The documents that are counted now, each distinct text once. */
  #counted: number[] = [];
  /** Whether a bound was reached. */
  overflowed = false;

  /** Keeps the document that the model has just read; its number among the kept ones, -1 when there is no room. */
  keep({ hashes, count, label, document }: TokenText, model: LabelModel, reading: Reading): number {
    const known = this.#kept.get(document);
    if (known !== undefined) return known;
    if (this.#cost + count + DOCUMENT_COST > TOKENS_MAX) {
      this.overflowed = true;
      return -1;
    }
    this.#cost += count + DOCUMENT_COST;
    const kept = this.#starts.length - 1;
    const start = this.#starts[kept]!;
    this.#makeRoom(start + count);
    const [cells, says, owners] = [this.#cells, this.#says, this.#owners];
    const said = model.saysOf(label, reading.rival);
    for (let i = 0; i < count; i++) {
      const cell = hashes[i]! & (CELLS - 1);
      cells[start + i] = owners[cell] === kept ? cell | AGAIN : cell;
      owners[cell] = kept;
      says[start + i] = said[i]!;
    }
    this.#starts.push(start + count);
    this.#kept.set(document, kept);
    return kept;
  }

  #makeRoom(tokens: number): void {
    if (this.#cells.length >= tokens) return;
    const [cells, says] = [this.#cells, this.#says];
    this.#cells = new Int32Array(tokens * 2);
    this.#cells.set(cells);
    this.#says = new Float32Array(tokens * 2);
    this.#says.set(says);
  }

  /** Weighs the documents of one n-gram anew, without what they share. */
  weigh(places: readonly SuspectPlace[], evidence: Evidence): void {
    let cost = 0;
    for (const { kept } of places) {
      if (kept >= 0) cost += this.#starts[kept + 1]! - this.#starts[kept]!;
    }
    if (this.#visits + cost > VISITS_MAX) {
      this.overflowed = true;
      return;
    }
    this.#visits += cost;
    this.#count(places);
    let first = true;
    for (const place of places) {
      if (place.kept < 0) continue;
      place.nats = evidence.nats(this.#marginWithout(place, first));
      if (!place.repeat) first = false;
    }
  }

  /** Counts the words of distinct texts, each once a text. N-grams of one phrase have the same texts one after another. */
  #count(places: readonly SuspectPlace[]): void {
    const distinct: number[] = [];
    for (const { kept, repeat } of places) if (!repeat && kept >= 0) distinct.push(kept);
    const last = this.#counted;
    if (distinct.length === last.length && distinct.every((kept, i) => kept === last[i])) return;
    for (const kept of last) this.#addTo(kept, 0);
    for (const kept of distinct) this.#addTo(kept, 1);
    this.#counted = distinct;
  }

  /** Adds a document's words to the counts, or with 0 clears them. */
  #addTo(kept: number, by: 0 | 1): void {
    const [cells, counts] = [this.#cells, this.#counts];
    const end = this.#starts[kept + 1]!;
    for (let i = this.#starts[kept]!; i < end; i++) {
      const cell = cells[i]!;
      if (cell >= AGAIN) continue;
      counts[cell] = by === 0 ? 0 : counts[cell]! + 1;
    }
  }

  #marginWithout({ kept, first, width }: SuspectPlace, whole: boolean): number {
    const [cells, says, counts] = [this.#cells, this.#says, this.#counts];
    const vouched = VOUCHED_SHARE * this.#counted.length;
    const template = whole ? Infinity : TEMPLATE_SHARE * this.#counted.length;
    const start = this.#starts[kept]!;
    const end = this.#starts[kept + 1]!;
    const from = start + first;
    const to = from + width;
    let sum = 0;
    let count = 0;
    for (let i = start; i < end; i++) {
      if (i >= from && i < to) continue;
      const say = says[i]!;
      if (counts[cells[i]! & (AGAIN - 1)]! >= (say > 0 ? vouched : template)) continue;
      sum += say;
      count++;
    }
    return sum / Math.sqrt(count + 1);
  }
}
