/** The tape as the judge reads it: as lenient as CPython, and broken only where that breaks too. */
import { Broken, Unjudged } from './abstract-stack.ts';
import { PickleTape } from './tape.ts';

const NAME_BYTES_MAX = 2048;
/** Blanks and zeros around a number are skipped by readers, however many they are. */
const NUMBER_BYTES_MAX = 1 << 16;
/** Numbers of more digits than any reader has memory for. */
const DIGITS_MAX = 64;
/** How much of a very long name is shown. */
const LONG_NAME_BYTES = 64;
/** Numbers that are no exact ones get places of their own, far from all others. */
const PLACE_FIRST = 2 ** 52;

/** What readers may take for a whole number (`I`, `L`), up to a NUL, and for one with a point (`F`); they take less. */
const WHOLE =
  /^[ \t-\r]*[+-]?[ \t-\r]*[+-]?(?:0[xX][\da-fA-F_]*|0[oObB]?[\d_]*|[\d_]*)[ \t-\r]*L?[ \t-\r]*$/;
const POINTED =
  /^[ \t-\r]*[+-]?(?:[\d_]*\.?[\d_]*(?:[eE][+-]?[\d_]+)?|inf(?:inity)?|nan)[ \t-\r]*$/i;

/** See the top of this file. */
export class JudgeTape extends PickleTape {
  readonly #places = new Map<string, number>();

  /** A little-endian number. */
  length(width: number): number {
    const value = this.number(width);
    if (value < 0) throw new Broken('it ends in an argument');
    return value;
  }

  /** Steps over bytes. */
  pass(count: number): void {
    if (!this.skip(count)) throw new Broken('it ends in an argument');
  }

  /** Steps over a line and gives where its text lies. CPython's reader in Python takes a last byte for a line end. */
  span(): { readonly from: number; readonly to: number } {
    const from = this.at;
    const to = this.line();
    if (to >= 0) return { from, to };
    const { size } = this.source;
    if (from >= size) throw new Broken('it ends in an argument');
    this.pass(size - this.at);
    return { from, to: size - 1 };
  }

  /** The number of a memo entry on a line, as CPython reads it: to a NUL, with blanks, a sign, zeros and underscores. */
  memoLine(): number {
    const { from, to } = this.span();
    const head = this.source.read(from, Math.min(to, from + NUMBER_BYTES_MAX));
    const line = Buffer.from(head).toString('latin1').split('\0', 1)[0] ?? '';
    const isCut = to - from > head.length && line.length === head.length;
    if (isCut && /^[ \t-\r+\-\d_]*$/.test(line)) {
      throw new Unjudged('a memo number is longer than is read');
    }
    const match = /^[ \t-\r]*([+-]?)(\d+(?:_\d+)*)[ \t-\r]*$/.exec(line);
    if (match === null) throw new Broken('a memo number is misspelled');
    const digits = (match[2] ?? '').replaceAll('_', '').replace(/^0+(?=\d)/, '');
    if (match[1] === '-' && digits !== '0') throw new Broken('a memo number is negative');
    const value = Number(digits);
    return value < PLACE_FIRST ? value : this.#placeOf(digits);
  }

  /** Steps over a number on a line and gives where it lies. Lines that are no number end every reader: they are words. */
  numberLine(isPointed: boolean): { readonly from: number; readonly to: number } {
    const { from, to } = this.span();
    const head = this.source.read(from, Math.min(to, from + NUMBER_BYTES_MAX));
    const line = Buffer.from(head).toString('latin1').split('\0', 1)[0] ?? '';
    const isCut = to - from > head.length;
    if (!isCut && !(isPointed ? POINTED : WHOLE).test(line)) {
      throw new Broken('a number is misspelled');
    }
    return { from, to };
  }

  /** Whether the text on a line begins with a quotation mark, without which no reader takes one. */
  isQuoted(from: number, to: number): boolean {
    const first = to > from ? this.source.read(from, from + 1)[0] : 0;
    return first === 0x27 || first === 0x22;
  }

  #placeOf(digits: string): number {
    if (digits.length > DIGITS_MAX) throw new Unjudged('a memo number is longer than is read');
    const place = this.#places.get(digits) ?? PLACE_FIRST + this.#places.size;
    this.#places.set(digits, place);
    return place;
  }

  /** The line of a module's name. Modules have no names that long, and readers stop at one that is not UTF-8. */
  moduleLine(): string {
    const { from, to } = this.span();
    const text = to - from > NAME_BYTES_MAX ? undefined : this.readText(from, to);
    if (text === undefined) throw new Broken('a module has no such name');
    return text;
  }

  /** The line of a name in a module; of one that is very long, its beginning. */
  nameLine(): string {
    const { from, to } = this.span();
    const isLong = to - from > NAME_BYTES_MAX;
    const text = this.readText(from, isLong ? from + LONG_NAME_BYTES : to);
    if (text === undefined && !isLong) throw new Broken('a name is not UTF-8');
    return isLong ? `${text ?? ''}…` : (text ?? '');
  }

  /** A string's text, or undefined when it is not spelled out: protocol 0 has quotes, blanks behind them, and escapes. */
  spelledText(from: number, to: number): string | undefined {
    if (to - from > NAME_BYTES_MAX) return undefined;
    const text = this.readText(from, to);
    return text?.includes('\\') === true
      ? undefined
      : text?.replace(/^(['"])([^]*)\1[\0- ]*$/, '$2');
  }
}
