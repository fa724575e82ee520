/** Spells text that no guess has found: UTF-8 byte by byte, with contexts of order 0 to 6, word, slot and a match. */
import type { Engine, Mix } from '../../engine/index.ts';
import { tokenErrors } from './errors.ts';
import { hash2, hash3 } from './hash.ts';

const HISTORY_SIZE = 1 << 22;
const INDEX_SIZE = 1 << 18;
const MATCH_MIN = 4;

/** What was spelled, and where to find it. */
export interface SavedBytes {
  readonly bytes: Uint8Array;
  readonly index: Int32Array;
}

/** Codes strings without NUL. What was spelled before, in any slot, is the model for what comes. */
export class TextSpeller {
  readonly #mix: Mix;
  readonly #engine: Engine;
  readonly #past = new PastBytes();
  readonly #encoder = new TextEncoder();
  readonly #bytesMax: number;

  constructor(engine: Engine, bytesMax: number) {
    this.#engine = engine;
    this.#bytesMax = bytesMax;
    this.#mix = engine.mix({
      contexts: 10,
      guesses: 1,
      selectors: [256, 64],
      symbolBits: 8,
      tableBits: 20,
    });
  }

  /** The models of this coder. */
  get mixes(): readonly Mix[] {
    return [this.#mix];
  }

  /** A copy of what was spelled. */
  save(): SavedBytes {
    return this.#past.save();
  }

  /** Takes up what was saved. */
  restore(saved: SavedBytes): void {
    this.#past.restore(saved);
  }

  /** Codes one string. `slot` says where in the document, `hint` anything that is known beside. */
  text(value: string, slot: number, hint: number): string {
    const bytes = this.#engine.mode === 'decode' ? new Uint8Array(0) : this.#encoder.encode(value);
    const out: number[] = [];
    const past = this.#past;
    past.begin();
    let word = 0;
    for (let i = 0; ; i++) {
      this.#fill(out, word, slot, hint);
      const byte = this.#mix.code(i < bytes.length ? (bytes[i] ?? 0) : 0);
      past.push(byte);
      if (byte === 0) break;
      out.push(byte);
      if (out.length > this.#bytesMax)
        throw tokenErrors.error('TEXT_TOO_LONG', { limit: this.#bytesMax });
      const lower = byte | 32;
      word = (lower >= 97 && lower <= 122) || byte >= 128 ? hash2(word, lower) : 0;
    }
    if (this.#engine.mode !== 'decode') return value;
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
        Uint8Array.from(out),
      );
    } catch (cause) {
      throw tokenErrors.error('TEXT_INVALID', {}, { cause });
    }
  }

  #fill(out: readonly number[], word: number, slot: number, hint: number): void {
    const { contexts, selectors, guesses, confidences } = this.#mix;
    const n = out.length;
    const c1 = out[n - 1] ?? 0;
    const c2 = out[n - 2] ?? 0;
    const c3 = out[n - 3] ?? 0;
    const c4 = out[n - 4] ?? 0;
    const start = Math.min(n, 6);
    const o2 = c1 | (c2 << 8);
    const o4 = o2 | (c3 << 16) | (c4 << 24);
    contexts[0] = hash2(0, slot);
    contexts[1] = hash2(c1, 1);
    contexts[2] = hash2(o2, 2);
    contexts[3] = hash2(o2 | (c3 << 16), 3 + (start < 3 ? start << 4 : 0));
    contexts[4] = hash2(o4, 4 + (start < 4 ? start << 4 : 0));
    contexts[5] = hash3(o4, out[n - 5] ?? 0, 5 + ((out[n - 6] ?? 0) << 8));
    contexts[6] = hash3(word, c1, 6);
    contexts[7] = hash3(slot, o2, start);
    contexts[8] = hash3(slot, hash2(hint, n), c1);
    contexts[9] = hash3(slot, o4, 9);
    guesses[0] = this.#past.predicted;
    confidences[0] = this.#past.confidence;
    selectors[0] = c1;
    selectors[1] =
      Math.min(15, this.#past.confidence) * 4 +
      (n === 0 ? 0 : word !== 0 ? 1 : c1 >= 48 && c1 < 58 ? 2 : 3);
  }
}

/** All bytes spelled so far and the match that predicts the next one. */
class PastBytes {
  #bytes = new Uint8Array(4096);
  readonly #index = new Int32Array(INDEX_SIZE).fill(-1);
  #size = 0;
  #pointer = -1;
  #length = 0;

  save(): SavedBytes {
    return { bytes: this.#bytes.slice(0, this.#size), index: this.#index.slice() };
  }

  restore(saved: SavedBytes): void {
    if (saved.bytes.length > this.#bytes.length)
      this.#bytes = new Uint8Array(saved.bytes.length * 2);
    this.#bytes.set(saved.bytes);
    this.#index.set(saved.index);
    this.#size = saved.bytes.length;
  }

  get predicted(): number {
    return this.#pointer < 0 ? -1 : (this.#bytes[this.#pointer] ?? 0);
  }

  get confidence(): number {
    return this.#length < 16 ? this.#length : Math.min(31, 14 + (this.#length >> 3));
  }

  begin(): void {
    if (this.#size > HISTORY_SIZE - 65536) {
      this.#size = 0;
      this.#index.fill(-1);
    }
    this.#pointer = -1;
    this.#length = 0;
  }

  push(byte: number): void {
    if (this.#size >= this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    const at = this.#size;
    this.#bytes[at] = byte;
    this.#size = at + 1;
    if (this.#pointer >= 0 && this.#bytes[this.#pointer] === byte) {
      this.#pointer++;
      this.#length = Math.min(400, this.#length + 1);
    } else {
      this.#pointer = -1;
      this.#length = 0;
    }
    if (at < MATCH_MIN) return;
    let key = 0;
    for (let i = 0; i < MATCH_MIN; i++)
      key = Math.imul(key, 0x2f0b4c47) + (this.#bytes[at - i] ?? 0) + 1;
    const cell = (key ^ (key >>> 13)) & (INDEX_SIZE - 1);
    const found = this.#index[cell] ?? -1;
    this.#index[cell] = at;
    if (this.#pointer >= 0 || found < 0) return;
    let length = 0;
    while (
      length < 32 &&
      found >= length &&
      this.#bytes[found - length] === this.#bytes[at - length]
    )
      length++;
    if (length < MATCH_MIN) return;
    this.#pointer = found + 1;
    this.#length = length;
  }
}
