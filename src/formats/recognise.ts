/**
 * Decides which parsers may read a file. Content decides; the name only breaks ties (a CSV of one column is also a
 * text) and binds where a wrong name would do harm outside (a page that a browser would run).
 *
 * Order: weight-shaped formats, under any name and wrapped or not; other formats that are refused; archives;
 * pictures; markup; JSON; tables; text. What comes back is a list of candidates: the first whose parser reads the
 * file whole is its type. A candidate marked `binding` is not passed over: its refusal is the file's refusal.
 */
import { isUtf8 } from 'node:buffer';
import type { Refusal } from '../core/index.ts';
import { findWeights, refuseKnown } from './recognise-binary.ts';
import { recogniseErrors } from './recognise-errors.ts';
import {
  looksLikeJsonLines,
  looksLikeNotebook,
  looksLikeTable,
  startOfMarkup,
} from './recognise-text.ts';
import { findWrapping, unwrapStart } from './recognise-wrapped.ts';

/** A type that a parser may find; the names are those of the wire's content types. */
export type FileType = 'text' | 'table' | 'json' | 'jsonl' | 'xml' | 'html' | 'raster';

/** One parser to try. */
export interface Candidate {
  readonly type: FileType;
  /** Its refusal is final: the content, or a name that would be acted on outside, says that it is this type. */
  readonly binding: boolean;
}

/** What the content can be. */
export type Recognition =
  | { readonly ok: true; readonly kind: 'file'; readonly candidates: readonly Candidate[] }
  | { readonly ok: true; readonly kind: 'archive'; readonly format: 'zip' | 'tar' | 'gzip' }
  | Refusal;

const file = (...candidates: Candidate[]): Recognition => ({ ok: true, kind: 'file', candidates });
const only = (type: FileType): Recognition => file({ type, binding: true });

function startsWith(bytes: Uint8Array, ...mark: number[]): boolean {
  return mark.every((byte, i) => bytes[i] === byte);
}

/** A tar header: its checksum is the sum of its bytes. */
function isTar(bytes: Uint8Array): boolean {
  if (bytes.length < 512) return false;
  const stated = Number.parseInt(
    Buffer.from(bytes.subarray(148, 156))
      .toString('latin1')
      .replace(/[\0 ]+$/, '')
      .trim(),
    8,
  );
  let sum = 0;
  for (let i = 0; i < 512; i++) sum += i >= 148 && i < 156 ? 32 : (bytes[i] ?? 0);
  return sum === stated;
}

function recogniseWrapped(bytes: Uint8Array): Recognition | undefined {
  const wrapping = findWrapping(bytes);
  if (wrapping === undefined) return undefined;
  const start = unwrapStart(bytes, wrapping);
  if (start === undefined) {
    return wrapping === 'zlib'
      ? undefined
      : recogniseErrors.refuse('COMPRESSED', { what: `damaged ${wrapping}` });
  }
  const weights = findWeights(start);
  if (weights !== undefined) {
    return recogniseErrors.refuse('WEIGHTS', { what: `${weights} inside ${wrapping}` });
  }
  if (wrapping === 'gzip') return { ok: true, kind: 'archive', format: 'gzip' };
  return (
    refuseKnown(start, false) ??
    recogniseErrors.refuse('COMPRESSED', { what: `compressed with ${wrapping}` })
  );
}

function extension(name: string): string {
  return /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? '';
}

const CLAIMS: Readonly<Record<string, FileType>> = {
  html: 'html',
  htm: 'html',
  xhtml: 'html',
  svg: 'xml',
  xml: 'xml',
};
const PICTURES = new Set(['png', 'jpg', 'jpeg', 'gif', 'webp', 'bmp', 'pdf', 'zip', 'tar', 'gz']);

function recogniseText(bytes: Uint8Array, name: string): Recognition {
  const suffix = extension(name);
  const claimed = CLAIMS[suffix];
  const markup = startOfMarkup(bytes);
  if (PICTURES.has(suffix)) {
    return recogniseErrors.refuse('NAME_CLAIMS', { claimed: `\`.${suffix}\``, found: 'text' });
  }
  if (markup === 'svg' || markup === 'xml') {
    // A browser decides by the name: XML under a page's name is read by the page's grammar.
    return only(claimed === 'html' ? 'html' : 'xml');
  }
  if (markup === 'html') return only('html');
  if (claimed !== undefined) return only(claimed);
  const text: Candidate = { type: 'text', binding: true };
  if (markup === 'tag') return file({ type: 'xml', binding: false }, text);
  const first = String.fromCharCode(firstByte(bytes));
  if (suffix === 'json') return only('json');
  if (suffix === 'jsonl' || suffix === 'ndjson') return only('jsonl');
  if (suffix === 'csv' || suffix === 'tsv') return file({ type: 'table', binding: false }, text);
  if (first === '{' || first === '[') {
    if (looksLikeJsonLines(bytes))
      return file({ type: 'jsonl', binding: false }, { type: 'json', binding: false }, text);
    return file({ type: 'json', binding: false }, text);
  }
  if (looksLikeTable(bytes)) return file({ type: 'table', binding: false }, text);
  return file(text);
}

function firstByte(bytes: Uint8Array): number {
  let at = startsWith(bytes, 0xef, 0xbb, 0xbf) ? 3 : 0;
  while (
    at < bytes.length &&
    (bytes[at] === 32 || bytes[at] === 9 || bytes[at] === 10 || bytes[at] === 13)
  )
    at++;
  return bytes[at] ?? 0;
}

/** Recognises one file by its content; never throws. */
export function recognise(bytes: Uint8Array, name: string): Recognition {
  const weights = findWeights(bytes);
  if (weights !== undefined) return recogniseErrors.refuse('WEIGHTS', { what: weights });
  const isText = !bytes.subarray(0, 1 << 20).includes(0) && isUtf8(bytes);
  const wrapped = isText ? undefined : recogniseWrapped(bytes);
  if (wrapped !== undefined) return wrapped;
  const known = refuseKnown(bytes, isText);
  if (known !== undefined) return known;
  if (startsWith(bytes, 0x50, 0x4b, 3, 4) || startsWith(bytes, 0x50, 0x4b, 5, 6)) {
    return { ok: true, kind: 'archive', format: 'zip' };
  }
  if (isTar(bytes)) return { ok: true, kind: 'archive', format: 'tar' };
  if (startsWith(bytes, 0x89, 0x50, 0x4e, 0x47) || startsWith(bytes, 0xff, 0xd8, 0xff))
    return only('raster');
  if (startsWith(bytes, 0xff, 0xfe) || startsWith(bytes, 0xfe, 0xff)) return only('text');
  if (!isText) return recogniseErrors.refuse(looksLikeLetters(bytes) ? 'ENCODING' : 'UNKNOWN');
  if (looksLikeNotebook(bytes)) return recogniseErrors.refuse('NOTEBOOK');
  return recogniseText(bytes, name);
}

/** Text in an encoding of one byte a letter: no control characters, and at least half of it ASCII. For the reason only. */
function looksLikeLetters(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, 1 << 16);
  let ascii = 0;
  for (const byte of start) {
    if (byte < 32 ? byte !== 9 && byte !== 10 && byte !== 13 : byte === 127) return false;
    if (byte < 127) ascii++;
  }
  return ascii * 2 >= start.length;
}

const OFFICE_MARKS: readonly (readonly [RegExp, string])[] = [
  [/^word\//, 'a Word document'],
  [/^xl\//, 'an Excel workbook'],
  [/^ppt\//, 'a PowerPoint presentation'],
  [/^content\.xml$/, 'an OpenDocument file'],
  [/^META-INF\/container\.xml$/, 'an e-book'],
  [/^META-INF\/MANIFEST\.MF$/, 'a Java archive'],
  [/^AndroidManifest\.xml$/, 'an Android package'],
];

/** Refuses an archive whose member names make it a document or a model rather than a list of files. */
export function refuseArchive(names: readonly string[]): Refusal | undefined {
  const has = (pattern: RegExp): boolean => names.some((name) => pattern.test(name));
  if (
    has(/(?:^|\/)data\.pkl$/) ||
    has(/(?:^|\/)constants\.pkl$/) ||
    has(/(?:^|\/)\.?data\/serialization_id$/)
  ) {
    return recogniseErrors.refuse('WEIGHTS', { what: 'a PyTorch checkpoint' });
  }
  if (names.length > 0 && names.every((name) => name.endsWith('.npy'))) {
    return recogniseErrors.refuse('WEIGHTS', { what: 'a NumPy archive (npz)' });
  }
  if (has(/^model\.weights\.h5$/) || has(/^saved_model\.pb$/)) {
    return recogniseErrors.refuse('WEIGHTS', { what: 'a Keras model' });
  }
  const office = OFFICE_MARKS.find(([pattern]) => has(pattern));
  return office && recogniseErrors.refuse('OFFICE', { what: office[1] });
}
