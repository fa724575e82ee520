/**
 * Records of the delivery link: what an inbox outside took, on its way to the inside. The link goes one way, nothing ever
 * answers; so each record says by itself which bytes of which object of which delivery it carries.
 *
 *     marker "SYPD" 4 | kind 1 | delivery 32 | object 32 | offset 8 | total 8 | length 4 | crc32 4 | payload | check 16
 *
 * It is framed as those of every link are (`framing.ts`); what was lost comes again when the delivery is repeated.
 */
import { RecordReader, frameRecord } from './framing.ts';
import type { RecordForm } from './framing.ts';

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

const KINDS: Readonly<Record<DeliveryRecordKind, number>> = { manifest: 1, file: 2 };

const FORM: RecordForm<DeliveryRecord> = {
  marker: Buffer.from('SYPD', 'latin1'),
  headerBytes: 93,
  payloadBytesMax: DELIVERY_PAYLOAD_BYTES_MAX,
  readHeader: (header) => {
    const kindNumber = header.readUInt8(4);
    const offset = header.readBigUInt64BE(69);
    const total = header.readBigUInt64BE(77);
    const length = header.readUInt32BE(85);
    const sound =
      (kindNumber === KINDS.manifest || kindNumber === KINDS.file) &&
      total <= BigInt(Number.MAX_SAFE_INTEGER) &&
      offset + BigInt(length) <= total;
    if (!sound) return null;
    const fields = {
      kind: kindNumber === KINDS.manifest ? ('manifest' as const) : ('file' as const),
      delivery: header.toString('hex', 5, 37),
      object: header.toString('hex', 37, 69),
      offset: Number(offset),
      total: Number(total),
    };
    return { length, record: (payload) => ({ ...fields, payload }) };
  },
};

/** The bytes of one record. */
export function encodeDeliveryRecord(record: DeliveryRecord): Uint8Array {
  const { kind, delivery, object, offset, total, payload } = record;
  return frameRecord(FORM, payload, (header) => {
    header.writeUInt8(KINDS[kind], 4);
    header.write(delivery, 5, 32, 'hex');
    header.write(object, 37, 32, 'hex');
    header.writeBigUInt64BE(BigInt(offset), 69);
    header.writeBigUInt64BE(BigInt(total), 77);
    header.writeUInt32BE(payload.length, 85);
  });
}

/** Cuts a stream of bytes into sound records; see {@link RecordReader}. */
export class DeliveryReader extends RecordReader<DeliveryRecord> {
  constructor() {
    super(FORM);
  }
}
