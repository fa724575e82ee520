// Over 400 lines: one inner loop with the state that it shares.
/**
 * Antialiased edges. A pixel on an edge has a colour between two others, and how far it is between them follows from
 * the geometry of the edge: the same profile one row above, a little shifted; the same thickness of a line in the
 * next column or row. Each such guess becomes a distribution over the shares that are left, and the mixer weighs them.
 */
import { codeAdaptive, Mix, reserveAdaptive, squash } from './mix';
import { edgeLeft, edgeRight, edgeShare, edgeSteadiness, edgeZone } from './edges';
import { letterOnLine, letterState, letterTrust } from './letters';
import { reserve } from './memory';
import { observe, predict, setFeature } from './regression';

const GUESSES: i32 = 18;
const BLENDS: i32 = 3;
const CONTEXTS: i32 = 21;
const REACH: i32 = 5;

/** Two parents per colour, each plus one, in 16 bits; 0 for a colour that is between no others. */
export const parents: usize = reserve(65_536 * 4);
/** Colours in `0xRRGGBBAA`, by number. */
export const colours: usize = reserve(65_536 * 4);

const valueMix = new Mix(CONTEXTS, GUESSES + BLENDS, 5, 256, 16, 18);
const guesses = reserve((GUESSES + 4) << 2);
const scales = reserve((GUESSES * 128) << 4);
for (let i = 0; i < GUESSES * 128; i++) {
  store<f32>(scales + (i << 4), <f32>0.2);
  store<f32>(scales + (i << 4), <f32>0.3, 4);
  store<f32>(scales + (i << 4), <f32>0.5, 8);
}
for (let i = 17 * 128; i < 18 * 128; i++) {
  store<f32>(scales + (i << 4), <f32>0.6);
  store<f32>(scales + (i << 4), <f32>0.2, 4);
  store<f32>(scales + (i << 4), <f32>0.2, 8);
}
/** How much each guess is believed, by context, for each of the blends. */
const beliefs = reserve((BLENDS * 256 * 32) << 2);
for (let i = 0; i < BLENDS * 256 * 32; i++) store<f32>(beliefs + (i << 2), <f32>(1.0 / <f64>GUESSES));
const believed = reserve(BLENDS << 2);
const rows = reserve(4 * 16 * 4);
const memoBits = 16;
const memoSame = reserve((1 << memoBits) << 2);
const memoMirror = reserve((1 << memoBits) << 2);
const colourMemo = reserve((1 << memoBits) << 1);
const offTable = reserveAdaptive(4 * 64 * 16 * 4);
const sameFlags = reserveAdaptive(64);

/** The line between two colours that is looked along. */
export let lineFrom: u32 = 0;
export let lineTo: u32 = 0;
let lineShift: i32 = 0;
let lineStart: i32 = 0;
let lineSign: i32 = 1;
let lineLength: i32 = 0;

// @ts-ignore: decorator
@inline
export function colourOf(id: u32): u32 {
  return load<u32>(colours + (id << 2));
}

// @ts-ignore: decorator
@inline
function channel(colour: u32, shift: i32): i32 {
  return <i32>((colour >> shift) & 255);
}

/** Looks along the line from colour `a` to colour `b`; false when they are equal. */
export function setLine(a: u32, b: u32): bool {
  const ca = colourOf(a);
  const cb = colourOf(b);
  lineLength = 0;
  for (let shift = 0; shift < 32; shift += 8) {
    const d = abs(channel(cb, shift) - channel(ca, shift));
    if (d >= lineLength) {
      lineLength = d;
      lineShift = shift;
    }
  }
  lineFrom = a;
  lineTo = b;
  lineStart = channel(ca, lineShift);
  lineSign = channel(cb, lineShift) >= lineStart ? 1 : -1;
  return lineLength > 1;
}

/** One channel times a share of 255, rounded as compositing libraries do. */
// @ts-ignore: decorator
@inline
function part(value: i32, m: i32): i32 {
  const t = value * m + 128;
  return (t + (t >> 8)) >> 8;
}

/** The colour at share `m` of the line, 0 to 255. */
export function onLine(m: i32): u32 {
  const ca = colourOf(lineFrom);
  const cb = colourOf(lineTo);
  let out: u32 = 0;
  for (let shift = 0; shift < 32; shift += 8) {
    const mixed = part(channel(ca, shift), 255 - m) + part(channel(cb, shift), m);
    out |= <u32>min(mixed, 255) << shift;
  }
  return out;
}

/** How far a colour lies from the line, -1 when it is not beside it; the nearest share is left in `fitted`. */
export let fitted: i32 = 0;
export function fitLine(colour: u32): i32 {
  const v = (channel(colour, lineShift) - lineStart) * lineSign;
  if (v < 0 || v > lineLength) return -1;
  const middle = (v * 255 + (lineLength >> 1)) / lineLength;
  const spread = 1 + 128 / lineLength;
  let least: i32 = 0x7fffffff;
  const end = min(middle + spread, 254);
  for (let m = max(middle - spread, 1); m <= end && least > 0; m++) {
    const ideal = onLine(m);
    let off = 0;
    for (let shift = 0; shift < 32; shift += 8) {
      off += abs(channel(colour, shift) - channel(ideal, shift));
    }
    if (off < least) {
      least = off;
      fitted = m;
    }
  }
  return least == 0x7fffffff ? -1 : least;
}

/** How many different colours there are before each share of the line whose table this is. */
const before = reserve(257 * 2);
let tabledFrom: u32 = 0;
let tabledTo: u32 = 0;

function tabulate(): void {
  if (tabledFrom == lineFrom && tabledTo == lineTo) return;
  tabledFrom = lineFrom;
  tabledTo = lineTo;
  let last = colourOf(lineFrom);
  const end = colourOf(lineTo);
  let count: u16 = 0;
  store<u16>(before, 0);
  for (let m = 0; m < 256; m++) {
    const colour = onLine(m);
    if (colour != last && colour != end) count++;
    last = colour;
    store<u16>(before + ((m + 1) << 1), count);
  }
}

// @ts-ignore: decorator
@inline
function countBefore(m: i32): i32 {
  return <i32>load<u16>(before + (m << 1));
}

/** The share of the line's end in a colour, 0 to 255. */
// @ts-ignore: decorator
@inline
export function share(id: u32): f32 {
  const v = (channel(colourOf(id), lineShift) - lineStart) * lineSign;
  return <f32>(min(max(v, 0), lineLength) * 255) / <f32>lineLength;
}

/** Shares by colour number for the line that they were last asked of, each with the stamp of that line above it. */
const nearShares = reserve(65_536 * 4);
let nearFrom: u32 = 0;
let nearTo: u32 = 0;
let nearStamp: u32 = 1;

/** Looks along the line from `a` to `b` for `shareNear`; false when they are equal. */
export function setNear(a: u32, b: u32): bool {
  if (a == nearFrom && b == nearTo) return true;
  if (!setLine(a, b)) return false;
  nearFrom = a;
  nearTo = b;
  nearStamp = (nearStamp + 1) & 0xff_ffff;
  if (nearStamp == 0) {
    memory.fill(nearShares, 0, 65_536 * 4);
    nearStamp = 1;
  }
  return true;
}

/** The share of `b` in a colour, 0 to 255; 128 for a colour far from the line. */
// @ts-ignore: decorator
@inline
export function shareNear(id: u32): i32 {
  const known = load<u32>(nearShares + (id << 2));
  return known >> 8 == nearStamp ? <i32>(known & 255) : findShare(id);
}

function findShare(id: u32): i32 {
  const found = measureShare(id);
  store<u32>(nearShares + (id << 2), (nearStamp << 8) | <u32>found);
  return found;
}

function measureShare(id: u32): i32 {
  if (id == nearFrom) return 0;
  if (id == nearTo) return 255;
  setLine(nearFrom, nearTo);
  const colour = colourOf(id);
  const v = (channel(colour, lineShift) - lineStart) * lineSign;
  if (v < 0 || v > lineLength) return 128;
  const m = (v * 255 + (lineLength >> 1)) / lineLength;
  const ca = colourOf(lineFrom);
  const cb = colourOf(lineTo);
  for (let shift = 0; shift < 32; shift += 8) {
    const a = channel(ca, shift);
    const wanted = a * 255 + (channel(cb, shift) - a) * m;
    if (abs(channel(colour, shift) * 255 - wanted) > 3 * 255) return 128;
  }
  return m;
}

// @ts-ignore: decorator
@inline
function at(row: i32, x: i32): f32 {
  return load<f32>(rows + (((row << 4) + x + REACH) << 2));
}

function loadRows(pixelAt: usize, stride: i32): void {
  for (let row = 0; row < 4; row++) {
    const base = pixelAt - ((row * stride) << 1);
    const to = row == 0 ? 0 : REACH + 1;
    for (let x = -REACH; x < to; x++) {
      store<f32>(rows + (((row << 4) + x + REACH) << 2), share(<u32>load<u16>(base + (x << 1))));
    }
  }
}

/** The value of a row at a place between two pixels. */
function between(row: i32, place: f32): f32 {
  const p = min<f32>(max<f32>(place, <f32>-REACH), <f32>REACH - <f32>0.001);
  const i = <i32>(p + <f32>REACH) - REACH;
  const f = p - <f32>i;
  const a = at(row, i);
  return a + (at(row, i + 1) - a) * f;
}

// @ts-ignore: decorator
@inline
function inside(v: f32): bool {
  return v > 0.5 && v < 254.5;
}

// @ts-ignore: decorator
@inline
function setGuess(i: i32, v: f32): void {
  store<f32>(guesses + (i << 2), v);
}

const NONE: f32 = -1000;

/** Where the row above has the share that the pixel to the left has: the shift of the edge from row to row. */
function guessByProfile(row: i32, per: f32): f32 {
  const w = at(0, -1);
  if (!inside(w)) return NONE;
  let best: f32 = 100;
  for (let i = -REACH; i < REACH; i++) {
    const a = at(row, i);
    const b = at(row, i + 1);
    if (a == b || (a - w) * (b - w) > 0) continue;
    const u = <f32>i + (w - a) / (b - a);
    const shift = u + 1;
    if (abs(shift) < abs(best)) best = shift;
  }
  return best == 100 ? NONE : between(row, best * per);
}

/** The shift between the two rows above, by how much more of the line's end there is, continued once more. */
function guessByShift(): f32 {
  let gained: f32 = 0;
  for (let i = -4; i <= 4; i++) gained += at(1, i) - at(2, i);
  const rising = at(1, 3) + at(1, 4) - at(1, -3) - at(1, -4);
  if (rising == 0) return NONE;
  const shift = gained / 255;
  if (abs(shift) > 4) return NONE;
  return between(1, rising > 0 ? shift : -shift);
}

/** A line is as thick in this row as in the one above. */
function guessByRowWidth(pixelAt: usize, stride: i32): f32 {
  let here: f32 = 0;
  let i = 1;
  for (; i < 40; i++) {
    const v = share(<u32>load<u16>(pixelAt - (i << 1)));
    if (v < 0.5) break;
    here += v;
  }
  if (i == 1 || i == 40) return NONE;
  const up = pixelAt - (stride << 1);
  let above: f32 = 0;
  // The stroke in the row above begins within a few pixels of where it begins here.
  let from = -i + 1;
  if (share(<u32>load<u16>(up + (from << 1))) < 0.5) {
    while (from < 0 && share(<u32>load<u16>(up + (from << 1))) < 0.5) from++;
  } else {
    let j = 0;
    while (j < 8 && share(<u32>load<u16>(up + ((from - 1) << 1))) >= 0.5) {
      from--;
      j++;
    }
    if (j == 8) return NONE;
  }
  for (let k = 0; k < 48; k++) {
    const v = share(<u32>load<u16>(up + ((from + k) << 1)));
    if (v < 0.5) return above - here;
    above += v;
  }
  return NONE;
}

/** Thickness of the last stroke that ended in each column: share sum, colour of the stroke, row. */
export let thickness: usize = 0;
let thicknessColumns: i32 = 0;

export function openBlend(columns: i32): void {
  if (columns > thicknessColumns) {
    thicknessColumns = columns;
    thickness = reserve(columns * 12 + 24 * 12);
  }
  memory.fill(thickness, 0, columns * 12 + 24 * 12);
}

/** Notes the thickness of a stroke that has just ended above a pixel of the colour around it. */
export function noteEnd(pixelAt: usize, stride: i32, x: i32, y: i32, colour: u32): void {
  let up = pixelAt - (stride << 1);
  let inner: u32 = colour;
  for (let i = 0; i < 4; i++) {
    const id = <u32>load<u16>(up - ((i * stride) << 1));
    if (id != colour && load<u32>(parents + (id << 2)) == 0) {
      inner = id;
      break;
    }
  }
  if (inner == colour || !setLine(min(inner, colour), max(inner, colour))) return;
  let sum: f32 = 0;
  const flip = inner < colour;
  for (let i = 0; i < 48; i++) {
    const id = <u32>load<u16>(up);
    if (id == colour) {
      const slot = thickness + (x + 12) * 12;
      store<f32>(slot, sum);
      store<u32>(slot, (inner << 16) | colour, 4);
      store<i32>(slot, y + 1, 8);
      return;
    }
    const v = share(id);
    sum += flip ? <f32>255 - v : v;
    up -= stride << 1;
    if (i > y + 2) return;
  }
}

/** A line is as thick in this column as in a column near it where it has ended. */
function guessByColumnHeight(pixelAt: usize, stride: i32, x: i32, y: i32, flip: bool): f32 {
  let sum: f32 = 0;
  let up = pixelAt - (stride << 1);
  let i = 0;
  for (; i < 48; i++) {
    const v = share(<u32>load<u16>(up));
    const s: f32 = flip ? <f32>255 - v : v;
    if (s < 0.5) break;
    sum += s;
    up -= stride << 1;
    if (i > y + 2) return NONE;
  }
  if (i == 0 || i == 48) return NONE;
  const wanted = flip ? (lineFrom << 16) | lineTo : (lineTo << 16) | lineFrom;
  for (let k = 1; k <= 12; k++) {
    for (let side = -1; side <= 1; side += 2) {
      const slot = thickness + (x + 12 + side * k) * 12;
      const row = load<i32>(slot, 8) - 1;
      if (row >= y - 12 && row >= 0 && load<u32>(slot, 4) == wanted) {
        const left = load<f32>(slot) - sum;
        return flip ? <f32>255 - left : left;
      }
    }
  }
  return NONE;
}

let regime: i32 = 0;
/** How straight the row has been up to here, and the expected edge from row to row: 0 for very, 3 for unknown. */
let rowTrust: i32 = 0;
let edgeTrust: i32 = 0;
const slopes = reserve(4096 << 2);
let slopeAt: usize = 0;

// @ts-ignore: decorator
@inline
function scaleSlot(i: i32): usize {
  if (i == 17) return scales + ((((17 << 4) + letterTrust) * 8) << 4);
  const trust = i == 10 || i == 11 ? edgeTrust : rowTrust;
  return scales + ((((i << 4) + regime) * 8 + trust) << 4);
}
let memoAt: usize = 0;
let mirrorAt: usize = 0;

// @ts-ignore: decorator
@inline
function q(v: f32, bits: i32): u32 {
  return <u32>min(max(<i32>v, 0), 255) >> bits;
}

// @ts-ignore: decorator
@inline
function mixHash(a: u32, b: u32, c: u32): u32 {
  let h = (a + 1) * 0x9e3779b1 + (b + 1) * 0x85ebca6b + (c + 1) * 0xc2b2ae35;
  h ^= h >> 15;
  return h * 0x27d4eb2f;
}

/** Shares by the edge that is expected here, if it runs along the line. */
function guessByEdge(edge: usize, x: i32): void {
  setGuess(10, NONE);
  setGuess(11, NONE);
  const left = edgeLeft(edge);
  const right = edgeRight(edge);
  const forward = left == lineFrom && right == lineTo;
  if (!forward && !(left == lineTo && right == lineFrom)) return;
  if (edgeZone(edge, x) == 0) return;
  const w = forward ? at(0, -1) : 255 - at(0, -1);
  const ww = forward ? at(0, -2) : 255 - at(0, -2);
  const plain = edgeShare(edge, x, w, ww, false);
  const corrected = edgeShare(edge, x, w, ww, true);
  setGuess(10, forward ? plain : 255 - plain);
  if (corrected > -500) setGuess(11, forward ? corrected : 255 - corrected);
}

// @ts-ignore: decorator
@inline
function level(v: f32): u32 {
  return v < 1 ? 0 : v < 85 ? 1 : v < 170 ? 2 : v < 254 ? 3 : 4;
}

/** Heights of edges that run along the row: the same rise from column to column as before, here and in the row above. */
function guessByColumns(w: f32): void {
  // The steepest rise in the row above.
  let d: f32 = 0;
  let first = REACH;
  let last = -REACH;
  for (let i = -REACH; i < REACH; i++) {
    const rise = at(1, i + 1) - at(1, i);
    if (abs(rise) > abs(d)) d = rise;
    if (inside(at(1, i))) {
      first = min(first, i);
      last = i;
    }
  }
  setGuess(14, d == 0 || !inside(w) ? NONE : w + d);
  let before: f32 = 0;
  let beforeThat: f32 = 0;
  let above: f32 = 0;
  for (let row = 0; row < 4; row++) {
    before += at(row, -1);
    beforeThat += at(row, -2);
    if (row > 0) above += at(row, 0);
  }
  setGuess(15, before == beforeThat ? NONE : 2 * before - beforeThat - above);
  setGuess(16, NONE);
  if (d == 0 || first > last) return;
  // The same straight edge, one row lower.
  const base: f32 = d > 0 ? 255 : -255;
  const from: f32 = w > 127 ? 255 : 0;
  const ahead = at(1, first) - <f32>first * d;
  const behind = at(1, last) - <f32>last * d;
  const v = first > 0 ? ahead + base : behind - base;
  if (v > -60 && v < 315 && abs(from - at(1, 0)) <= 255) setGuess(16, v);
}

/** Makes every guess for the pixel, along the line that is set. */
function guessAll(pixelAt: usize, stride: i32, x: i32, y: i32, edge: usize): void {
  loadRows(pixelAt, stride);
  guessByEdge(edge, x);
  const w = at(0, -1);
  const ww = at(0, -2);
  const n = at(1, 0);
  const nw = at(1, -1);
  const ne = at(1, 1);
  const nn = at(2, 0);
  setGuess(0, guessByProfile(1, 1));
  setGuess(1, guessByShift());
  setGuess(2, 2 * w - ww);
  setGuess(3, w + ne - n);
  setGuess(4, w + n - nw);
  setGuess(5, 2 * n - nn);
  setGuess(6, guessByRowWidth(pixelAt, stride));
  setGuess(7, guessByColumnHeight(pixelAt, stride, x, y, false));
  regime = i32(inside(w)) | (i32(inside(n)) << 1) | (i32(inside(ne)) << 2) | (i32(inside(nw)) << 3);
  setFeature(0, <f64>w / 255);
  setFeature(1, <f64>ww / 255);
  setFeature(2, <f64>n / 255);
  setFeature(3, <f64>nw / 255);
  setFeature(4, <f64>ne / 255);
  setFeature(5, <f64>nn / 255);
  setFeature(6, <f64>at(1, 2) / 255);
  setFeature(7, <f64>at(2, 1) / 255);
  setFeature(8, <f64>at(1, -2) / 255);
  setFeature(9, <f64>at(0, -3) / 255);
  setFeature(10, <f64>at(2, -1) / 255);
  setFeature(11, <f64>at(2, 2) / 255);
  setFeature(12, <f64>at(1, 3) / 255);
  setFeature(13, 1);
  guessByColumns(w);
  const linear = <f32>predict(regime) * 255;
  setGuess(12, linear < -500 ? NONE : linear);
  const www = at(0, -3);
  const bend = abs(w - 2 * ww + www);
  rowTrust = !inside(w) ? 5 : !inside(ww) ? 4 : !inside(www) ? 3 : bend < 3 ? 0 : bend < 12 ? 1 : 2;
  edgeTrust = edgeSteadiness(edge);
  slopeAt = slopes + ((mixHash(lineFrom, lineTo, w > ww ? 1 : 2) & 4095) << 2);
  const slope = load<f32>(slopeAt);
  setGuess(13, slope == 0 || !inside(w) ? NONE : w + slope);
  memoAt = memoSame + ((mixHash(q(w, 0), q(n, 0), q(ne, 0)) >> (32 - memoBits)) << 2);
  mirrorAt = memoMirror + ((mixHash(q(w, 0), q(ww, 0), 0) >> (32 - memoBits)) << 2);
  const same = load<i32>(memoAt);
  const mirror = load<i32>(mirrorAt);
  setGuess(8, same == 0 ? NONE : <f32>(same - 1));
  setGuess(9, mirror == 0 ? NONE : <f32>(mirror - 1));
  const letter = letterOnLine(lineFrom, lineTo);
  letterSays = letter;
  setGuess(17, letter < 0 ? NONE : <f32>letter);
  const m = valueMix;
  m.setHash(19, mixHash(<u32>letter, <u32>letterState, 19));
  m.setHash(20, mixHash(<u32>letter, q(w, 3), 20));
  const key = mixHash(lineFrom, lineTo, 5);
  const g0 = q(load<f32>(guesses), 0);
  const g1 = q(load<f32>(guesses + 4), 0);
  m.setHash(0, mixHash(q(w, 0), q(n, 0), 1));
  m.setHash(1, mixHash(q(w, 2), q(n, 2), q(ne, 2)));
  m.setHash(2, mixHash(g0, <u32>regime, 2));
  m.setHash(3, mixHash(g1, <u32>regime, 3));
  m.setHash(4, mixHash(q(2 * w - ww, 1), q(n, 4), 4));
  m.setHash(5, mixHash(q(w, 3), q(n, 3) | (q(ne, 3) << 8), q(nw, 3) | (q(ww, 3) << 8)));
  m.setHash(6, mixHash(key, <u32>regime, 6));
  m.setHash(7, mixHash(q(load<f32>(guesses + 28), 0), <u32>regime, 7));
  m.setHash(8, mixHash(q(load<f32>(guesses + 24), 0), <u32>regime, 8));
  m.setHash(9, mixHash(<u32>load<u16>(pixelAt - 2), <u32>load<u16>(pixelAt - (stride << 1)), key));
  m.setHash(10, mixHash(<u32>same, <u32>mirror, 10));
  m.setHash(11, mixHash(<u32>regime, 0, 11));
  m.setHash(12, mixHash(q(w, 0), q(ww, 0), 12));
  let tern: u32 = 0;
  for (let i = -2; i <= 3; i++) tern = tern * 5 + level(at(1, i));
  for (let i = -1; i <= 2; i++) tern = tern * 5 + level(at(2, i));
  tern = (tern * 5 + level(w)) * 5 + level(ww);
  m.setHash(16, mixHash(tern, 16, 0));
  m.setHash(17, mixHash(tern, q(w, 4), q(n, 4)));
  let near: u32 = level(w);
  near = near * 5 + level(ww);
  for (let i = -1; i <= 2; i++) near = near * 5 + level(at(1, i));
  m.setHash(18, mixHash(near * 5 + level(nn), 18, 0));
  m.setHash(14, mixHash(q(linear, 0), 14, 0));
  m.setHash(15, mixHash(q(linear, 2), q(w, 3), <u32>regime));
  m.setHash(13, mixHash(q(load<f32>(guesses + 40), 1), q(load<f32>(guesses + 44), 1), 13));
}

/** Whether some colour of the line lies strictly between its ends. */
export function hasSteps(): bool {
  if (lineLength > 4) return true;
  tabulate();
  return countBefore(256) > 0;
}

/** Codes the share of a pixel on the line that is set; of shares with equal colours, the first stands for all. */
export function codeStep(actual: i32, pixelAt: usize, stride: i32, x: i32, y: i32, edge: usize): i32 {
  guessAll(pixelAt, stride, x, y, edge);
  tabulate();
  const m = valueMix;
  while (actual > 1 && countBefore(actual + 1) == countBefore(actual)) actual--;
  openLeans();
  store<u32>(believed, <u32>beliefs + ((regime * 32) << 2));
  store<u32>(believed, <u32>beliefs + (((128 + ((rowTrust << 2) | edgeTrust) * 16 + regime) * 32) << 2), 4);
  store<u32>(believed, <u32>beliefs + ((640 * 32) << 2), 8);
  let low = 0;
  let size = 256;
  let node = 1;
  for (let b = 7; b >= 0; b--) {
    size >>= 1;
    const middle = low + size;
    const half = countBefore(middle);
    let bit: i32;
    if (half == countBefore(low)) bit = 1;
    else if (half == countBefore(middle + size)) bit = 0;
    else {
      leanAll(m, middle);
      m.select(3, <i32>min<f32>(max<f32>(load<f32>(m.extras + (GUESSES << 2)) + 8, 0), <f32>15.9) | (b << 4));
      m.select(0, (regime << 3) | b);
      m.select(1, node);
      m.select(2, (((rowTrust << 2) | edgeTrust) << 3) | b);
      m.select(4, letterSays < 0 ? b : 8 + (letterTrust << 3) + b);
      m.finalSet = b | (letterSays < 0 ? 0 : 8);
      bit = m.code(i32(actual >= middle), node);
    }
    takeHalf(middle, bit);
    if (bit) low = middle;
    node = (node << 1) | bit;
  }
  learnStep(<f32>low);
  return low;
}

let letterSays: i32 = -1;
const PARTS: i32 = 3;
/** Each guess spreads as a mixture of three logistic distributions; the mixture is learnt per regime. */
const lows = reserve((GUESSES * PARTS) << 2);
const highs = reserve((GUESSES * PARTS) << 2);
const middles = reserve((GUESSES * PARTS) << 2);

// @ts-ignore: decorator
@inline
function sharpness(part: i32): f32 {
  return part == 0 ? 2.4 : part == 1 ? 0.5 : 0.09;
}

function openLeans(): void {
  leant = -1;
  for (let i = 0; i < (GUESSES * PARTS) << 2; i += 4) {
    store<f32>(lows + i, 0);
    store<f32>(highs + i, 1);
  }
}

/** How much each guess, and each blend of them, favours the upper half of an interval, as log ratios. */
function leanAll(m: Mix, middle: i32): void {
  let up0: f32 = 1e-7;
  let down0: f32 = 1e-7;
  let up1: f32 = 1e-7;
  let down1: f32 = 1e-7;
  let up2: f32 = 1e-7;
  let down2: f32 = 1e-7;
  const b0 = load<u32>(believed);
  const b1 = load<u32>(believed, 4);
  const b2 = load<u32>(believed, 8);
  for (let i = 0; i < GUESSES; i++) {
    const guess = load<f32>(guesses + (i << 2));
    if (guess == NONE) {
      m.setExtra(i, 0);
      continue;
    }
    const slot = scaleSlot(i);
    const away = <f32>middle - 0.5 - min<f32>(max<f32>(guess, -3), 258);
    let up: f32 = 1e-6;
    let down: f32 = 1e-6;
    for (let part = 0; part < PARTS; part++) {
      const at = (i * PARTS + part) << 2;
      const b = squash(away * sharpness(part));
      store<f32>(middles + at, b);
      const weight = load<f32>(slot + (part << 2));
      up += weight * max<f32>(load<f32>(highs + at) - b, 0);
      down += weight * max<f32>(b - load<f32>(lows + at), 0);
    }
    m.setExtra(i, min<f32>(max<f32>(NativeMathf.log(up / down), -8), 8));
    up0 += up * load<f32>(b0 + (i << 2));
    down0 += down * load<f32>(b0 + (i << 2));
    up1 += up * load<f32>(b1 + (i << 2));
    down1 += down * load<f32>(b1 + (i << 2));
    up2 += up * load<f32>(b2 + (i << 2));
    down2 += down * load<f32>(b2 + (i << 2));
  }
  m.setExtra(GUESSES, min<f32>(max<f32>(NativeMathf.log(up0 / down0), -8), 8));
  m.setExtra(GUESSES + 1, min<f32>(max<f32>(NativeMathf.log(up1 / down1), -8), 8));
  m.setExtra(GUESSES + 2, min<f32>(max<f32>(NativeMathf.log(up2 / down2), -8), 8));
  leant = middle;
}

let leant: i32 = -1;

function takeHalf(middle: i32, bit: i32): void {
  if (leant != middle) return;
  for (let i = 0; i < (GUESSES * PARTS) << 2; i += 4) {
    store<f32>((bit ? lows : highs) + i, load<f32>(middles + i));
  }
}

/** Moves each mixture towards the parts that foresaw the value, and each belief towards the guesses that did. */
function learnParts(): void {
  for (let i = 0; i < GUESSES; i++) {
    store<f32>(masses + (i << 2), 0);
    if (load<f32>(guesses + (i << 2)) == NONE) continue;
    const slot = scaleSlot(i);
    let total: f32 = 0;
    for (let part = 0; part < PARTS; part++) {
      const at = (i * PARTS + part) << 2;
      const mass = load<f32>(slot + (part << 2)) * max<f32>(load<f32>(highs + at) - load<f32>(lows + at), 1e-5);
      store<f32>(middles + at, mass);
      total += mass;
    }
    store<f32>(masses + (i << 2), total);
    for (let part = 0; part < PARTS; part++) {
      const share = load<f32>(middles + ((i * PARTS + part) << 2)) / total;
      const old = load<f32>(slot + (part << 2));
      store<f32>(slot + (part << 2), max<f32>(old + (share - old) * <f32>0.025, <f32>0.002));
    }
  }
  learnBelief(0, 0.05);
  learnBelief(1, 0.02);
  learnBelief(2, 0.1);
}

const masses = reserve(GUESSES << 2);

/** Bayes' rule among the guesses that were made, with a part of the belief shared out evenly. */
function learnBelief(blend: i32, shared: f32): void {
  const slot = load<u32>(believed + (blend << 2));
  let before: f32 = 0;
  let after: f32 = 0;
  let count: f32 = 0;
  for (let i = 0; i < GUESSES << 2; i += 4) {
    const mass = load<f32>(masses + i);
    if (mass == 0) continue;
    const belief = load<f32>(slot + i);
    before += belief;
    after += belief * mass;
    count += 1;
  }
  if (after == 0) return;
  const scale = (before * (1 - shared)) / after;
  const even = (before * shared) / count;
  for (let i = 0; i < GUESSES << 2; i += 4) {
    const mass = load<f32>(masses + i);
    if (mass != 0) store<f32>(slot + i, load<f32>(slot + i) * mass * scale + even);
  }
}

function learnStep(value: f32): void {
  learnParts();
  const left = at(0, -1);
  if (inside(left)) store<f32>(slopeAt, value - left);
  observe(regime, <f64>value / 255);
  const v = <i32>(value + 0.5);
  store<i32>(memoAt, v + 1);
  learnMirror(v);
}

/** On the other side of a stroke the same values come in the opposite order. */
function learnMirror(v: i32): void {
  const back = memoMirror + ((mixHash(q(at(0, -1), 0), <u32>v, 0) >> (32 - memoBits)) << 2);
  store<i32>(back, <i32>at(0, -2) + 1);
}

/** A solid pixel after an edge: the end of a sequence that the other side will begin with. */
export function noteSolid(pixelAt: usize, id: u32): void {
  for (let x = -2; x < 0; x++) {
    store<f32>(rows + ((x + REACH) << 2), share(<u32>load<u16>(pixelAt + (x << 1))));
  }
  learnMirror(<i32>share(id));
}

/** Codes a colour near share `m` of the line: mostly it is exactly the one there. */
export function codeBeside(actual: u32, m: i32): u32 {
  const ideal = onLine(m);
  const slot = colourMemo + ((mixHash(lineFrom, lineTo, 0) >> (32 - memoBits)) << 1);
  const history = load<u16>(slot);
  const exact = codeAdaptive(i32(actual == ideal), sameFlags + (<usize>(history & 15) << 2), 250);
  store<u16>(slot, (history << 1) | <u16>exact);
  if (exact) return ideal;
  let out: u32 = 0;
  let context = 0;
  for (let shift = 0; shift < 32; shift += 8) {
    const base = channel(ideal, shift);
    const off = codeOff(channel(actual, shift) - base, (shift >> 3) * 64 + context * 16, shift == 0);
    context = off == 0 ? 1 : off > 0 ? 2 : 3;
    out |= <u32>((base + off) & 255) << shift;
  }
  return out;
}

/** A small signed difference: zero, sign, then unary with a stop. */
function codeOff(actual: i32, context: i32, quiet: bool): i32 {
  const base = offTable + ((context * 16) << 2);
  if (!codeAdaptive(i32(actual != 0), base, quiet ? 1000 : 250)) return 0;
  const negative = codeAdaptive(i32(actual < 0), base + 4, 250);
  const wanted = abs(actual) - 1;
  let size = 0;
  while (size < 255 && codeAdaptive(i32(wanted > size), base + ((2 + min(size, 12)) << 2), 250)) size++;
  return negative ? -(size + 1) : size + 1;
}
