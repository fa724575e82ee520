// Over 400 lines: one inner loop with the state that it shares. To be split by the question that each part answers.
// One mixing model. Per bit: each context's slot gives a direct and an indirect prediction, each guess two more; weight sets
// mix them, a second mixer mixes the sets, and adaptive maps refine the result.
import { codeBit, mode } from './coder';
import { HEAP, ONE, QUANTUM, RECIPROCAL, SIZES, squash, STRETCH12, stretch16, STRETCH_LIMIT } from './tables';

/** One model's fields; it lives at the front of its own stretch of memory. */
@unmanaged
class Model {
  contexts: i32;
  guesses: i32;
  selectors: i32;
  /** Weight sets: one per selector, and one by node where there are fewer than two. */
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
  slots: usize;
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
/** Learning rate of the final mixer. */
const FINAL_RATE: i64 = 12;
/** Counts of the indirect maps start here and end there. */
const MAP_START: u32 = 4;
const MAP_LIMIT: u32 = 1023;
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
  m.sets = selectors + 1;
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
  m.slots = grow(usize(contexts) << 2);
  m.mapSlots = grow(usize(contexts) << 2);
  m.guessSlots = grow(usize(guesses) << 2);
  m.setSizes = grow(usize(m.sets) << 2);
  m.setWeights = grow(usize(m.sets) << 2);
  m.setRows = grow(usize(m.sets) << 2);
  m.setOutputs = grow(usize(m.sets) << 2);
  m.state = grow(64);
  m.maps = grow(usize(contexts) << 13);
  m.guessMaps = grow(usize(guesses) << 11);
  addSets(m, selectors);
  m.refine0 = addRefiner(256);
  m.refine1 = addRefiner(guesses > 0 ? 513 : 1);
  m.refine2 = addRefiner(selectors > 0 ? load<i32>(SIZES) * symbolBits : 1);
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
  store<i32>(m.setSizes + (usize(selectors) << 2), selectors < 2 ? 1 << m.symbolBits : 1);
  const real = m.contexts + m.guesses;
  const start = (1 << 20) / max(min(real, 4), 1);
  for (let s = 0; s < m.sets; s++) {
    const rows = load<i32>(m.setSizes + (usize(s) << 2));
    const weights = grow(usize(rows * m.width) << 2);
    store<usize>(m.setWeights + (usize(s) << 2), weights);
    for (let r = 0; r < rows; r++) {
      const row = weights + (usize(r * m.width) << 2);
      for (let i = 0; i < m.contexts; i++) store<i32>(row + (usize(2 * i) << 2), start);
      for (let g = 0; g < m.guesses; g++) store<i32>(row + (usize(2 * (m.contexts + g)) << 2), start);
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
        const at = m.maps + (usize((i << 10) | (n << 6) | q) << 3);
        store<u32>(at, p);
        store<u32>(at + 4, MAP_START);
      }
    }
  }
  for (let i = 0; i < m.guesses * 256; i++) {
    store<u32>(m.guessMaps + (usize(i) << 3), 0xc0000000);
    store<u32>(m.guessMaps + (usize(i) << 3) + 4, 0);
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
  for (let i = 0; i < m.contexts; i++) {
    let x = (u64(load<u32>(m.contextValues + (usize(i) << 2))) | (u64((i << 8) | node) << 32)) * 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 29)) * 0xbf58476d1ce4e5b9;
    const check = u16(((x >> 17) & 0x7fff) + 1);
    const first = table + (usize(u32(x >> 34) & m.bucketMask) << shift);
    let at = first;
    if (load<u16>(at) != check) {
      const second = table + ((first - table) ^ (usize(1) << shift));
      if (load<u16>(second) == check) at = second;
      else {
        if (load<u16>(first) != 0 && (load<u16>(first + 2) & 15) > (load<u16>(second + 2) & 15)) at = second;
        clearBucket(at, shift);
        store<u16>(at, check);
      }
    }
    store<usize>(m.slots + (usize(i) << 2), at);
  }
}

// @ts-ignore: decorator
@inline
function gatherContexts(m: Model, place: i32): void {
  const contexts = m.contexts;
  let input = m.inputs;
  let slot = m.slots;
  let map = m.maps;
  let mapSlot = m.mapSlots;
  for (let i = 0; i < contexts; i++) {
    const entry = i32(load<u16>(load<usize>(slot) + (usize(place) << 1)));
    const n = entry & 15;
    const p12 = (entry >> 4) ^ 2048;
    const at = map + (usize((n << 6) | i32(load<u8>(QUANTUM + usize(p12)))) << 3);
    store<usize>(mapSlot, at);
    if (n == 0) store<u32>(input, 0);
    else {
      store<i16>(input, i16(stretch16(load<u32>(at) >> 16)));
      const second = ((i32(load<u32>(at) >> 20) - 2048) * 3) >> 1;
      store<i16>(input + 2, i16(second));
    }
    input += 4;
    slot += 4;
    map += 8192;
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
      at = m.guessMaps + (usize((g << 8) | i32(load<u32>(m.confidenceValues + (usize(g) << 2)) & 255)) << 3);
      const p = load<u32>(at);
      a = stretch16(p >> 16);
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
  let sum = i32x4.splat(0);
  for (let j = 0; j < width; j += 8) {
    const w0 = i32x4.shr_s(v128.load(weights), 7);
    const w1 = i32x4.shr_s(v128.load(weights, 16), 7);
    sum = i32x4.add(sum, i32x4.shr_s(i32x4.dot_i16x8_s(i16x8.narrow_i32x4_s(w0, w1), v128.load(inputs)), 3));
    weights += 32;
    inputs += 16;
  }
  return (
    (i32x4.extract_lane(sum, 0) >> 2) + (i32x4.extract_lane(sum, 1) >> 2) +
    (i32x4.extract_lane(sum, 2) >> 2) + (i32x4.extract_lane(sum, 3) >> 2)
  ) >> 8;
}

// @ts-ignore: decorator
@inline
function train(inputs: usize, weights: usize, width: i32, error: i32): void {
  const e = i16x8.splat(i16(error));
  const half = i32x4.splat(2048);
  for (let j = 0; j < width; j += 8) {
    const x = v128.load(inputs);
    const d0 = i32x4.shr_s(i32x4.add(i32x4.extmul_low_i16x8_s(x, e), half), 12);
    const d1 = i32x4.shr_s(i32x4.add(i32x4.extmul_high_i16x8_s(x, e), half), 12);
    v128.store(weights, i32x4.add(v128.load(weights), d0));
    v128.store(weights, i32x4.add(v128.load(weights, 16), d1), 16);
    weights += 32;
    inputs += 16;
  }
}

/** Chooses each set's row of weights for this bit. */
// @ts-ignore: decorator
@inline
function chooseRows(m: Model, node: i32, b: i32): void {
  const width4 = usize(m.width) << 2;
  for (let s = 0; s < m.selectors; s++) {
    const index = load<i32>(m.selectorValues + (usize(s) << 2)) * m.symbolBits + b;
    store<usize>(m.setRows + (usize(s) << 2), load<usize>(m.setWeights + (usize(s) << 2)) + usize(index) * width4);
  }
  const last = usize(m.selectors) << 2;
  const row = m.selectors < 2 ? node : 0;
  store<usize>(m.setRows + last, load<usize>(m.setWeights + last) + usize(row) * width4);
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

// @ts-ignore: decorator
@inline
function updateMap(at: usize, bit: i32, limit: u32): void {
  const n = load<u32>(at + 4);
  const p = load<u32>(at);
  const rate = u64(load<u32>(RECIPROCAL + (usize(n) << 2)));
  store<u32>(at, bit ? p + u32((u64(~p) * rate) >> 16) : p - u32((u64(p) * rate) >> 16));
  if (n < limit) store<u32>(at + 4, n + 1);
}

/** A slot: 12-bit probability (stored so that zero is a half) and 4-bit count; a surprise makes it forget. */
// @ts-ignore: decorator
@inline
function updateSlot(at: usize, bit: i32): void {
  const entry = i32(load<u16>(at));
  let n = entry & 15;
  let p = (entry >> 4) ^ 2048;
  const rate = i32(load<u32>(RECIPROCAL + (usize(n) << 2)));
  const d = (((bit ? 4095 - p : p) * rate) >> 16) + 1;
  if (bit) {
    if (p < 1024 && n > CERTAIN) n = (n >> 2) + 1;
    p = min(p + d, 4095);
  } else {
    if (p > 3072 && n > CERTAIN) n = (n >> 2) + 1;
    p = max(p - d, 0);
  }
  if (n < 15) n++;
  store<u16>(at, u16(((p ^ 2048) << 4) | n));
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
    const r2 = refine(m.refine2, m.selectors > 0 ? load<i32>(m.selectorValues) * symbolBits + b : 0, st);
    const slot2 = refineSlot;
    const final = min(max((p + r0 + r1 + r2) >> 2, 16), ONE - 16);
    const bit = codeBit((symbol >> b) & 1, final);
    // Learning starts here: everything below sees the bit.
    for (let s: usize = 0; s < usize(sets); s++) {
      const error = ((bit << 22) - squash(load<i32>(m.setOutputs + (s << 2)))) >> 7;
      const scaled = min(max((error * rate) >> 4, -32767), 32767);
      if (scaled != 0) train(inputs, load<usize>(m.setRows + (s << 2)), width, scaled);
    }
    const error = ((bit << 22) - p) >> 7;
    for (let s: usize = 0; s < usize(sets); s++) {
      const d = (i64(load<i32>(m.setOutputs + (s << 2))) * i64(error) * FINAL_RATE + (1 << 17)) >> 18;
      store<i32>(finals + (s << 2), load<i32>(finals + (s << 2)) + i32(d));
    }
    updateRefined(slot0, bit, 255);
    updateRefined(slot1, bit, 255);
    updateRefined(slot2, bit, 255);
      for (let i: usize = 0; i < usize(m.contexts); i++) {
      const slot = load<usize>(m.slots + (i << 2)) + (usize(place) << 1);
      updateMap(load<usize>(m.mapSlots + (i << 2)), bit, MAP_LIMIT);
      updateSlot(slot, bit);
    }
    for (let g: usize = 0; g < usize(m.guesses); g++) {
      const at = load<usize>(m.guessSlots + (g << 2));
      if (at != 0) updateMap(at, i32(((load<i32>(m.guessValues + (g << 2)) >> b) & 1) == bit), 255);
    }
    node = (node << 1) | bit;
    place = (place << 1) | bit;
    if (b == symbolBits - 4) place = 1;
  }
  return node - (1 << symbolBits);
}
