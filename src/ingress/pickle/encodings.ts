/** Spellings of bytes as text, and wrappings that make them shorter: each is undone when a whole value has its form. */
import { constants, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import type { ZlibOptions } from 'node:zlib';

/** The most bytes that one value is decoded to, or that are decoded. */
export const DECODED_BYTES_MAX = 1 << 26;

/** Encodings as bits of a mask. */
const HEX = 1;
const BASE32 = 2;
const BASE64 = 4;
const BASE85 = 8;
const ASCII85 = 16;

const LETTERS: readonly (readonly [bit: number, letters: RegExp])[] = [
  [HEX, /[0-9A-Fa-f]/],
  [BASE32, /[A-Za-z2-7=]/],
  [BASE64, /[A-Za-z0-9+/_=-]/],
  [BASE85, /[0-9A-Za-z!#$%&()*+\-;<=>?@^_`{|}~]/],
  [ASCII85, /[!-uz~]/],
];
/** The encodings that have a letter; line ends are in all of them. */
const MASKS = Uint8Array.from({ length: 256 }, (_, code) =>
  LETTERS.reduce(
    (mask, [bit, letters]) => (letters.test(String.fromCharCode(code)) ? mask | bit : mask),
    code === 10 || code === 13 ? 31 : 0,
  ),
);
const ESCAPED = /\\(?:x[0-9a-fA-F]{2}|u00[0-9a-fA-F]{2}|U000000[0-9a-fA-F]{2}|n|[0-7])/;

/** Bytes as text of one character each. */
export function readLatin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

/** The value of each letter; 255 for what is no letter, 254 for one that is passed over. */
function table(...alphabets: readonly string[]): Uint8Array {
  const values = new Uint8Array(256).fill(255);
  for (const letters of alphabets) {
    for (let i = 0; i < letters.length; i++) values[letters.charCodeAt(i)] = i;
  }
  return values;
}

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LOWER = UPPER.toLowerCase();
const DIGITS = '0123456789';
const HEX_VALUES = table(`${DIGITS}ABCDEF`, `${DIGITS}abcdef`);
const BASE32_VALUES = table(`${UPPER}234567`, `${LOWER}234567`);
const BASE64_VALUES = table(`${UPPER}${LOWER}${DIGITS}+/`, `${UPPER}${LOWER}${DIGITS}-_`);
// Python passes over a sign of filling where nothing is to be filled.
for (const values of [BASE32_VALUES, BASE64_VALUES]) values[0x3d] = 254;
const BASE85_VALUES = table(`${DIGITS}${UPPER}${LOWER}!#$%&()*+-;<=>?@^_\`{|}~`);
const ASCII85_VALUES = Uint8Array.from({ length: 256 }, (_, code) =>
  code >= 33 && code <= 117 ? code - 33 : 255,
);

/** Gives so many bytes to write to. */
type Room = (bytes: number) => Uint8Array;

/** Letters of `width` bits each; what is left over at the end is no byte. */
function decodeBits(
  text: Uint8Array,
  values: Uint8Array,
  width: number,
  room: Room,
): Uint8Array | undefined {
  const out = room(Math.ceil((text.length * width) / 8));
  let bits = 0;
  let value = 0;
  let size = 0;
  for (let at = 0; at < text.length; at++) {
    const own = values[text[at] ?? 0] ?? 255;
    if (own === 255) return undefined;
    if (own === 254) continue;
    value = ((value << width) | own) & 0xffff;
    bits += width;
    if (bits < 8) continue;
    bits -= 8;
    out[size++] = value >> bits;
  }
  return out.subarray(0, size);
}

/** Five letters for four bytes, by Python's rules: a short last group is filled with the highest letter. */
function decodeGroups(text: Uint8Array, values: Uint8Array, room: Room): Uint8Array | undefined {
  const { length } = text;
  if (length % 5 === 1) return undefined;
  const out = room(Math.ceil(length / 5) * 4);
  let size = 0;
  for (let at = 0; at < length; at += 5) {
    let value = 0;
    for (let i = at; i < at + 5; i++) {
      const own = i < length ? (values[text[i] ?? 0] ?? 255) : 84;
      if (own === 255) return undefined;
      value = value * 85 + own;
    }
    if (value > 0xffffffff) return undefined;
    out[size++] = value >>> 24;
    out[size++] = value >>> 16;
    out[size++] = value >>> 8;
    out[size++] = value;
  }
  return out.subarray(0, Math.floor((length * 4) / 5));
}

function decodeAscii85(text: Uint8Array, room: Room): Uint8Array | undefined {
  // Adobe's form has marks at both of its ends or at the last only.
  if (!text.includes(0x7a) && !text.includes(0x7e)) return decodeGroups(text, ASCII85_VALUES, room);
  const letters = readLatin1(text)
    .replace(/^<~|~>$/g, '')
    .replaceAll('z', '!!!!!');
  return decodeGroups(Buffer.from(letters, 'latin1'), ASCII85_VALUES, room);
}

const newRoom: Room = (bytes) => new Uint8Array(bytes);

/** The bytes that letters of base32 spell, whatever their case. */
export function decodeBase32(text: Uint8Array): Uint8Array | undefined {
  return decodeBits(text, BASE32_VALUES, 5, newRoom);
}

/** The bytes that groups of five letters spell. */
export function decodeBase85(text: Uint8Array, kind: 'ascii85' | 'base85'): Uint8Array | undefined {
  return kind === 'ascii85'
    ? decodeAscii85(text, newRoom)
    : decodeGroups(text, BASE85_VALUES, newRoom);
}

type Decode = (text: Uint8Array, room: Room) => Uint8Array | undefined;

const DECODERS: readonly (readonly [bit: number, decode: Decode])[] = [
  [
    HEX,
    (text, room) => (text.length % 2 === 0 ? decodeBits(text, HEX_VALUES, 4, room) : undefined),
  ],
  [BASE32, (text, room) => decodeBits(text, BASE32_VALUES, 5, room)],
  [BASE64, (text, room) => decodeBits(text, BASE64_VALUES, 6, room)],
  [BASE85, (text, room) => decodeGroups(text, BASE85_VALUES, room)],
  [ASCII85, decodeAscii85],
];

/** What `\x80`, `\u0080`, octal and one-letter escapes of Python stand for; a letter above 255 ends it. */
export function unescapeText(text: string): Uint8Array | undefined {
  const plain: Readonly<Record<string, string>> = {
    ...{ n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b', f: '\f', v: '\v' },
  };
  let wide = 0;
  const out = text.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|([^]))/g,
    (_, hex?: string, short?: string, long?: string, octal?: string, letter?: string) => {
      const digits = hex ?? short ?? long;
      const code =
        digits === undefined ? Number.parseInt(octal ?? '0', 8) : Number.parseInt(digits, 16);
      if (letter !== undefined) return plain[letter] ?? letter;
      if (code > 255) wide++;
      return String.fromCharCode(code & 255);
    },
  );
  return wide === 0 ? Buffer.from(out, 'latin1') : undefined;
}

/** Whether a sample of a value is spelled in letters of an encoding only: no blank, no quote, nothing unprintable. */
export function looksSpelled(sample: Uint8Array): boolean {
  for (const byte of sample) {
    if ((byte < 0x21 && byte !== 10 && byte !== 13) || byte > 0x7e) return false;
  }
  return true;
}

/**
 * What a text may stand for, by every encoding that its whole form fits, one after the other. Each is written to `room`,
 * which may be the same every time when nothing is kept.
 */
export function* decodeSpellings(
  value: Uint8Array,
  room: Room = newRoom,
): Generator<Uint8Array, void, undefined> {
  let mask = 31;
  let lines = false;
  for (let at = 0; at < value.length; at++) {
    const byte = value[at] ?? 0;
    mask &= MASKS[byte] ?? 0;
    if (byte === 10 || byte === 13) lines = true;
  }
  if (mask === 0) {
    const latin1 = readLatin1(value);
    const bytes = ESCAPED.test(latin1) ? unescapeText(latin1) : undefined;
    if (bytes !== undefined) yield bytes;
    return;
  }
  const text = lines ? value.filter((byte) => byte !== 10 && byte !== 13) : value;
  for (const [bit, decode] of DECODERS) {
    const bytes = (mask & bit) === 0 ? undefined : decode(text, room);
    if (bytes !== undefined) yield bytes;
  }
}

/** What lies in a wrapping; `why` says what kind it is when it is not opened. */
export type Unwrapped = { readonly content: Uint8Array } | { readonly why: string } | undefined;

const startsWith = (bytes: Uint8Array, ...mark: readonly number[]): boolean =>
  mark.every((byte, i) => bytes[i] === byte);

/** Undoes one layer of compression, as far as it goes; undefined when the bytes are in none. */
export function unwrapBytes(bytes: Uint8Array): Unwrapped {
  const options = { maxOutputLength: DECODED_BYTES_MAX, finishFlush: constants.Z_SYNC_FLUSH };
  const [a = 0, b = 0, c = 0] = bytes;
  if ((a & 15) === 8 && a >> 4 <= 7 && (a * 256 + b) % 31 === 0 && (b & 32) === 0) {
    return open(() => inflateSync(bytes, options), undefined);
  }
  if (startsWith(bytes, 0x1f, 0x8b, 8)) {
    return open(() => gunzip(bytes, options), 'gzip that is broken');
  }
  if (startsWith(bytes, 0x28, 0xb5, 0x2f, 0xfd)) {
    const limit = { maxOutputLength: DECODED_BYTES_MAX };
    return open(() => zstdDecompressSync(bytes, limit), 'zstd that is broken');
  }
  if (startsWith(bytes, 0x42, 0x5a, 0x68) && startsWith(bytes.subarray(4), 0x31, 0x41, 0x59)) {
    return { why: 'it is compressed with bzip2' };
  }
  if (startsWith(bytes, 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0))
    return { why: 'it is compressed with xz' };
  if (startsWith(bytes, 4, 0x22, 0x4d, 0x18)) return { why: 'it is compressed with lz4' };
  return a === 0x50 && b === 0x4b && c === 3 && bytes[3] === 4 ? { why: 'it is a ZIP' } : undefined;
}

/** Readers give what is unpacked before they come to a check value that is wrong. */
function gunzip(bytes: Uint8Array, options: ZlibOptions): Uint8Array {
  try {
    return gunzipSync(bytes, options);
  } catch {
    return gunzipSync(bytes.subarray(0, -8), options);
  }
}

/** Two bytes of zlib may be anything; the longer marks are not there by chance. */
function open(inflate: () => Uint8Array, broken: string | undefined): Unwrapped {
  try {
    const content = inflate();
    if (content.length > 0) return { content };
    return broken === undefined ? undefined : { why: `it is ${broken}` };
  } catch (error) {
    const isLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    if (isLarge) return { why: 'it unpacks to more than is looked at' };
    return broken === undefined ? undefined : { why: `it is ${broken}` };
  }
}
