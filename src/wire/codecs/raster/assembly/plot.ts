// Over 400 lines: one inner loop with the state that it shares.
/**
 * Pictures with up to 65,535 colours and many equal neighbours: plots, drawings, screenshots.
 *
 * Each pixel is first asked about a few likely colours; most pixels of a plot lie in flat areas, where one cheap
 * decision is enough.
 */
import { codeAdaptive, Mix, reserveAdaptive } from './mix';
import { edgeFrom, edgeLeft, edgeRight, edgeZone, findEdges, nextEdge, openEdges } from './edges';
import { askLetters, learnLetters, letterInk, letterPaper, letterShare, letterState, letterOnLine, openLetters, startLetterRow } from './letters';
import { reserve } from './memory';
import { codeBeside, codeStep, colours, fitLine, fitted, onLine, setNear, shareNear, hasSteps, noteEnd, noteSolid, openBlend, parents, setLine } from './blend';
export { colours };


export const MARGIN: i32 = 8;
export const COLOURS_MAX: i32 = 65_535;
const CANDIDATES: i32 = 8;

export let colourCount: i32 = 0;

const flatMix = new Mix(5, 0, 2, 64, 4, 16);
const pixelMix = new Mix(19, 5, 6, 512, 64, 16);
const idTree = reserveAdaptive(65_536);
const newFlags = reserveAdaptive(64);
const channelTrees = reserveAdaptive(4 * 256);

const MEMO_BITS = 16;
const memoLong = reserve((1 << MEMO_BITS) << 1);
const memoShort = reserve((1 << MEMO_BITS) << 1);
const MATCH_BITS = 18;
const matchTable = reserve((1 << MATCH_BITS) << 2);

/** Planes of the pictures coded last; one of the same size may serve as a reference. */
const SLOTS: i32 = 8;
const bases = reserve(SLOTS << 2);
const capacities = reserve(SLOTS << 2);
/** From a pixel to the one at the same place of the reference, in bytes; 0 for no reference. */
let toReference: i32 = 0;
/** How often the reference was wrong lately. */
let misses: i32 = 0;
let columns: i32 = 0;
let plane: usize = 0;
let stride: i32 = 0;
let flatRuns: usize = 0;
let columnShifts: usize = 0;
const candidates: usize = reserve(CANDIDATES << 2);
let candidateCount: i32 = 0;

// @ts-ignore: decorator
@inline
function pixel(at: usize, offset: i32): u32 {
  return <u32>load<u16>(at + (offset << 1));
}

// @ts-ignore: decorator
@inline
function hash2(a: u32, b: u32): u32 {
  let h = a * 0x9e3779b1 + b * 0x85ebca6b;
  h ^= h >> 16;
  return h * 0xc2b2ae35;
}

// @ts-ignore: decorator
@inline
function add(h: u32, v: u32): u32 {
  return (rotl<u32>(h, 11) ^ v) * 0x9e3779b1 + 0x7f4a7c15;
}

function offer(colour: u32): void {
  if (candidateCount >= CANDIDATES) return;
  for (let i = 0; i < candidateCount; i++) {
    if (load<u32>(candidates + (i << 2)) == colour) return;
  }
  store<u32>(candidates + (candidateCount << 2), colour);
  candidateCount++;
}

// @ts-ignore: decorator
@inline
export function firstPixel(slot: i32): usize {
  return load<u32>(bases + (slot << 2)) + (((stride * 4) + MARGIN) << 1);
}

/**
 * Gets the plane in `slot` ready for a picture and gives the address of its first pixel. `reference` is the slot of
 * a coded picture of the same size, or -1.
 */
export function openPlane(slot: i32, width: i32, height: i32, reference: i32): usize {
  stride = width + 2 * MARGIN;
  const bytes = <usize>stride * <usize>(height + 4) * 2;
  if (bytes > load<u32>(capacities + (slot << 2))) {
    store<u32>(bases + (slot << 2), <u32>reserve(bytes));
    store<u32>(capacities + (slot << 2), <u32>bytes);
  } else memory.fill(load<u32>(bases + (slot << 2)), 0, bytes);
  toReference = reference < 0 ? 0 : <i32>(firstPixel(reference) - firstPixel(slot));
  misses = 0;
  if (stride > columns) {
    columns = stride;
    flatRuns = reserve(columns << 1);
    columnShifts = reserve(columns << 2);
  }
  openBlend(columns);
  openEdges();
  openLetters(columns);
  memory.fill(flatRuns, 0, columns << 1);
  memory.fill(columnShifts, 0, columns << 2);
  memory.fill(matchTable, 0, (1 << MATCH_BITS) << 2);
  plane = firstPixel(slot);
  return plane;
}

/** Makes the picture coded in slot `reference`, which has the same size, the reference of the one in `slot`. */
export function setReference(slot: i32, reference: i32): void {
  toReference = <i32>(firstPixel(reference) - firstPixel(slot));
}

export function planeStride(): i32 {
  return stride;
}

function bucket(v: i32): i32 {
  return v < 4 ? v : min(62 - 2 * clz(v) + ((v >> (30 - clz(v))) & 1), 31);
}

/** Row state. */
let sinceStart: i32 = 0;
let starts: i32 = 0;
let matchShift: i32 = 0;
let matchLength: i32 = 0;

/** Encoding: up to this number, colours are told before the first row. */
let headsUntil: i32 = 0;

export function setHeads(until: i32): void {
  headsUntil = until;
}

/** Colours of areas are told first: edges meet them before the first pixel that is wholly theirs. */
function codeHeads(): void {
  telling = true;
  while (codeAdaptive(i32(colourCount < headsUntil), newFlags + 8, 60)) {
    codeEscape(colourCount);
    noteRecent(colourCount - 1);
  }
  headsUntil = 0;
  telling = false;
}

let telling: bool = false;

/** Codes rows `from` to `to` (not included) of the plane. */
export function codeRows(width: i32, from: i32, to: i32): void {
  // The margins hold colour 0, so it must be known before the first pixel.
  if (from == 0) codeHeads();
  if (colourCount == 0) codeEscape(0);
  for (let y = from; y < to; y++) {
    codeRow(width, y);
    findEdges(plane + ((y * stride) << 1), width);
  }
}

function codeRow(width: i32, y: i32): void {
  let at = plane + ((y * stride) << 1);
  sinceStart = 255;
  starts = 0;
  matchLength = 0;
  startLetterRow();
  let edge = nextEdge(0);
  let from = edgeFrom(edge);
  for (let x = 0; x < width; x++, at += 2) {
    let zone: u32 = 0;
    if (x >= from) {
      edge = nextEdge(x);
      from = edgeFrom(edge);
      if (x >= from) zone = edgeZone(edge, x);
    }
    const w = pixel(at, -1);
    const n = pixel(at, -stride);
    const nw = pixel(at, -stride - 1);
    const ne = pixel(at, -stride + 1);
    const nee = pixel(at, -stride + 2);
    const ww = pixel(at, -2);
    const nn = pixel(at, -2 * stride);
    const flat = w == n && w == nw && w == ne && w == nee && w == ww && w == nn;
    let shift = matchLength > 0 ? matchShift : load<i32>(columnShifts + (x << 2));
    let guess: i32 = -1;
    if (shift > 0) guess = <i32>pixel(at, -shift);
    const runs = flatRuns + (x << 1);
    let old: i32 = -1;
    let oldNext: u32 = 0;
    if (toReference != 0) {
      old = <i32>pixel(at + toReference, 0);
      oldNext = i32(pixel(at + toReference, 1) == w && pixel(at + toReference, stride) == w && pixel(at + toReference, -1) == w ? 1 : 2);
    }
    if (flat && (guess < 0 || guess == <i32>w) && (old < 0 || old == <i32>w)) {
      const run = <i32>load<u16>(runs);
      flatMix.setHash(0, hash2(bucket(sinceStart), bucket(run)));
      flatMix.setHash(1, hash2(min(sinceStart, 63) | (min(starts, 7) << 8), w + 1));
      flatMix.setHash(2, hash2(min(run, 255) | (guess < 0 ? 0 : 1 << 10), pixel(at, -2 * stride + 3) == w && pixel(at, -stride + 4) == w && pixel(at, -stride + 7) == w ? 1 : 2));
      flatMix.setHash(3, hash2(zone, zone == 0 ? w : w == edgeLeft(edge) ? 1 : w == edgeRight(edge) ? 2 : 3));
      flatMix.setHash(4, hash2(oldNext, min(misses, 15)));
      flatMix.select(1, oldNext * 16 + min(misses, 15));
      flatMix.select(0, zone == 0 ? 0 : 1 + (<i32>(zone - 1) / 14));
      const same = flatMix.code(i32(<u32>load<u16>(at) == w), 0);
      if (same) {
        store<u16>(at, <u16>w);
        if (sinceStart < 255) sinceStart++;
        if (misses > 0 && old >= 0 && (x & 15) == 0) misses--;
        if (run < 65_535) store<u16>(runs, <u16>(run + 1));
        continue;
      }
      starts++;
      sinceStart = 0;
      candidateCount = 0;
      offer(w);
      codePixel(at, x, y, guess, 1, edge, zone, old);
      store<u16>(runs, 0);
    } else {
      candidateCount = 0;
      if (!flat) sinceStart = 0;
      codePixel(at, x, y, guess, 0, edge, zone, old);
      if (!flat) store<u16>(runs, 0);
    }
  }
}

function codePixel(at: usize, x: i32, y: i32, guessed: i32, first: i32, edge: usize, zone: u32, old: i32): void {
  const actual = <u32>load<u16>(at);
  const s = stride;
  const w = pixel(at, -1);
  const n = pixel(at, -s);
  const nw = pixel(at, -s - 1);
  const ne = pixel(at, -s + 1);
  const nee = pixel(at, -s + 2);
  const ww = pixel(at, -2);
  const nn = pixel(at, -2 * s);
  const www = pixel(at, -3);
  const nww = pixel(at, -s - 2);
  const nne = pixel(at, -2 * s + 1);
  const nnw = pixel(at, -2 * s - 1);
  const nnn = pixel(at, -3 * s);
  const neee = pixel(at, -s + 3);
  const nwww = pixel(at, -s - 3);
  const nnee = pixel(at, -2 * s + 2);
  const nnww = pixel(at, -2 * s - 2);

  const h4 = add(add(add(w + 1, n), nw), ne);
  const h6 = add(add(h4, ww), nn);
  const h9 = add(add(add(h6, nww), nee), nne);
  const h12 = add(add(add(h9, nnw), www), neee);
  let h16 = add(add(add(add(h12, nnn), nnee), nnww), nwww);
  const hMatch = add(add(add(h16, pixel(at, -4)), pixel(at, -s + 4)), pixel(at, -3 * s + 1));

  // A match that has no guess yet is looked for by the neighbourhood.
  const place = <u32>((at - plane) >> 1);
  const matchAt = matchTable + ((((hMatch * 0x9e3779b1) >> (32 - MATCH_BITS))) << 2);
  let guess = guessed;
  let shift = matchLength > 0 ? matchShift : load<i32>(columnShifts + (x << 2));
  if (guess < 0) {
    const found = load<u32>(matchAt);
    if (found > 0) {
      shift = <i32>(place + 1 - found);
      let same = 0;
      while (same < 12 && pixel(at, -1 - same) == pixel(at, -1 - same - shift)) same++;
      if (same >= 3 && pixel(at, -s) == pixel(at, -s - shift) && pixel(at, -s + 1) == pixel(at, -s + 1 - shift)) {
        guess = <i32>pixel(at, -shift);
        matchLength = 0;
      } else shift = 0;
    }
  }
  store<u32>(matchAt, place + 1);
  const memo1 = memoLong + (((h12 * 0x9e3779b1) >> (32 - MEMO_BITS)) << 1);
  const memo2 = memoShort + (((h6 * 0x9e3779b1) >> (32 - MEMO_BITS)) << 1);
  const m1 = <u32>load<u16>(memo1);
  const m2 = <u32>load<u16>(memo2);
  const length = guess < 0 ? 0 : min(bucket(matchLength) + 1, 15);

  if (old >= 0 && (guess < 0 || misses < 8)) offer(<u32>old);
  if (guess >= 0) offer(<u32>guess);
  if (m1) offer(m1 - 1);
  if (m2) offer(m2 - 1);
  offer(w);
  offer(n);
  offer(ne);
  offer(nw);
  offerEnds(w);
  offerEnds(n);
  offer(nee);
  offerEnds(ne);

  let run = 0;
  while (run < 32 && pixel(at, -2 - run) == w) run++;
  let column = 0;
  while (column < 3 && pixel(at, -s * (column + 2)) == n) column++;
  let agree: u32 = 0;
  let oldEast: u32 = 0;
  let oldSouth: u32 = 0;
  if (old >= 0) {
    const there = at + toReference;
    agree =
      16 | i32(pixel(there, -1) == w) | (i32(pixel(there, -s) == n) << 1) |
      (i32(pixel(there, -s + 1) == ne) << 2) | (i32(pixel(there, -s - 1) == nw) << 3);
    oldEast = pixel(there, 1) + 1;
    oldSouth = pixel(there, s) + 1;
  }
  const trust = agree | (min(misses, 15) << 5);
  const g = <u32>(guess + 1);
  askLetters(at, s, x, y);
  const mix = pixelMix;
  let chosen: i32 = -1;
  for (let k = first; k < candidateCount; k++) {
    const c = load<u32>(candidates + (k << 2));
    const salt = hash2(c + 1, min(k, 3));
    mix.setHash(0, hash2(h4, salt));
    mix.setHash(1, hash2(h6, salt));
    mix.setHash(2, hash2(h9, salt));
    mix.setHash(3, hash2(h12, salt));
    mix.setHash(4, hash2(h16, salt));
    mix.setHash(5, hash2(add(w, g), salt));
    mix.setHash(6, hash2(add(add(add(n, ne), nee), nn), salt));
    mix.setHash(7, hash2(add(add(add(w, ww), www), nw), salt));
    mix.setHash(8, hash2(add(g, length), salt));
    mix.setHash(10, hash2(add(add(w, run), n), salt));
    mix.setHash(11, hash2(add(add(n, column), w), salt));
    mix.setHash(12, hash2(add(add(m1, m2), g), salt));
    mix.setHash(15, hash2(add(add(ne, nee), neee), salt));
    const isOld = old < 0 ? 0 : <u32>old == c ? 1 : 2;
    mix.setHash(18, hash2(add(trust, isOld), min(k, 3)));
    mix.setHash(13, hash2(add(add(add(<u32>(old + 1), oldEast), oldSouth), agree), salt));
    mix.setExtra(3, isOld == 0 ? 0 : isOld == 1 ? 2 : -2);
    mix.select(4, old < 0 ? 0 : agree | (isOld << 5) | (min(misses >> 2, 3) << 7));
    const side: u32 = zone == 0 ? 0 : c == edgeLeft(edge) ? 1 : c == edgeRight(edge) ? 2 : 3;
    const sideW: u32 = zone == 0 ? 0 : w == edgeLeft(edge) ? 1 : w == edgeRight(edge) ? 2 : 3;
    mix.setHash(16, hash2(zone | (side << 16) | (sideW << 18), min(k, 3)));
    mix.setHash(17, hash2(zone | (side << 16) | (sideW << 18), h4));
    mix.select(3, zone == 0 ? 0 : 1 + min<i32>(<i32>(zone - 1) / 14, 27) + 28 * <i32>side);
    const role: u32 = letterShare < 0 ? 0 : c == letterPaper ? 1 : c == letterInk ? 2 : isSolid(c) ? 3 : setNear(letterPaper, letterInk) ? 4 + min<i32>(abs(shareNear(c) - letterShare) >> 1, 10) : 3;
    mix.setHash(9, hash2(role | (<u32>letterState << 4), min(k, 3)));
    mix.setHash(14, hash2(add(role | ((<u32>letterShare & 255) << 4), <u32>letterState), salt));
    const right = role == 0 ? 0 : role == 1 ? letterShare == 0 : role == 2 ? letterShare == 255 : role == 4;
    mix.setExtra(4, role == 0 ? 0 : right ? 2 : -2);
    mix.select(5, role == 0 ? 0 : 1 + min<i32>(<i32>letterState, 150) * 3 + (right ? 0 : role == 3 ? 1 : 2));
    mix.setExtra(0, guess < 0 ? 0 : <u32>guess == c ? 2 : -2);
    mix.setExtra(1, m1 == 0 ? 0 : m1 - 1 == c ? 1 : -1);
    mix.setExtra(2, m2 == 0 ? 0 : m2 - 1 == c ? 1 : -1);
    const kind = i32(c == w) | (i32(c == n) << 1) | (i32(c == ne) << 2) | (i32(c == nw) << 3);
    mix.select(0, kind | (min(k, 3) << 4));
    mix.select(1, length | (i32(<u32>guess == c) << 4) | (min(k, 3) << 5) | (first << 7));
    mix.select(2, i32(w == n) | (i32(w == nw) << 1) | (i32(n == ne) << 2) | (i32(w == ww) << 3) | (i32(n == nn) << 4) | (i32(n == nw) << 5) | (i32(k == 0) << 6) | (i32(ne == nee) << 7));
    mix.finalSet = min(k, 3) | (first << 2);
    if (mix.code(i32(actual == c), first)) {
      chosen = <i32>c;
      break;
    }
  }
  if (chosen < 0) chosen = codeOther(<i32>actual, at, x, y, h4, edge);
  const u = <u32>chosen;
  learnLetters(u, x, y);
  const mine = parents + (u << 2);
  const kin = load<u32>(mine);
  if (u == w && u == n && u == nw && kin != 0) store<u32>(mine, 0);
  if (load<u32>(mine) == 0) {
    noteRecent(u);
    const kinW = load<u32>(parents + (w << 2));
    if (kinW != 0 && setLine((kinW & 65535) - 1, (kinW >> 16) - 1)) noteSolid(at, u);
    if (n != u && nn != u) noteEnd(at, s, x, y, u);
  }

  if (old >= 0) misses = chosen == old ? max(misses - 1, 0) : min(misses + 3, 60);
  store<u16>(at, <u16>chosen);
  store<u16>(memo1, <u16>(chosen + 1));
  store<u16>(memo2, <u16>(chosen + 1));
  const shifts = columnShifts + (x << 2);
  if (guess >= 0 && guess == chosen) {
    matchShift = shift;
    matchLength = min(matchLength + 1, 4000);
    store<i32>(shifts, shift);
  } else {
    matchLength = 0;
    store<i32>(shifts, 0);
  }
}

function offerEnds(id: u32): void {
  const kin = load<u32>(parents + (id << 2));
  if (kin == 0) return;
  offer((kin & 65535) - 1);
  offer((kin >> 16) - 1);
}

const RECENT: i32 = 24;
const recent = reserve((RECENT + 1) << 2);
let recentCount: i32 = 0;

/** Moves a solid colour to the front of the ones met lately. */
function noteRecent(id: u32): void {
  if (recentCount > 0 && load<u32>(recent) == id) return;
  let i = 0;
  while (i < recentCount && load<u32>(recent + (i << 2)) != id) i++;
  if (i == recentCount && recentCount < RECENT) recentCount++;
  if (i == RECENT) i = RECENT - 1;
  for (; i > 0; i--) store<u32>(recent + (i << 2), load<u32>(recent + ((i - 1) << 2)));
  store<u32>(recent, id);
}

const LINES: i32 = 40;
const lines = reserve(LINES << 3);
let lineCount: i32 = 0;
let lastLine: u32 = 0;
const lineMix = new Mix(9, 0, 1, 64, 1, 14);

function offerLine(a: u32, b: u32): void {
  if (a == b || lineCount >= LINES) return;
  const low = min(a, b);
  const high = max(a, b);
  for (let i = 0; i < lineCount; i++) {
    if (load<u32>(lines + (i << 3)) == low && load<u32>(lines + (i << 3), 4) == high) return;
  }
  store<u32>(lines + (lineCount << 3), low);
  store<u32>(lines + (lineCount << 3), high, 4);
  lineCount++;
}

function offerParents(id: u32): void {
  const kin = load<u32>(parents + (id << 2));
  if (kin != 0) offerLine((kin & 65535) - 1, (kin >> 16) - 1);
}

function isSolid(id: u32): bool {
  return load<u32>(parents + (id << 2)) == 0;
}

function listLines(at: usize): void {
  const s = stride;
  const w = pixel(at, -1);
  const n = pixel(at, -s);
  const nw = pixel(at, -s - 1);
  const ne = pixel(at, -s + 1);
  const nee = pixel(at, -s + 2);
  const nn = pixel(at, -2 * s);
  const ww = pixel(at, -2);
  lineCount = 0;
  offerParents(w);
  offerParents(n);
  offerParents(ne);
  offerParents(nw);
  const base = isSolid(w) ? w : isSolid(n) ? n : isSolid(ne) ? ne : ww;
  if (isSolid(n)) offerLine(base, n);
  if (isSolid(ne)) offerLine(base, ne);
  if (isSolid(nw)) offerLine(base, nw);
  if (isSolid(nee)) offerLine(base, nee);
  if (isSolid(ww)) offerLine(base, ww);
  if (isSolid(nn)) offerLine(base, nn);
  offerParents(nee);
  offerParents(ww);
  offerParents(nn);
  for (let i = 0; i < recentCount && i < 4; i++) offerLine(base, load<u32>(recent + (i << 2)));
  offerLine(w, n);
  offerLine(w, ne);
  findBands(at);
  for (let i = 0; i < bandCount; i++) {
    const band = load<u32>(bands + (i << 2));
    for (let j = i + 1; j < bandCount; j++) offerLine(band, load<u32>(bands + (j << 2)));
  }
  for (let i = 0; i < bandCount; i++) {
    const band = load<u32>(bands + (i << 2));
    offerLine(band, base);
    for (let j = 0; j < recentCount && j < 3; j++) offerLine(band, load<u32>(recent + (j << 2)));
  }
  for (let i = 4; i < recentCount; i++) offerLine(base, load<u32>(recent + (i << 2)));
}

const bands = reserve(8 << 2);
let bandCount: i32 = 0;

function offerBand(id: u32): void {
  for (let i = 0; i < bandCount; i++) if (load<u32>(bands + (i << 2)) == id) return;
  store<u32>(bands + (bandCount << 2), id);
  bandCount++;
}

/** Colours that run through the pixel's row and column: what lies under an edge need not be a solid colour. */
function findBands(at: usize): void {
  bandCount = 0;
  findBandsAlong(at, 2);
  findBandsAlong(at, stride << 1);
}

function findBandsAlong(at: usize, step: i32): void {
  let here = at - step;
  let last: u32 = load<u16>(here);
  let run = 1;
  const most = bandCount + 2;
  for (let i = 0; i < 28 && bandCount < most; i++) {
    here -= step;
    if (here < plane) return;
    const id = <u32>load<u16>(here);
    if (id != last) run = 0;
    last = id;
    if (++run == 3) offerBand(id);
  }
}

/** A colour that no neighbour suggested: on an edge between two colours, met before, or new. */
function codeOther(actual: i32, at: usize, x: i32, y: i32, h4: u32, edge: usize): i32 {
  listLines(at);
  let best: i32 = -1;
  let least = 400;
  const colour = load<u32>(colours + (actual << 2));
  const parentless = actual < colourCount && load<u32>(parents + (actual << 2)) == 0;
  for (let i = 0; i < lineCount; i++) {
    if (!setLine(load<u32>(lines + (i << 3)), load<u32>(lines + (i << 3), 4)) || !hasSteps()) continue;
    const off = fitLine(colour);
    if (off > 0 && parentless) continue;
    if (off >= 0 && off * 8 + i < least) {
      least = off * 8 + i;
      best = i;
    }
  }
  for (let i = 0; i < lineCount; i++) {
    const a = load<u32>(lines + (i << 3));
    const b = load<u32>(lines + (i << 3), 4);
    if (!setLine(a, b) || !hasSteps()) continue;
    lineMix.setHash(0, hash2(h4, i));
    lineMix.setHash(1, hash2(a, b));
    lineMix.setHash(2, hash2(lineCount, i));
    lineMix.setHash(3, hash2(add(add(pixel(at, -1), pixel(at, -stride)), a), b));
    lineMix.setHash(4, hash2(i, i32(isSolid(pixel(at, -1))) | (i32(isSolid(pixel(at, -stride))) << 1)));
    lineMix.setHash(5, hash2(add(add(pixel(at, -1), pixel(at, -stride)), pixel(at, -stride + 1)), i));
    lineMix.setHash(6, hash2(load<u32>(parents + (pixel(at, -1) << 2)) == ((a + 1) | ((b + 1) << 16)) ? 1 : 2, add(i, load<u32>(parents + (pixel(at, -stride) << 2)) == ((a + 1) | ((b + 1) << 16)) ? 1 : 2)));
    lineMix.setHash(7, hash2(add(a, b), add(lastLine, i)));
    lineMix.setHash(8, hash2(letterOnLine(a, b) < 0 ? 0 : 1, <u32>letterState));
    lineMix.select(0, i);
    if (!lineMix.code(i32(i == best), 0)) continue;
    fitLine(colour);
    lastLine = a | (b << 16);
    const step = codeStep(fitted, at, stride, x, y, edge);
    const found = codeBeside(colour, step);
    let id = findColour(found);
    if (id < 0) {
      id = addColour(found);
      store<u32>(parents + (id << 2), (a + 1) | ((b + 1) << 16));
    }
    return id;
  }
  return codeEscape(actual);
}

const INDEX_BITS = 17;
const colourIndex = reserve((1 << INDEX_BITS) << 2);

function findColour(colour: u32): i32 {
  let slot = (colour * 0x9e3779b1) >> (32 - INDEX_BITS);
  let id = load<u32>(colourIndex + (slot << 2));
  while (id != 0 && load<u32>(colours + ((id - 1) << 2)) != colour) {
    slot = (slot + 1) & ((1 << INDEX_BITS) - 1);
    id = load<u32>(colourIndex + (slot << 2));
  }
  return <i32>id - 1;
}

function addColour(colour: u32): i32 {
  if (colourCount >= COLOURS_MAX) unreachable();
  store<u32>(colours + (colourCount << 2), colour);
  let slot = (colour * 0x9e3779b1) >> (32 - INDEX_BITS);
  while (load<u32>(colourIndex + (slot << 2)) != 0) slot = (slot + 1) & ((1 << INDEX_BITS) - 1);
  store<u32>(colourIndex + (slot << 2), colourCount + 1);
  return colourCount++;
}

/** Colours met lately that lie between an older one and a new solid one are edges of it. */
function adopt(id: u32): void {
  for (let i = max(0, <i32>id - 64); i < <i32>id; i++) {
    if (load<u32>(parents + (i << 2)) != 0) continue;
    for (let r = 0; r < min(recentCount, 4); r++) {
      const base = load<u32>(recent + (r << 2));
      if (base == <u32>i || base == id || !setLine(min(base, id), max(base, id))) continue;
      const off = fitLine(load<u32>(colours + (i << 2)));
      if (off < 0 || off > 3) continue;
      store<u32>(parents + (i << 2), (min(base, id) + 1) | ((max(base, id) + 1) << 16));
      break;
    }
  }
}

/** A colour that lies on no line: met before, or new. */
function codeEscape(actual: i32): i32 {
  const fresh = codeAdaptive(i32(actual == colourCount), newFlags, 60);
  if (!fresh) {    let node = 1;
    let bits = 32 - clz(max(colourCount - 1, 1));
    for (let b = bits - 1; b >= 0; b--) {
      node = (node << 1) | codeAdaptive((actual >> b) & 1, idTree + ((node & 65535) << 2), 60);
    }
    const id = node - (1 << bits);
    if (id >= colourCount) unreachable();
    return id;
  }
  const colour = load<u32>(colours + (actual << 2));
  const opaque = codeAdaptive(i32((colour & 255) == 255), newFlags + 4, 255);
  let out: u32 = 0;
  for (let c = 0; c < 4; c++) {
    if (c == 3 && opaque) {
      out = (out << 8) | 255;
      break;
    }
    let node = 1;
    for (let b = 7; b >= 0; b--) {
      node = (node << 1) | codeAdaptive(<i32>(colour >> (24 - c * 8 + b)) & 1, channelTrees + (((c << 8) | node) << 2), 255);
    }
    out = (out << 8) | <u32>(node & 255);
  }
  const id = addColour(out);
  if (!telling) adopt(<u32>id);
  return id;
}

