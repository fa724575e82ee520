/**
 * Records of the delivery link: what an inbox outside took, on its way to the inside. The link goes one way, nothing ever
 * answers; so each record says by itself which bytes of which object of which delivery it carries.
 *
 *     marker "SYPD" 4 | kind 1 | delivery 32 | object 32 | offset 8 | total 8 | length 4 | crc32 4 | payload | check 16
 *
 * The CRC-32 covers the header before it, the check (truncated SHA-256) header and payload. A reader that meets damage
 * looks for the next marker; what was lost comes again when the delivery is repeated.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** `manifest`: the list of a delivery's files, whose digest is the delivery's id; `file`: the bytes of one of them. */
export type DeliveryRecordKind = 'manifest' | 'file';

/** One record. */
export interface DeliveryRecord {
  readonly kind: DeliveryRecordKind;
  /** SHA-256 of the manifest, as 64 hexadecimal digits. */
  readonly delivery: string;
  /** SHA-256 of the object that the bytes belong to. */
  readonly object: string;
  readonly offset: number;
  /** Length of the whole object. */
  readonly total: number;
  readonly payload: Uint8Array;
}

/** The longest payload; longer objects go as several records. */
export const DELIVERY_PAYLOAD_BYTES_MAX = 65_536;

const MARKER = Buffer.from('SYPD', 'latin1');
const KINDS: Readonly<Record<DeliveryRecordKind, number>> = { manifest: 1, file: 2 };
const HEADER_BYTES = 93;
const CRC_AT = 89;
const CHECK_BYTES = 16;

function checkOf(header: Uint8Array, payload: Uint8Array): Buffer {
  return createHash('sha256').update(header).update(payload).digest().subarray(0, CHECK_BYTES);
}

/** The bytes of one record. */
export function encodeDeliveryRecord(record: DeliveryRecord): Uint8Array {
  const { kind, delivery, object, offset, total, payload } = record;
  if (payload.length > DELIVERY_PAYLOAD_BYTES_MAX) throw new RangeError('payload above the limit');
  const header = Buffer.alloc(HEADER_BYTES);
  MARKER.copy(header, 0);
  header.writeUInt8(KINDS[kind], 4);
  header.write(delivery, 5, 32, 'hex');
  header.write(object, 37, 32, 'hex');
  header.writeBigUInt64BE(BigInt(offset), 69);
  header.writeBigUInt64BE(BigInt(total), 77);
  header.writeUInt32BE(payload.length, 85);
  header.writeUInt32BE(crc32(header.subarray(0, CRC_AT)), CRC_AT);
  return Buffer.concat([header, payload, checkOf(header, payload)]);
}

/** A record, or how many bytes to skip, or how many bytes are needed before anything can be said. */
type Step = { record: DeliveryRecord; bytes: number } | { skip: number } | { need: number };

function readRecord(bytes: Buffer): Step {
  if (bytes.length < HEADER_BYTES) return { need: HEADER_BYTES };
  const kindNumber = bytes.readUInt8(4);
  const offset = bytes.readBigUInt64BE(69);
  const total = bytes.readBigUInt64BE(77);
  const length = bytes.readUInt32BE(85);
  const sound =
    (kindNumber === KINDS.manifest || kindNumber === KINDS.file) &&
    length <= DELIVERY_PAYLOAD_BYTES_MAX &&
    total <= BigInt(Number.MAX_SAFE_INTEGER) &&
    offset + BigInt(length) <= total &&
    bytes.readUInt32BE(CRC_AT) === crc32(bytes.subarray(0, CRC_AT));
  if (!sound) return { skip: 1 };
  const whole = HEADER_BYTES + length + CHECK_BYTES;
  if (bytes.length < whole) return { need: whole };
  const header = bytes.subarray(0, HEADER_BYTES);
  const payload = Uint8Array.from(bytes.subarray(HEADER_BYTES, HEADER_BYTES + length));
  if (!checkOf(header, payload).equals(bytes.subarray(whole - CHECK_BYTES, whole))) {
    return { skip: 1 };
  }
  const record: DeliveryRecord = {
    kind: kindNumber === KINDS.manifest ? 'manifest' : 'file',
    delivery: bytes.toString('hex', 5, 37),
    object: bytes.toString('hex', 37, 69),
    offset: Number(offset),
    total: Number(total),
    payload,
  };
  return { record, bytes: whole };
}

/** Cuts a stream of bytes into sound records; never throws, keeps at most one record's bytes. */
export class DeliveryReader {
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** Nothing can be said before so many bytes are here. */
  #needed = 0;
  #skippedBytes = 0;

  /** How many bytes were no part of any sound record. Above 0 the link is damaged or not ours. */
  get skippedBytes(): number {
    return this.#skippedBytes;
  }

  /** Takes the next bytes and gives the records that they complete. */
  push(bytes: Uint8Array): DeliveryRecord[] {
    this.#held.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    this.#heldBytes += bytes.length;
    if (this.#heldBytes < this.#needed) return [];
    const all = Buffer.concat(this.#held);
    const records: DeliveryRecord[] = [];
    let at = 0;
    this.#needed = 0;
    for (;;) {
      const found = all.indexOf(MARKER, at);
      // The last three bytes may be the beginning of a marker whose end has not come yet.
      const next = found === -1 ? Math.max(at, all.length - MARKER.length + 1) : found;
      this.#skippedBytes += next - at;
      at = next;
      if (found === -1) break;
      const step = readRecord(all.subarray(at));
      if ('need' in step) {
        this.#needed = step.need;
        break;
      }
      if ('record' in step) {
        records.push(step.record);
        at += step.bytes;
      } else {
        this.#skippedBytes += step.skip;
        at += step.skip;
      }
    }
    const rest = Buffer.from(all.subarray(at));
    this.#held = [rest];
    this.#heldBytes = rest.length;
    return records;
  }
}
