/** Whether bytes are a text that somebody can read. */

/** How a text that begins bytes is made up. */
interface Census {
  /** Bytes of the part that is text. */
  readonly bytes: number;
  readonly letters: number;
  readonly small: number;
  readonly blanks: number;
  readonly characters: number;
}

const isBlank = (byte: number): boolean => byte === 32 || byte === 10 || byte === 13 || byte === 9;

/** Bytes of a UTF-8 sequence that begins with a byte above 127; 0 when none does. */
function wideBytes(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  const length = lead >= 0xf0 && lead < 0xf5 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (length === 0 || lead >= 0xf5) return 0;
  for (let i = 1; i < length; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}

function takeCensus(bytes: Uint8Array): Census {
  let [at, letters, small, blanks, characters] = [0, 0, 0, 0, 0];
  while (at < bytes.length) {
    const byte = bytes[at]!;
    if (byte < 128) {
      if (byte === 127 || (byte < 32 && !isBlank(byte))) break;
      if (isBlank(byte)) blanks++;
      else if (byte >= 97 && byte <= 122) small++;
      else if (byte >= 65 && byte <= 90) letters++;
      at++;
    } else {
      const length = wideBytes(bytes, at);
      if (length === 0) break;
      small++;
      at += length;
    }
    characters++;
  }
  return { bytes: at, letters: letters + small, small, blanks, characters };
}

/** UTF-16 of plain letters as bytes of one letter each. */
function narrow(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 8) return bytes;
  for (const odd of [1, 0]) {
    let zeros = 0;
    for (let i = odd; i < 16 && i < bytes.length; i += 2) if (bytes[i] === 0) zeros++;
    if (zeros >= Math.min(8, bytes.length >> 1)) {
      return bytes.filter((_, i) => i % 2 !== odd);
    }
  }
  return bytes;
}

/** The least letters of a text that counts as one by itself. */
export const READABLE_MIN = 16;
/** Texts that are shorter say nothing. */
const SHORT_MIN = 8;

/** What bytes say. `isText`: surely a text, and no bytes that happen to be printable. */
export interface Reading {
  readonly text: string;
  readonly isText: boolean;
}

/** The text that bytes are, or begin with. `isNumbers`: they were written as numbers, which data is too. */
export function readText(given: Uint8Array, isNumbers = false): Reading | undefined {
  const bytes = narrow(given);
  const census = takeCensus(bytes);
  const { characters, letters, small, blanks } = census;
  if (characters < SHORT_MIN) return undefined;
  const isWhole = census.bytes >= bytes.length * 0.9 || census.bytes >= 40;
  const share = (letters + blanks) / characters;
  const isProse = letters >= characters / 2 && share >= 0.7;
  const isWorded = small + blanks >= characters * 0.7 || blanks >= characters / 12;
  const isText = isNumbers
    ? isProse && isWorded && share >= 0.85
    : isProse || (characters >= 24 && census.bytes >= bytes.length * 0.95);
  const text = Buffer.from(bytes.subarray(0, census.bytes)).toString('utf8');
  return { text, isText: isText && isWhole && characters >= READABLE_MIN };
}

const MAGICS: readonly (readonly [name: string, mark: readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b, 8]],
  ['a ZIP', [0x50, 0x4b, 3, 4]],
  ['a picture', [0x89, 0x50, 0x4e, 0x47]],
  ['a program', [0x7f, 0x45, 0x4c, 0x46]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['bzip2', [0x42, 0x5a, 0x68, 0x39, 0x31]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58]],
];

/** What kind of file bytes begin like. */
export function nameMagic(bytes: Uint8Array): string | undefined {
  return MAGICS.find(([, mark]) => mark.every((byte, i) => bytes[i] === byte))?.[0];
}
