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
export const STRETCH: usize = reserve(65536 * 2);
export const STRETCH12: usize = reserve(4096 * 2);
export const QUANTUM: usize = reserve(4096);
export const RECIPROCAL: usize = reserve(1024 * 4);
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

// @ts-ignore: decorator
@inline
export function stretch16(p: u32): i32 {
  return load<i16>(STRETCH + (usize(p) << 1));
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
  let x = -STRETCH_LIMIT;
  for (let p = 0; p < 65536; p++) {
    const centre = (p << 6) + 32;
    while (x < STRETCH_LIMIT - 1 && squash(x) < centre) x++;
    store<i16>(STRETCH + (usize(p) << 1), i16(x));
  }
  for (let p = 0; p < 4096; p++) {
    const st = stretch16((p << 4) + 8);
    store<i16>(STRETCH12 + (usize(p) << 1), i16(st));
    store<u8>(QUANTUM + usize(p), u8(max(min((st + 2048 + 32) >> 6, 63), 0)));
  }
  for (let n = 0; n < 1024; n++) store<u32>(RECIPROCAL + (usize(n) << 2), 131072 / (2 * n + 3));
}
