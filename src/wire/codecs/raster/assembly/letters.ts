/**
 * Letters under way. Where the pixels before this one look like a part of a letter of the sheet, in whatever two
 * colours, a placement is made: which place of the sheet lies on which pixel. It says what comes next, and is believed
 * by how it fared.
 */
import { parents, setNear, shareNear } from './blend';
import { findPlace, ink, NO_FIT, OUTSIDE, shares, sheet, SHEET_HEIGHT, sheetLoaded, SHEET_WIDTH } from './letter-sheet';
import { reserve } from './memory';

const PLACEMENTS: i32 = 1024;
const PLACEMENT_BYTES: i32 = 24;
/** How badly a letter may fit the pixels before it and still be believed, and when no other is looked for. */
const COST_MAX: i32 = 700;
const COST_LOOK: i32 = 240;

// A placement: from pixel to sheet, paper and ink, row, hits (0 when dead), how wrong lately, how far off lately.
const placements = reserve(PLACEMENTS * PLACEMENT_BYTES);
let columnPlacements: usize = 0;
let columnsKnown: i32 = 0;

/** What the letters say about the pixel at hand: the share of ink in it, -1 for nothing, and how far they are believed. */
export let letterShare: i32 = -1;
export let letterPaper: u32 = 0;
export let letterInk: u32 = 0;
export let letterTrust: i32 = 0;
export let letterState: i32 = 0;
let placement: usize = 0;
let leftPlacement: usize = 0;
let leftX: i32 = -100;
let bestPlacement: usize = 0;
let bestCost: i32 = 0;

/** Forgets the placements of the picture before. */
export function openLetters(columns: i32): void {
  if (columns > columnsKnown) {
    columnsKnown = columns;
    columnPlacements = reserve((columns + 16) << 2);
  }
  for (let i = 0; i < 256; i++) store<i32>(credits + (i << 2), CREDIT_FIRST);
  skipped = 0;
  memory.fill(columnPlacements, 0, (columns + 16) << 2);
  memory.fill(placements, 0, PLACEMENTS * PLACEMENT_BYTES);
  leftX = -100;
}

export function startLetterRow(): void {
  leftX = -100;
}

// @ts-ignore: decorator
@inline
function placeOf(p: usize, x: i32, y: i32): usize {
  return sheet + load<i32>(p) + y * SHEET_WIDTH + x;
}

function considerPlacement(p: usize, at: usize, stride: i32, x: i32, y: i32): void {
  if (p == 0 || p == bestPlacement || load<i32>(p, 12) <= 0) return;
  const place = placeOf(p, x, y);
  if (place < sheet + 4 * SHEET_WIDTH || place >= sheet + SHEET_WIDTH * (SHEET_HEIGHT - 4) || load<u8>(place) == OUTSIDE) return;
  fillShares(at, stride, <u32>load<u16>(p, 4), <u32>load<u16>(p, 6));
  const cost = fitCost(place) + 200 - 2 * min(load<i32>(p, 12), 100);
  if (cost < bestCost) {
    bestCost = cost;
    bestPlacement = p;
  }
}

let filledPaper: u32 = 0;
let filledInk: u32 = 0;

/** Shares of ink: w, ww, www, then nine of the row above and six of the one above that. */
function fillShares(at: usize, stride: i32, paper: u32, inkColour: u32): bool {
  if (filledPaper == paper && filledInk == inkColour) return true;
  filledPaper = filledInk = 0;
  if (!setNear(paper, inkColour)) return false;
  for (let i = 1; i <= 3; i++) store<u8>(shares + i, <u8>shareNear(pixel(at, -i)));
  for (let i = -4; i <= 4; i++) store<u8>(shares + (8 + i), <u8>shareNear(pixel(at, i - stride)));
  for (let i = -2; i <= 3; i++) store<u8>(shares + (16 + i), <u8>shareNear(pixel(at, i - 2 * stride)));
  filledPaper = paper;
  filledInk = inkColour;
  return true;
}

// @ts-ignore: decorator
@inline
function gap(v: i32, i: i32): i32 {
  return min(abs(v - <i32>load<u8>(shares + i)), 90);
}

function fitCost(at: usize): i32 {
  let sum = 2 * gap(ink(at, -1), 1) + gap(ink(at, -2), 2);
  const up = at - SHEET_WIDTH;
  for (let i = -2; i <= 3; i++) sum += gap(ink(up, i), 8 + i);
  sum += gap(ink(up, 0), 8) + gap(ink(up, 1), 9);
  for (let i = -1; i <= 2; i++) sum += gap(ink(up - SHEET_WIDTH, i), 16 + i) >> 1;
  return sum;
}

// @ts-ignore: decorator
@inline
function pixel(at: usize, offset: i32): u32 {
  return <u32>load<u16>(at + (offset << 1));
}

/** Asks the letters about a pixel that is not in a flat area. */
export function askLetters(at: usize, stride: i32, x: i32, y: i32): void {
  letterShare = -1;
  letterState = 0;
  letterTrust = 0;
  placement = 0;
  if (!sheetLoaded) return;
  bestPlacement = 0;
  bestCost = COST_MAX;
  filledPaper = filledInk = 0;
  const column = columnPlacements + ((x + 4) << 2);
  if (x - leftX < 8) considerPlacement(leftPlacement, at, stride, x, y);
  considerPlacement(load<u32>(column), at, stride, x, y);
  considerPlacement(load<u32>(column, 4), at, stride, x, y);
  considerPlacement(load<u32>(column - 4), at, stride, x, y);
  if ((bestPlacement == 0 || bestCost > COST_LOOK) && edgeBeside(at, stride)) findLetter(at, stride, x, y);
  if (bestPlacement == 0) return;
  placement = bestPlacement;
  const place = placeOf(placement, x, y);
  letterShare = <i32>load<u8>(place);
  letterPaper = <u32>load<u16>(placement, 4);
  letterInk = <u32>load<u16>(placement, 6);
  const hits = load<i32>(placement, 12);
  letterTrust = (bestCost < 60 ? 0 : bestCost < 180 ? 1 : bestCost < 300 ? 2 : 3) * 4 + (hits < 6 ? 0 : hits < 20 ? 1 : hits < 60 ? 2 : 3);
  const off = load<i32>(placement, 20);
  letterState = 1 + letterTrust * 9 + (letterShare == 0 ? 0 : letterShare == 255 ? 1 : 2) * 3 + (off < 2 ? 0 : off < 9 ? 1 : 2);
}

/** Whether there is an antialiased pixel beside this one. */
// @ts-ignore: decorator
@inline
function edgeBeside(at: usize, stride: i32): bool {
  return (load<u32>(parents + (pixel(at, -1) << 2)) | load<u32>(parents + (pixel(at, -stride) << 2)) |
    load<u32>(parents + (pixel(at, 1 - stride) << 2)) | load<u32>(parents + (pixel(at, 2 - stride) << 2)) |
    load<u32>(parents + (pixel(at, -1 - stride) << 2))) != 0;
}

let lastPaper: u32 = 0;
let lastInk: u32 = 0;
let olderPaper: u32 = 0;
let olderInk: u32 = 0;
const solids = reserve(8);
let solidCount: i32 = 0;

function noteSolidNear(id: u32): void {
  if (solidCount == 2 || load<u32>(parents + (id << 2)) != 0) return;
  if (solidCount == 1 && load<u32>(solids) == id) return;
  store<u32>(solids + (solidCount << 2), id);
  solidCount++;
}

/** Whether the row above looks as the one above it: no such place can be found. */
function repeatsAbove(at: usize, stride: i32): bool {
  if (pixel(at, -1) != pixel(at, -1 - stride)) return false;
  for (let i = -3; i <= 4; i++) {
    if (pixel(at, i - stride) != pixel(at, i - 2 * stride)) return false;
  }
  return true;
}

/** Looks for letters that continue the pixels before this one, in two colours met beside it or in a letter before. */
function findLetter(at: usize, stride: i32, x: i32, y: i32): void {
  if (repeatsAbove(at, stride)) return;
  solidCount = 0;
  for (let i = -4; i <= 4; i++) noteSolidNear(pixel(at, i - stride));
  for (let i = 1; i <= 3; i++) noteSolidNear(pixel(at, -i));
  for (let i = -2; i <= 3; i++) noteSolidNear(pixel(at, i - 2 * stride));
  if (solidCount == 0) return;
  const first = load<u32>(solids);
  if (solidCount == 2) {
    tryLine(at, stride, x, y, first, load<u32>(solids, 4));
    return;
  }
  if (lastPaper != lastInk && first == lastPaper && tryLine(at, stride, x, y, first, lastInk)) return;
  if (olderPaper != olderInk && first == olderPaper && tryLine(at, stride, x, y, first, olderInk)) return;
  let kin: u32 = load<u32>(parents + (pixel(at, -1) << 2));
  if (kin == 0) kin = load<u32>(parents + (pixel(at, -stride) << 2));
  if (kin == 0) kin = load<u32>(parents + (pixel(at, -stride + 1) << 2));
  if (kin == 0) return;
  const a = (kin & 65535) - 1;
  const b = (kin >> 16) - 1;
  if (first == a) tryLine(at, stride, x, y, a, b);
  else if (first == b) tryLine(at, stride, x, y, b, a);
}

/** How worthwhile the search is, by pair of colours: curves look like letters and never are. */
const credits = reserve(256 << 2);
const CREDIT_FIRST: i32 = 600;
const CREDIT_LETTER: i32 = 400;
const CREDIT_MAX: i32 = 4000;
const SEARCH_EVERY: i32 = 8;
let skipped: i32 = 0;

function creditAt(a: u32, b: u32): usize {
  return credits + ((((min(a, b) * 0x9e3779b1) ^ (max(a, b) * 0x85ebca6b)) >> 24) << 2);
}

/** Tries both colours as the paper. */
function tryLine(at: usize, stride: i32, x: i32, y: i32, a: u32, b: u32): bool {
  const credit = creditAt(a, b);
  const left = load<i32>(credit);
  if (left <= 0) {
    skipped++;
    if (skipped % SEARCH_EVERY != 0) return false;
  } else store<i32>(credit, left - 1);
  if (!fillShares(at, stride, a, b)) return false;
  if (tryPair(x, y, a, b)) return true;
  for (let i = 1; i <= 19; i++) store<u8>(shares + i, 255 - load<u8>(shares + i));
  filledPaper = b;
  filledInk = a;
  return tryPair(x, y, b, a);
}

function tryPair(x: i32, y: i32, paper: u32, inkColour: u32): bool {
  const found = findPlace();
  if (found == 0) return false;
  const cost = fitCost(found) * 2 + 230;
  if (cost < bestCost) {
    bestCost = cost;
    addPlacement(found, x, y, paper, inkColour);
  }
  return true;
}

function addPlacement(at: usize, x: i32, y: i32, paper: u32, inkColour: u32): void {
  const offset = <i32>(at - sheet) - y * SHEET_WIDTH - x;
  const pair = paper | (inkColour << 16);
  const first = ((<u32>offset * 0x9e3779b1) ^ (pair * 0x85ebca6b)) >> 16;
  let worst: usize = 0;
  let least = 1 << 20;
  for (let i: u32 = 0; i < 8; i++) {
    const p = placements + <usize>((first + i) & (PLACEMENTS - 1)) * PLACEMENT_BYTES;
    const hits = load<i32>(p, 12);
    if (hits > 0 && load<i32>(p) == offset && load<u32>(p, 4) == pair) {
      bestPlacement = p;
      return;
    }
    const worth = hits <= 0 ? 0 : max(1, hits + 60 - (y - load<i32>(p, 8)) * 4);
    if (worth < least) {
      least = worth;
      worst = p;
    }
  }
  store<i32>(worst, offset);
  store<u32>(worst, pair, 4);
  store<i32>(worst, y, 8);
  store<i32>(worst, 2, 12);
  store<i32>(worst, 0, 16);
  store<i32>(worst, 0, 20);
  bestPlacement = worst;
}

/** Offers a letter that proves itself to all columns of its box. */
function spread(p: usize, x: i32, y: i32): void {
  const hits = load<i32>(p, 12);
  for (let side = -1; side <= 1; side += 2) {
    let place = placeOf(p, x, y) + side;
    for (let i = side; load<u8>(place) != OUTSIDE && x + i >= 0 && x + i < columnsKnown; i += side, place += side) {
      const slot = columnPlacements + ((x + i + 4) << 2);
      const other = load<u32>(slot);
      if (other == 0 || load<i32>(other, 12) < hits) store<u32>(slot, <u32>p);
    }
  }
}

export function learnLetters(id: u32, x: i32, y: i32): void {
  if (placement == 0) return;
  const p = placement;
  let off = 255;
  if (id == letterPaper) off = letterShare;
  else if (id == letterInk) off = 255 - letterShare;
  else if (setNear(letterPaper, letterInk)) off = abs(shareNear(id) - letterShare);
  const hits = load<i32>(p, 12);
  const wrong = load<i32>(p, 16);
  store<i32>(p, (load<i32>(p, 20) + off + 1) >> 1, 20);
  store<i32>(p, y, 8);
  const telling = letterShare > 8 && letterShare < 247;
  if (telling || off > 24) store<i32>(p, wrong + ((min(off, 160) * 16 - wrong) >> 3), 16);
  if (off <= 24) {
    if (telling) store<i32>(p, min(hits + 2, 200), 12);
  } else if (wrong > 50 * 16) store<i32>(p, 0, 12);
  if (hits > 30 && wrong < 160 && (lastPaper != letterPaper || lastInk != letterInk)) {
    olderPaper = lastPaper;
    olderInk = lastInk;
    lastPaper = letterPaper;
    lastInk = letterInk;
  }
  if (telling && off <= 24 && hits < 12) {
    spread(p, x, y);
    if (hits >= 10) {
      const credit = creditAt(letterPaper, letterInk);
      store<i32>(credit, min(max(load<i32>(credit), 0) + CREDIT_LETTER, CREDIT_MAX));
    }
  }
  store<u32>(columnPlacements + ((x + 4) << 2), <u32>p);
  leftPlacement = p;
  leftX = x;
}

/** The share of the line's end that the letter expects, for a line between two colours; -1 when it is not its own. */
export function letterOnLine(from: u32, to: u32): i32 {
  if (letterShare < 0) return -1;
  if (from == letterPaper && to == letterInk) return letterShare;
  if (from == letterInk && to == letterPaper) return 255 - letterShare;
  return -1;
}
