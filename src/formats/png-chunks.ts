/** The chunk layer of PNG: order, lengths and check values, each exactly as the standard says. */
import { crc32 } from 'node:zlib';
import type { Refusal } from '../core/index.ts';
import { rasterErrors } from './raster-errors.ts';

/** The eight bytes that every PNG begins with. */
export const PNG_SIGNATURE = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);

const CHUNKS_MAX = 100_000;

/** What the critical chunks and `tRNS` of one PNG say. Other ancillary chunks are checked and dropped. */
export interface PngChunks {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: number;
  readonly interlaced: boolean;
  readonly palette: Uint8Array | undefined;
  readonly transparency: Uint8Array | undefined;
  readonly data: readonly Uint8Array[];
}

const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

type Header = Pick<PngChunks, 'width' | 'height' | 'depth' | 'colourType' | 'interlaced'>;

const refuse = (why: string, at: number): Refusal =>
  rasterErrors.refuse('PNG_BROKEN', { why }, `byte ${String(at)}`);

/** Splits a PNG into its chunks; the first thing that breaks a rule ends it. */
export function readPngChunks(bytes: Uint8Array): PngChunks | Refusal {
  for (let i = 0; i < 8; i++) {
    if (bytes[i] !== PNG_SIGNATURE[i]) return refuse('it does not begin with the PNG signature', 0);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const state = new ChunkState();
  let at = 8;
  for (let count = 0; ; count++) {
    if (count > CHUNKS_MAX) return refuse(`it has more than ${String(CHUNKS_MAX)} chunks`, at);
    if (bytes.length - at < 12) return refuse('it ends inside a chunk', at);
    const length = view.getUint32(at);
    if (length > bytes.length - at - 12) return refuse('a chunk is longer than the file', at);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (!/^[A-Za-z]{2}[A-Z][A-Za-z]$/.test(name)) return refuse('a chunk has no valid name', at);
    const body = bytes.subarray(at + 8, at + 8 + length);
    if (crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length)) {
      return refuse(`the check value of chunk ${name} is wrong`, at);
    }
    if (name === 'acTL' || name === 'fcTL' || name === 'fdAT') {
      return rasterErrors.refuse('PNG_ANIMATED', {}, `byte ${String(at)}`);
    }
    const problem = state.take(name, body, count);
    if (problem !== undefined) return refuse(problem, at);
    at += 12 + length;
    if (name === 'IEND') break;
  }
  if (at !== bytes.length) return refuse('data follows the end of the picture', at);
  return state.finish() ?? refuse('it has no picture data', at);
}

/** What has been seen so far, and in which order. */
class ChunkState {
  #header: Header | undefined;
  #palette: Uint8Array | undefined;
  #transparency: Uint8Array | undefined;
  readonly #data: Uint8Array[] = [];
  #previous = '';

  /** Takes one chunk; gives what is wrong with it. */
  take(name: string, body: Uint8Array, count: number): string | undefined {
    const previous = this.#previous;
    this.#previous = name;
    if ((name === 'IHDR') !== (count === 0)) return 'IHDR is not the first chunk, once';
    switch (name) {
      case 'IHDR':
        return this.#takeHeader(body);
      case 'PLTE':
        return this.#takePalette(body);
      case 'tRNS':
        return this.#takeTransparency(body);
      case 'IDAT':
        if (this.#data.length > 0 && previous !== 'IDAT') return 'its IDAT chunks are not together';
        if (this.#header?.colourType === 3 && this.#palette === undefined) {
          return 'it has no palette before its data';
        }
        this.#data.push(body);
        return undefined;
      case 'IEND':
        return body.length === 0 ? undefined : 'IEND is not empty';
      default:
        return /^[A-Z]/.test(name) ? `it needs the unknown chunk ${name}` : undefined;
    }
  }

  #takeHeader(body: Uint8Array): string | undefined {
    if (body.length !== 13) return 'IHDR is not 13 bytes long';
    const view = new DataView(body.buffer, body.byteOffset, 13);
    const [depth, colourType, compression, filter, interlace] = body.subarray(8);
    if (!(DEPTHS[colourType ?? -1] ?? []).includes(depth ?? 0)) {
      return `colour type ${String(colourType)} at depth ${String(depth)} does not exist`;
    }
    if (compression !== 0 || filter !== 0 || (interlace ?? 2) > 1) {
      return 'its compression, filter or interlace method does not exist';
    }
    this.#header = {
      width: view.getUint32(0),
      height: view.getUint32(4),
      depth: depth ?? 0,
      colourType: colourType ?? 0,
      interlaced: interlace === 1,
    };
    return undefined;
  }

  #takePalette(body: Uint8Array): string | undefined {
    const { colourType = 0, depth = 0 } = this.#header ?? {};
    if (this.#palette !== undefined) return 'it has two palettes';
    if (colourType === 0 || colourType === 4) return 'a grey picture has a palette';
    if (this.#data.length > 0 || this.#transparency !== undefined) return 'its palette comes late';
    const most = colourType === 3 ? 2 ** depth : 256;
    if (body.length === 0 || body.length % 3 !== 0 || body.length > most * 3) {
      return `its palette is ${String(body.length)} bytes long`;
    }
    this.#palette = body;
    return undefined;
  }

  #takeTransparency(body: Uint8Array): string | undefined {
    const { colourType = 0 } = this.#header ?? {};
    if (this.#transparency !== undefined) return 'it has two tRNS chunks';
    if (this.#data.length > 0) return 'its tRNS comes late';
    if (colourType === 4 || colourType === 6) return 'tRNS in a picture that has alpha';
    const entries = (this.#palette?.length ?? 0) / 3;
    const fits =
      colourType === 0
        ? body.length === 2
        : colourType === 2
          ? body.length === 6
          : body.length > 0 && body.length <= entries;
    if (!fits) return `its tRNS is ${String(body.length)} bytes long`;
    this.#transparency = body;
    return undefined;
  }

  finish(): PngChunks | undefined {
    if (this.#header === undefined || this.#data.length === 0) return undefined;
    return {
      ...this.#header,
      palette: this.#palette,
      transparency: this.#transparency,
      data: this.#data,
    };
  }
}
