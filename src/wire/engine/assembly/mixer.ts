// Over 400 lines: one inner loop with the state that it shares.
// One mixing model. Per bit: each context's slot gives a direct and an indirect prediction, each guess two more; weight sets
// mix them, a second mixer mixes the sets, and adaptive maps refine the result.
import { codeBit, mode } from './coder';
import { HEAP, ONE, QUANTUM, RECIPROCAL, SIZES, SLOT_RATES, squash, stretch, STRETCH_LIMIT } from './tables';

/** One model's fields; it lives at the front of its own stretch of memory. */
@unmanaged
class Model {
  contexts: i32;
  guesses: i32;
  selectors: i32;
  /** Weight sets: one per selector; one more by node where there are fewer than two, and a plain one where there are two. */
  sets: i32;
  symbolBits: i32;
  /** Input count, rounded up to a multiple of 8. */
  width: i32;
  bucketShift: i32;
  bucketMask: u32;
  /** Where the learnt state starts: symbols coded so far, then maps, weights, refiners and the table. */
  state: usize;
  contextValues: usize;
  guessValues: usize;
  confidenceValues: usize;
  selectorValues: usize;
  inputs: usize;
  /** Per context: where its bucket is, and (in a second array) the slot's content as it was read for this bit. */
  slots: usize;
  entries: usize;
  maps: usize;
  mapSlots: usize;
  guessMaps: usize;
  guessSlots: usize;
  setSizes: usize;
  setWeights: usize;
  setRows: usize;
  setOutputs: usize;
  finalWeights: usize;
  refine0: usize;
  refine1: usize;
  refine2: usize;
  table: usize;
  end: usize;
}

let top: usize = 0;
/** Learning rate of the weights in sixteenths: it starts at RATE + RATE_EXTRA and halves the extra after RATE_DECAY symbols. */
const RATE: i32 = 16;
const RATE_EXTRA: i32 = 40;
const RATE_DECAY: i32 = 512;
/** Fraction bits of the weights of inputs; they have 16 bits in all. */
const WEIGHT_BITS: i32 = 13;
/** Errors below this, in 1/32768, teach the weights nothing: half of all bits cost almost nothing and are left alone. */
const DEAD_ZONE: i32 = 600;
/** A single error moves the weights by no more than this. */
const ERROR_LIMIT: i32 = 2047;
/** Learning rate of the final mixer. */
const FINAL_RATE: i64 = 15;
/** Counts of the indirect maps start here. */
const MAP_START: u32 = 4;
/** A slot with a higher count forgets when it is surprised. */
const CERTAIN: i32 = 3;

function grow(bytes: usize): usize {
  const at = (top + 63) & ~63;
  top = at + bytes;
  const pages = i32((top + 65535) >> 16) - memory.size();
  if (pages > 0 && memory.grow(pages) < 0) unreachable();
  return at;
}

/** Forgets every model; memory that was used is zero again. */
export function clearModels(): void {
  if (top > HEAP) memory.fill(HEAP, 0, top - HEAP);
  top = HEAP;
}

/** Adds a model; the selectors' sizes stand in the SIZES area. Returns its address. */
export function addModel(contexts: i32, guesses: i32, selectors: i32, symbolBits: i32, tableBytesLog2: i32): usize {
  const m = changetype<Model>(grow(offsetof<Model>()));
  m.contexts = contexts;
  m.guesses = guesses;
  m.selectors = selectors;
  m.sets = selectors > 2 ? selectors : selectors + 1;
  m.symbolBits = symbolBits;
  m.width = (2 * contexts + 2 * guesses + 1 + 7) & ~7;
  const chunk = min(symbolBits, 4);
  m.bucketShift = chunk + 1;
  m.bucketMask = (1 << (tableBytesLog2 - m.bucketShift)) - 1;
  m.contextValues = grow(usize(contexts) << 2);
  m.guessValues = grow(usize(guesses) << 2);
  m.confidenceValues = grow(usize(guesses) << 2);
  m.selectorValues = grow(usize(selectors) << 2);
  m.inputs = grow(usize(m.width) << 1);
  // The last group of eight may have places without a context; what is written for them goes nowhere.
  const places = (contexts + 7) & ~7;
  m.slots = grow(usize(places) << 3);
  m.entries = grow(usize(places) << 1);
  const nowhere = grow(64);
  for (let i = contexts; i < places; i++) store<usize>(m.slots + (usize(i) << 3), nowhere);
  m.mapSlots = grow(usize(contexts) << 2);
  m.guessSlots = grow(usize(guesses) << 2);
  m.setSizes = grow(usize(m.sets) << 2);
  m.setWeights = grow(usize(m.sets) << 2);
  m.setRows = grow(usize(m.sets) << 2);
  m.setOutputs = grow(usize(m.sets) << 2);
  m.state = grow(64);
  m.maps = grow(usize(contexts) << 12);
  m.guessMaps = grow(usize(guesses) << 10);
  addSets(m, selectors);
  m.refine0 = addRefiner(256);
  m.refine1 = addRefiner(guesses > 0 ? 513 : 1);
  m.refine2 = addRefiner(selectors > 2 ? 0 : selectors > 0 ? load<i32>(SIZES) * symbolBits : 1);
  fillMaps(m);
  for (let i = 0; i < guesses; i++) store<i32>(m.guessValues + (usize(i) << 2), -1);
  m.table = grow(usize(1) << usize(tableBytesLog2));
  m.end = top;
  return changetype<usize>(m);
}

function addSets(m: Model, selectors: i32): void {
  for (let s = 0; s < selectors; s++) {
    store<i32>(m.setSizes + (usize(s) << 2), load<i32>(SIZES + (usize(s) << 2)) * m.symbolBits);
  }
  if (selectors < 3) store<i32>(m.setSizes + (usize(selectors) << 2), selectors < 2 ? 1 << m.symbolBits : 1);
  const real = m.contexts + m.guesses;
  const start = (1 << WEIGHT_BITS) / max(min(real, 4), 1);
  for (let s = 0; s < m.sets; s++) {
    const rows = load<i32>(m.setSizes + (usize(s) << 2));
    const weights = grow(usize(rows * m.width) << 1);
    store<usize>(m.setWeights + (usize(s) << 2), weights);
    for (let r = 0; r < rows; r++) {
      const row = weights + (usize(r * m.width) << 1);
      for (let i = 0; i < m.contexts; i++) store<i16>(row + (usize(2 * i) << 1), i16(start));
      for (let g = 0; g < m.guesses; g++) store<i16>(row + (usize(2 * (m.contexts + g)) << 1), i16(start));
    }
  }
  const rows = 1 << m.symbolBits;
  m.finalWeights = grow(usize(rows * m.sets) << 2);
  for (let i = 0; i < rows * m.sets; i++) store<i32>(m.finalWeights + (usize(i) << 2), 65536 / m.sets);
}

/** An adaptive map from (context, log-odds) to a probability: 24 points per context, 22-bit probability and count. */
function addRefiner(size: i32): usize {
  const at = grow(usize(size * 24) << 2);
  for (let j = 0; j < 24; j++) {
    const entry = (u32(squash((j - 11) * 256 - 128)) << 10) | 6;
    for (let i = 0; i < size; i++) store<u32>(at + (usize(i * 24 + j) << 2), entry);
  }
  return at;
}

function fillMaps(m: Model): void {
  for (let n = 0; n < 16; n++) {
    for (let q = 0; q < 64; q++) {
      const p = u32(squash((q << 6) - 2048)) << 10;
      for (let i = 0; i < m.contexts; i++) {
        store<u32>(m.maps + (usize((i << 10) | (n << 6) | q) << 2), p | MAP_START);
      }
    }
  }
  for (let i = 0; i < m.guesses * 256; i++) {
    store<u32>(m.guessMaps + (usize(i) << 2), 0xc0000000);
  }
}

export function contextsAt(model: usize): usize {
  return changetype<Model>(model).contextValues;
}
export function guessesAt(model: usize): usize {
  return changetype<Model>(model).guessValues;
}
export function confidencesAt(model: usize): usize {
  return changetype<Model>(model).confidenceValues;
}
export function selectorsAt(model: usize): usize {
  return changetype<Model>(model).selectorValues;
}
/** The learnt state stands between these two addresses and holds no address itself. */
export function stateAt(model: usize): usize {
  return changetype<Model>(model).state;
}
export function endAt(model: usize): usize {
  return changetype<Model>(model).end;
}

// @ts-ignore: decorator
@inline
function clearBucket(at: usize, shift: i32): void {
  if (shift == 5) {
    v128.store(at, i64x2.splat(0));
    v128.store(at, i64x2.splat(0), 16);
  } else if (shift == 4) v128.store(at, i64x2.splat(0));
  else if (shift == 3) store<u64>(at, 0);
  else store<u32>(at, 0);
}

/** Finds (or makes) each context's bucket for the coming chunk of the symbol. */
function findBuckets(m: Model, node: i32): void {
  const shift = m.bucketShift;
  const table = m.table;
  const mask = m.bucketMask;
  const end = m.slots + (usize(m.contexts) << 3);
  // The first pass only reads what stands in the buckets, so that the waits for memory overlap.
  let value = m.contextValues;
  let key = u64(node) << 32;
  for (let slot = m.slots; slot < end; slot += 8) {
    let x = (u64(load<u32>(value)) | key) * 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 29)) * 0xbf58476d1ce4e5b9;
    const first = table + (usize(u32(x >> 34) & mask) << shift);
    store<usize>(slot, first);
    store<u32>(slot, (((u32(x) >> 17) + 1) << 16) | u32(load<u16>(first)), 4);
    value += 4;
    key += u64(1) << 40;
  }
  for (let slot = m.slots; slot < end; slot += 8) {
    const both = load<u32>(slot, 4);
    const check = both >> 16;
    const first = load<usize>(slot);
    // An earlier context of this chunk may have taken the bucket since.
    if ((both & 0xffff) == check && load<u16>(first) == check) continue;
    store<usize>(slot, takeBucket(table, first, check, shift));
  }
}

/** The bucket with this check value; one of the two is given up for it if there is none. */
function takeBucket(table: usize, first: usize, check: u32, shift: i32): usize {
  let at = first;
  if (load<u16>(first) == check) return first;
  const second = table + ((first - table) ^ (usize(1) << shift));
  if (load<u16>(second) == check) return second;
  if (load<u16>(first) != 0 && (load<u16>(first + 2) & 15) > (load<u16>(second + 2) & 15)) at = second;
  clearBucket(at, shift);
  store<u16>(at, u16(check));
  return at;
}

// @ts-ignore: decorator
@inline
function gatherContexts(m: Model, place: i32): void {
  const contexts = m.contexts;
  let input = m.inputs;
  let slot = m.slots;
  let kept = m.entries;
  let map = m.maps;
  let mapSlot = m.mapSlots;
  for (let i = 0; i < contexts; i++) {
    const entry = i32(load<u16>(load<usize>(slot) + (usize(place) << 1)));
    store<u16>(kept, u16(entry));
    const n = entry & 15;
    const p12 = (entry >> 4) ^ 2048;
    const at = map + (usize((n << 6) | i32(load<u8>(QUANTUM + usize(p12)))) << 2);
    store<usize>(mapSlot, at);
    const p = load<u32>(at);
    const second = ((i32(p >> 20) - 2048) * 3) >> 1;
    store<u32>(input, n == 0 ? 0 : (u32(stretch(p)) & 0xffff) | (u32(second) << 16));
    input += 4;
    slot += 8;
    kept += 2;
    map += 4096;
    mapSlot += 4;
  }
}

// @ts-ignore: decorator
@inline
function gatherGuesses(m: Model, node: i32, b: i32): void {
  let input = m.inputs + (usize(m.contexts) << 2);
  for (let g = 0; g < m.guesses; g++) {
    const guess = load<i32>(m.guessValues + (usize(g) << 2));
    let at: usize = 0;
    let a = 0;
    let c = 0;
    if (guess >= 0 && (guess | (1 << m.symbolBits)) >> (b + 1) == node) {
      at = m.guessMaps + (usize((g << 8) | i32(load<u32>(m.confidenceValues + (usize(g) << 2)) & 255)) << 2);
      const p = load<u32>(at);
      a = stretch(p);
      c = i32(p >> 21) - 1024;
      if (((guess >> b) & 1) == 0) {
        a = -a;
        c = -c;
      }
    }
    store<usize>(m.guessSlots + (usize(g) << 2), at);
    store<i16>(input, i16(a));
    store<i16>(input + 2, i16(c));
    input += 4;
  }
  store<i16>(input, 256);
}

// @ts-ignore: decorator
@inline
function dot(inputs: usize, weights: usize, width: i32): i32 {
  let sum = i32x4.dot_i16x8_s(v128.load(weights), v128.load(inputs));
  for (let end = inputs + (usize(width) << 1), x = inputs + 16; x < end; x += 16) {
    weights += 16;
    sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.load(weights), v128.load(x)));
  }
  sum = i32x4.add(sum, i32x4.shuffle(sum, sum, 2, 3, 0, 1));
  return (i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1)) >> WEIGHT_BITS;
}

// @ts-ignore: decorator
@inline
function train(inputs: usize, weights: usize, width: i32, error: i32): void {
  const e = i16x8.splat(i16(error));
  for (const end = inputs + (usize(width) << 1); inputs < end; inputs += 16) {
    v128.store(weights, i16x8.add_sat_s(v128.load(weights), i16x8.q15mulr_sat_s(v128.load(inputs), e)));
    weights += 16;
  }
}

/** Chooses each set's row of weights for this bit. */
// @ts-ignore: decorator
@inline
function chooseRows(m: Model, node: i32, b: i32): void {
  const rowBytes = usize(m.width) << 1;
  for (let s = 0; s < m.selectors; s++) {
    const index = load<i32>(m.selectorValues + (usize(s) << 2)) * m.symbolBits + b;
    store<usize>(m.setRows + (usize(s) << 2), load<usize>(m.setWeights + (usize(s) << 2)) + usize(index) * rowBytes);
  }
  if (m.selectors > 2) return;
  const last = usize(m.selectors) << 2;
  const row = m.selectors < 2 ? node : 0;
  store<usize>(m.setRows + last, load<usize>(m.setWeights + last) + usize(row) * rowBytes);
}

/** A refined probability: between the two points around the log-odds; the nearer point is updated later. */
let refineSlot: usize = 0;
// @ts-ignore: decorator
@inline
function refine(map: usize, context: i32, st: i32): i32 {
  const place = st + 11 * 256 + 128;
  const j = min(max(place >> 8, 0), 22);
  const w = min(max(place - (j << 8), 0), 256);
  const at = map + (usize(context * 24 + j) << 2);
  refineSlot = w >= 128 ? at + 4 : at;
  const p0 = i32(load<u32>(at) >> 10);
  const p1 = i32(load<u32>(at + 4) >> 10);
  return p0 + (((p1 - p0) >> 2) * w >> 6);
}

// @ts-ignore: decorator
@inline
function updateRefined(at: usize, bit: i32, limit: u32): void {
  const entry = load<u32>(at);
  const n = entry & 1023;
  const p = i32(entry >> 10);
  const target = bit ? ONE - 1 : 0;
  const next = p + i32((i64(target - p) * i64(load<u32>(RECIPROCAL + (usize(n) << 2)))) >> 16);
  store<u32>(at, (u32(next) << 10) | (n < limit ? n + 1 : n));
}

/** A map's entry: 24-bit probability and 8-bit count. */
// @ts-ignore: decorator
@inline
function updateMap(at: usize, bit: i32): void {
  const entry = load<u32>(at);
  const n = entry & 255;
  const rate = u64(load<u32>(RECIPROCAL + (usize(n) << 2)));
  const p = entry ^ (bit ? 0xffffffff : 0);
  const moved = (p - u32((u64(p) * rate) >> 16)) ^ (bit ? 0xffffffff : 0);
  store<u32>(at, (moved & 0xffffff00) | (n < 255 ? n + 1 : n));
}

/**
 * Moves the slots of eight contexts towards the bit. A slot has a 12-bit probability (stored so that zero is a half) and a
 * 4-bit count; a surprise makes it forget.
 */
// @ts-ignore: decorator
@inline
function updateSlots(slots: usize, entries: usize, place: usize, bit: i32): void {
  const entry = v128.load(entries);
  const flip = i16x8.splat(i16(bit ? 2047 : 2048));
  let n = v128.and(entry, i16x8.splat(15));
  // How far the probability is from the bit.
  const off = v128.xor(i16x8.shr_u(entry, 4), flip);
  const low = i8x16.swizzle(v128.load(SLOT_RATES), v128.or(n, i16x8.splat(-256)));
  const high = i8x16.swizzle(v128.load(SLOT_RATES, 16), v128.or(i16x8.shl(n, 8), i16x8.splat(255)));
  const rate = v128.or(low, high);
  const d = i16x8.narrow_i32x4_u(
    i32x4.shr_u(i32x4.extmul_low_i16x8_u(off, rate), 16),
    i32x4.shr_u(i32x4.extmul_high_i16x8_u(off, rate), 16),
  );
  const moved = i16x8.sub_sat_u(off, i16x8.add(d, i16x8.splat(1)));
  const surprised = v128.and(i16x8.gt_s(off, i16x8.splat(3071)), i16x8.gt_s(n, i16x8.splat(i16(CERTAIN))));
  n = v128.bitselect(i16x8.add(i16x8.shr_u(n, 2), i16x8.splat(1)), n, surprised);
  n = i16x8.min_s(i16x8.add(n, i16x8.splat(1)), i16x8.splat(15));
  const next = v128.or(i16x8.shl(v128.xor(moved, flip), 4), n);
  v128.store_lane<u16>(load<usize>(slots) + place, next, 0);
  v128.store_lane<u16>(load<usize>(slots, 8) + place, next, 1);
  v128.store_lane<u16>(load<usize>(slots, 16) + place, next, 2);
  v128.store_lane<u16>(load<usize>(slots, 24) + place, next, 3);
  v128.store_lane<u16>(load<usize>(slots, 32) + place, next, 4);
  v128.store_lane<u16>(load<usize>(slots, 40) + place, next, 5);
  v128.store_lane<u16>(load<usize>(slots, 48) + place, next, 6);
  v128.store_lane<u16>(load<usize>(slots, 56) + place, next, 7);
}

/** Codes one symbol in the coder's mode and learns from it. */
export function code(model: usize, symbol: i32): i32 {
  const m = changetype<Model>(model);
  const symbolBits = m.symbolBits;
  const sets = m.sets;
  const width = m.width;
  const inputs = m.inputs;
  const symbols = load<u32>(m.state);
  const decay = i32(symbols) + RATE_DECAY;
  const rate = RATE + (RATE_EXTRA * RATE_DECAY) / decay;
  if (symbols < 0x3fffffff) store<u32>(m.state, symbols + 1);
  let node = 1;
  let place = 1;
  for (let b = symbolBits - 1; b >= 0; b--) {
    if (place == 1) findBuckets(m, node);
    gatherContexts(m, place);
    gatherGuesses(m, node, b);
    chooseRows(m, node, b);
    const finals = m.finalWeights + (usize(node * sets) << 2);
    let sum: i64 = 0;
    for (let s: usize = 0; s < usize(sets); s++) {
      const st = min(max(dot(inputs, load<usize>(m.setRows + (s << 2)), width), 1 - STRETCH_LIMIT), STRETCH_LIMIT - 1);
      store<i32>(m.setOutputs + (s << 2), st);
      sum += i64(st) * i64(load<i32>(finals + (s << 2)));
    }
    const mixed = i32(sum >> 16);
    const st = min(max(mixed, 1 - STRETCH_LIMIT), STRETCH_LIMIT - 1);
    const p = squash(st);
    const r0 = refine(m.refine0, node & 255, st);
    const slot0 = refineSlot;
    let guessContext = 0;
    if (m.guesses > 0 && load<usize>(m.guessSlots) != 0) {
      guessContext = 1 + ((load<i32>(m.confidenceValues) & 255) << 1) + ((load<i32>(m.guessValues) >> b) & 1);
    }
    const r1 = refine(m.refine1, guessContext, st);
    const slot1 = refineSlot;
    // With three selectors their weights say what this map would.
    let r2 = p;
    let slot2: usize = 0;
    if (m.selectors < 3) {
      r2 = refine(m.refine2, m.selectors > 0 ? load<i32>(m.selectorValues) * symbolBits + b : 0, st);
      slot2 = refineSlot;
    }
    const final = min(max((p + r0 + r1 + r2) >> 2, 16), ONE - 16);
    const bit = codeBit((symbol >> b) & 1, final);
    // Learning starts here: everything below sees the bit.
    for (let s: usize = 0; s < usize(sets); s++) {
      const error = ((bit << 22) - squash(load<i32>(m.setOutputs + (s << 2)))) >> 7;
      if (abs(error) >= DEAD_ZONE) train(inputs, load<usize>(m.setRows + (s << 2)), width, min(max((error * rate) >> 8, -ERROR_LIMIT), ERROR_LIMIT));
    }
    const error = ((bit << 22) - p) >> 7;
    for (let s: usize = 0; s < usize(sets); s++) {
      const d = (i64(load<i32>(m.setOutputs + (s << 2))) * i64(error) * FINAL_RATE + (1 << 17)) >> 18;
      store<i32>(finals + (s << 2), load<i32>(finals + (s << 2)) + i32(d));
    }
    updateRefined(slot0, bit, 255);
    updateRefined(slot1, bit, 255);
    if (slot2 != 0) updateRefined(slot2, bit, 255);
    const mapSlots = m.mapSlots;
    for (let i: usize = 0; i < usize(m.contexts); i++) updateMap(load<usize>(mapSlots + (i << 2)), bit);
    for (let i: usize = 0; i < usize(m.contexts); i += 8) {
      updateSlots(m.slots + (i << 3), m.entries + (i << 1), usize(place) << 1, bit);
    }
    for (let g: usize = 0; g < usize(m.guesses); g++) {
      const at = load<usize>(m.guessSlots + (g << 2));
      if (at != 0) updateMap(at, i32(((load<i32>(m.guessValues + (g << 2)) >> b) & 1) == bit));
    }
    node = (node << 1) | bit;
    place = (place << 1) | bit;
    if (b == symbolBits - 4) place = 1;
  }
  return node - (1 << symbolBits);
}
