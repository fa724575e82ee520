/** A sample of a set's documents, by hash, from which margins learn what they mean; memory is fixed. */
import { Evidence, foldOf } from './label-model.ts';
import type { LabelModel, Reading } from './label-model.ts';
import { NgramCounts } from './ngrams.ts';
import { mix } from './tokens.ts';
import type { TokenReader } from './tokens.ts';

const TOKENS_MAX = 600_000;

interface Sampled {
  readonly lot: number;
  readonly textHash: number;
  readonly label: number;
  readonly hashes: Int32Array;
}

/** Keeps all documents while they fit, then every second, fourth, … by the hash of their text. */
export class Sample {
  #documents: Sampled[] = [];
  #tokens = 0;
  #limit = 2 ** 32;

  /** Offers a labelled document. */
  add({ hashes, count, textHash }: TokenReader, label: number): void {
    const lot = mix(textHash ^ 0x5bd1e995) >>> 0;
    if (lot >= this.#limit) return;
    this.#documents.push({ lot, textHash, label, hashes: hashes.slice(0, count) });
    this.#tokens += count + 16;
    while (this.#tokens > TOKENS_MAX && this.#limit > 1) {
      this.#limit /= 2;
      this.#documents = this.#documents.filter((each) => each.lot < this.#limit);
      this.#tokens = this.#documents.reduce((sum, each) => sum + each.hashes.length + 16, 0);
    }
  }

  /** The share of all documents that the sample stands for. */
  get share(): number {
    return this.#limit / 2 ** 32;
  }

  /** How often each n-gram occurs in the sample, and how often one came to one of the thresholds. */
  countNgrams(thresholds: readonly number[]): NgramCounts {
    const counts = new NgramCounts(thresholds);
    for (const { hashes } of this.#documents) counts.add(hashes, hashes.length);
    return counts;
  }

  /** Learns what margins mean for each label. */
  calibrate(model: LabelModel): Evidence[] {
    const evidence = Array.from({ length: model.labels }, () => new Evidence());
    const reading: Reading = { rival: 0, margin: 0 };
    for (const { hashes, textHash, label } of this.#documents) {
      for (let of = 0; of < model.labels; of++) {
        model.read(hashes, hashes.length, of, foldOf(textHash), reading);
        evidence[of]!.learn(reading.margin, of === label);
      }
    }
    return evidence;
  }
}
