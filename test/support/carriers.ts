/** Ways to write bytes as text, as whoever hides something in a document would. */

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const BASE85 =
  '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~';

function toBase32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const letters = (bits.match(/.{1,5}/g) ?? []).map(
    (five) => BASE32[Number.parseInt(five.padEnd(5, '0'), 2)] ?? '',
  );
  return letters.join('').padEnd(Math.ceil(letters.length / 8) * 8, '=');
}

/** Groups of five letters; the last group is as short as its bytes. */
function toBase85(bytes: Uint8Array, letters: (value: number) => string): string {
  let out = '';
  for (let at = 0; at < bytes.length; at += 4) {
    let value = 0;
    for (let i = 0; i < 4; i++) value = value * 256 + (bytes[at + i] ?? 0);
    let group = '';
    for (let i = 0; i < 5; i++) {
      group = letters(value % 85) + group;
      value = Math.floor(value / 85);
    }
    out += group.slice(0, Math.min(5, bytes.length - at + 1));
  }
  return out;
}

const each =
  (write: (byte: number) => string, between = ''): ((bytes: Uint8Array) => string) =>
  (bytes) =>
    [...bytes].map(write).join(between);
const hex = (byte: number): string => byte.toString(16).padStart(2, '0');
const wrap = (text: string, width: number, between = '\n'): string =>
  (text.match(new RegExp(`.{1,${width}}`, 'g')) ?? []).join(between);
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const ascii85 = (bytes: Uint8Array): string =>
  toBase85(bytes, (value) => String.fromCharCode(33 + value));

/** A way, and whether bytes that are no text are found in it, from how many on. */
export interface Carrier {
  readonly write: (bytes: Uint8Array) => string;
  readonly opaqueMin?: number;
  /** How many words a text needs to be found in it; six unless told. */
  readonly wordsMin?: number;
}

/** The ways by name. */
export const CARRIERS: Readonly<Record<string, Carrier>> = {
  base64: { write: base64, opaqueMin: 120 },
  'base64 of addresses': {
    write: (bytes) => Buffer.from(bytes).toString('base64url'),
    opaqueMin: 120,
  },
  'base64 in lines of 64': { write: (bytes) => wrap(base64(bytes), 64), opaqueMin: 120 },
  'base64 in lines of 76': { write: (bytes) => wrap(base64(bytes), 76, '\r\n'), opaqueMin: 120 },
  'base64 in quoted lines': {
    write: (bytes) => `"${wrap(base64(bytes), 40, '" +\n    "')}"`,
    opaqueMin: 120,
  },
  'base64 in cited lines': { write: (bytes) => wrap(base64(bytes), 60, '\n> '), opaqueMin: 120 },
  // Fewer groups look like words in a row.
  'base64 in groups': { write: (bytes) => wrap(base64(bytes), 8, ' '), wordsMin: 9 },
  base32: { write: toBase32, opaqueMin: 100 },
  'base32 in small letters': { write: (bytes) => toBase32(bytes).toLowerCase(), opaqueMin: 100 },
  'base32 in lines': { write: (bytes) => wrap(toBase32(bytes), 64), opaqueMin: 100 },
  hexadecimal: { write: each(hex), opaqueMin: 64 },
  'hexadecimal in lines': { write: (bytes) => wrap(each(hex)(bytes), 64), opaqueMin: 64 },
  'pairs with blanks': { write: each(hex, ' '), opaqueMin: 100 },
  'pairs with colons': { write: each(hex, ':'), opaqueMin: 100 },
  'pairs with a prefix': { write: each((byte) => `0x${hex(byte)}`, ', '), opaqueMin: 100 },
  ascii85: { write: ascii85, opaqueMin: 240 },
  'ascii85 in lines': { write: (bytes) => wrap(ascii85(bytes), 75), opaqueMin: 240 },
  'ascii85 with marks': { write: (bytes) => `<~${ascii85(bytes)}~>`, opaqueMin: 240 },
  base85: { write: (bytes) => toBase85(bytes, (value) => BASE85[value] ?? ''), opaqueMin: 240 },
  'decimal numbers': { write: each(String, ', '), opaqueMin: 200 },
  'decimal numbers in brackets': {
    write: (bytes) => `[${each(String, ',')(bytes)}]`,
    opaqueMin: 200,
  },
  'binary numbers': {
    write: each((byte) => byte.toString(2).padStart(8, '0'), ' '),
    opaqueMin: 64,
  },
  'binary digits': { write: each((byte) => byte.toString(2).padStart(8, '0')), opaqueMin: 64 },
  '\\x escapes': { write: each((byte) => `\\x${hex(byte)}`), opaqueMin: 100 },
  'octal escapes': {
    write: each((byte) => `\\${byte.toString(8).padStart(3, '0')}`),
    opaqueMin: 100,
  },
  'percent escapes': { write: each((byte) => `%${hex(byte).toUpperCase()}`), opaqueMin: 100 },
  'quoted-printable': { write: each((byte) => `=${hex(byte).toUpperCase()}`), opaqueMin: 100 },
  '\\u escapes': { write: each((byte) => `\\u00${hex(byte)}`) },
  'code points': { write: each((byte) => `U+00${hex(byte)}`, ' ') },
  'decimal entities': { write: each((byte) => `&#${byte};`) },
  'hexadecimal entities': { write: each((byte) => `&#x${hex(byte)};`) },
};
