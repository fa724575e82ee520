/**
 * Reads delimited records one by one, in memory bounded by the longest record.
 *
 * The grammar is RFC 4180 with any of four delimiters: a quoted cell starts right after a delimiter and ends right
 * before one; a quotation mark anywhere else is refused. CRLF counts as LF. Bytes must be UTF-8; cells come out in
 * Unicode normal form C. Time is linear: a record that does not fit into a piece makes the piece grow by doubling.
 */
import type { Refusal } from '../core/index.ts';
import { findForbiddenCharacter, unifyCharacters } from './characters.ts';
import { csvErrors } from './csv-errors.ts';

/** Called for each record with its cells, valid during the call only; a refusal stops the reading. */
export type VisitRecord = (cells: string[], line: number) => Refusal | 'stop' | undefined;

const PIECE_BYTES = 1 << 20;
const RECORD_LENGTH_MAX = 1 << 24;
const NEWLINE = 10;

/** What scanning one piece found: how far it got, or why it stopped. */
interface Scanned {
  /** Characters consumed by whole records. */
  readonly consumed: number;
  readonly line: number;
  readonly end?: Refusal | 'stop' | undefined;
}

/** Reads all records; returns a refusal, or undefined when every record was visited or the visitor stopped. */
export function readRecords(
  bytes: Uint8Array,
  delimiter: string,
  visit: VisitRecord,
): Refusal | undefined {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let position = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const last = contentEnd(bytes, position);
  let carry = '';
  let line = 1;
  while (position < last) {
    const end = pieceEnd(bytes, position, Math.max(PIECE_BYTES, carry.length * 2), last);
    let piece: string;
    try {
      piece = decoder.decode(bytes.subarray(position, end));
    } catch {
      return csvErrors.refuse('ENCODING_INVALID', {}, `after line ${String(line)}`);
    }
    position = end;
    const clean = cleanPiece(piece, line);
    if (typeof clean !== 'string') return clean;
    carry = carry === '' ? clean : carry + clean;
    if (position >= last && !carry.endsWith('\n')) carry += '\n';
    const scanned = scan(carry, delimiter, line, visit);
    if (scanned.end === 'stop') return undefined;
    if (scanned.end !== undefined) return scanned.end;
    line = scanned.line;
    carry = carry.slice(scanned.consumed);
    if (carry.length > RECORD_LENGTH_MAX) {
      return refuseLength(line);
    }
  }
  if (carry !== '') return csvErrors.refuse('QUOTE_INVALID', {}, `line ${String(line)}`);
  return undefined;
}

function refuseLength(line: number): Refusal {
  const details = { limit: RECORD_LENGTH_MAX };
  return csvErrors.refuse('RECORD_TOO_LONG', details, `line ${String(line)}`);
}

/** Line ends at the end of a file carry nothing: they are not part of the content. */
function contentEnd(bytes: Uint8Array, start: number): number {
  let end = bytes.length;
  while (end > start && (bytes[end - 1] === NEWLINE || bytes[end - 1] === 13)) end--;
  return end;
}

/** The end of the piece: just after a line end, so that no character and no composition is cut. */
function pieceEnd(bytes: Uint8Array, start: number, size: number, last: number): number {
  if (start + size >= last) return last;
  const next = bytes.indexOf(NEWLINE, start + size);
  return next < 0 || next >= last ? last : next + 1;
}

function cleanPiece(piece: string, line: number): string | Refusal {
  let text = piece.includes('\r') ? piece.replaceAll('\r\n', '\n') : piece;
  if (/^[\n\t\x20-\x7e]*$/.test(text)) return text;
  text = unifyCharacters(text);
  const found = findForbiddenCharacter(text);
  if (found === undefined) return text;
  const at = line + countLines(text, found.index);
  return csvErrors.refuse('CHARACTER_FORBIDDEN', { character: found.name }, `line ${String(at)}`);
}

function countLines(text: string, end: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}

function scan(text: string, delimiter: string, startLine: number, visit: VisitRecord): Scanned {
  let consumed = 0;
  let line = startLine;
  const cells: string[] = [];
  while (consumed < text.length) {
    const newline = text.indexOf('\n', consumed);
    if (newline < 0) break;
    const plain = text.slice(consumed, newline);
    if (!plain.includes('"')) {
      const tooLong = plain.length > RECORD_LENGTH_MAX;
      const end = tooLong ? refuseLength(line) : visit(plain.split(delimiter), line);
      if (end !== undefined) return { consumed, line, end };
      consumed = newline + 1;
      line++;
      continue;
    }
    cells.length = 0;
    const next = scanQuoted(text, consumed, delimiter, cells);
    if (next === 0) break;
    const lines = next < 0 ? 0 : countLines(text.slice(consumed, next), next);
    if (next < 0) {
      const end = csvErrors.refuse('QUOTE_INVALID', {}, `line ${String(line)}`);
      return { consumed, line, end };
    }
    const tooLong = next - consumed > RECORD_LENGTH_MAX;
    const end = tooLong ? refuseLength(line) : visit(cells.slice(), line);
    if (end !== undefined) return { consumed, line, end };
    consumed = next;
    line += lines;
  }
  return { consumed, line };
}

/** Scans one record with quoted cells. Gives the index after its line end, 0 when it is not whole, -1 when wrong. */
function scanQuoted(text: string, start: number, delimiter: string, cells: string[]): number {
  let at = start;
  for (;;) {
    if (text.charCodeAt(at) === 34) {
      const close = closingQuote(text, at + 1);
      if (close < 0) return 0;
      const raw = text.slice(at + 1, close);
      cells.push(raw.includes('"') ? raw.replaceAll('""', '"') : raw);
      at = close + 1;
    } else {
      let end = at;
      while (end < text.length && text[end] !== delimiter && text.charCodeAt(end) !== NEWLINE) {
        if (text.charCodeAt(end) === 34) return -1;
        end++;
      }
      cells.push(text.slice(at, end));
      at = end;
    }
    if (at >= text.length) return 0;
    if (text.charCodeAt(at) === NEWLINE) return at + 1;
    if (text[at] !== delimiter) return -1;
    at++;
  }
}

function closingQuote(text: string, start: number): number {
  let at = start;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return -1;
    if (text.charCodeAt(quote + 1) !== 34) return quote;
    at = quote + 2;
  }
}
