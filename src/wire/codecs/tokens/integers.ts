/**
 * Integers and decimals at a known scale, guessed from what stood at the same place, on the same axis, or in the same
 * list before; when no guess is right, the rank among recent values or the difference from the best predictor is coded.
 */
import type { Engine, Mix } from '../../engine/index.ts';
import type { CandidateCoder } from './candidates.ts';
import { tokenErrors } from './errors.ts';
import { hash2, hash3, hashNumber } from './hash.ts';
import type { TokenHistory } from './history.ts';
import { ContextMemory, RecentValues } from './memory.ts';
import type { SavedMemory } from './memory.ts';

const LIMIT = 2 ** 52;
const RECENT_MAX = 255;
const SLOTS_MAX = 1 << 15;
const PREDICTORS = 8;
const MODELLED_BITS = 5;

/** Values that share a scale and a list of recent values: all x of a drawing, one key of a log. */
export interface Axis {
  readonly id: number;
  /** Decimals kept; values are integers in units of 10^-scale. */
  scale: number;
  readonly recent: RecentValues;
  last: number;
  before: number;
  /** Decimals coded on this axis, and those that needed a larger scale. */
  seen: number;
  exceptions: number;
}

/** What one place remembers of its own values. */
interface SlotState {
  scale: number;
  last: number;
  before: number;
  readonly errors: Int32Array;
  classes: number;
}

/** What the caller knows about the number to come; NaN where it knows nothing. Values in units of the axis. */
export interface NumberHints {
  /** Other guesses, best first; at most five. */
  readonly guesses: readonly number[];
  /** Hash of what is known beside; the value that followed the same context last is a guess. */
  readonly context: number;
}

/** What an integer coder has learned. */
export interface SavedIntegers {
  readonly memory: SavedMemory;
  readonly slots: ReadonlyMap<number, SlotState>;
}

function copyState(state: SlotState): SlotState {
  return { ...state, errors: state.errors.slice() };
}

/** Codes integers. */
export class IntegerCoder {
  readonly #engine: Engine;
  readonly #candidates: CandidateCoder;
  readonly #history: TokenHistory;
  readonly #memory = new ContextMemory(17);
  readonly #slots = new Map<number, SlotState>();
  readonly #axes = new Map<number, Axis>();
  readonly #flag: Mix;
  readonly #class: Mix;
  readonly #bit: Mix;
  readonly #predictions = new Float64Array(PREDICTORS);

  constructor(engine: Engine, candidates: CandidateCoder, history: TokenHistory) {
    this.#engine = engine;
    this.#candidates = candidates;
    this.#history = history;
    this.#flag = engine.mix({
      contexts: 4,
      guesses: 0,
      selectors: [16],
      symbolBits: 1,
      tableBits: 16,
    });
    this.#class = engine.mix({
      contexts: 7,
      guesses: 0,
      selectors: [64, 8],
      symbolBits: 7,
      tableBits: 18,
    });
    this.#bit = engine.mix({
      contexts: 5,
      guesses: 0,
      selectors: [256],
      symbolBits: 1,
      tableBits: 18,
    });
  }

  /** The models of this coder. */
  get mixes(): readonly Mix[] {
    return [this.#flag, this.#class, this.#bit];
  }

  /** A copy of what was learned about places, without their values. */
  save(): SavedIntegers {
    return {
      memory: this.#memory.save(),
      slots: new Map([...this.#slots].map(([slot, state]) => [slot, copyState(state)])),
    };
  }

  /** Takes up what was saved. */
  restore(saved: SavedIntegers): void {
    this.#memory.restore(saved.memory);
    for (const [slot, state] of saved.slots) this.#slots.set(slot, copyState(state));
  }

  /** The axis with this number, made when first asked for. */
  axis(id: number, scale = 0): Axis {
    let axis = this.#axes.get(id);
    if (axis === undefined) {
      if (this.#axes.size >= SLOTS_MAX) this.#axes.clear();
      axis = {
        id,
        scale,
        recent: new RecentValues(RECENT_MAX),
        last: NaN,
        before: NaN,
        seen: 0,
        exceptions: 0,
      };
      this.#axes.set(id, axis);
    }
    return axis;
  }

  /** Forgets values and scales and keeps what was learned about how numbers go on; for the end of priming. */
  forgetValues(): void {
    this.#axes.clear();
    for (const state of this.#slots.values()) {
      state.last = NaN;
      state.before = NaN;
    }
  }

  /** Gives an axis more decimals; what it remembers is scaled along. */
  grow(axis: Axis, scale: number): void {
    const factor = 10 ** (scale - axis.scale);
    axis.recent.scale(factor);
    axis.last *= factor;
    axis.before *= factor;
    axis.scale = scale;
  }

  /** Codes one integer, |value| < 2^52, in units of the axis. */
  integer(value: number, slot: number, axis: Axis, hints: NumberHints): number {
    const state = this.#stateOf(slot, axis.scale);
    const step = state.last + (state.last - state.before);
    const here = hash3(slot, hints.context, axis.scale);
    const anywhere = hash3(axis.id, hints.context, axis.scale + 64);
    const follower = hash3(axis.id, contextOf(axis.last, axis.before), axis.scale + 128);
    const votes = this.#candidates;
    votes.reset();
    votes.vote(this.#history.predict(slot), this.#history.confidence);
    votes.vote(this.#memory.get(here), this.#memory.grade(here));
    votes.vote(state.last, 1);
    votes.vote(step, 1);
    votes.vote(axis.last, 1);
    votes.vote(this.#memory.get(anywhere), this.#memory.grade(anywhere));
    votes.vote(this.#memory.get(follower), this.#memory.grade(follower));
    const { guesses } = hints;
    for (let i = 0; i < 6; i++) votes.vote(guesses[i] ?? NaN, 1);
    const predictions = this.#predictions;
    predictions[0] = 0;
    predictions[1] = state.last;
    predictions[2] = step;
    predictions[3] = axis.last;
    for (let i = 0; i < 4; i++) predictions[4 + i] = guesses[i] ?? NaN;
    let found = votes.code(value, slot, hash2(axis.id, 77));
    const hit = !Number.isNaN(found);
    if (!hit) found = this.#missed(value, slot, axis, state);
    this.#learn(found, state, hit);
    axis.recent.use(found);
    axis.before = axis.last;
    axis.last = found;
    state.before = state.last;
    state.last = found;
    this.#memory.set(here, found);
    this.#memory.set(anywhere, found);
    this.#memory.set(follower, found);
    this.#history.push(slot, found);
    return found;
  }

  /** Codes a value that no guess has found. */
  #missed(value: number, slot: number, axis: Axis, state: SlotState): number {
    const p = this.#bestPrediction(state);
    const guess = Math.round(this.#predictions[p] ?? 0);
    const prediction = Math.abs(guess) < LIMIT ? guess : 0;
    const rank = axis.recent.rank(value);
    const { contexts, selectors } = this.#flag;
    const size = axis.recent.size;
    if (size > 0) {
      const near = Math.min(15, (state.errors[p] ?? 0) >> 4);
      contexts[0] = hash2(slot, 1);
      contexts[1] = hash3(axis.id, 2, near);
      contexts[2] = hash3(near, bitLength(size), 3);
      contexts[3] = hash3(slot, near, 4);
      selectors[0] = near;
      const cheaper =
        rank >= 0 && 2 + bitLength(rank + 1) * 1.5 < 2 * bitLength(Math.abs(value - prediction));
      if (this.#flag.code(cheaper ? 1 : 0) === 1) {
        const coded = this.#magnitude(rank, hash2(axis.id, 0xaa), hash2(slot, 0xab), 1, size);
        const found = axis.recent.at(coded);
        if (Number.isNaN(found)) throw tokenErrors.error('NUMBER_INVALID');
        return found;
      }
    }
    const error = Math.min(31, (state.errors[p] ?? 0) >> 3);
    const difference = value - prediction;
    const coded = this.#signed(difference, slot, axis.id, hash2(p, error), state);
    const found = prediction + coded;
    if (!(Math.abs(found) < LIMIT)) throw tokenErrors.error('NUMBER_INVALID');
    return found;
  }

  /** A signed difference: class (length and sign) and the bits below. */
  #signed(value: number, slot: number, axis: number, grade: number, state: SlotState): number {
    const { contexts, selectors } = this.#class;
    const wanted =
      Number.isNaN(value) || value === 0 ? 0 : bitLength(Math.abs(value)) * 2 - (value > 0 ? 1 : 0);
    const last = state.classes & 127;
    contexts[0] = hash2(1, slot);
    contexts[1] = hash3(2, slot, last);
    contexts[2] = hash3(3, slot, state.classes & 0x3fff);
    contexts[3] = hash3(4, axis, grade);
    contexts[4] = hash3(5, grade, 0);
    contexts[5] = hash3(hash2(6, grade), axis, last);
    contexts[6] = hash3(7, axis, 0);
    selectors[0] = Math.min(63, last >> 1);
    selectors[1] = 0;
    const coded = this.#class.code(wanted);
    state.classes = ((state.classes << 7) | coded) & 0x1fffff;
    if (coded === 0) return 0;
    const length = (coded + 1) >> 1;
    if (length > 53) throw tokenErrors.error('NUMBER_INVALID');
    const magnitude = this.#below(
      Math.abs(value),
      length,
      hash3(slot, coded, 8),
      hash3(axis, length, 9),
    );
    return coded % 2 === 1 ? magnitude : -magnitude;
  }

  /** A count or rank: length and the bits below. */
  #magnitude(value: number, near: number, far: number, kind: number, size: number): number {
    const { contexts, selectors } = this.#class;
    contexts[0] = hash2(11, near);
    contexts[1] = hash2(12, far);
    contexts[2] = hash3(13, near, bitLength(size));
    contexts[3] = hash3(14, far, bitLength(size));
    contexts[4] = hash2(15, bitLength(size));
    contexts[5] = hash2(16, kind);
    contexts[6] = hash3(17, near, far);
    selectors[0] = 0;
    selectors[1] = kind;
    const length = this.#class.code(bitLength(value + 1));
    if (length < 1 || length > 53) throw tokenErrors.error('NUMBER_INVALID');
    return this.#below(value + 1, length, hash3(near, length, 18), hash3(far, length, 19)) - 1;
  }

  /** The bits of a number of known length below its leading 1; the highest few are modelled. */
  #below(value: number, length: number, near: number, far: number): number {
    const { contexts, selectors } = this.#bit;
    let out = 1;
    for (let i = 1; i < length; i++) {
      const bit = Math.floor(value / 2 ** (length - 1 - i)) % 2;
      if (i > MODELLED_BITS && length > 8) {
        const rest = length - i;
        const low = value % 2 ** rest;
        const high = rest > 24 ? this.#engine.rawBits(Math.floor(low / 2 ** 24), rest - 24) : 0;
        const tail = this.#engine.rawBits(low % 2 ** Math.min(24, rest), Math.min(24, rest));
        return out * 2 ** rest + high * 2 ** 24 + tail;
      }
      contexts[0] = hash2(near, out);
      contexts[1] = hash2(far, out);
      contexts[2] = hash3(length, out, 21);
      contexts[3] = hash3(length, i, 22);
      contexts[4] = hash3(near, i, 23);
      selectors[0] = Math.min(15, length) * 16 + Math.min(15, i);
      out = out * 2 + this.#bit.code(bit);
    }
    return out;
  }

  /** Codes a count, a non-negative integer with no neighbours to guess from but the slot's last. */
  count(value: number, slot: number, context: number): number {
    return this.integer(value, hash2(slot, 0xc0), this.axis(hash2(slot, 0xc1)), {
      guesses: [],
      context,
    });
  }

  #bestPrediction(state: SlotState): number {
    let best = 0;
    for (let i = 1; i < PREDICTORS; i++) {
      const value = this.#predictions[i] ?? NaN;
      if (!Number.isNaN(value) && (state.errors[i] ?? 0) < (state.errors[best] ?? 0)) best = i;
    }
    return best;
  }

  /** Remembers how far each predictor was off, as a moving average of the length of its error. */
  #learn(found: number, state: SlotState, hit: boolean): void {
    for (let i = 0; i < PREDICTORS; i++) {
      const value = this.#predictions[i] ?? NaN;
      const length = Number.isNaN(value) ? 48 : bitLength(Math.abs(found - Math.round(value)));
      const before = state.errors[i] ?? 0;
      state.errors[i] = before + ((length * 16 - before) >> (hit ? 3 : 2));
    }
  }

  #stateOf(slot: number, scale: number): SlotState {
    let state = this.#slots.get(slot);
    if (state === undefined) {
      if (this.#slots.size >= SLOTS_MAX) this.#slots.clear();
      state = {
        scale,
        last: NaN,
        before: NaN,
        errors: new Int32Array(PREDICTORS).fill(200),
        classes: 0,
      };
      this.#slots.set(slot, state);
    }
    if (state.scale !== scale) {
      const factor = 10 ** (scale - state.scale);
      state.last *= factor;
      state.before *= factor;
      state.scale = scale;
    }
    return state;
  }
}

/** Bits of a non-negative integer; 0 for 0. */
export function bitLength(value: number): number {
  return value < 4294967296
    ? 32 - Math.clz32(value)
    : 64 - Math.clz32(Math.floor(value / 4294967296));
}

/** A context from numbers that are known beside. */
export function contextOf(...values: number[]): number {
  let h = 0x3c3c;
  for (const value of values) h = hash2(h, Number.isNaN(value) ? 0x7fff : hashNumber(value));
  return h;
}
