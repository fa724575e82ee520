/**
 * Tokens, the parts that structured texts (JSON, XML, HTML) are coded with: atoms, numbers and spelled text.
 *
 * Guaranteed: code is the same for both directions; whatever `decode` reads, it ends in a value or a typed error within
 * the stated limits. Assumes that the caller codes the same slots in the same order on both sides. Values are strings
 * without the control characters U+0000 to U+0004.
 */
import { parseDecimal, spellDecimal } from '../../../formats/index.ts';
import type { Engine, Mix } from '../../engine/index.ts';
import { AtomCoder } from './atoms.ts';
import type { SavedAtoms } from './atoms.ts';
import { CandidateCoder } from './candidates.ts';
import type { SavedCandidates } from './candidates.ts';
import { tokenErrors } from './errors.ts';
import { hash2, hash3, hashText } from './hash.ts';
import { TokenHistory } from './history.ts';
import type { SavedHistory } from './history.ts';
import { IntegerCoder } from './integers.ts';
import type { Axis, NumberHints, SavedIntegers } from './integers.ts';
import { TextSpeller } from './speller.ts';
import type { SavedBytes } from './speller.ts';
import {
  digitsOf,
  isCanonicalPlace,
  joinText,
  placesOf,
  spellPlace,
  splitCanonical,
  splitText,
} from './templates.ts';

export { hash2, hash3, hashText } from './hash.ts';
export { contextOf } from './integers.ts';
export type { Axis, NumberHints } from './integers.ts';
export { tokenErrors } from './errors.ts';

const SCALE_MAX = 8;
const SPELLED = 15;
const LONG = /^(-?)(0|[1-9]\d{0,8})\.(\d{5,400})$/;
const LONG_SCALE = 4;
const LONG_DIGITS_MAX = 400;
const TEXT_BYTES_MAX = 64 * 1024 * 1024;
const NO_HINTS: NumberHints = { guesses: [], context: 0 };

/** A decimal taken to an axis: its integer there, or the scale that it needs, or neither. */
interface Placed {
  readonly value: number;
  readonly scale: number;
}

/** What priming has taught outside of the models; it does not depend on their sizes. */
interface SavedTokens {
  readonly candidates: SavedCandidates;
  readonly numbers: SavedCandidates;
  readonly history: SavedHistory;
  readonly atoms: SavedAtoms;
  readonly integers: SavedIntegers;
  readonly spelled: SavedBytes;
}

/** One entry per format; it is filled once and never changes. */
const PRIMED = new Map<string, SavedTokens>();

/** All token coders of one session. */
export class TokenCoder {
  readonly engine: Engine;
  readonly history = new TokenHistory();
  readonly integers: IntegerCoder;
  readonly #candidates: CandidateCoder;
  readonly #numberCandidates: CandidateCoder;
  readonly #atoms: AtomCoder;
  readonly #speller: TextSpeller;
  readonly #scale: Mix;
  readonly #symbols: Mix;
  readonly #digits: Mix;
  #spent = 0;

  constructor(engine: Engine) {
    this.engine = engine;
    this.#candidates = new CandidateCoder(engine);
    this.#numberCandidates = new CandidateCoder(engine);
    this.#atoms = new AtomCoder(engine, this.#candidates, this.history);
    this.integers = new IntegerCoder(engine, this.#numberCandidates, this.history);
    this.#speller = new TextSpeller(engine, Math.min(TEXT_BYTES_MAX, engine.valueBytesMax));
    this.#scale = engine.mix({
      contexts: 3,
      guesses: 0,
      selectors: [16],
      symbolBits: 4,
      tableBits: 14,
    });
    this.#digits = engine.mix({
      contexts: 4,
      guesses: 0,
      selectors: [8],
      symbolBits: 4,
      tableBits: 16,
    });
    this.#symbols = engine.mix({
      contexts: 5,
      guesses: 0,
      selectors: [256],
      symbolBits: 3,
      tableBits: 16,
    });
  }

  /**
   * Teaches the models by `work`, once per process and `key`; later coders take up what was learned. Values that priming
   * has left in axes and slots are forgotten.
   */
  prime(key: string, work: () => void): void {
    const mixes = [
      ...this.#candidates.mixes,
      ...this.#numberCandidates.mixes,
      ...this.#atoms.mixes,
      ...this.integers.mixes,
      ...this.#speller.mixes,
      this.#scale,
      this.#symbols,
      this.#digits,
    ];
    this.engine.primed(`tokens ${key}`, mixes, () => {
      work();
      this.integers.forgetValues();
      if (!PRIMED.has(key)) PRIMED.set(key, this.#save());
    });
    // Also after `work` ran: nothing that is not saved may make a difference.
    const saved = PRIMED.get(key);
    if (saved !== undefined) this.#restore(saved);
  }

  #save(): SavedTokens {
    return {
      candidates: this.#candidates.save(),
      numbers: this.#numberCandidates.save(),
      history: this.history.save(),
      atoms: this.#atoms.save(),
      integers: this.integers.save(),
      spelled: this.#speller.save(),
    };
  }

  #restore(saved: SavedTokens): void {
    this.#candidates.restore(saved.candidates);
    this.#numberCandidates.restore(saved.numbers);
    this.history.restore(saved.history);
    this.#atoms.restore(saved.atoms);
    this.integers.restore(saved.integers);
    this.#speller.restore(saved.spelled);
  }

  get decoding(): boolean {
    return this.engine.mode === 'decode';
  }

  /**
   * Counts a value towards the limit of what one file may hold; call it for everything that is appended to an output.
   * The engine itself ends a decoding that overruns its input.
   */
  spend(bytes: number): void {
    this.#spent += bytes;
    if (!this.decoding) return;
    if (this.#spent > this.engine.valueBytesMax) {
      throw tokenErrors.error('TOO_LARGE', { limit: this.engine.valueBytesMax });
    }
  }

  /** Starts a file. */
  begin(kind: string): void {
    this.#spent = 0;
    this.history.begin(hashText(kind));
  }

  /** Codes a symbol below 8 from where it stands and what came before. */
  symbol(value: number, slot: number, contexts: readonly number[]): number {
    const mix = this.#symbols;
    mix.contexts[0] = hash2(slot, 1);
    mix.contexts[1] = hash3(slot, 2, contexts[0] ?? 0);
    mix.contexts[2] = hash3(slot, 3, contexts[1] ?? 0);
    mix.contexts[3] = hash3(slot, 4, hash2(contexts[0] ?? 0, contexts[1] ?? 0));
    mix.contexts[4] = hash3(slot, 5, contexts[2] ?? 0);
    mix.selectors[0] = slot & 255;
    return mix.code(value);
  }

  /** Codes a string from an open vocabulary; one never seen before is spelled. */
  atom(value: string, slot: number, contexts: readonly number[]): string {
    return this.#atoms.atom(value, slot, contexts, (text) =>
      this.spell(text, slot, contexts[0] ?? 0),
    );
  }

  /** Codes a string that may be known as a whole; `parts` codes a new one in its own way. */
  whole(
    value: string,
    slot: number,
    contexts: readonly number[],
    parts: (value: string) => string,
  ): string {
    return this.#atoms.atom(value, slot, contexts, parts);
  }

  /** Spells a string letter by letter. */
  spell(value: string, slot: number, hint: number): string {
    return this.#speller.text(value, slot, hint);
  }

  /** Codes a text that may repeat as a whole, or as a shape with other numbers, or be new. */
  text(value: string, slot: number, contexts: readonly number[]): string {
    return this.#atoms.atom(value, slot, contexts, (text) =>
      this.#split(text, slot, contexts, splitText),
    );
  }

  /** Like `text`, for values in which every number has its canonical spelling. */
  measures(value: string, slot: number, contexts: readonly number[]): string {
    return this.#atoms.atom(value, slot, contexts, (text) =>
      this.#split(text, slot, contexts, splitCanonical),
    );
  }

  #split(text: string, slot: number, contexts: readonly number[], split: typeof splitText): string {
    const given = this.decoding ? { template: '', numbers: [] } : split(text);
    const template = this.atom(given.template, hash2(slot, 0x7e), contexts);
    const places = placesOf(template);
    const numbers: string[] = [];
    let before = NaN;
    let context = hash2(slot, 0x7f);
    for (const [i, place] of places.entries()) {
      const number = given.numbers[i] ?? '0';
      const here = hash3(slot, i, 0x80);
      const hints = { guesses: [before, before + 1], context };
      if (isCanonicalPlace(place)) {
        numbers.push(this.decimal(number, here, this.integers.axis(here), () => hints));
      } else {
        const value = this.integers.integer(
          digitsOf(number),
          here,
          this.integers.axis(here),
          hints,
        );
        numbers.push(spellPlace(place, value));
        before = value;
        context = hash2(context, value);
      }
    }
    return joinText(template, numbers);
  }

  /** Codes a count. */
  count(value: number, slot: number, context: number): number {
    const coded = this.integers.count(value, slot, context);
    return coded < 0 ? 0 : coded;
  }

  /** Codes a canonically spelled decimal. `hints` is asked once the axis has the scale that the number needs. */
  decimal(
    text: string,
    slot: number,
    axis: Axis,
    hints: (axis: Axis) => NumberHints = () => NO_HINTS,
  ): string {
    const placed = this.decoding ? undefined : placeDecimal(text, axis.scale);
    const mix = this.#scale;
    mix.contexts[0] = hash2(slot, axis.scale);
    mix.contexts[1] = hash2(axis.id, axis.scale);
    mix.contexts[2] = axis.scale;
    mix.selectors[0] = axis.scale;
    const wanted = placed === undefined ? SPELLED : placed.scale > axis.scale ? placed.scale : 0;
    const coded = mix.code(wanted);
    if (coded > SCALE_MAX) {
      const known = hints(axis);
      return this.#atoms.atom(text, hash2(slot, 0x5e), [known.context], (long) =>
        this.#long(long, slot, axis, known.context),
      );
    }
    if (coded > axis.scale) {
      // An axis that has settled keeps its scale; a number with more digits is an exception with an axis of its own.
      axis.exceptions++;
      if (axis.scale > 0 && axis.exceptions * 3 < axis.seen * 2 + 12) {
        const fine = this.integers.axis(hash3(axis.id, coded, 0x63), coded);
        const exact = this.integers.integer(
          placed?.value ?? 0,
          hash3(slot, coded, 0x64),
          fine,
          hints(fine),
        );
        return spellScaled(exact, coded);
      }
      this.integers.grow(axis, coded);
    }
    axis.seen++;
    const value = this.integers.integer(placed?.value ?? 0, slot, axis, hints(axis));
    return spellScaled(value, axis.scale);
  }

  /** A number with many digits: the leading ones as a number that can be guessed, the others one by one. */
  #long(text: string, slot: number, axis: Axis, context: number): string {
    const match = this.decoding ? null : LONG.exec(text);
    const place = hash2(slot, 0x60);
    const kind = match === null ? 0 : match[1] === '-' ? 2 : 1;
    const coded = this.symbol(kind, place, []);
    if (coded === 0) return this.spell(text, hash2(axis.id, 0x5f), context);
    const [, , whole = '0', fraction = ''] = match ?? [];
    const far = this.integers.axis(hash2(axis.id, 0x61), LONG_SCALE);
    const given = Number(whole + fraction.slice(0, LONG_SCALE));
    const hints = { guesses: [], context };
    const head = Math.abs(this.integers.integer(given, place, far, hints));
    const length = this.count(fraction.length - LONG_SCALE, hash2(axis.id, 0x62), 0);
    if (length > LONG_DIGITS_MAX) throw tokenErrors.error('NUMBER_INVALID');
    const digits = String(head).padStart(LONG_SCALE + 1, '0');
    let out = `${coded === 2 ? '-' : ''}${digits.slice(0, -LONG_SCALE)}.${digits.slice(-LONG_SCALE)}`;
    let zeros = head === 0 ? 1 : 0;
    let before = 10;
    for (let i = 0; i < length; i++) {
      const mix = this.#digits;
      mix.contexts[0] = hash3(axis.id, i, zeros);
      mix.contexts[1] = hash2(Math.min(3, length - i), zeros);
      mix.contexts[2] = hash3(axis.id, before, zeros);
      mix.contexts[3] = hash3(Math.min(3, length - i), before, length);
      mix.selectors[0] = zeros * 4 + Math.min(3, length - i);
      before = mix.code(fraction.charCodeAt(LONG_SCALE + i) - 48);
      if (before > 9) throw tokenErrors.error('NUMBER_INVALID');
      if (before !== 0) zeros = 0;
      out += String(before);
    }
    return out;
  }
}

/** Takes a canonical decimal to a scale, or to the larger scale that it needs; undefined when it must be spelled. */
function placeDecimal(text: string, scale: number): Placed | undefined {
  const decimal = parseDecimal(text);
  if (decimal === undefined) return undefined;
  const needed = Math.max(scale, -decimal.exponent);
  if (needed > SCALE_MAX || decimal.digits.length + decimal.exponent + needed > 15)
    return undefined;
  const value = Number(decimal.digits + '0'.repeat(decimal.exponent + needed));
  const signed = decimal.negative && value !== 0 ? -value : value;
  return spellScaled(signed, needed) === text ? { value: signed, scale: needed } : undefined;
}

/** Spells an integer at a scale canonically. */
function spellScaled(value: number, scale: number): string {
  const digits = String(Math.abs(value));
  const kept = digits.replace(/0+$/, '');
  if (kept === '') return '0';
  return spellDecimal(value < 0, kept, digits.length - kept.length - scale);
}
