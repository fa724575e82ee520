/** Spellings of bytes as text, and wrappings that make them shorter: each is undone when a whole value has its form. */
import { constants, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';

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
const ESCAPED = /\\(?:x[0-9a-fA-F]{2}|u00[0-9a-fA-F]{2}|U000000[0-9a-fA-F]{2}|n)/;

const table = (letters: string): Uint8Array => {
  const values = new Uint8Array(256).fill(255);
  for (let i = 0; i < letters.length; i++) values[letters.charCodeAt(i)] = i;
  return values;
};
const BASE32_VALUES = table('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567');
for (let i = 0; i < 26; i++) BASE32_VALUES[0x61 + i] = i;
const BASE85_VALUES = table(
  '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~',
);
const ASCII85_VALUES = Uint8Array.from({ length: 256 }, (_, code) =>
  code >= 33 && code <= 117 ? code - 33 : 255,
);

function decodeBase32(text: Uint8Array): Uint8Array | undefined {
  const out = new Uint8Array(Math.floor((text.length * 5) / 8));
  let bits = 0;
  let value = 0;
  let size = 0;
  for (const letter of text) {
    const own = BASE32_VALUES[letter] ?? 255;
    if (own === 255) {
      if (letter !== 0x3d) return undefined;
      continue;
    }
    value = ((value << 5) | own) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    out[size++] = (value >> bits) & 0xff;
  }
  return out.subarray(0, size);
}

/** Five letters for four bytes, by Python's rules: a short last group is filled with the highest letter. */
function decodeGroups(text: Uint8Array, values: Uint8Array): Uint8Array | undefined {
  const out = new Uint8Array(Math.ceil(text.length / 5) * 4);
  let size = 0;
  for (let at = 0; at < text.length; at += 5) {
    const letters = Math.min(5, text.length - at);
    let value = 0;
    for (let i = 0; i < 5; i++) {
      const own = i < letters ? (values[text[at + i] ?? 0] ?? 255) : 84;
      if (own === 255) return undefined;
      value = value * 85 + own;
    }
    if (value > 0xffffffff || letters === 1) return undefined;
    out[size] = value >>> 24;
    out[size + 1] = (value >>> 16) & 255;
    out[size + 2] = (value >>> 8) & 255;
    out[size + 3] = value & 255;
    size += letters === 5 ? 4 : letters - 1;
  }
  return out.subarray(0, size);
}

function decodeAscii85(text: Buffer): Uint8Array | undefined {
  const isFramed = text[0] === 0x3c && text[1] === 0x7e;
  const letters = text.toString('latin1').replace(/^<~|~>$/g, '');
  if (!isFramed && !letters.includes('z')) return decodeGroups(text, ASCII85_VALUES);
  return decodeGroups(Buffer.from(letters.replaceAll('z', '!!!!!'), 'latin1'), ASCII85_VALUES);
}

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

/** What a text may stand for, by every encoding that its whole form fits. */
export function decodeSpellings(value: Uint8Array): Uint8Array[] {
  let text = Buffer.from(value.buffer, value.byteOffset, value.length);
  let mask = 31;
  let lines = false;
  for (const byte of text) {
    mask &= MASKS[byte] ?? 0;
    if (byte === 10 || byte === 13) lines = true;
  }
  const latin1 = mask === 0 || lines ? text.toString('latin1') : '';
  if (mask === 0) {
    const bytes = ESCAPED.test(latin1) ? unescapeText(latin1) : undefined;
    return bytes === undefined ? [] : [bytes];
  }
  if (lines) text = Buffer.from(latin1.replace(/[\r\n]+/g, ''), 'latin1');
  const found: (Uint8Array | undefined)[] = [];
  if ((mask & HEX) !== 0 && text.length % 2 === 0) {
    found.push(Buffer.from(text.toString('latin1'), 'hex'));
  }
  if ((mask & BASE32) !== 0) found.push(decodeBase32(text));
  if ((mask & BASE64) !== 0) found.push(Buffer.from(text.toString('latin1'), 'base64'));
  if ((mask & BASE85) !== 0) found.push(decodeGroups(text, BASE85_VALUES));
  if ((mask & ASCII85) !== 0) found.push(decodeAscii85(text));
  return found.filter((bytes) => bytes !== undefined);
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
    return open(() => gunzipSync(bytes, options), 'gzip that is broken');
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
