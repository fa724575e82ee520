/** Encodings with a shape of their own: uuencoded lines, Morse, base58. Linear in the text, with stated limits. */
import type { Deciphered } from './ciphers.ts';
import { READABLE_MIN, readText } from './readable.ts';
import type { Stretch } from './stretches.ts';

/** The lines behind a beginning, each a sign for its length and letters of six bits. */
const UU_BLOCK = /^begin [0-7]{3,4} [^\n]{1,200}\r?\n((?:[!-M][ -`]{4,84}[ \t]*\r?\n)+)/gm;

function uuLine(line: string): Uint8Array {
  const size = (line.charCodeAt(0) - 32) & 63;
  const out = new Uint8Array(Math.ceil((line.length - 1) / 4) * 3);
  let bytes = 0;
  for (let at = 1; at < line.length; at += 4) {
    let value = 0;
    for (let i = 0; i < 4; i++)
      value = (value << 6) | (((line.charCodeAt(at + i) || 32) - 32) & 63);
    out[bytes++] = value >> 16;
    out[bytes++] = (value >> 8) & 255;
    out[bytes++] = value & 255;
  }
  return out.subarray(0, Math.min(size, bytes));
}

/** Uuencoded files in a text. */
export function* decodeUu(text: string): Generator<Deciphered> {
  if (!text.includes('begin ')) return;
  for (const { 0: whole, 1: lines = '', index } of text.matchAll(UU_BLOCK)) {
    const bytes = Buffer.concat(
      lines
        .split(/\r?\n/)
        .filter((line) => line !== '')
        .map(uuLine),
    );
    if (bytes.length === 0) continue;
    const place = { start: index, end: index + whole.length, isEncoded: true };
    yield { ...place, text: readText(bytes)?.text ?? '', how: 'uuencoded lines' };
  }
}

const MORSE_RUN = /(?:[.\u00b7\u2022-]{1,5}(?: {1,3}|[ ]?[/|][ ]?|\n)){11,}[.\u00b7\u2022-]{1,5}/g;
const MORSE = new Map(
  `.- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --..`
    .split(' ')
    .map((signs, i) => [signs, String.fromCharCode(97 + i)]),
);

/** Morse in a text; at least nine tenths of its groups are letters. */
export function* decodeMorse(text: string): Generator<Deciphered> {
  if (!text.includes('.-') && !text.includes('\u00b7-') && !text.includes('\u2022-')) return;
  for (const { 0: run, index } of text.matchAll(MORSE_RUN)) {
    const groups = run.replace(/[\u00b7\u2022]/g, '.').split(/( {2,}| ?[/|] ?|\n)| /);
    let letters = 0;
    let all = 0;
    let out = '';
    for (const group of groups as readonly (string | undefined)[]) {
      if (group === undefined || group === '') continue;
      if (!/[.-]/.test(group)) {
        out += ' ';
        continue;
      }
      all++;
      const letter = MORSE.get(group);
      if (letter !== undefined) letters++;
      out += letter ?? '';
    }
    if (letters < all * 0.9 || new Set(out).size < 4) continue;
    yield { start: index, end: index + run.length, isEncoded: true, text: out, how: 'Morse' };
  }
}

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const BASE58_OF = new Uint8Array(128).fill(255);
for (let i = 0; i < BASE58.length; i++) BASE58_OF[BASE58.charCodeAt(i)] = i;
/** Sixteen bytes; and a length beyond which arithmetic on one number would not be linear. */
export const BASE58_MIN = 22;
const BASE58_MAX = 512;
/** Of one text. */
const BASE58_RUNS_MAX = 64;

/** A run that changes case, has digits, and whose letters are all of base58. */
function isBase58(codes: Uint16Array, from: number, to: number): boolean {
  let upper = 0;
  let lower = 0;
  let digits = 0;
  for (let at = from; at < to; at++) {
    const code = codes[at]!;
    if (code >= 128 || BASE58_OF[code] === 255) return false;
    if (code < 58) digits++;
    else if (code < 91) upper++;
    else lower++;
  }
  return digits > 0 && upper > 2 && lower > 2;
}

/** Text in base58; a key or an address is none. */
export function* decodeBase58(
  text: string,
  codes: Uint16Array,
  stretches: readonly Stretch[],
): Generator<Deciphered> {
  let runs = 0;
  for (const { start, end } of stretches) {
    const length = end - start;
    if (length < BASE58_MIN || length > BASE58_MAX || !isBase58(codes, start, end)) continue;
    if (++runs > BASE58_RUNS_MAX) return;
    let value = 0n;
    for (let at = start; at < end; at++)
      value = value * 58n + BigInt(BASE58_OF[text.charCodeAt(at)]!);
    const digits = value.toString(16);
    const bytes = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
    if (bytes.length < READABLE_MIN) continue;
    const reading = readText(bytes);
    if (reading?.isText === true)
      yield { start, end, isEncoded: true, text: reading.text, how: 'base58' };
  }
}
