/** The cells of a canonical table: quoted only where needed, LF, and no object for a cell that nobody asks for. */

/** A cell; rows and columns are counted from 1, the header among the rows. */
export interface Cell {
  readonly row: number;
  readonly column: number;
  /** UTF-8, without its quotation marks. */
  readonly value: Uint8Array;
}

const QUOTE = 0x22;
const NEWLINE = 0x0a;

/** The cells of at least so many bytes, in order. */
export function* findCells(
  bytes: Uint8Array,
  delimiter: string,
  lengthMin: number,
): Generator<Cell, void, undefined> {
  const part = delimiter.charCodeAt(0);
  let row = 1;
  let column = 1;
  for (let at = 0; at < bytes.length;) {
    const isQuoted = bytes[at] === QUOTE;
    const end = isQuoted ? endOfQuoted(bytes, at) : endOfPlain(bytes, at, part);
    if (end - at >= lengthMin) {
      const value = isQuoted ? unquote(bytes.subarray(at + 1, end - 1)) : bytes.subarray(at, end);
      yield { row, column, value };
    }
    if (bytes[end] === NEWLINE) {
      row++;
      column = 1;
    } else column++;
    at = end + 1;
  }
}

function endOfPlain(bytes: Uint8Array, from: number, part: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== part && bytes[at] !== NEWLINE) at++;
  return at;
}

/** Behind the quotation mark that closes a cell; one that is doubled closes nothing. */
function endOfQuoted(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(QUOTE, from + 1); at >= 0; at = bytes.indexOf(QUOTE, at + 2))
    if (bytes[at + 1] !== QUOTE) return at + 1;
  return bytes.length;
}

function unquote(raw: Uint8Array): Uint8Array {
  const text = Buffer.from(raw.buffer, raw.byteOffset, raw.length);
  return text.includes('""') ? Buffer.from(text.toString('utf8').replaceAll('""', '"')) : text;
}
