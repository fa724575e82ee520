/**
 * Pictures with continuous tones: photos, heat maps, anything with more colours than the plot coder keeps. Every
 * channel of every pixel is predicted from its neighbours and from the channels before it.
 */
import { Mix } from './mix';
import { reserve } from './memory';

const CONTEXTS = 12;
const MARGIN: i32 = 4;
let mix: Mix | null = null;
let plane: usize = 0;
let capacity: usize = 0;
let stride: i32 = 0;
let step: i32 = 0;

/** Gets a plane of `channels` bytes per pixel ready; gives the address of its first pixel. */
export function openPhoto(width: i32, height: i32, channels: i32): usize {
  step = channels;
  stride = (width + 2 * MARGIN) * channels;
  const bytes = <usize>stride * <usize>(height + 3);
  if (bytes > capacity) {
    plane = reserve(bytes);
    capacity = bytes;
  } else memory.fill(plane, 0, bytes);
  if (mix === null) mix = new Mix(CONTEXTS, 0, 2, 2048, 16, 18);
  return plane + stride * 2 + MARGIN * channels;
}

export function photoStride(): i32 {
  return stride;
}

// @ts-ignore: decorator
@inline
function clampMiddle(w: i32, n: i32, nw: i32): i32 {
  const low = min(w, n);
  const high = max(w, n);
  return min(max(w + n - nw, low), high);
}

// @ts-ignore: decorator
@inline
function byte(v: i32): u32 {
  return <u32>min(max(v, 0), 255);
}

// @ts-ignore: decorator
@inline
function key(a: u32, b: u32, c: u32): u32 {
  return ((a * 0x9e3779b1 + b) * 0x85ebca6b + c) * 0xc2b2ae35;
}

// @ts-ignore: decorator
@inline
function size(v: i32): u32 {
  const a = abs(v);
  return a == 0 ? 0 : <u32>(32 - clz(a));
}

/** Codes rows `from` to `to` (not included). */
export function codePhotoRows(width: i32, from: i32, to: i32): void {
  const first = plane + stride * 2 + MARGIN * step;
  for (let y = from; y < to; y++) {
    let at = first + y * stride;
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < step; c++, at++) codeSample(at, c);
    }
  }
}

function codeSample(at: usize, c: i32): void {
  const m = mix as Mix;
  const up = at - stride;
  const w = <i32>load<u8>(at - step);
  const n = <i32>load<u8>(up);
  const nw = <i32>load<u8>(up - step);
  const ne = <i32>load<u8>(up + step);
  const ww = <i32>load<u8>(at - 2 * step);
  const nn = <i32>load<u8>(up - stride);
  const nne = <i32>load<u8>(up - stride + step);
  const middle = clampMiddle(w, n, nw);
  let p1: i32 = 0;
  let p2: i32 = 0;
  let delta: i32 = 0;
  let deltaW: i32 = 0;
  let deltaN: i32 = 0;
  if (c > 0) {
    const q = at - 1;
    p1 = <i32>load<u8>(q);
    const pw = <i32>load<u8>(q - step);
    const pn = <i32>load<u8>(q - stride);
    const pnw = <i32>load<u8>(q - stride - step);
    delta = p1 - clampMiddle(pw, pn, pnw);
    deltaW = p1 - pw;
    deltaN = p1 - pn;
    if (c > 1) p2 = <i32>load<u8>(at - 2);
  }
  const salt = <u32>c + 1;
  const energy = size(w - nw) + size(n - nw) + size(n - ne);
  m.setHash(0, key(byte(middle + delta), salt, 0));
  m.setHash(1, key(byte(middle + delta), energy << 4, salt));
  m.setHash(2, key(byte(w + deltaW), byte(n + deltaN), salt));
  m.setHash(3, key(byte(w + n - nw + delta), size(delta), salt));
  m.setHash(4, key(byte((w + n + 1) >> 1), <u32>p1, salt));
  m.setHash(5, key(<u32>w, <u32>n | (<u32>p1 << 8), salt));
  m.setHash(6, key(byte(n + ne - nne + delta), <u32>energy, salt));
  m.setHash(7, key(byte(2 * w - ww + delta), byte(2 * n - nn + delta) >> 2, salt));
  m.setHash(8, key(byte((w + ne + 1) >> 1) , <u32>(delta + 256) >> 1, salt));
  m.setHash(9, key(<u32>p1, <u32>p2, salt));
  m.setHash(10, key(byte(((w * 3 - ww + n * 3 - nn + ne * 2 - nw * 2 + 2) >> 2) + (delta * 3 >> 2)), 7, salt));
  m.setHash(11, key(<u32>w | (<u32>n << 8), <u32>nw | (<u32>ne << 8), salt));
  const actual = <i32>load<u8>(at);
  let node = 1;
  for (let b = 7; b >= 0; b--) {
    m.select(0, (c << 8) | node);
    m.select(1, (c << 8) | (min<u32>(energy, 24) << 3) | b);
    m.finalSet = (c << 2) | (b >> 1);
    node = (node << 1) | m.code((actual >> b) & 1, node);
  }
  store<u8>(at, <u8>node);
}
