/** The WebAssembly instance of one session, and the bytes going in and out of it. */
import { brotliDecompressSync } from 'node:zlib';
import { wireErrors } from '../../errors.ts';
import { LETTERS_BYTES, readLetters } from './letters.ts';
import { RASTER_WASM_BASE64 } from './module.ts';

/** What `assembly/index.ts` exports. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  bufferAt(): number;
  lettersAt(bytes: number): number;
  loadLetters(bytes: number): void;
  bufferBytes(): number;
  coloursAt(): number;
  countColours(): number;
  start(mode: number, bytes: number): void;
  finish(): void;
  used(): number;
  drain(): void;
  refill(bytes: number): void;
  plotPlane(slot: number, width: number, height: number, reference: number): number;
  plotStride(): number;
  plotFirst(slot: number): number;
  plotReference(slot: number, reference: number): void;
  plotHeads(until: number): void;
  plotRows(width: number, from: number, to: number): void;
  photoPlane(width: number, height: number, channels: number): number;
  photoPlaneStride(): number;
  photoRows(width: number, from: number, to: number): void;
}

/** Directions of the coder, as numbered in `assembly/coder.ts`. */
export const DIRECTION = { encode: 0, decode: 1, train: 2 } as const;

let compiled: WebAssembly.Module | undefined;

/** Opens a fresh instance: nothing learnt, no colours known. */
export function openHost(): Exports {
  compiled ??= new WebAssembly.Module(Buffer.from(RASTER_WASM_BASE64, 'base64'));
  return new WebAssembly.Instance(compiled).exports as unknown as Exports;
}

let letters: Uint8Array | undefined;
const knowing = new WeakSet<Exports>();

/** Gives an instance the letters, once, before its first plot; photos do without them. */
export function teachLetters(host: Exports): void {
  if (knowing.has(host)) return;
  letters ??= brotliDecompressSync(readLetters(), { maxOutputLength: LETTERS_BYTES });
  const at = host.lettersAt(letters.length);
  new Uint8Array(host.memory.buffer, at, letters.length).set(letters);
  host.loadLetters(letters.length);
  knowing.add(host);
}

/** The instance of a session. */
export type Host = Exports;

/** Rows are coded in pieces of at most this many pixels, so that the coder's buffer can be drained in between. */
const PIECE_PIXELS = 1 << 18;

/**
 * Codes `height` rows by `work(from, to)`. Encoding gives the coded bytes without trailing zeros; decoding reads
 * `input` and zeros after it.
 */
export function codePieces(
  host: Host,
  direction: number,
  input: Uint8Array,
  size: { readonly width: number; readonly height: number },
  work: (from: number, to: number) => void,
): Uint8Array {
  const capacity = host.bufferBytes();
  const at = host.bufferAt();
  const output: Uint8Array[] = [];
  let given = 0;
  const fill = (): number => {
    const piece = input.subarray(given, given + capacity);
    new Uint8Array(host.memory.buffer, at, capacity).set(piece);
    return piece.length;
  };
  host.start(direction, direction === DIRECTION.decode ? fill() : 0);
  const step = Math.max(1, Math.floor(PIECE_PIXELS / size.width));
  for (let y = 0; y < size.height; y += step) {
    if (direction === DIRECTION.decode && y > 0) {
      given += host.used();
      host.refill(fill());
    }
    work(y, Math.min(size.height, y + step));
    if (direction === DIRECTION.encode) output.push(takeOutput(host, at));
  }
  if (direction === DIRECTION.encode) {
    host.finish();
    output.push(takeOutput(host, at));
  }
  return trimZeros(Buffer.concat(output));
}

function takeOutput(host: Host, at: number): Uint8Array {
  const used = host.used();
  if (used > host.bufferBytes()) {
    throw wireErrors.error('ENGINE_MISUSED', { why: 'a piece of a picture overflowed the buffer' });
  }
  const piece = new Uint8Array(host.memory.buffer, at, used).slice();
  host.drain();
  return piece;
}

function trimZeros(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return bytes.subarray(0, end);
}
