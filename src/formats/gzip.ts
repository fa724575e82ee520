/** A strict gzip reader: one member, nothing after it; its name, time and comment are dropped. */
import { constants, crc32, inflateRawSync } from 'node:zlib';
import type { Refusal } from '../core/index.ts';
import { archiveErrors } from './archive-errors.ts';
import { DroppedBytes } from './dropped-bytes.ts';
import { DEFLATE_RATIO_MAX, inflateExactly } from './inflate.ts';
import { ARCHIVE_BYTES_MAX } from './zip.ts';

const KIND = { kind: 'gzip file' };
const refuse = (why: string): Refusal => archiveErrors.refuse('BROKEN', { ...KIND, why });

/** Whether the bytes begin like gzip. */
export function looksLikeGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Unpacks a gzip file. */
export function readGzip(
  bytes: Uint8Array,
): { ok: true; value: Uint8Array; dropped: DroppedBytes } | Refusal {
  const dropped = new DroppedBytes();
  const data = skipHeader(bytes, dropped);
  if (data < 0 || bytes.length < data + 8) return refuse('its header is broken');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = view.getUint32(bytes.length - 4, true);
  if (size > ARCHIVE_BYTES_MAX) {
    if (hasSuffix(bytes.subarray(data))) return refuse('bytes follow its end');
    if (size > bytes.length * DEFLATE_RATIO_MAX) return refuse('it is cut off');
    return archiveErrors.refuse('BYTES_EXCESS', { ...KIND, limit: ARCHIVE_BYTES_MAX });
  }
  const content = inflateExactly(bytes.subarray(data, -8), size, 'raw');
  if (typeof content === 'string') return refuse(content);
  if (crc32(content) !== view.getUint32(bytes.length - 8, true)) {
    return refuse('its check value is wrong');
  }
  return { ok: true, value: content, dropped };
}

/** The longest name that a file system gives. */
const NAME_BYTES_MAX = 255;

/** Whether the compressed data ends before the last 8 bytes, so that these are no size and check value of it. */
function hasSuffix(data: Uint8Array): boolean {
  try {
    const { engine } = inflateRawSync(data, {
      info: true,
      maxOutputLength: ARCHIVE_BYTES_MAX,
      finishFlush: constants.Z_SYNC_FLUSH,
    }) as unknown as { engine: { bytesWritten: number } };
    return engine.bytesWritten < data.length - 8;
  } catch {
    return false;
  }
}

/** Where the compressed data begins, or -1. */
function skipHeader(bytes: Uint8Array, dropped: DroppedBytes): number {
  const flags = bytes[3] ?? 0xff;
  if (bytes.length < 18 || bytes[2] !== 8 || (flags & 0xe0) !== 0) return -1;
  let at = 10;
  if ((flags & 4) !== 0) {
    const end = at + 2 + (bytes[at] ?? 0) + (bytes[at + 1] ?? 0) * 256;
    dropped.add('an extra field', bytes.subarray(at + 2, end));
    at = end;
  }
  for (const flag of [8, 16]) {
    if ((flags & flag) === 0) continue;
    const end = bytes.indexOf(0, at);
    if (end < 0) return -1;
    const isName = flag === 8 && end - at <= NAME_BYTES_MAX;
    if (!isName) dropped.add('the comment of the file', bytes.subarray(at, end));
    at = end + 1;
  }
  if ((flags & 2) !== 0) {
    const sum = (bytes[at] ?? 0) + (bytes[at + 1] ?? 0) * 256;
    if (sum !== (crc32(bytes.subarray(0, at)) & 0xffff)) return -1;
    at += 2;
  }
  return at;
}
