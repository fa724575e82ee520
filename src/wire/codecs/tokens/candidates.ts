/**
 * Guesses of a whole value, tried one after the other, one binary decision each.
 *
 * Voters propose values; equal proposals are joined and tried in the order of the trust that their voters have earned.
 * Where a voter is reliable, a whole token costs a hundredth of a bit.
 */
import type { Engine, Mix } from '../../engine/index.ts';
import { hash2, hash3 } from './hash.ts';

const VOTERS_MAX = 16;
const TRIES_MAX = 10;

/** What a candidate coder has learned. */
export interface SavedCandidates {
  readonly trust: Int32Array;
  readonly outcomes: Uint16Array;
}

/** Collects votes for one token and codes which of them, if any, is right. */
export class CandidateCoder {
  readonly #mix: Mix;
  readonly #trust = new Int32Array(VOTERS_MAX * 16).fill(1024);
  readonly #values = new Float64Array(VOTERS_MAX);
  readonly #grades = new Int32Array(VOTERS_MAX);
  readonly #tried = new Uint8Array(VOTERS_MAX);
  readonly #outcomes = new Uint16Array(65536);
  #count = 0;

  constructor(engine: Engine) {
    this.#mix = engine.mix({
      contexts: 6,
      guesses: 0,
      selectors: [64, 256],
      symbolBits: 1,
      tableBits: 18,
    });
  }

  /** The models of this coder. */
  get mixes(): readonly Mix[] {
    return [this.#mix];
  }

  /** A copy of what was learned outside of the models. */
  save(): SavedCandidates {
    return { trust: this.#trust.slice(), outcomes: this.#outcomes.slice() };
  }

  /** Takes up what was saved. */
  restore(saved: SavedCandidates): void {
    this.#trust.set(saved.trust);
    this.#outcomes.set(saved.outcomes);
  }

  /** Forgets the votes of the token before. */
  reset(): void {
    this.#count = 0;
  }

  /** Adds the next voter's proposal; NaN abstains. A voter keeps its place for every token of a kind. */
  vote(value: number, grade: number): void {
    if (this.#count >= VOTERS_MAX) return;
    this.#values[this.#count] = value;
    this.#grades[this.#count++] = grade;
  }

  /** Codes which proposal equals `wanted`; gives that value, or NaN when none does. */
  code(wanted: number, slot: number, context: number): number {
    const { contexts, selectors } = this.#mix;
    const cell = (slot ^ (slot >>> 16)) & 65535;
    const outcomes = this.#outcomes[cell] ?? 0;
    this.#tried.fill(0);
    let result = NaN;
    let tries = 0;
    while (tries < TRIES_MAX) {
      const best = this.#best();
      if (best < 0) break;
      const value = this.#values[best] ?? NaN;
      const score = this.#mark(value);
      const signature = this.#signature(value);
      contexts[0] = hash3(1, signature, tries);
      contexts[1] = hash3(2, slot, (tries << 4) | (this.#grades[0] ?? 0));
      contexts[2] = hash3(3, slot, signature);
      contexts[3] = hash3(hash2(4, slot), outcomes & 0xfff, tries);
      contexts[4] = hash3(hash2(5, context), slot, tries);
      contexts[5] = hash3(6, score, (tries << 8) | (outcomes & 0xff));
      selectors[0] = Math.min(3, tries) * 16 + Math.min(15, score >> 1);
      selectors[1] = outcomes & 255;
      tries++;
      if (this.#mix.code(value === wanted ? 1 : 0) === 1) {
        result = value;
        break;
      }
    }
    // After a miss the decoder does not know the truth yet, so nobody learns from an untried vote.
    this.#learn(result);
    const outcome = Number.isNaN(result) ? 15 : Math.min(7, tries);
    this.#outcomes[cell] = ((outcomes << 4) | outcome) & 0xffff;
    return result;
  }

  /** The voter with the most trusted proposal that was not tried yet. */
  #best(): number {
    let best = -1;
    let bestScore = -1;
    for (let i = 0; i < this.#count; i++) {
      const value = this.#values[i] ?? NaN;
      if (this.#tried[i] !== 0 || Number.isNaN(value)) continue;
      let score = 0;
      for (let j = 0; j < this.#count; j++) {
        if (this.#values[j] !== value) continue;
        const trust = this.#trust[j * 16 + (this.#grades[j] ?? 0)] ?? 0;
        score = Math.max(score, trust) + (Math.min(score, trust) >> 2);
      }
      if (score > bestScore) {
        best = i;
        bestScore = score;
      }
    }
    return best;
  }

  /** Marks a proposal as tried; gives a grade of its trust, 0..31. */
  #mark(value: number): number {
    let score = 0;
    for (let j = 0; j < this.#count; j++) {
      if (this.#values[j] !== value) continue;
      this.#tried[j] = 1;
      score = Math.max(score, this.#trust[j * 16 + (this.#grades[j] ?? 0)] ?? 0);
    }
    return score < 3584 ? score >> 8 : 14 + ((score - 3584) >> 5);
  }

  #signature(value: number): number {
    let signature = 0;
    for (let j = 0; j < this.#count; j++) {
      const vote = this.#values[j] ?? NaN;
      signature = signature * 3 + (Number.isNaN(vote) ? 0 : vote === value ? 1 : 2);
    }
    return signature;
  }

  #learn(truth: number): void {
    for (let j = 0; j < this.#count; j++) {
      const vote = this.#values[j] ?? NaN;
      if (Number.isNaN(vote)) continue;
      const at = j * 16 + (this.#grades[j] ?? 0);
      const trust = this.#trust[at] ?? 0;
      this.#trust[at] = trust + (((vote === truth ? 4095 : 0) - trust) >> 4);
    }
  }
}
