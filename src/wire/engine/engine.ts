/**
 * An integer-only binary arithmetic coder driven by a logistic-mixing context model.
 *
 * One function codes in both directions: while encoding, `code(symbol)` writes the symbol and returns it; while
 * decoding it ignores its argument and returns the symbol read; while training it only updates the model. Code that
 * is written once for both directions cannot disagree with itself.
 */

/** What an engine does with the symbols it is given. `train` updates models and writes nothing. */
export type EngineMode = 'encode' | 'decode' | 'train';

/** The shape of one mixing model. */
export interface MixSpec {
  /** Number of hashed contexts; the caller writes one 32-bit hash per context before each symbol. */
  readonly contexts: number;
  /** Number of guesses: predicted whole symbols, each with a small confidence context. */
  readonly guesses: number;
  /** Sizes of the weight-set selectors; before each symbol the caller writes an index below each size. */
  readonly selectors: readonly number[];
  /** Bits per symbol, 1 to 8, coded most significant first. */
  readonly symbolBits: number;
  /** log2 of the most 16-bit counters that the model's hashed table may have; small releases get smaller tables. */
  readonly tableBits: number;
}

/** One mixing model on an engine. Contexts, guesses and selectors are inputs that the caller fills in. */
export interface Mix {
  /** One hash per context, any 32-bit value; the model keeps contexts of different indexes apart. */
  readonly contexts: Uint32Array;
  /** Predicted symbol per guess, or -1 for none. */
  readonly guesses: Int32Array;
  /** Confidence context per guess, 0..255 (for instance a bucket of the match length). */
  readonly confidences: Uint32Array;
  /** Weight-set index per selector, below the size given in the spec. */
  readonly selectors: Uint32Array;
  /** Codes one symbol in the engine's mode and updates the model. */
  code(symbol: number): number;
}

/** What both sides know before the first symbol. */
export interface EngineOptions {
  /** About how many bytes will be coded; sets the size of tables, so both sides must give the same. */
  readonly sizeBytes?: number;
  /** Most bytes that one decoded value may have. */
  readonly valueBytesMax?: number;
}

/** One arithmetic coder and the models that drive it. */
export interface Engine {
  readonly mode: EngineMode;
  /** About how many bytes this engine was opened for. */
  readonly sizeBytes: number;
  /** Most bytes that one value may emit; a decoder checks it before it allocates. */
  readonly valueBytesMax: number;
  /** Adds a model. Encoder and decoder must add the same models in the same order. */
  mix(spec: MixSpec): Mix;
  /** Codes one bit with a fixed probability of a half. */
  rawBit(bit: number): number;
  /** Codes `count` (at most 32) raw bits, most significant first. */
  rawBits(value: number, count: number): number;
  /**
   * Codes a non-negative integer below 2^48 with adaptive Elias-gamma bits; numbers coded under the same `context`
   * (a small integer, 0..1023, that the codec chooses) learn from each other.
   */
  uint(value: number, context: number): number;
  /** Runs `work` with coding switched off: models learn and nothing is written or read. For priming and references. */
  train(work: () => void): void;
  /**
   * Trains the given models, fresh from `mix`, by `work`, or restores what an earlier call in this process with the same key
   * and shapes left; says whether `work` ran. `work` may only code symbols of these models; `uint` learns nothing in it, and
   * state that the caller keeps itself must not depend on whether it ran.
   */
  primed(key: string, mixes: readonly Mix[], work: () => void): boolean;
  /** Exact cost so far in bits, a sum of -log2 of the integer probabilities used; for prices per member. */
  costBits(): number;
}

/** An engine that writes. */
export interface Encoder extends Engine {
  /** Ends the code and gives its bytes; the engine cannot be used afterwards. */
  finish(): Uint8Array;
  /** Gives the engine up without a result. */
  close(): void;
}

/** An engine that reads. Reading further than an encoder can have written throws a typed error. */
export interface Decoder extends Engine {
  /** Throws a typed error unless the bytes end exactly where an encoder would have ended them. */
  checkEnd(): void;
  /** Gives the engine's memory back; it cannot be used afterwards. */
  close(): void;
}
