/**
 * Records of a link: what carries frames one way and the outer door's status the other way.
 *
 * A record is framed as those of every link are (`framing.ts`); what a reader skipped is asked for again. Nothing in a
 * record but the frame bytes inside ever reaches a recipient.
 *
 *     marker 4 | kind 1 | attempt 4 | sequence 8 | offset 4 | total 4 | length 4 | crc32 4 | payload | check 16
 */
import { RecordReader, frameRecord } from './framing.ts';
import type { RecordForm } from './framing.ts';

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

const KIND_NAMES = new Map<number, RecordKind>(
  Object.entries(RECORD_KINDS).map(([name, number]) => [number, name as RecordKind]),
);

const FORM: RecordForm<LinkRecord> = {
  marker: Buffer.from('SYPW', 'latin1'),
  headerBytes: 33,
  payloadBytesMax: PAYLOAD_BYTES_MAX,
  readHeader: (header) => {
    const kind = KIND_NAMES.get(header.readUInt8(4));
    const attempt = header.readUInt32BE(5);
    const sequence = header.readBigUInt64BE(9);
    const offset = header.readUInt32BE(17);
    const total = header.readUInt32BE(21);
    if (kind === undefined || sequence > BigInt(Number.MAX_SAFE_INTEGER)) return null;
    const fields = { kind, attempt, sequence: Number(sequence), offset, total };
    return {
      length: header.readUInt32BE(25),
      record: (payload) => ({ ...fields, payload }),
    };
  },
};

/** The bytes of one record. */
export function encodeRecord(record: LinkRecord): Uint8Array {
  return frameRecord(FORM, record.payload, (header) => {
    header.writeUInt8(RECORD_KINDS[record.kind], 4);
    header.writeUInt32BE(record.attempt, 5);
    header.writeBigUInt64BE(BigInt(record.sequence), 9);
    header.writeUInt32BE(record.offset, 17);
    header.writeUInt32BE(record.total, 21);
    header.writeUInt32BE(record.payload.length, 25);
  });
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

/** Cuts a stream of bytes into sound records; see {@link RecordReader}. */
export class LinkReader extends RecordReader<LinkRecord> {
  constructor() {
    super(FORM);
  }
}
