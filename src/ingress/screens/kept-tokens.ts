/**
 * The tokens of a set's documents, kept between readings while they fit, so that a set of ordinary size is read and cut
 * once. A larger set is read again instead; nothing else depends on which.
 */
import type { TokenReader } from './tokens.ts';

/** A document as the second and third readings see it. */
export interface TokenText {
  readonly hashes: Int32Array;
  readonly count: number;
  readonly textHash: number;
  /** -1 without a label that is told apart. */
  readonly label: number;
  /** -1 without a source. */
  readonly source: number;
  readonly document: number;
}

/** 128 MiB of tokens: about 200 MB of English text. */
export const TOKENS_KEPT_MAX = 1 << 25;
const DOCUMENTS_MAX = 1 << 21;
const CHUNK = 1 << 20;
/** Numbers kept per document: chunk, place, count, hash, label, source. */
const FIELDS = 6;

/** Keeps documents in the order of their numbers, which count from 0. */
export class KeptTokens {
  /** Whether every document is here. */
  complete = true;
  readonly #max: number;
  #chunks: Int32Array[] = [];
  #used = CHUNK;
  #tokens = 0;
  #facts = new Int32Array(1024 * FIELDS);
  #documents = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Keeps the document whose tokens were just read. */
  add({ hashes, count, textHash }: TokenReader, label: number, source: number): void {
    if (!this.complete) return;
    this.#tokens += count;
    if (this.#tokens > this.#max || this.#documents >= DOCUMENTS_MAX) {
      this.complete = false;
      this.#chunks = [];
      this.#facts = new Int32Array(0);
      return;
    }
    let chunk = this.#chunks.at(-1);
    if (chunk === undefined || this.#used + count > chunk.length) {
      // Small sets take small chunks; a long text takes one of its own size.
      chunk = new Int32Array(Math.max(count, Math.min(CHUNK, 4096 << this.#chunks.length)));
      this.#chunks.push(chunk);
      this.#used = 0;
    }
    chunk.set(hashes.subarray(0, count), this.#used);
    if (this.#facts.length < (this.#documents + 1) * FIELDS) {
      const larger = new Int32Array(this.#facts.length * 2);
      larger.set(this.#facts);
      this.#facts = larger;
    }
    const facts = this.#facts;
    const at = this.#documents * FIELDS;
    facts[at] = this.#chunks.length - 1;
    facts[at + 1] = this.#used;
    facts[at + 2] = count;
    facts[at + 3] = textHash;
    facts[at + 4] = label;
    facts[at + 5] = source;
    this.#used += count;
    this.#documents++;
  }

  /** Calls back with every document. */
  each(visit: (text: TokenText) => void): void {
    const facts = this.#facts;
    for (let document = 0; document < this.#documents; document++) {
      const at = document * FIELDS;
      const start = facts[at + 1]!;
      const count = facts[at + 2]!;
      visit({
        hashes: this.#chunks[facts[at]!]!.subarray(start, start + count),
        count,
        textHash: facts[at + 3]!,
        label: facts[at + 4]!,
        source: facts[at + 5]!,
        document,
      });
    }
  }
}
