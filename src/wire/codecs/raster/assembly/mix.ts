/**
 * Logistic mixing of predictions for one bit. All arithmetic is IEEE single precision in a fixed order or integer,
 * which WebAssembly defines to the last bit, so that encoder and decoder agree on every machine.
 */
import { codeBit } from './coder';
import { reserve } from './memory';

const STRETCH: usize = reserve(4096 * 4);
const SQUASH: usize = reserve(4097 * 4);
const RATE: usize = reserve(1024 * 4);
const NEXT: usize = reserve(512);
const LIMIT: f32 = 12;

for (let i = 0; i < 4096; i++) {
  const p = (<f64>i + 0.5) / 4096;
  store<f32>(STRETCH + (i << 2), <f32>NativeMath.log(p / (1 - p)));
}
for (let i = 0; i <= 4096; i++) {
  store<f32>(SQUASH + (i << 2), <f32>(1 / (1 + NativeMath.exp(-(<f64>i - 2048) * 12 / 2048))));
}
for (let i = 0; i < 1024; i++) store<u32>(RATE + (i << 2), <u32>(65536.0 / (<f64>i + 1.5)));
for (let n0 = 0; n0 < 16; n0++) {
  for (let n1 = 0; n1 < 16; n1++) {
    const drop0 = n0 > 2 ? (n0 >> 1) + 1 : n0;
    const drop1 = n1 > 2 ? (n1 >> 1) + 1 : n1;
    store<u8>(NEXT + ((n0 << 4) | n1), (min(n0 + 1, 15) << 4) | drop1);
    store<u8>(NEXT + 256 + ((n0 << 4) | n1), (drop0 << 4) | min(n1 + 1, 15));
  }
}

// @ts-ignore: decorator
@inline
export function stretch16(p: u32): f32 {
  return load<f32>(STRETCH + ((p >> 4) << 2));
}

// @ts-ignore: decorator
@inline
export function squash(x: f32): f32 {
  const y = (min<f32>(max<f32>(x, -11.99), 11.99) + LIMIT) * <f32>(2048.0 / 12.0);
  const i = <i32>y;
  const f = y - <f32>i;
  const at = SQUASH + (i << 2);
  const a = load<f32>(at);
  return a + (load<f32>(at, 4) - a) * f;
}

/** Codes a bit with probability `p`, kept off 0 and 1. */
// @ts-ignore: decorator
@inline
export function codeWith(bit: i32, p: f32): i32 {
  const q = <i32>(p * 16777216.0);
  return codeBit(bit, <u32>min(max(q, 24), 16777216 - 24));
}

/** Moves a 22-bit probability with a 10-bit count towards the bit; `limit` bounds the count. */
// @ts-ignore: decorator
@inline
export function learn(at: usize, bit: i32, limit: u32): void {
  const entry = load<u32>(at);
  const count = entry & 1023;
  const p = <i32>(entry >> 10);
  const target = bit ? 4194303 : 0;
  const moved = p + <i32>((<i64>(target - p) * <i64>load<u32>(RATE + (count << 2))) >> 16);
  store<u32>(at, (<u32>moved << 10) | (count < limit ? count + 1 : limit));
}

/** A table of adaptive probabilities, all one half. */
export function reserveAdaptive(count: i32): usize {
  const at = reserve(count << 2);
  for (let i = 0; i < count; i++) store<u32>(at + (i << 2), 0x80000000);
  return at;
}

/** Codes a bit with one adaptive probability and nothing else: for rare decisions. */
export function codeAdaptive(bit: i32, at: usize, limit: u32): i32 {
  const p = (load<u32>(at) >> 10) << 2;
  const coded = codeBit(bit, min<u32>(max<u32>(p, 4096), 16777216 - 4096));
  learn(at, coded, limit);
  return coded;
}

/** One mixing model: hashed contexts, extra inputs, several weight sets and a final mix of them. */
@final
export class Mix {
  hashes: usize;
  extras: usize;
  selected: usize;
  finalSet: i32 = 0;
  private inputs: usize;
  private slots: usize;
  private table: usize;
  private maps: usize;
  private weights: usize;
  private finals: usize;
  private outputs: usize;
  private setBases: usize;
  private width: i32;
  mask: u32;
  rate: f32 = 0.02;
  rateEnd: f32 = 0.008;

  constructor(
    public contexts: i32,
    public extraCount: i32,
    public sets: i32,
    setSize: i32,
    finalSize: i32,
    public tableBits: i32,
  ) {
    this.width = (contexts * 2 + extraCount + 1 + 3) & ~3;
    this.hashes = reserve(contexts << 2);
    this.extras = reserve((extraCount + 4) << 2);
    this.selected = reserve((sets + 4) << 2);
    this.inputs = reserve(this.width << 2);
    this.slots = reserve(contexts << 2);
    this.mask = (1 << tableBits) - 1;
    this.table = reserve((contexts << tableBits) << 2);
    this.maps = reserve(contexts << 10);
    for (let c = 0; c < contexts; c++) {
      for (let s = 0; s < 256; s++) {
        const p = (<f64>(s & 15) + 0.4) / (<f64>((s >> 4) + (s & 15)) + 0.8);
        store<u32>(this.maps + (((c << 8) | s) << 2), (<u32>(p * 4194303) << 10) | 6);
      }
    }
    this.weights = reserve(((sets * setSize) * this.width) << 2);
    const count = sets * setSize * this.width;
    const initial: f32 = <f32>(0.2 / NativeMath.sqrt(<f64>contexts));
    for (let i = 0; i < count; i++) store<f32>(this.weights + (i << 2), initial);
    this.setBases = reserve(sets << 2);
    for (let s = 0; s < sets; s++) {
      store<u32>(this.setBases + (s << 2), s * setSize);
    }
    this.outputs = reserve((sets + 4) << 2);
    this.finals = reserve((finalSize * sets) << 2);
    for (let i = 0; i < finalSize * sets; i++) {
      store<f32>(this.finals + (i << 2), 1 / <f32>sets);
    }
  }

  @inline setHash(index: i32, hash: u32): void {
    store<u32>(this.hashes + (index << 2), hash);
  }

  @inline setExtra(index: i32, value: f32): void {
    store<f32>(this.extras + (index << 2), value);
  }

  @inline select(index: i32, value: i32): void {
    store<i32>(this.selected + (index << 2), value);
  }

  /** Codes one bit; `node` distinguishes the decisions taken under the same hashes. */
  code(bit: i32, node: u32): i32 {
    const n = this.contexts;
    const inputs = this.inputs;
    let at = inputs;
    const salt = (node + 1) * 0x9e3779b1;
    for (let i = 0; i < n; i++) {
      let h = (load<u32>(this.hashes + (i << 2)) ^ salt) * 0x85ebca6b;
      h ^= h >> 15;
      h *= 0xc2b2ae35;
      const slot = this.table + (((<usize>i << this.tableBits) + ((h >> 8) & this.mask)) << 2);
      let entry = load<u32>(slot);
      const check = h & 255;
      if ((entry & 255) != check || entry == 0) {
        entry = 0x80000000 | check;
        store<u32>(slot, entry);
      }
      store<u32>(this.slots + (i << 2), slot);
      const state = (entry >> 8) & 255;
      const map = load<u32>(this.maps + (((i << 8) | state) << 2));
      store<f32>(at, state == 0 ? 0 : stretch16(entry >> 16));
      store<f32>(at, stretch16(map >> 16), 4);
      at += 8;
    }
    const extra = this.extraCount;
    for (let i = 0; i < extra; i++) {
      store<f32>(at, load<f32>(this.extras + (i << 2)));
      at += 4;
    }
    store<f32>(at, 0.4);
    const width = this.width;
    const sets = this.sets;
    let total: f32 = 0;
    const finals = this.finals + ((this.finalSet * sets) << 2);
    for (let s = 0; s < sets; s++) {
      const row = load<u32>(this.setBases + (s << 2)) + load<u32>(this.selected + (s << 2));
      const w = this.weights + ((row * width) << 2);
      let sum = f32x4.splat(0);
      for (let i = 0; i < width << 2; i += 16) {
        sum = f32x4.add(sum, f32x4.mul(v128.load(w + i), v128.load(inputs + i)));
      }
      let dot =
        f32x4.extract_lane(sum, 0) +
        f32x4.extract_lane(sum, 1) +
        f32x4.extract_lane(sum, 2) +
        f32x4.extract_lane(sum, 3);
      dot = min<f32>(max<f32>(dot, -11.9), 11.9);
      store<f32>(this.outputs + (s << 2), dot);
      total += dot * load<f32>(finals + (s << 2));
    }
    const p = squash(total);
    const coded = codeWith(bit, p);
    this.update(coded, p, finals);
    return coded;
  }

  private update(coded: i32, p: f32, finals: usize): void {
    const sets = this.sets;
    const width = this.width;
    const inputs = this.inputs;
    const rate = this.rate;
    const target: f32 = coded ? 1 : 0;
    const finalError = (target - p) * <f32>0.004;
    for (let s = 0; s < sets; s++) {
      const dot = load<f32>(this.outputs + (s << 2));
      store<f32>(finals + (s << 2), load<f32>(finals + (s << 2)) + finalError * dot);
      const row = load<u32>(this.setBases + (s << 2)) + load<u32>(this.selected + (s << 2));
      const w = this.weights + ((row * width) << 2);
      const error = f32x4.splat((target - squash(dot)) * rate);
      for (let i = 0; i < width << 2; i += 16) {
        const moved = f32x4.add(v128.load(w + i), f32x4.mul(error, v128.load(inputs + i)));
        v128.store(w + i, moved);
      }
    }
    this.rate = rate + (this.rateEnd - rate) * <f32>0.0005;
    const n = this.contexts;
    for (let i = 0; i < n; i++) {
      const slot = load<u32>(this.slots + (i << 2));
      const entry = load<u32>(slot);
      const state = (entry >> 8) & 255;
      learn(this.maps + (((i << 8) | state) << 2), coded, 255);
      const q = <i32>(entry >> 16);
      const count = min(<i32>((state >> 4) + (state & 15)), 20);
      const goal = coded ? 65535 : 0;
      const moved = q + (((goal - q) * <i32>(load<u32>(RATE + (count << 2)) >> 4)) >> 12);
      const next = <u32>load<u8>(NEXT + (coded << 8) + state);
      store<u32>(slot, (<u32>moved << 16) | (next << 8) | (entry & 255));
    }
  }
}
