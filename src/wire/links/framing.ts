/**
 * The frame that the records of every link share: a header that begins with a marker and ends with its CRC-32 (so that a
 * damaged length never makes the reader wait for bytes that will not come), the payload, and a truncated SHA-256 of both.
 * A reader that meets damage looks for the next marker. The fields between marker and CRC-32 are each link's own.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

const MARKER_BYTES = 4;
const CRC_BYTES = 4;
const CHECK_BYTES = 16;

/** How the records of one link look. */
export interface RecordForm<R> {
  /** The first four bytes of every record. */
  readonly marker: Buffer;
  /** From the marker to the CRC-32, both included. */
  readonly headerBytes: number;
  readonly payloadBytesMax: number;
  /**
   * What a header whose CRC-32 is right says: the length of its payload, and the record once that is here and checked;
   * null when no record of this link has such a header.
   */
  readHeader(
    header: Buffer,
  ): { readonly length: number; readonly record: (payload: Uint8Array) => R } | null;
}

function checkOf(header: Uint8Array, payload: Uint8Array): Buffer {
  return createHash('sha256').update(header).update(payload).digest().subarray(0, CHECK_BYTES);
}

/** The bytes of one record, whose own fields `write` puts into the header. */
export function frameRecord<R>(
  form: RecordForm<R>,
  payload: Uint8Array,
  write: (header: Buffer) => void,
): Uint8Array {
  if (payload.length > form.payloadBytesMax) throw new RangeError('payload above the limit');
  const header = Buffer.alloc(form.headerBytes);
  form.marker.copy(header, 0);
  write(header);
  const crcAt = form.headerBytes - CRC_BYTES;
  header.writeUInt32BE(crc32(header.subarray(0, crcAt)), crcAt);
  return Buffer.concat([header, payload, checkOf(header, payload)]);
}

/** A record, or that none begins here, or how many bytes are needed before anything can be said. */
type Step<R> = { record: R; bytes: number } | { need: number } | null;

function readStep<R>(form: RecordForm<R>, bytes: Buffer): Step<R> {
  const { headerBytes, payloadBytesMax } = form;
  if (bytes.length < headerBytes) return { need: headerBytes };
  const header = bytes.subarray(0, headerBytes);
  const crcAt = headerBytes - CRC_BYTES;
  if (header.readUInt32BE(crcAt) !== crc32(header.subarray(0, crcAt))) return null;
  const said = form.readHeader(header);
  if (said === null || said.length > payloadBytesMax) return null;
  const whole = headerBytes + said.length + CHECK_BYTES;
  if (bytes.length < whole) return { need: whole };
  const payload = Uint8Array.from(bytes.subarray(headerBytes, headerBytes + said.length));
  if (!checkOf(header, payload).equals(bytes.subarray(whole - CHECK_BYTES, whole))) return null;
  return { record: said.record(payload), bytes: whole };
}

/**
 * Cuts a stream of bytes into sound records; never throws, keeps at most one record's bytes and the last ones it was
 * given. Bytes that it was given must not change afterwards.
 */
export class RecordReader<R> {
  readonly #form: RecordForm<R>;
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** Nothing can be said before so many bytes are here. */
  #needed = 0;
  #skippedBytes = 0;

  constructor(form: RecordForm<R>) {
    this.#form = form;
  }

  /** How many bytes were no part of any sound record. Above 0 the link is damaged or not ours. */
  get skippedBytes(): number {
    return this.#skippedBytes;
  }

  /** Takes the next bytes and gives the records that they complete. */
  push(bytes: Uint8Array): R[] {
    this.#held.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    this.#heldBytes += bytes.length;
    if (this.#heldBytes < this.#needed) return [];
    const all = Buffer.concat(this.#held);
    const records: R[] = [];
    let at = 0;
    this.#needed = 0;
    for (;;) {
      const found = all.indexOf(this.#form.marker, at);
      // The last three bytes may be the beginning of a marker whose end has not come yet.
      const next = found === -1 ? Math.max(at, all.length - MARKER_BYTES + 1) : found;
      this.#skippedBytes += next - at;
      at = next;
      if (found === -1) break;
      const step = readStep(this.#form, all.subarray(at));
      if (step === null) {
        this.#skippedBytes += 1;
        at += 1;
      } else if ('need' in step) {
        this.#needed = step.need;
        break;
      } else {
        records.push(step.record);
        at += step.bytes;
      }
    }
    const rest = Buffer.from(all.subarray(at));
    this.#held = [rest];
    this.#heldBytes = rest.length;
    return records;
  }
}
