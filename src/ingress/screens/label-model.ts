/**
 * A cross-fitted model of what each label's texts look like, to ask of a document: does it read like its label?
 *
 * Naive Bayes on words, in four folds by text, so that a document never vouches for itself. A word counts as often as it has
 * different neighbours, the fewer of before and after: a phrase that always stands whole vouches once, however often it was
 * planted. Every word's say is clipped, so that no rare trigger outweighs the rest of a text. Memory is fixed: the tables do
 * not grow with the set.
 */
import { mix } from './tokens.ts';

/** The most labels that are told apart; with more, label screens do not run, and the report says so. */
export const LABELS_MAX = 16;

const FOLDS = 4;
const CELLS = 1 << 22;
/** Bits of the table of pairs: up to 32 MiB. When most are set, in sets of many gigabytes, later words count less. */
const PAIR_BITS_MAX = 1 << 28;
const PAIR_BITS_MIN = 1 << 22;
const COUNT_MAX = 65_535;
/** What stands before the first word and after the last. */
const EDGE = 0x2545f491;
const CLIP = 3;
const SMOOTHING = 1;

/** ln of small integers plus smoothing, since counts of words are mostly small. */
const LOGS = Float64Array.from({ length: 4096 }, (_, count) => Math.log(count + SMOOTHING));
const logCount = (count: number): number => LOGS[count] ?? Math.log(count + SMOOTHING);

/** The fold of a document; equal texts are in one fold. */
export const foldOf = (textHash: number): number => mix(textHash ^ 0x3c6ef372) & (FOLDS - 1);

/** How a document stands to its label. */
export interface Reading {
  /** The strongest other label. */
  rival: number;
  /** Evidence of the words for the label against the rival, divided by the root of their number. */
  margin: number;
}

/** The table with half as many buckets of twice the width: the upper half added to the lower one. */
function foldTable(old: Uint16Array, buckets: number, width: number): Uint16Array {
  const table = new Uint16Array(old.length);
  for (let bucket = 0; bucket < buckets; bucket++) {
    for (let cell = 0; cell < width; cell++) {
      const sum = old[bucket * width + cell]! + old[(bucket + buckets) * width + cell]!;
      table[bucket * width * 2 + cell] = Math.min(COUNT_MAX, sum);
    }
  }
  return table;
}

/** Counts of words by label and fold. */
export class LabelModel {
  /** How many labels were learnt. */
  labels = 0;
  /** Room for so many labels in each bucket; doubles as labels appear, while the number of buckets halves. */
  #room = 2;
  #buckets = CELLS / (2 * FOLDS);
  /** After how many different words each word stands, and before how many; side by side. */
  #neighbours: Uint16Array = new Uint16Array(2 * CELLS);
  /** The pairs of neighbours that were met, by label and fold. */
  readonly #pairs: Uint32Array;
  /** The smaller of the two counts; after {@link freeze}. */
  readonly #counts = new Uint16Array(CELLS);
  readonly #totals = new Float64Array(LABELS_MAX * FOLDS);
  readonly #sums = new Float64Array(LABELS_MAX);
  /** What each bucket says for each label in each fold; laid out as the counts. */
  readonly #says = new Float32Array(CELLS);
  /** The document that was read last. */
  #hashes: Int32Array = new Int32Array(0);
  #length = 0;
  #fold = 0;
  /** What its tokens say for one label against another, once that was asked. */
  #asked = new Float64Array(1024);
  #askedOf = -1;

  /** `bytes` is about how much text there will be, for the size of the table of pairs. */
  constructor(bytes = PAIR_BITS_MAX) {
    const bits = 2 ** Math.ceil(Math.log2(Math.max(PAIR_BITS_MIN, bytes)));
    this.#pairs = new Uint32Array(Math.min(PAIR_BITS_MAX, bits) / 32);
  }

  /** Learns the tokens of one document, each as often as it has new neighbours on both sides. */
  add(hashes: Int32Array, count: number, label: number, fold: number): void {
    this.labels = Math.max(this.labels, label + 1);
    while (label >= this.#room) this.#widen();
    const mask = this.#buckets - 1;
    const room = this.#room;
    const neighbours = this.#neighbours;
    const pairs = this.#pairs;
    const cells = pairs.length - 1;
    const own = label * FOLDS + fold;
    const salt = Math.imul(own + 1, 0x85ebca77);
    let last = EDGE;
    for (let i = 0; i <= count; i++) {
      const next = i < count ? hashes[i]! : EDGE;
      const pair = mix(Math.imul(last, 0x9e3779b1) ^ next ^ salt);
      const cell = (pair >>> 5) & cells;
      const bit = 1 << (pair & 31);
      if ((pairs[cell]! & bit) === 0) {
        pairs[cell]! |= bit;
        const before = ((last & mask) * room * FOLDS + own) * 2 + 1;
        const after = ((next & mask) * room * FOLDS + own) * 2;
        // The largest count stays: it would wrap to 0 otherwise.
        if (neighbours[before]! < COUNT_MAX) neighbours[before]!++;
        if (neighbours[after]! < COUNT_MAX) neighbours[after]!++;
      }
      last = next;
    }
  }

  /** Makes room for twice the labels by folding the upper half of the buckets onto the lower one. */
  #widen(): void {
    const width = this.#room * FOLDS * 2;
    this.#room *= 2;
    this.#buckets /= 2;
    this.#neighbours = foldTable(this.#neighbours, this.#buckets, width);
  }

  /** Ends learning: turns counts into what each word says for each label, from the other folds. */
  freeze(): void {
    const room = this.#room;
    const [counts, neighbours, width] = [this.#counts, this.#neighbours, room * FOLDS];
    // Both counts at once: most words are in few cells, and most cells have none.
    const pairs = new Uint32Array(neighbours.buffer);
    const met: number[] = [];
    for (let bucket = 0; bucket < this.#buckets; bucket++) {
      let some = 0;
      for (let cell = 0; cell < width; cell++) {
        const at = bucket * width + cell;
        if (pairs[at] === 0) continue;
        const count = Math.min(neighbours[2 * at]!, neighbours[2 * at + 1]!);
        counts[at] = count;
        this.#totals[cell]! += count;
        some |= count;
      }
      if (some !== 0) met.push(bucket);
    }
    this.#neighbours = new Uint16Array(0);
    const rests = Array.from({ length: FOLDS }, (_, fold) => this.#logTotals(fold));
    const says = this.#says;
    for (const bucket of met) {
      const base = bucket * width;
      for (let fold = 0; fold < FOLDS; fold++) {
        let all = 0;
        for (let c = 0; c < this.labels; c++) {
          all += this.#heldOut(base + c * FOLDS, fold);
        }
        // A word that no other fold has says nothing.
        if (all === 0) continue;
        for (let c = 0; c < this.labels; c++) {
          const own = this.#heldOut(base + c * FOLDS, fold);
          const say = logCount(own) - logCount(all - own) - rests[fold]![c]!;
          says[base + c * FOLDS + fold] = Math.max(-CLIP, Math.min(CLIP, say));
        }
      }
    }
  }

  #heldOut(at: number, fold: number): number {
    let sum = 0;
    for (let f = 0; f < FOLDS; f++) if (f !== fold) sum += this.#counts[at + f]!;
    return sum;
  }

  /** The words' evidence on a document under `label`; after {@link freeze}. The tokens are kept until the next call. */
  read(hashes: Int32Array, count: number, label: number, fold: number, out: Reading): void {
    const { labels } = this;
    this.#hashes = hashes;
    this.#length = count;
    this.#fold = fold;
    this.#askedOf = -1;
    const sums = this.#sums.fill(0, 0, labels);
    const mask = this.#buckets - 1;
    const width = this.#room * FOLDS;
    const says = this.#says;
    for (let i = 0; i < count; i++) {
      let at = (hashes[i]! & mask) * width + fold;
      for (let c = 0; c < labels; c++) {
        sums[c]! += says[at]!;
        at += FOLDS;
      }
    }
    out.rival = label === 0 ? 1 : 0;
    for (let c = 0; c < labels; c++) if (c !== label && sums[c]! > sums[out.rival]!) out.rival = c;
    out.margin = (sums[label]! - sums[out.rival]!) / Math.sqrt(count + 1);
  }

  /** The margin of the document that was read last, without the tokens from `from` on, `width` of them. */
  marginWithout(reading: Reading, label: number, from: number, width: number): number {
    let masked = 0;
    for (let i = from; i < from + width; i++) masked += this.sayOf(i, label, reading.rival);
    const whole = reading.margin * Math.sqrt(this.#length + 1);
    return (whole - masked) / Math.sqrt(Math.max(1, this.#length + 1 - width));
  }

  /** What each token of the document that was read last says for `label` against `rival`; valid until the next call. */
  saysOf(label: number, rival: number): Float64Array {
    const asked = label * LABELS_MAX + rival;
    if (this.#askedOf === asked) return this.#asked;
    this.#askedOf = asked;
    const count = this.#length;
    if (this.#asked.length < count) this.#asked = new Float64Array(count * 2);
    const [out, hashes, says] = [this.#asked, this.#hashes, this.#says];
    const mask = this.#buckets - 1;
    const width = this.#room * FOLDS;
    const own = label * FOLDS + this.#fold;
    const other = rival * FOLDS + this.#fold;
    for (let i = 0; i < count; i++) {
      const base = (hashes[i]! & mask) * width;
      out[i] = says[base + own]! - says[base + other]!;
    }
    return out;
  }

  /** What token `i` of the document that was read last says for `label` against `rival`. */
  sayOf(i: number, label: number, rival: number): number {
    const base = (this.#hashes[i]! & (this.#buckets - 1)) * this.#room * FOLDS + this.#fold;
    return this.#says[base + label * FOLDS]! - this.#says[base + rival * FOLDS]!;
  }

  #logTotals(fold: number): Float64Array {
    const totals = new Float64Array(this.labels);
    let all = 0;
    for (let c = 0; c < this.labels; c++) {
      for (let f = 0; f < FOLDS; f++) if (f !== fold) totals[c]! += this.#totals[c * FOLDS + f]!;
      all += totals[c]!;
    }
    for (let c = 0; c < this.labels; c++) {
      totals[c] = Math.log(totals[c]! + 1) - Math.log(all - totals[c]! + 1);
    }
    return totals;
  }
}

const BINS = 48;
const MARGIN_MAX = 6;
/** Of the documents with a planted trigger, this share is assumed to read like another label. */
const CONFLICT_SHARE = 0.8;

/** What one document without conflict costs a suspicion, in nats. */
export const AGREEMENT_NATS = Math.log(1 - CONFLICT_SHARE);

function binOf(margin: number): number {
  const at = Math.floor(((margin + MARGIN_MAX) / (2 * MARGIN_MAX)) * BINS);
  return Math.max(0, Math.min(BINS - 1, at));
}

/**
 * Turns margins into evidence: the likelihood ratio of "text of another label" against "text of this label", learnt from
 * the margins of held-out documents, mixed so that a document that agrees costs at most {@link AGREEMENT_NATS}. If labels
 * are right, the expected ratio is 1, so a product of them above 1/α comes by chance with probability below α.
 */
export class Evidence {
  readonly #own: Float64Array;
  readonly #other: Float64Array;
  #nats: Float64Array | undefined;

  constructor() {
    this.#own = new Float64Array(BINS).fill(0.25);
    this.#other = new Float64Array(BINS).fill(0.25);
  }

  /** Learns from a held-out document; `own` says whether it carries the label that the margin is for. */
  learn(margin: number, own: boolean): void {
    (own ? this.#own : this.#other)[binOf(margin)]!++;
    this.#nats = undefined;
  }

  /** The evidence of a margin, in nats; above 0 the document reads like another label. */
  nats(margin: number): number {
    this.#nats ??= this.#fit();
    return this.#nats[binOf(margin)]!;
  }

  /** From this margin on, with room for rounding, the evidence is below 0. */
  get marginMax(): number {
    const last = (this.#nats ??= this.#fit()).findLastIndex((nats) => nats >= 0);
    if (last === BINS - 1) return Infinity;
    return last < 0 ? -Infinity : ((last + 1) / BINS) * 2 * MARGIN_MAX - MARGIN_MAX;
  }

  /** The ratio may only fall as the margin grows: neighbours that disagree are pooled. */
  #fit(): Float64Array {
    interface Pool {
      own: number;
      other: number;
      bins: number;
    }
    const pools: Pool[] = [];
    for (let bin = 0; bin < BINS; bin++) {
      let pool: Pool = { own: this.#own[bin]!, other: this.#other[bin]!, bins: 1 };
      for (let before = pools.at(-1); before !== undefined; before = pools.at(-1)) {
        if (before.other * pool.own > pool.other * before.own) break;
        pools.pop();
        pool = {
          own: before.own + pool.own,
          other: before.other + pool.other,
          bins: before.bins + pool.bins,
        };
      }
      pools.push(pool);
    }
    const ownAll = this.#own.reduce((a, b) => a + b, 0);
    const otherAll = this.#other.reduce((a, b) => a + b, 0);
    return Float64Array.from(
      pools.flatMap(({ own, other, bins }) => {
        const ratio = other / otherAll / (own / ownAll);
        const nats = Math.log(CONFLICT_SHARE * ratio + 1 - CONFLICT_SHARE);
        return Array.from({ length: bins }, () => nats);
      }),
    );
  }
}
