/**
 * Where edges will be in the next row. Between two solid colours an edge has a place in each row, finer than a pixel:
 * the sum of the shares beside it. Straight edges move by the same step from row to row, and the step is also the
 * width over which the shares rise.
 */
import { parents, setLine, share } from './blend';
import { reserve } from './memory';

const EDGES_MAX: i32 = 2048;
const EDGE_BYTES: i32 = 32;
const LINK_MAX: f32 = 96;
const RAMP_MAX: i32 = 160;
/** Step of an edge that has no edge above it. */
const NO_STEP: f32 = 10_000;

// An edge: left colour, right colour, place, step, step before, times linked, guessed start, guessed end.
let here = reserve(EDGES_MAX * EDGE_BYTES);
let above = reserve(EDGES_MAX * EDGE_BYTES);
let hereCount: i32 = 0;

export function openEdges(): void {
  hereCount = 0;
  cursor = 0;
}

function isSolid(id: u32): bool {
  return load<u32>(parents + (id << 2)) == 0;
}

/** Finds the edges of a finished row and links them with those of the row above it. */
export function findEdges(rowAt: usize, width: i32): void {
  const old = above;
  above = here;
  here = old;
  const aboveCount = hereCount;
  hereCount = 0;
  let left = <u32>load<u16>(rowAt);
  let x = 1;
  while (x < width) {
    const id = <u32>load<u16>(rowAt + (x << 1));
    if (id == left) {
      x++;
      continue;
    }
    const start = x;
    let right = id;
    while (x < width && !isSolid(right) && x - start < RAMP_MAX) {
      x++;
      right = <u32>load<u16>(rowAt + (x << 1));
    }
    if (x >= width) break;
    if (right != left && isSolid(left) && isSolid(right) && hereCount < EDGES_MAX - 1) {
      addEdge(rowAt, left, right, start, x, aboveCount);
    }
    left = right;
    x++;
  }
  cursor = 0;
}

function addEdge(rowAt: usize, left: u32, right: u32, start: i32, end: i32, aboveCount: i32): void {
  if (!setLine(left, right)) return;
  let place = <f32>start;
  for (let x = start; x < end; x++) {
    place += 1 - share(<u32>load<u16>(rowAt + (x << 1))) / 255;
  }
  const edge = here + hereCount * EDGE_BYTES;
  hereCount++;
  store<u32>(edge, left);
  store<u32>(edge, right, 4);
  store<f32>(edge, place, 8);
  let nearest: usize = 0;
  let least: f32 = LINK_MAX;
  for (let i = 0; i < aboveCount; i++) {
    const other = above + i * EDGE_BYTES;
    if (load<u32>(other) != left || load<u32>(other, 4) != right) continue;
    const step = load<f32>(other, 12);
    const wanted = load<f32>(other, 8) + (step == NO_STEP ? 0 : step);
    const off = abs(wanted - place);
    if (off < least) {
      least = off;
      nearest = other;
    }
  }
  let step = NO_STEP;
  let before = NO_STEP;
  if (nearest != 0) {
    step = place - load<f32>(nearest, 8);
    before = load<f32>(nearest, 12);
  }
  store<f32>(edge, step, 12);
  store<f32>(edge, before, 16);
  const used: f32 = step == NO_STEP ? 0 : before == NO_STEP || abs(step - before) > 1 + abs(step) * <f32>0.3 ? step : (step + before) * <f32>0.5;
  const ramp = max<f32>(abs(used), <f32>0.05);
  store<f32>(edge, place + used - ramp * <f32>0.5, 24);
  store<f32>(edge, place + used + ramp * <f32>0.5, 28);
}

let cursor: i32 = 0;

/** The edge expected at or after a place in the row being coded; moves along with x. */
export function nextEdge(x: i32): usize {
  while (cursor < hereCount) {
    const edge = here + cursor * EDGE_BYTES;
    if (load<f32>(edge, 28) + 3 >= <f32>x) return edge;
    cursor++;
  }
  return 0;
}

/** First column in which `edge` matters; far away for none. */
export function edgeFrom(edge: usize): i32 {
  return edge == 0 ? 0x7fffffff : <i32>load<f32>(edge, 24) - 4;
}

/** What the expected edge says about a pixel, as a small number: 0 for nothing, else how far along it is. */
export function edgeZone(edge: usize, x: i32): u32 {
  if (edge == 0) return 0;
  const start = load<f32>(edge, 24);
  const end = load<f32>(edge, 28);
  const fromStart = <f32>x + 1 - start;
  const toEnd = end - <f32>x;
  if (fromStart < -3) return 0;
  const a = <u32>min(max(<i32>((fromStart + 3) * 4), 0), 27);
  const b = <u32>min(max(<i32>((toEnd + 3) * 2), 0), 13);
  return 1 + a * 14 + b;
}

/** The left and right colour of an edge. */
export function edgeLeft(edge: usize): u32 {
  return edge == 0 ? 0xffff_ffff : load<u32>(edge);
}
export function edgeRight(edge: usize): u32 {
  return edge == 0 ? 0xffff_ffff : load<u32>(edge, 4);
}

/** The area under a ramp that rises from 0 to 1 between 0 and `ramp`. */
// @ts-ignore: decorator
@inline
function area(u: f32, ramp: f32): f32 {
  if (u <= 0) return 0;
  if (u >= ramp) return u - ramp * <f32>0.5;
  return (u * u) / (2 * ramp);
}

/** The share of the right colour that an edge gives pixel `x`, 0 to 255, or below 0 when it says nothing. */
export function edgeShare(edge: usize, x: i32, leftShare: f32, leftLeftShare: f32, corrected: bool): f32 {
  if (edge == 0) return -1000;
  let start = load<f32>(edge, 24);
  const ramp = max<f32>(load<f32>(edge, 28) - start, <f32>0.05);
  const at = <f32>x;
  if (corrected) {
    if (leftShare < 0.5 || leftShare > 254.5) return -1000;
    const w = leftShare / 255;
    if (ramp <= 1) start = at - w - ramp * <f32>0.5;
    else if (leftLeftShare < 0.5) {
      const reach = sqrt<f32>(2 * w * ramp);
      start = reach <= 1 ? at - reach : at - <f32>0.5 - w * ramp;
    } else start = at - <f32>0.5 - w * ramp;
  }
  return (area(at + 1 - start, ramp) - area(at - start, ramp)) * 255;
}

/** How well the step of an edge repeats: 0 for almost the same, 3 for unknown. */
export function edgeSteadiness(edge: usize): i32 {
  if (edge == 0) return 3;
  const step = load<f32>(edge, 12);
  const before = load<f32>(edge, 16);
  if (step == NO_STEP || before == NO_STEP) return 3;
  const change = abs(step - before);
  return change < <f32>0.05 + abs(step) * <f32>0.02 ? 0 : change < <f32>0.3 + abs(step) * <f32>0.08 ? 1 : 2;
}
