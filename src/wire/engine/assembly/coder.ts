// The arithmetic coder: a 64-bit interval and 22-bit probabilities, carry-free; bytes leave when both ends agree on them.
import { INPUT, INTEGERS, ONE, OUTPUT } from './tables';

// @ts-ignore: decorator
@external('host', 'flush')
declare function flush(length: i32): void;
// @ts-ignore: decorator
@external('host', 'refill')
declare function refill(): i32;

export const ENCODE: i32 = 0;
export const DECODE: i32 = 1;
export const TRAIN: i32 = 2;

export let mode: i32 = TRAIN;
let low: u64 = 0;
let high: u64 = 0;
let word: u64 = 0;
let outputLength: i32 = 0;
let inputLength: i32 = 0;
let inputAt: i32 = 0;
/** Bytes that have left the interval so far. */
let shifted: u64 = 0;
/** The product of the probabilities used since the last normalisation, and the bits taken out of it before. */
let product: f64 = 1;
let productBits: f64 = 0;
/** While set, `uint` codes without learning, so that cached priming leaves the same state as run priming. */
let frozen: bool = false;

export function openCoder(wanted: i32): void {
  mode = wanted;
  low = 0;
  high = u64.MAX_VALUE;
  word = 0;
  outputLength = inputLength = inputAt = 0;
  shifted = 0;
  product = 1;
  productBits = 0;
  frozen = false;
  if (wanted == DECODE) for (let i = 0; i < 8; i++) word = (word << 8) | u64(readByte());
}

export function getMode(): i32 {
  return mode;
}
export function setMode(wanted: i32): void {
  mode = wanted;
}
export function setFrozen(wanted: i32): void {
  frozen = wanted != 0;
}

function readByte(): u8 {
  if (inputAt == inputLength) {
    inputLength = refill();
    inputAt = 0;
    if (inputLength == 0) return 0;
  }
  return load<u8>(INPUT + usize(inputAt++));
}

function shift(): void {
  do {
    if (mode == ENCODE) {
      store<u8>(OUTPUT + usize(outputLength++), u8(high >> 56));
      if (outputLength == 65536) {
        flush(outputLength);
        outputLength = 0;
      }
    } else {
      word = (word << 8) | u64(readByte());
    }
    shifted++;
    low <<= 8;
    high = (high << 8) | 255;
  } while ((low ^ high) >> 56 == 0);
}

/** Codes one bit; `p` is the probability of a 1 in 1/2^22, 1 to 2^22 - 1. */
// @ts-ignore: decorator
@inline
export function codeBit(bit: i32, p: i32): i32 {
  if (mode == TRAIN) return bit;
  const range = high - low;
  const middle = low + (range >> 22) * u64(p) + (((range & (ONE - 1)) * u64(p)) >> 22);
  if (mode == DECODE) bit = i32(word <= middle);
  if (bit) high = middle;
  else low = middle + 1;
  product *= f64(bit ? p : ONE - p) * (1.0 / 4194304.0);
  if (product < 1e-270) normaliseCost();
  if ((low ^ high) >> 56 == 0) shift();
  return bit;
}

function normaliseCost(): void {
  product *= reinterpret<f64>((u64(1023 + 800)) << 52);
  productBits += 800;
}

/** The cost so far is `costBits() - log2(costProduct())`. */
export function costBits(): f64 {
  return productBits;
}
export function costProduct(): f64 {
  return product;
}

/** Fewest bytes that name a number inside the interval, zeros behind them; the count is 0 to 8. */
function endBytes(): i32 {
  for (let k = 0; k < 8; k++) {
    const step = k == 0 ? 0 : u64(1) << u64(64 - 8 * k);
    const value = k == 0 ? 0 : (low + (step - 1)) & ~(step - 1);
    if (k == 0 ? low == 0 : value >= low && value <= high) return k;
  }
  return 8;
}
function endValue(k: i32): u64 {
  if (k == 0) return 0;
  const step = u64(1) << u64(64 - 8 * k);
  return (low + (step - 1)) & ~(step - 1);
}

/** Writes the end of the code and hands out what is left in the buffer. */
export function finish(): void {
  const k = endBytes();
  const value = endValue(k);
  for (let i = 0; i < k; i++) {
    if (outputLength == 65536) {
      flush(outputLength);
      outputLength = 0;
    }
    store<u8>(OUTPUT + usize(outputLength++), u8(value >> u64(56 - 8 * i)));
  }
  flush(outputLength);
  outputLength = 0;
}

/** How many bytes an encoder would have written for what was decoded, or -1 if it would have ended differently. */
export function measureEnd(): f64 {
  const k = endBytes();
  return endValue(k) == word ? f64(shifted) + f64(k) : -1;
}
export function rawBits(value: u32, count: i32): u32 {
  let out: u32 = 0;
  for (let b = count - 1; b >= 0; b--) out = (out << 1) | u32(codeBit((value >> b) & 1, ONE >> 1));
  return out;
}

/** An adaptive bit: 22-bit probability (stored so that zero is a half) and 10-bit count. */
function learn(slot: usize, bit: i32): i32 {
  const entry = load<u32>(slot);
  const count = entry & 1023;
  const p = i32((entry >> 10) ^ (ONE >> 1));
  const coded = codeBit(bit, max(min(p, ONE - 64), 64));
  if (!frozen) {
    const target = coded ? ONE - 1 : 0;
    const next = p + ((target - p) * 2) / (2 * i32(count) + 3);
    store<u32>(slot, (u32(next ^ (ONE >> 1)) << 10) | (count < 255 ? count + 1 : 255));
  }
  return coded;
}

/** Elias-gamma with learnt length and learnt leading bits. */
export function uint(value: f64, context: i32): f64 {
  const base = INTEGERS + (usize(context & 1023) << 9);
  const wanted = u64(value) + 1;
  let size = 0;
  while (size < 48 && learn(base + (usize(size) << 2), i32(wanted >> u64(size + 1) != 0))) size++;
  let out: u64 = 1;
  for (let b = size - 1; b >= 0; b--) {
    let bit = i32((wanted >> u64(b)) & 1);
    const lead = size - 1 - b;
    if (lead < 2 || size <= 4) {
      const node =
        size <= 4
          ? 47 + (1 << size) - 1 - size + i32(out)
          : 74 + min(size - 5, 16) * 3 + (lead == 0 ? 0 : i32(out) - 1);
      bit = learn(base + (usize(node) << 2), bit);
    } else {
      bit = codeBit(bit, ONE >> 1);
    }
    out = (out << 1) | u64(bit);
  }
  return f64(out - 1);
}
