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
  readonly first: number;
  readonly width: number;
  /** Whether the same text was there before. */
  readonly repeat: boolean;
  /** Evidence that the document reads like another label. */
  nats: number;
}

interface Kept {
  readonly hashes: Int32Array;
  readonly says: Float32Array;
}

/** The documents of suspected n-grams. */
export class SharedWords {
  readonly #kept = new Map<number, Kept>();
  #tokens = 0;
  #visits = 0;
  /** How many documents of the n-gram have a word, by some bits of its hash; stamped by n-gram and document. */
  readonly #counts = new Uint32Array(CELLS);
  readonly #stamps = new Float64Array(CELLS);
  #stamp = 0;
  #begun = 0;
  #vouched = 0;
  #template = 0;
  /** Whether a bound was reached. */
  overflowed = false;

  /** Keeps the document that the model has just read. */
  keep({ hashes, count, label, document }: TokenText, model: LabelModel, reading: Reading): void {
    if (this.#kept.has(document)) return;
    if (this.#tokens + count + DOCUMENT_COST > TOKENS_MAX) {
      this.overflowed = true;
      return;
    }
    this.#tokens += count + DOCUMENT_COST;
    const says = Float32Array.from({ length: count }, (_, i) =>
      model.sayOf(i, label, reading.rival),
    );
    this.#kept.set(document, { hashes: hashes.slice(0, count), says });
  }

  /** Weighs the documents of one n-gram anew, without what they share. */
  weigh(places: readonly SuspectPlace[], evidence: Evidence): void {
    const cost = places.reduce(
      (sum, { document }) => sum + (this.#kept.get(document)?.hashes.length ?? 0),
      0,
    );
    if (this.#visits + cost > VISITS_MAX) {
      this.overflowed = true;
      return;
    }
    this.#visits += cost;
    this.#count(places);
    let first = true;
    for (const place of places) {
      const kept = this.#kept.get(place.document);
      if (kept === undefined) continue;
      place.nats = evidence.nats(this.#marginWithout(kept, place, first));
      if (!place.repeat) first = false;
    }
  }

  /** Counts the words of distinct texts, each once a text. */
  #count(places: readonly SuspectPlace[]): void {
    this.#begun = ++this.#stamp;
    const [counts, stamps] = [this.#counts, this.#stamps];
    let documents = 0;
    for (const { document, repeat } of places) {
      const kept = this.#kept.get(document);
      if (repeat || kept === undefined) continue;
      documents++;
      const stamp = ++this.#stamp;
      for (const hash of kept.hashes) {
        const cell = hash & (CELLS - 1);
        if (stamps[cell] === stamp) continue;
        counts[cell] = stamps[cell]! < this.#begun ? 1 : counts[cell]! + 1;
        stamps[cell] = stamp;
      }
    }
    this.#vouched = VOUCHED_SHARE * documents;
    this.#template = TEMPLATE_SHARE * documents;
  }

  #marginWithout({ hashes, says }: Kept, { first, width }: SuspectPlace, whole: boolean): number {
    const [counts, stamps] = [this.#counts, this.#stamps];
    let sum = 0;
    let count = 0;
    for (let i = 0; i < hashes.length; i++) {
      if (i >= first && i < first + width) continue;
      const cell = hashes[i]! & (CELLS - 1);
      const having = stamps[cell]! >= this.#begun ? counts[cell]! : 0;
      const say = says[i]!;
      if (say > 0 ? having >= this.#vouched : having >= this.#template && !whole) continue;
      sum += say;
      count++;
    }
    return sum / Math.sqrt(count + 1);
  }
}
