/**
 * The sheet of letters. Plots are labelled in a few typefaces and sizes; the package knows their letters as rows of
 * shares of ink. The sheet lays them out, upright and turned both ways, and finds the places of it before which the
 * shares are like those before a pixel.
 */
import { reserve } from './memory';

export const SHEET_WIDTH: i32 = 1024;
export const SHEET_HEIGHT: i32 = 2048;
/** Between two letters, and how much of that is known to be blank. */
const GAP: i32 = 6;
const BLANK: i32 = 2;
/** A place outside of every letter's box. */
export const OUTSIDE: u8 = 1;
const HEADS: i32 = 1 << 16;
const BOXES_MAX: i32 = 4096;
/** How many places of one key are compared, at most. */
const CHAIN: u32 = 32;
export const NO_FIT: i32 = 1 << 20;

export let sheet: usize = 0;
/** Where the entries of each key begin, and the entries: a place and the shares w, n, ne and nee of it. */
let heads: usize = 0;
let entries: usize = 0;
let counting: bool = true;
export let sheetLoaded: bool = false;
const boxes = reserve(BOXES_MAX << 3);
let boxCount: i32 = 0;

let input: usize = 0;
let shelfX: i32 = GAP;
let shelfY: i32 = 16;
let shelfHeight: i32 = 0;

/** Where the host puts the letters: width, height and rows of each. */
export function sheetInput(bytes: i32): usize {
  input = reserve(bytes);
  return input;
}

/** Lays out the letters that the host has put there; done once, before the first picture. */
export function loadSheet(bytes: i32): void {
  sheet = reserve(SHEET_WIDTH * SHEET_HEIGHT);
  memory.fill(sheet, OUTSIDE, SHEET_WIDTH * SHEET_HEIGHT);
  heads = reserve((HEADS + 2) << 2);
  for (let turn = 0; turn < 3; turn++) {
    let at = input;
    while (at < input + bytes) {
      const width = <i32>load<u8>(at);
      const height = <i32>load<u8>(at, 1);
      layLetter(at + 2, width, height, turn);
      at += 2 + width * height;
    }
  }
  enterAll();
  sheetLoaded = true;
}

/** Sorts all places by key: counts, sums, fills. */
function enterAll(): void {
  counting = true;
  eachPlace();
  let sum: u32 = 0;
  for (let key = 0; key <= HEADS; key++) {
    const at = heads + (key << 2);
    const count = load<u32>(at);
    store<u32>(at, sum);
    sum += count;
  }
  entries = reserve((sum + 1) << 3);
  counting = false;
  eachPlace();
  for (let key = HEADS; key > 0; key--) store<u32>(heads + (key << 2), load<u32>(heads + ((key - 1) << 2)));
  store<u32>(heads, 0);
}

/** Counts or fills in the places of all letters. */
function eachPlace(): void {
  for (let i = 0; i < boxCount; i++) {
    const box = boxes + (i << 3);
    const to = sheet + load<u32>(box);
    const w = <i32>load<u16>(box, 4);
    const h = <i32>load<u16>(box, 6);
    for (let y = 0; y <= h; y++) {
      for (let x = 0; x <= w; x++) enter(to + y * SHEET_WIDTH + x);
    }
  }
}

/** Lays out one letter: as it is, turned to the left (1) or to the right (2). */
function layLetter(from: usize, width: i32, height: i32, turn: i32): void {
  const w = turn == 0 ? width : height;
  const h = turn == 0 ? height : width;
  if (shelfX + w + GAP > SHEET_WIDTH) {
    shelfX = GAP;
    shelfY += shelfHeight + GAP;
    shelfHeight = 0;
  }
  shelfHeight = max(shelfHeight, h);
  if (shelfY + h + GAP > SHEET_HEIGHT) unreachable();
  const to = sheet + shelfY * SHEET_WIDTH + shelfX;
  for (let y = -BLANK; y < h + BLANK; y++) memory.fill(to + y * SHEET_WIDTH - BLANK, 0, w + 2 * BLANK);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const v = load<u8>(from + y * width + x);
      const tx = turn == 0 ? x : turn == 1 ? y : height - 1 - y;
      const ty = turn == 0 ? y : turn == 1 ? width - 1 - x : x;
      store<u8>(to + ty * SHEET_WIDTH + tx, v == OUTSIDE ? 0 : v);
    }
  }
  if (boxCount == BOXES_MAX) unreachable();
  const box = boxes + (boxCount << 3);
  store<u32>(box, <u32>(to - sheet));
  store<u16>(box, <u16>w, 4);
  store<u16>(box, <u16>h, 6);
  boxCount++;
  shelfX += w + GAP;
}

// @ts-ignore: decorator
@inline
function kindOf(v: i32): u32 {
  return v < 16 ? 0 : v > 239 ? 2 : 1;
}

// @ts-ignore: decorator
@inline
export function ink(at: usize, offset: i32): i32 {
  return <i32>load<u8>(at + offset);
}

/** Makes a place of the sheet findable, unless the row above it looks as the one above that, or is blank. */
function enter(at: usize): void {
  const row = at - SHEET_WIDTH;
  const n = load<u64>(row - 3);
  const w = ink(at, -1);
  if (w == ink(row, -1) && n == load<u64>(row - SHEET_WIDTH - 3)) return;
  if (w <= 1 && (n & 0xfefe_fefe_fefe_fefe) == 0) return;
  const key = keyOf(row, w, ink(at, -2));
  const head = heads + (key << 2);
  const index = load<u32>(head);
  if (!counting) {
    const entry = entries + (index << 3);
    store<u32>(entry, <u32>(at - sheet));
    store<u8>(entry, <u8>w, 4);
    store<u8>(entry, load<u8>(row), 5);
    store<u8>(entry, load<u8>(row + 1), 6);
    store<u8>(entry, load<u8>(row + 2), 7);
  }
  store<u32>(head, index + 1);
}

/** The key of a neighbourhood: kinds of nine shares, and two that are neither paper nor ink. */
function keyOf(row: usize, w: i32, ww: i32): u32 {
  let key: u32 = 0;
  let blank = true;
  let grey: u32 = 0;
  let second: u32 = 0;
  for (let i = -2; i <= 4; i++) {
    const v = ink(row, i);
    if (v > 15) blank = false;
    const kind = kindOf(v);
    key = key * 3 + kind;
    if (kind == 1 && i <= 2) {
      second = grey;
      grey = 1 + (<u32>v >> 5);
    }
  }
  if (blank) key = (<u32>(w + 8) >> 4) * 18 + (<u32>(ww + 8) >> 4) + 1_000_000;
  else key = ((key * 3 + kindOf(w)) * 3 + kindOf(ww)) * 81 + grey * 9 + second;
  return (key * 0x9e3779b1) >> 16;
}

/** Shares before the pixel at hand: w, ww, www from 1; nine of the row above around 8; six of the next around 16. */
export const shares = reserve(64);

/** The place before which the shares are most like `shares`; 0 when there is none. */
export function findPlace(): usize {
  const w = <i32>load<u8>(shares, 1);
  const n = <i32>load<u8>(shares, 8);
  const ne = <i32>load<u8>(shares, 9);
  const nee = <i32>load<u8>(shares, 10);
  const head = heads + (keyOf(shares + 8, w, <i32>load<u8>(shares, 2)) << 2);
  const from = load<u32>(head);
  const to = min(load<u32>(head, 4), from + CHAIN);
  let least = NO_FIT;
  let found: usize = 0;
  for (let i = from; i < to; i++) {
    const entry = entries + (i << 3);
    if (abs(<i32>load<u8>(entry, 4) - w) > 40 || abs(<i32>load<u8>(entry, 5) - n) > 40) continue;
    if (abs(<i32>load<u8>(entry, 6) - ne) > 40 || abs(<i32>load<u8>(entry, 7) - nee) > 40) continue;
    const at = sheet + load<u32>(entry);
    const off = compare(at);
    if (off < least) {
      least = off;
      found = at;
    }
  }
  return found;
}

/** How far the pixels before this one are from those before a place of the sheet; very far when they do not fit. */
function compare(at: usize): i32 {
  let sum: i32 = 0;
  let edges: i32 = 0;
  for (let i = 1; i <= 3; i++) {
    const v = ink(at, -i);
    const d = abs(v - <i32>load<u8>(shares + i));
    if (d > 40) return 1 << 20;
    sum += d;
    if (v > 8 && v < 247) edges++;
  }
  for (let i = -4; i <= 4; i++) {
    const v = ink(at, i - SHEET_WIDTH);
    const d = abs(v - <i32>load<u8>(shares + 8 + i));
    if (d > 40 && i > -4) return 1 << 20;
    sum += d;
    if (v > 8 && v < 247) edges++;
  }
  for (let i = -2; i <= 3; i++) {
    const v = ink(at, i - 2 * SHEET_WIDTH);
    const d = abs(v - <i32>load<u8>(shares + 16 + i));
    if (d > 60) return 1 << 20;
    sum += d;
    if (v > 8 && v < 247) edges++;
  }
  if (edges == 0 || sum > 4 + 10 * edges) return 1 << 20;
  return (sum + 4) * 16 / edges;
}
