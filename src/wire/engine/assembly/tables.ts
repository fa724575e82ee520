// Fixed tables, computed with integers only when an instance starts: the logistic function, its inverse, and reciprocals.

/** log-odds are counted in 1/256; inputs and sums are clipped to ±(STRETCH_LIMIT - 1). */
export const STRETCH_LIMIT: i32 = 2816;
/** Probabilities that reach the coder have 22 bits. */
export const ONE: i32 = 1 << 22;

let next: usize = __heap_base;
function reserve(bytes: usize): usize {
  const at = (next + 63) & ~63;
  next = at + bytes;
  return at;
}

export const SQUASH: usize = reserve(usize(2 * STRETCH_LIMIT) * 4);
export const STRETCH: usize = reserve(64 * 17 * 2);
export const QUANTUM: usize = reserve(4096);
export const RECIPROCAL: usize = reserve(1024 * 4);
/** Reciprocals below 16, all low bytes before all high bytes. */
export const SLOT_RATES: usize = reserve(32);
export const OUTPUT: usize = reserve(65536);
export const INPUT: usize = reserve(65536);
export const SIZES: usize = reserve(256 * 4);
export const INTEGERS: usize = reserve(1024 * 128 * 4);
/** Where the memory of mixing models starts. */
export const HEAP: usize = reserve(0);

/** The probability (22 bits) for a log-odds value. */
// @ts-ignore: decorator
@inline
export function squash(x: i32): i32 {
  const clipped = max(min(x, STRETCH_LIMIT - 1), -STRETCH_LIMIT);
  return load<i32>(SQUASH + (usize(clipped + STRETCH_LIMIT) << 2));
}

/** The log-odds of a 32-bit probability, by its leading digits: 64 steps for each halving of the smaller side. */
// @ts-ignore: decorator
@inline
export function stretch(p: u32): i32 {
  const flip = i32(p) >> 31;
  const q = max<u32>(p ^ flip, 0x8000);
  const zeros = clz(q);
  const at = (zeros << 6) | ((q << (zeros + 1)) >> 26);
  return (load<i16>(STRETCH + (usize(at) << 1)) ^ ~flip) - ~flip;
}

export function fillTables(): void {
  // e^(-1/256) in 32 fraction bits; powers of it by repeated multiplication are the same integers everywhere.
  const step: u64 = 4278222848;
  const base: u64 = u64(1) << 31;
  let power: u64 = base;
  for (let x = 0; x < STRETCH_LIMIT; x++) {
    const p = i32(((u64(ONE) << 31) + ((base + power) >> 1)) / (base + power));
    const high = min(p, ONE - 16);
    store<i32>(SQUASH + (usize(STRETCH_LIMIT + x) << 2), high);
    store<i32>(SQUASH + (usize(STRETCH_LIMIT - x) << 2), ONE - high);
    power = (power * step + base) >> 32;
  }
  store<i32>(SQUASH, load<i32>(SQUASH + 4));
  // Of each step the middle counts.
  let x = 0;
  for (let zeros = 1; zeros <= 16; zeros++) {
    for (let j = 63; j >= 0; j--) {
      const q = (u32(129 + 2 * j) << 24) >> zeros;
      while (x < STRETCH_LIMIT - 1 && u32(squash(-x)) << 10 > q) x++;
      store<i16>(STRETCH + (usize((zeros << 6) | j) << 1), i16(x));
    }
  }
  for (let p = 0; p < 4096; p++) {
    const st = stretch((u32(p) << 20) | 0x80000);
    store<u8>(QUANTUM + usize(p), u8(max(min((st + 2048 + 32) >> 6, 63), 0)));
  }
  for (let n = 0; n < 1024; n++) store<u32>(RECIPROCAL + (usize(n) << 2), 131072 / (2 * n + 3));
  for (let n = 0; n < 16; n++) {
    const rate = load<u32>(RECIPROCAL + (usize(n) << 2));
    store<u8>(SLOT_RATES + usize(n), u8(rate));
    store<u8>(SLOT_RATES + usize(n), u8(rate >> 8), 16);
  }
}
