/**
 * Records of a link: what carries frames one way and the outer door's status the other way.
 *
 * A record is checked twice: its header by CRC-32 (so that a damaged length never makes the reader wait for bytes that
 * will not come) and the whole by a truncated SHA-256. A reader that meets damage looks for the next marker; what it
 * skipped is asked for again. Nothing in a record but the frame bytes inside ever reaches a recipient.
 *
 *     marker 4 | kind 1 | attempt 4 | sequence 8 | offset 4 | total 4 | length 4 | crc32 4 | payload | check 16
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** Kinds of records by their number on the link. */
export const RECORD_KINDS = { chunk: 1, tick: 2, status: 3 } as const;

export type RecordKind = keyof typeof RECORD_KINDS;

/** One record. The numbers have a meaning only on the link; they are no part of a frame and are not charged. */
export interface LinkRecord {
  readonly kind: RecordKind;
  /** Counts how often the sender was asked to begin again; records of an older attempt are ignored. */
  readonly attempt: number;
  /** chunk: the frame's sequence number; tick: how many frames of the wire are fully written; status: 0. */
  readonly sequence: number;
  /** chunk: where the payload begins in the frame. */
  readonly offset: number;
  /** chunk: the length of the whole frame. */
  readonly total: number;
  readonly payload: Uint8Array;
}

/** The longest payload; longer frames go as several records. */
export const PAYLOAD_BYTES_MAX = 32_768;

const MARKER = Buffer.from('SYPW', 'latin1');
const HEADER_BYTES = 33;
const CHECK_BYTES = 16;
const KIND_NAMES = new Map<number, RecordKind>(
  Object.entries(RECORD_KINDS).map(([name, number]) => [number, name as RecordKind]),
);

function checkOf(header: Uint8Array, payload: Uint8Array): Buffer {
  return createHash('sha256').update(header).update(payload).digest().subarray(0, CHECK_BYTES);
}

/** The bytes of one record. */
export function encodeRecord(record: LinkRecord): Uint8Array {
  if (record.payload.length > PAYLOAD_BYTES_MAX) throw new RangeError('payload above the limit');
  const header = Buffer.alloc(HEADER_BYTES);
  MARKER.copy(header, 0);
  header.writeUInt8(RECORD_KINDS[record.kind], 4);
  header.writeUInt32BE(record.attempt, 5);
  header.writeBigUInt64BE(BigInt(record.sequence), 9);
  header.writeUInt32BE(record.offset, 17);
  header.writeUInt32BE(record.total, 21);
  header.writeUInt32BE(record.payload.length, 25);
  header.writeUInt32BE(crc32(header.subarray(0, 29)), 29);
  return Buffer.concat([header, record.payload, checkOf(header, record.payload)]);
}

/** A frame as chunk records, in order. */
export function* chunkRecords(
  attempt: number,
  sequence: number,
  frame: Uint8Array,
): Generator<Uint8Array> {
  for (let offset = 0; offset < frame.length; offset += PAYLOAD_BYTES_MAX) {
    const payload = frame.subarray(offset, offset + PAYLOAD_BYTES_MAX);
    yield encodeRecord({ kind: 'chunk', attempt, sequence, offset, total: frame.length, payload });
  }
}

/** A record, or how many bytes to skip, or how many bytes are needed before anything can be said. */
type Step = { record: LinkRecord; bytes: number } | { skip: number } | { need: number };

function readRecord(bytes: Buffer): Step {
  if (bytes.length < HEADER_BYTES) return { need: HEADER_BYTES };
  const kind = KIND_NAMES.get(bytes.readUInt8(4));
  const sequence = bytes.readBigUInt64BE(9);
  const length = bytes.readUInt32BE(25);
  const sound =
    kind !== undefined &&
    length <= PAYLOAD_BYTES_MAX &&
    sequence <= BigInt(Number.MAX_SAFE_INTEGER) &&
    bytes.readUInt32BE(29) === crc32(bytes.subarray(0, 29));
  if (!sound) return { skip: 1 };
  const whole = HEADER_BYTES + length + CHECK_BYTES;
  if (bytes.length < whole) return { need: whole };
  const header = bytes.subarray(0, HEADER_BYTES);
  const payload = Uint8Array.from(bytes.subarray(HEADER_BYTES, HEADER_BYTES + length));
  if (!checkOf(header, payload).equals(bytes.subarray(whole - CHECK_BYTES, whole))) {
    return { skip: 1 };
  }
  const record: LinkRecord = {
    kind,
    attempt: bytes.readUInt32BE(5),
    sequence: Number(sequence),
    offset: bytes.readUInt32BE(17),
    total: bytes.readUInt32BE(21),
    payload,
  };
  return { record, bytes: whole };
}

/** Cuts a stream of bytes into sound records; never throws, keeps at most one record's bytes. */
export class LinkReader {
  #rest: Buffer = Buffer.alloc(0);
  #skippedBytes = 0;

  /** How many bytes were no part of any sound record. Above 0 the link is damaged or not ours. */
  get skippedBytes(): number {
    return this.#skippedBytes;
  }

  /** Takes the next bytes and gives the records that they complete. */
  push(bytes: Uint8Array): LinkRecord[] {
    const all = this.#rest.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#rest, bytes]);
    const records: LinkRecord[] = [];
    let at = 0;
    for (;;) {
      const found = all.indexOf(MARKER, at);
      // The last three bytes may be the beginning of a marker whose end has not come yet.
      const next = found === -1 ? Math.max(at, all.length - MARKER.length + 1) : found;
      this.#skippedBytes += next - at;
      at = next;
      if (found === -1) break;
      const step = readRecord(all.subarray(at));
      if ('need' in step) break;
      if ('record' in step) {
        records.push(step.record);
        at += step.bytes;
      } else {
        this.#skippedBytes += step.skip;
        at += step.skip;
      }
    }
    this.#rest = Buffer.from(all.subarray(at));
    return records;
  }
}
