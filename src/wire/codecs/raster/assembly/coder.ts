/** A binary arithmetic coder with 64-bit bounds and 24-bit probabilities. */
import { reserve } from './memory';

export const ENCODE = 0;
export const DECODE = 1;
export const TRAIN = 2;

let mode: i32 = TRAIN;
let low: u64 = 0;
let high: u64 = u64.MAX_VALUE;
let window: u64 = 0;
let next: usize = 0;
let end: usize = 0;

/** Coded bytes on their way out or in; the host drains or fills it between pieces of work. */
export const BUFFER_BYTES: usize = 1 << 22;
export const buffer: usize = reserve(BUFFER_BYTES);

// @ts-ignore: decorator
@inline
export function currentMode(): i32 {
  return mode;
}

/** Starts coding; when decoding, `bytes` of the buffer are the input and zeros follow. */
export function startCoder(wanted: i32, bytes: usize): void {
  mode = wanted;
  low = 0;
  high = u64.MAX_VALUE;
  window = 0;
  next = buffer;
  end = buffer + bytes;
  if (mode == DECODE) {
    for (let i = 0; i < 8; i++) window = (window << 8) | take();
  }
}

// @ts-ignore: decorator
@inline
function take(): u64 {
  if (next < end) return <u64>load<u8>(next++);
  next++;
  return 0;
}

// @ts-ignore: decorator
@inline
function put(byte: u8): void {
  if (next < buffer + BUFFER_BYTES) store<u8>(next, byte);
  next++;
}

/** Codes one bit; `p` is the probability of a 1 in 2^-24, 1 to 2^24 - 1. */
export function codeBit(bit: i32, p: u32): i32 {
  if (mode == TRAIN) return bit;
  const middle = low + ((high - low) >> 24) * <u64>p;
  const value = mode == DECODE ? i32(window <= middle) : bit;
  if (value) high = middle;
  else low = middle + 1;
  while ((low ^ high) >> 56 == 0) {
    if (mode == ENCODE) put(<u8>(high >> 56));
    else window = (window << 8) | take();
    low <<= 8;
    high = (high << 8) | 255;
  }
  return value;
}

/** Bytes written to, or taken from, the buffer since it was last drained or filled. */
export function position(): usize {
  return next - buffer;
}

/** Encoding: the host has copied what was written. */
export function drainCoder(): void {
  next = buffer;
}

/** Decoding: the host has moved what was not yet taken to the front of the buffer, which now holds `bytes`. */
export function refillCoder(bytes: usize): void {
  next = buffer;
  end = buffer + bytes;
}

/** Ends encoding with the one byte that is enough when zeros follow. */
export function finishCoder(): void {
  if (low != 0) put(<u8>((low >> 56) + 1));
}


