/** What a picture file holds beside its pixels, which its canonical form leaves out: texts, camera data, profiles. */

/** Parts of one kind: how many bytes they are together. */
export interface LeftOut {
  readonly what: string;
  readonly bytes: number;
}

/** Chunks of PNG that the pixels need. */
const PIXEL_CHUNKS = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);
const CHUNK_WHAT: Readonly<Record<string, string>> = {
  ...{ tEXt: 'texts', zTXt: 'texts', iTXt: 'texts', eXIf: 'camera data (Exif)' },
  ...{ iCCP: 'a colour profile', tIME: 'its time', pHYs: 'its resolution' },
};

/** Application segments of JPEG, by how they begin. */
const SEGMENT_WHAT: readonly (readonly [number, string, string])[] = [
  [0xe1, 'Exif\0', 'camera data (Exif)'],
  [0xe1, 'http://ns.adobe.com/', 'texts (XMP)'],
  [0xe2, 'ICC_PROFILE\0', 'a colour profile'],
  [0xe2, 'MPF\0', 'a list of further pictures'],
  [0xed, 'Photoshop', 'data of an editor'],
];
/** Those by which a decoder reads the pixels, or that say nothing else. */
const isPixelSegment = (mark: number, body: Uint8Array): boolean =>
  mark < 0xe0 || (mark === 0xe0 && startsWith(body, 'JFIF\0')) || mark === 0xee;

function startsWith(bytes: Uint8Array, text: string): boolean {
  if (bytes.length < text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Lists what a picture that was read holds beside its pixels. */
export function listLeftOut(bytes: Uint8Array): LeftOut[] {
  const sizes = new Map<string, number>();
  const add = (what: string, size: number): void => {
    sizes.set(what, (sizes.get(what) ?? 0) + size);
  };
  if (bytes[0] === 0x89) walkPng(bytes, add);
  else walkJpeg(bytes, add);
  return [...sizes].map(([what, size]) => ({ what, bytes: size }));
}

type Add = (what: string, size: number) => void;

function walkPng(bytes: Uint8Array, add: Add): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (!PIXEL_CHUNKS.has(name)) {
      const known = Object.hasOwn(CHUNK_WHAT, name) ? CHUNK_WHAT[name] : undefined;
      add(known ?? `chunk \`${name}\``, length);
    }
    at += 12 + length;
  }
}

/** Segments up to the first scan; those between scans are tables. */
function walkJpeg(bytes: Uint8Array, add: Add): void {
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    const mark = bytes[at + 1] ?? 0;
    if (mark === 0xff) {
      at++;
      continue;
    }
    if (mark === 0xda || mark === 0xd9) return;
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    const body = bytes.subarray(at + 4, at + 2 + length);
    if (mark === 0xfe) add('a comment', body.length);
    else if (!isPixelSegment(mark, body)) {
      const known = SEGMENT_WHAT.find(([own, text]) => own === mark && startsWith(body, text));
      add(known?.[2] ?? `segment APP${String(mark - 0xe0)}`, body.length);
    }
    at += 2 + length;
  }
}
