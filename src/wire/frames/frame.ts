/**
 * One release on the wire. Layout: table version (1 byte), slot gap, destination, history prefix and body length
 * (varints), body, CRC-32 of everything before it (4 bytes, big-endian). The charge is 8 × all of these bytes.
 */
import { wireErrors } from '../errors.ts';
import { crc32 } from './crc32.ts';
import { readVarint, writeVarint } from './varint.ts';

/** The frozen tables (engine, priming) that this program speaks. */
export const TABLE_VERSION = 4;

/** Most bytes that one frame may have; a reader refuses more before it buffers them. */
export const FRAME_BYTES_MAX = 512 * 1024 * 1024;

/** The fields of a frame. */
export interface Frame {
  readonly tableVersion: number;
  /** Slots since the previous frame of the whole wire. */
  readonly slotGap: number;
  /** The destination's number. */
  readonly destination: number;
  /** How many earlier frames of the destination the body was coded against. */
  readonly historyPrefix: number;
  readonly body: Uint8Array;
}

/** What the sender decides; the table version is this program's. */
export type FrameFields = Omit<Frame, 'tableVersion'>;

/** The frame's bytes: everything that leaves, and all that is charged. */
export function sealFrame(fields: FrameFields): Uint8Array {
  const head: number[] = [TABLE_VERSION];
  for (const value of [fields.slotGap, fields.destination, fields.historyPrefix])
    writeVarint(head, value);
  writeVarint(head, fields.body.length);
  const bytes = new Uint8Array(head.length + fields.body.length + 4);
  if (bytes.length > FRAME_BYTES_MAX) {
    throw wireErrors.error('FRAME_TOO_LARGE', { bytes: bytes.length, limit: FRAME_BYTES_MAX });
  }
  bytes.set(head);
  bytes.set(fields.body, head.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(bytes.length - 4, crc32(bytes.subarray(0, bytes.length - 4)));
  return bytes;
}

/** What a frame costs: 8 × every byte of it. */
export function chargeBits(frame: Uint8Array): bigint {
  return 8n * BigInt(frame.length);
}

/** The length of the frame that starts here, or undefined while its header is incomplete. */
function measureFrame(
  bytes: Uint8Array,
  bytesMax: number,
): { head: number[]; end: number } | undefined {
  const version = bytes[0];
  if (version === undefined) return undefined;
  if (version !== TABLE_VERSION) throw wireErrors.error('FRAME_VERSION', { version });
  const head: number[] = [];
  let at = 1;
  for (let field = 0; field < 4; field++) {
    const number = readVarint(bytes, at);
    if (number === undefined) return undefined;
    head.push(number.value);
    at = number.end;
  }
  const end = at + (head[3] ?? 0) + 4;
  if (end > bytesMax) throw wireErrors.error('FRAME_TOO_LARGE', { bytes: end, limit: bytesMax });
  return { head, end };
}

function checkFrame(bytes: Uint8Array, head: readonly number[]): Frame {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(bytes.length - 4) !== crc32(bytes.subarray(0, bytes.length - 4))) {
    throw wireErrors.error('FRAME_CHECK');
  }
  return {
    tableVersion: bytes[0] ?? 0,
    slotGap: head[0] ?? 0,
    destination: head[1] ?? 0,
    historyPrefix: head[2] ?? 0,
    body: bytes.slice(bytes.length - 4 - (head[3] ?? 0), bytes.length - 4),
  };
}

/** Reads exactly one frame; throws a `WIRE_FRAME_…` error on anything else, trailing bytes included. */
export function openFrame(bytes: Uint8Array, bytesMax: number = FRAME_BYTES_MAX): Frame {
  const measured = measureFrame(bytes, bytesMax);
  if (measured === undefined || measured.end > bytes.length)
    throw wireErrors.error('FRAME_TRUNCATED');
  if (measured.end < bytes.length) throw wireErrors.error('FRAME_TRAILING');
  return checkFrame(bytes, measured.head);
}

/** Cuts a stream into frames. Buffers at most one frame; an error is final, since the stream cannot be resynchronised. */
export class FrameReader {
  readonly #bytesMax: number;
  #chunks: Uint8Array[] = [];
  #held = 0;
  #needed = 1;

  constructor(bytesMax: number = FRAME_BYTES_MAX) {
    this.#bytesMax = bytesMax;
  }

  /** Bytes that wait for the rest of their frame. */
  get pendingBytes(): number {
    return this.#held;
  }

  /** Takes the next bytes of the stream and yields each frame that they complete, with its own bytes. */
  *push(chunk: Uint8Array): Generator<{ frame: Frame; bytes: Uint8Array }> {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    while (this.#held >= this.#needed) {
      const bytes = this.#gather();
      const measured = measureFrame(bytes, this.#bytesMax);
      if (measured === undefined || measured.end > bytes.length) {
        this.#needed = measured?.end ?? bytes.length + 1;
        return;
      }
      const own = bytes.slice(0, measured.end);
      this.#chunks = [bytes.subarray(measured.end)];
      this.#held -= measured.end;
      this.#needed = 1;
      yield { frame: checkFrame(own, measured.head), bytes: own };
    }
  }

  #gather(): Uint8Array {
    const first = this.#chunks[0];
    if (first !== undefined && this.#chunks.length === 1) return first;
    const all = new Uint8Array(this.#held);
    let at = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    this.#chunks = [all];
    return all;
  }
}
