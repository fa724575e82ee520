/** A first engine in plain TypeScript. Every product fits in 2^53, so results are equal on every machine. */
import type { Engine, EngineMode, Mix, MixSpec } from './engine.ts';

const STRETCH = new Int16Array(4096);
const SQUASH = new Int16Array(4096);
{
  const table = [
    1, 2, 3, 6, 10, 16, 27, 45, 73, 120, 194, 310, 488, 747, 1101, 1546, 2047, 2549, 2994, 3348,
    3607, 3785, 3901, 3975, 4022, 4050, 4068, 4079, 4085, 4089, 4092, 4093, 4094,
  ];
  for (let x = -2047; x <= 2047; x++) {
    const w = x & 127;
    const i = (x >> 7) + 16;
    SQUASH[x + 2048] = ((table[i] ?? 0) * (128 - w) + (table[i + 1] ?? 4095) * w + 64) >> 7;
  }
  SQUASH[0] = 1;
  let pi = 0;
  for (let x = -2047; x <= 2047; x++) {
    const v = SQUASH[x + 2048] ?? 0;
    for (let p = pi; p <= v; p++) STRETCH[p] = x;
    pi = v + 1;
  }
  for (let p = pi; p < 4096; p++) STRETCH[p] = 2047;
}
const squash = (x: number): number => SQUASH[(x > 2047 ? 2047 : x < -2047 ? -2047 : x) + 2048] ?? 0;

class ReferenceMix implements Mix {
  readonly contexts: Uint32Array;
  readonly guesses: Int32Array;
  readonly confidences: Uint32Array;
  readonly selectors: Uint32Array;
  readonly #engine: ReferenceEngine;
  readonly #spec: MixSpec;
  readonly #table: Uint32Array;
  readonly #guessTable: Uint32Array;
  readonly #weights: Int32Array[];
  readonly #inputs: Int32Array;
  readonly #slots: Uint32Array;

  constructor(engine: ReferenceEngine, spec: MixSpec) {
    this.#engine = engine;
    this.#spec = spec;
    this.contexts = new Uint32Array(spec.contexts);
    this.guesses = new Int32Array(spec.guesses).fill(-1);
    this.confidences = new Uint32Array(spec.guesses);
    this.selectors = new Uint32Array(spec.selectors.length);
    this.#table = new Uint32Array(1 << spec.tableBits).fill(0x80000000);
    this.#guessTable = new Uint32Array(spec.guesses * 256).fill(0xc0000000);
    const n = spec.contexts + spec.guesses + 1;
    this.#inputs = new Int32Array(n);
    this.#slots = new Uint32Array(spec.contexts);
    const initial = Math.floor(65536 / Math.max(2, Math.min(4, n)));
    this.#weights = spec.selectors.map((size) => new Int32Array(size * 256 * n).fill(initial));
  }

  code(symbol: number): number {
    const { contexts, guesses, symbolBits, tableBits, selectors } = this.#spec;
    const mask = (1 << tableBits) - 1;
    const n = this.#inputs.length;
    const table = this.#table;
    let node = 1;
    for (let b = symbolBits - 1; b >= 0; b--) {
      for (let i = 0; i < contexts; i++) {
        const h =
          Math.imul((this.contexts[i] ?? 0) ^ Math.imul(node + 1, 0x9e3779b1), 0x85ebca6b) +
          i * 0x3c6ef372;
        const slot = (Math.imul(h ^ (h >>> 15), 0xc2b2ae35) >>> 8) & mask;
        this.#slots[i] = slot;
        this.#inputs[i] = STRETCH[(table[slot] ?? 0) >>> 20] ?? 0;
      }
      for (let g = 0; g < guesses; g++) {
        const guess = this.guesses[g] ?? -1;
        let input = 0;
        if (guess >= 0 && (guess | (1 << symbolBits)) >> (b + 1) === node) {
          const p = (this.#guessTable[g * 256 + (this.confidences[g] ?? 0)] ?? 0) >>> 20;
          const s = STRETCH[p] ?? 0;
          input = (guess >> b) & 1 ? s : -s;
        }
        this.#inputs[contexts + g] = input;
      }
      this.#inputs[n - 1] = 256;
      let total = 0;
      for (let s = 0; s < selectors.length; s++) {
        const base = ((this.selectors[s] ?? 0) * 256 + node) * n;
        const w = this.#weights[s] as Int32Array;
        let dot = 0;
        for (let i = 0; i < n; i++) dot += (w[base + i] ?? 0) * (this.#inputs[i] ?? 0);
        total += Math.floor(dot / 65536);
      }
      const mixed = Math.floor(total / Math.max(1, selectors.length));
      const p = Math.min(4095, Math.max(1, squash(mixed)));
      const bit = this.#engine.bit((symbol >> b) & 1, p * 16);
      const error = ((bit << 12) - p) * 10;
      for (let s = 0; s < selectors.length; s++) {
        const base = ((this.selectors[s] ?? 0) * 256 + node) * n;
        const w = this.#weights[s] as Int32Array;
        for (let i = 0; i < n; i++) {
          w[base + i] = (w[base + i] ?? 0) + (((this.#inputs[i] ?? 0) * error + 0x8000) >> 16);
        }
      }
      for (let i = 0; i < contexts; i++) update(table, this.#slots[i] ?? 0, bit, 127);
      for (let g = 0; g < guesses; g++) {
        const guess = this.guesses[g] ?? -1;
        if (guess >= 0 && (guess | (1 << symbolBits)) >> (b + 1) === node) {
          const hit = ((guess >> b) & 1) === bit ? 1 : 0;
          update(this.#guessTable, g * 256 + (this.confidences[g] ?? 0), hit, 255);
        }
      }
      node = (node << 1) | bit;
    }
    return node - (1 << symbolBits);
  }
}

/** 22-bit probability with a 10-bit count: the more often seen, the slower it moves. */
function update(table: Uint32Array, slot: number, bit: number, limit: number): void {
  const entry = table[slot] ?? 0;
  const count = entry & 1023;
  const p = entry >>> 10;
  const target = bit ? 4194303 : 0;
  const next = p + Math.trunc((target - p) / (count + 1.5));
  table[slot] =
    ((Math.min(4194303, Math.max(0, next)) << 10) | (count < limit ? count + 1 : limit)) >>> 0;
}

class ReferenceEngine implements Engine {
  #mode: EngineMode;
  #low = 0;
  #high = 0xffffffff;
  #code = 0;
  #cost = 0;
  #position = 0;
  readonly #input: Uint8Array;
  readonly #output: number[] = [];
  readonly #integers = new Uint32Array(1024 * 128).fill(0x80000000);

  constructor(mode: EngineMode, input: Uint8Array) {
    this.#mode = mode;
    this.#input = input;
    if (mode === 'decode')
      for (let i = 0; i < 4; i++) this.#code = ((this.#code << 8) | this.#next()) >>> 0;
  }

  get mode(): EngineMode {
    return this.#mode;
  }

  mix(spec: MixSpec): Mix {
    return new ReferenceMix(this, spec);
  }

  /** Codes one bit; `p` is the probability of a 1 in 1/65536, 1..65535. */
  bit(bit: number, p: number): number {
    if (this.#mode === 'train') return bit;
    const range = this.#high - this.#low;
    const middle =
      this.#low + Math.floor(range / 65536) * p + Math.floor(((range % 65536) * p) / 65536);
    const value = this.#mode === 'decode' ? (this.#code <= middle ? 1 : 0) : bit;
    this.#cost -= Math.log2((value ? p : 65536 - p) / 65536);
    if (value) this.#high = middle;
    else this.#low = middle + 1;
    while (((this.#low ^ this.#high) & 0xff000000) === 0) {
      if (this.#mode === 'encode') this.#output.push(this.#high >>> 24);
      else this.#code = ((this.#code << 8) | this.#next()) >>> 0;
      this.#low = (this.#low << 8) >>> 0;
      this.#high = ((this.#high << 8) | 255) >>> 0;
    }
    return value;
  }

  #next(): number {
    return this.#input[this.#position++] ?? 0;
  }

  rawBit(bit: number): number {
    return this.bit(bit, 32768);
  }

  rawBits(value: number, count: number): number {
    let out = 0;
    for (let b = count - 1; b >= 0; b--)
      out = out * 2 + this.rawBit(Math.floor(value / 2 ** b) & 1);
    return out;
  }

  uint(value: number, context: number): number {
    const base = context * 128;
    const learn = (slot: number, bit: number): number => {
      const p = Math.min(65535 - 32, Math.max(32, (this.#integers[base + slot] ?? 0) >>> 16));
      const coded = this.bit(bit, p);
      update(this.#integers, base + slot, coded, 255);
      return coded;
    };
    const wanted = value + 1;
    let size = 0;
    while (learn(size, this.#mode !== 'decode' && wanted >= 2 ** (size + 1) ? 1 : 0)) size++;
    let out = 1;
    for (let b = size - 1; b >= 0; b--) {
      const bit = Math.floor(wanted / 2 ** b) % 2;
      out =
        out * 2 + (b >= size - 2 ? learn(64 + size * 2 - (size - 1 - b), bit) : this.rawBit(bit));
    }
    return out - 1;
  }

  train(work: () => void): void {
    const before = this.#mode;
    this.#mode = 'train';
    try {
      work();
    } finally {
      this.#mode = before;
    }
  }

  costBits(): number {
    return this.#cost;
  }

  finish(): Uint8Array {
    this.#output.push(this.#low >>> 24 === 0 ? 0 : (this.#low >>> 24) + 1);
    if (this.#low >>> 24 === 255) this.#output.splice(-1, 1, 255, 255, 255, 255);
    let end = this.#output.length;
    while (end > 0 && this.#output[end - 1] === 0) end--;
    return Uint8Array.from(this.#output.slice(0, end));
  }
}

/** An engine that encodes; `finish` gives the coded bytes and ends it. */
export function openEncoder(): Engine & { finish(): Uint8Array } {
  return new ReferenceEngine('encode', new Uint8Array(0));
}

/** An engine that decodes the given bytes; past their end it reads zeros. */
export function openDecoder(bytes: Uint8Array): Engine {
  return new ReferenceEngine('decode', bytes);
}
