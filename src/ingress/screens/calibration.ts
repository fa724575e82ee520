/** A sample of a set's documents, by hash, from which margins learn what they mean; memory is fixed. */
import { Evidence, foldOf } from './label-model.ts';
import type { LabelModel, Reading } from './label-model.ts';
import { NgramCounts } from './ngrams.ts';
import { mix } from './tokens.ts';
import type { TokenReader } from './tokens.ts';

const TOKENS_MAX = 600_000;

/** What a document costs besides its tokens. */
const DOCUMENT_COST = 16;

interface Sampled {
  readonly lot: number;
  readonly textHash: number;
  readonly label: number;
  /** Where its tokens begin, and how many they are. */
  start: number;
  readonly count: number;
}

/** Keeps all documents while they fit, then every second, fourth, … by the hash of their text. */
export class Sample {
  #documents: Sampled[] = [];
  /** The tokens of all documents one after another. */
  #hashes = new Int32Array(1 << 12);
  #used = 0;
  #tokens = 0;
  #limit = 2 ** 32;

  /** Offers a labelled document. */
  add({ hashes, count, textHash }: TokenReader, label: number): void {
    const lot = mix(textHash ^ 0x5bd1e995) >>> 0;
    if (lot >= this.#limit) return;
    if (this.#hashes.length < this.#used + count) {
      const larger = new Int32Array((this.#used + count) * 2);
      larger.set(this.#hashes.subarray(0, this.#used));
      this.#hashes = larger;
    }
    this.#hashes.set(hashes.subarray(0, count), this.#used);
    this.#documents.push({ lot, textHash, label, start: this.#used, count });
    this.#used += count;
    this.#tokens += count + DOCUMENT_COST;
    while (this.#tokens > TOKENS_MAX && this.#limit > 1) this.#halve();
  }

  #halve(): void {
    this.#limit /= 2;
    this.#documents = this.#documents.filter((each) => each.lot < this.#limit);
    this.#used = 0;
    for (const each of this.#documents) {
      this.#hashes.copyWithin(this.#used, each.start, each.start + each.count);
      each.start = this.#used;
      this.#used += each.count;
    }
    this.#tokens = this.#used + this.#documents.length * DOCUMENT_COST;
  }

  /** The share of all documents that the sample stands for. */
  get share(): number {
    return this.#limit / 2 ** 32;
  }

  /** How often each n-gram occurs in the sample, and how often one came to one of the thresholds. */
  countNgrams(thresholds: readonly number[]): NgramCounts {
    const counts = new NgramCounts(thresholds);
    for (const { start, count } of this.#documents) {
      counts.add(this.#hashes.subarray(start, start + count), count);
    }
    return counts;
  }

  /** Learns what margins mean for each label. */
  calibrate(model: LabelModel): Evidence[] {
    const evidence = Array.from({ length: model.labels }, () => new Evidence());
    const reading: Reading = { rival: 0, margin: 0 };
    for (const { start, count, textHash, label } of this.#documents) {
      const hashes = this.#hashes.subarray(start, start + count);
      for (let of = 0; of < model.labels; of++) {
        model.read(hashes, count, of, foldOf(textHash), reading);
        evidence[of]!.learn(reading.margin, of === label);
      }
    }
    return evidence;
  }
}
