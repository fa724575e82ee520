/**
 * NumPy's npy, versions 1 to 3: the header is a Python dictionary of three fixed keys, read by its own small grammar and never
 * evaluated. Taken is what NumPy writes and every other spelling of the same that its reader takes: keys in any order,
 * quotation marks of either kind, blanks, whole numbers with the `L` of Python 2 before version 3. Everything else (escapes,
 * expressions, comments, keys given twice, headers longer than NumPy reads) is refused.
 */
import type { ByteSource } from './byte-source.ts';
import { broken } from './understood.ts';
import type { Understood } from './understood.ts';

/** One array: its element code as NumPy writes it (`<f4`, `|O`), and where its data begins. */
export interface NpyHeader {
  readonly descr: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
  readonly dataAt: number;
}

/** The longest header that NumPy reads without being told to trust the file. */
const HEADER_BYTES_MAX = 10_000;
const DIMENSIONS_MAX = 64;
const RECORDS = /(['"])descr\1[ \t\n]*:[ \t\n]*\[/;

const TEXT = /'([^'"\\\n\r]{1,32})'|"([^'"\\\n\r]{1,32})"/y;
const WORD = /True|False/y;
const NUMBER = /(0|[1-9]\d{0,14})(L?)/y;

interface Fields {
  descr?: string;
  fortran_order?: boolean;
  shape?: readonly number[];
}

/** Reads a header from its first character to its last; undefined where it is not one. */
class HeaderReader {
  readonly #text: string;
  readonly #hasLong: boolean;
  #at = 0;

  constructor(text: string, hasLong: boolean) {
    this.#text = text;
    this.#hasLong = hasLong;
  }

  read(): Required<Fields> | undefined {
    const fields: Fields = {};
    this.#skip(' \t');
    if (!this.#take('{')) return undefined;
    while (!this.#take('}')) {
      if (!this.#readField(fields)) return undefined;
      if (!this.#take(',') && this.#text[this.#at] !== '}') return undefined;
    }
    this.#skip(' \t\n');
    const { descr, fortran_order: fortran, shape } = fields;
    const isWhole = this.#at === this.#text.length;
    if (!isWhole || descr === undefined || fortran === undefined || shape === undefined)
      return undefined;
    return { descr, fortran_order: fortran, shape };
  }

  #readField(fields: Fields): boolean {
    const key = this.#readText();
    if (!this.#take(':')) return false;
    if (key === 'descr' && fields.descr === undefined) {
      const value = this.#readText();
      if (value !== undefined) fields.descr = value;
      return value !== undefined;
    }
    if (key === 'fortran_order' && fields.fortran_order === undefined) {
      const value = this.#match(WORD)?.[0];
      if (value !== undefined) fields.fortran_order = value === 'True';
      return value !== undefined;
    }
    if (key !== 'shape' || fields.shape !== undefined) return false;
    const value = this.#readShape();
    if (value !== undefined) fields.shape = value;
    return value !== undefined;
  }

  /** A tuple of Python: nothing, one number with a comma, or several. */
  #readShape(): number[] | undefined {
    const sides: number[] = [];
    if (!this.#take('(')) return undefined;
    let hasComma = true;
    while (!this.#take(')')) {
      const number = hasComma ? this.#match(NUMBER) : undefined;
      if (number === undefined || (number[2] === 'L' && !this.#hasLong)) return undefined;
      sides.push(Number(number[1]));
      if (sides.length > DIMENSIONS_MAX) return undefined;
      hasComma = this.#take(',');
    }
    return sides.length === 1 && !hasComma ? undefined : sides;
  }

  #readText(): string | undefined {
    const match = this.#match(TEXT);
    return match === undefined ? undefined : (match[1] ?? match[2]);
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    this.#skip(' \t\n');
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text) ?? undefined;
    if (match !== undefined) this.#at = pattern.lastIndex;
    return match;
  }

  #take(sign: string): boolean {
    this.#skip(' \t\n');
    if (this.#text[this.#at] !== sign) return false;
    this.#at++;
    return true;
  }

  #skip(signs: string): void {
    while (this.#at < this.#text.length && signs.includes(this.#text.charAt(this.#at))) this.#at++;
  }
}

/** Where the data of an array begins by the length of its header, whatever that says; undefined when it is not there. */
export function findNpyData(source: ByteSource): number | undefined {
  if (source.size < 12) return undefined;
  const head = source.read(0, 12);
  const view = new DataView(head.buffer, head.byteOffset, 12);
  const isShort = head[6] === 1;
  const at = isShort ? 10 + view.getUint16(8, true) : 12 + view.getUint32(8, true);
  return at < source.size ? at : undefined;
}

/** Reads the header of an array. */
export function readNpyHeader(source: ByteSource): Understood<NpyHeader> {
  if (source.size < 12) return broken('it is too short');
  const head = source.read(0, 12);
  const major = head[6] ?? 0;
  if (head[0] !== 0x93 || Buffer.from(head.subarray(1, 6)).toString('latin1') !== 'NUMPY') {
    return broken('it has no mark');
  }
  if (major < 1 || major > 3 || head[7] !== 0) return broken('its version is unknown');
  const view = new DataView(head.buffer, head.byteOffset, 12);
  const from = major === 1 ? 10 : 12;
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > HEADER_BYTES_MAX) return broken('its header is too long');
  const dataAt = from + length;
  if (dataAt > source.size) return broken('its header is cut off');
  const text = Buffer.from(source.read(from, dataAt)).toString('latin1');
  const fields = new HeaderReader(text, major < 3).read();
  if (fields === undefined) {
    return broken(RECORDS.test(text) ? 'its elements are records' : 'its header is misspelled');
  }
  const { descr, fortran_order: fortran, shape } = fields;
  return { ok: true, value: { descr, fortran, shape, dataAt } };
}
