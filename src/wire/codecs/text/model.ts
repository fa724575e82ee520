/** The text model: which contexts predict the next byte. */
import type { CodecSession } from '../../codec.ts';
import type { Engine, Mix } from '../../engine/index.ts';
import { wireErrors } from '../../errors.ts';

const VALUE_BYTES_MAX = 256 * 1024 * 1024;
const hash = (a: number, b: number): number =>
  Math.imul(Math.imul(a, 0x2c1b3c6d) ^ b, 0x297a2d39) >>> 0;

/** Codes texts on one engine; each learns from those before it. */
export class TextSession implements CodecSession<Uint8Array> {
  readonly #engine: Engine;
  readonly #mix: Mix;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#mix = engine.mix({
      contexts: 7,
      guesses: 0,
      selectors: [1],
      symbolBits: 8,
      tableBits: 20,
    });
  }

  encode(value: Uint8Array, references: readonly Uint8Array[]): void {
    this.#learn(references);
    this.#engine.uint(value.length, 0);
    this.#run(value, value.length);
  }

  decode(references: readonly Uint8Array[]): Uint8Array {
    this.#learn(references);
    const length = this.#engine.uint(0, 0);
    if (length > VALUE_BYTES_MAX)
      throw wireErrors.error('BODY_LIMIT', { limit: VALUE_BYTES_MAX, unit: 'bytes' });
    return this.#run(undefined, length);
  }

  #learn(references: readonly Uint8Array[]): void {
    for (const reference of references) {
      this.#engine.train(() => this.#run(reference, reference.length));
    }
  }

  #run(value: Uint8Array | undefined, length: number): Uint8Array {
    const out = value ?? new Uint8Array(length);
    const { contexts } = this.#mix;
    let last4 = 0;
    let last8 = 0;
    let word = 0;
    for (let at = 0; at < length; at++) {
      contexts[0] = 0;
      contexts[1] = hash(1, last4 & 0xff);
      contexts[2] = hash(2, last4 & 0xffff);
      contexts[3] = hash(3, last4 & 0xffffff);
      contexts[4] = hash(4, last4);
      contexts[5] = hash(hash(5, last4), last8 & 0xffff);
      contexts[6] = hash(6, word);
      const symbol = this.#mix.code(out[at] ?? 0);
      out[at] = symbol;
      last8 = ((last8 << 8) | (last4 >>> 24)) >>> 0;
      last4 = ((last4 << 8) | symbol) >>> 0;
      word = symbol > 64 ? hash(word, symbol) : hash(0, symbol);
    }
    return out;
  }
}
