/** The central directory of a ZIP, found in exactly one way: nothing before, between or after what it describes. */
import type { Refusal } from '../core/index.ts';
import type { ByteSource } from './byte-source.ts';
import { archiveErrors } from './archive-errors.ts';
import type { DroppedBytes } from './dropped-bytes.ts';

/** One entry of the central directory, with zip64 sizes resolved. */
export interface ZipEntry {
  readonly version: number;
  readonly flags: number;
  readonly method: number;
  readonly time: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly name: Uint8Array;
  /** File type bits of a Unix mode, 0 when the packer gave none. */
  readonly unixType: number;
  readonly offset: number;
}

/** The whole directory and where it begins. */
export interface ZipDirectory {
  readonly entries: readonly ZipEntry[];
  readonly start: number;
}

/** The most members of one archive. */
export const MEMBERS_MAX = 10_000;

const END_BYTES = 22;
const refuse = (why: string): Refusal => archiveErrors.refuse('BROKEN', { kind: 'ZIP', why });

/**
 * A little-endian reader that answers 64-bit numbers only when they are exact. Its bytes may be a part of the file that
 * begins at `base`; places count in the file.
 */
export class ZipView {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly base: number;

  constructor(bytes: Uint8Array, base = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.base = base;
  }

  /** Where the bytes end, in the file. */
  get length(): number {
    return this.base + this.#view.byteLength;
  }

  u16(at: number): number {
    return this.#view.getUint16(at - this.base, true);
  }

  u32(at: number): number {
    return this.#view.getUint32(at - this.base, true);
  }

  /** Infinity above 2^53, which no length check passes. */
  u64(at: number): number {
    const value = this.#view.getBigUint64(at - this.base, true);
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? Infinity : Number(value);
  }

  bytes(from: number, to: number): Uint8Array {
    return this.#bytes.subarray(from - this.base, to - this.base);
  }
}

/** End record with the longest comment, and the zip64 records before it. */
const TAIL_BYTES = END_BYTES + 0xffff + 76;
const DIRECTORY_BYTES_MAX = 64 * 1024 * 1024;

/** Reads the directory; every count, size and offset must agree. */
export function readZipDirectory(
  source: ByteSource,
  dropped?: DroppedBytes,
): ZipDirectory | Refusal {
  const tailAt = Math.max(0, source.size - TAIL_BYTES);
  const located = locateDirectory(new ZipView(source.read(tailAt, source.size), tailAt));
  if ('ok' in located) return located;
  const { start, stop, count, comment } = located;
  dropped?.add('the comment of the archive', comment);
  if (stop - start > DIRECTORY_BYTES_MAX) return refuse('its directory is too large');
  const view = new ZipView(source.read(start, stop), start);
  const entries: ZipEntry[] = [];
  let at = start;
  for (let i = 0; i < count; i++) {
    const read = readEntry(view, at, stop, dropped);
    if ('ok' in read) return read;
    entries.push(read.entry);
    at = read.next;
  }
  return at === stop ? { entries, start } : refuse('its directory has bytes left over');
}

function locateDirectory(view: ZipView):
  | {
      readonly start: number;
      readonly stop: number;
      readonly count: number;
      readonly comment: Uint8Array;
    }
  | Refusal {
  const end = findEnd(view);
  if (end < 0) return refuse('it has no end record');
  let count = view.u16(end + 10);
  let size = view.u32(end + 12);
  let start = view.u32(end + 16);
  let stop = end;
  if (view.u16(end + 4) !== 0 || view.u16(end + 6) !== 0 || view.u16(end + 8) !== count) {
    return refuse('it is split into volumes');
  }
  const mustBeWide = count === 0xffff || size === 0xffffffff || start === 0xffffffff;
  if (mustBeWide || (end - 76 >= view.base && view.u32(end - 20) === 0x07064b50)) {
    const wide = readWideEnd(view, end);
    const agrees =
      wide !== undefined &&
      (count === 0xffff || count === wide.count) &&
      (size === 0xffffffff || size === wide.size) &&
      (start === 0xffffffff || start === wide.start);
    if (!agrees) return refuse('its zip64 end record is broken');
    ({ count, size, start, stop } = wide);
  }
  if (start + size !== stop) return refuse('its directory is not where its end record says');
  if (count > MEMBERS_MAX) {
    return archiveErrors.refuse('MEMBERS_EXCESS', { kind: 'ZIP', limit: MEMBERS_MAX });
  }
  return { start, stop, count, comment: view.bytes(end + END_BYTES, view.length) };
}

/** The end record whose comment reaches exactly to the end of the file; the last one that does. */
function findEnd(view: ZipView): number {
  const lowest = Math.max(view.base, view.length - END_BYTES - 0xffff);
  for (let at = view.length - END_BYTES; at >= lowest; at--) {
    if (view.u32(at) === 0x06054b50) {
      return view.u16(at + 20) === view.length - at - END_BYTES ? at : -1;
    }
  }
  return -1;
}

function readWideEnd(
  view: ZipView,
  end: number,
): { count: number; size: number; start: number; stop: number } | undefined {
  const locator = end - 20;
  const stop = locator - 56;
  if (stop < view.base || view.u32(locator) !== 0x07064b50 || view.u32(stop) !== 0x06064b50) {
    return undefined;
  }
  const count = view.u64(stop + 32);
  const plain =
    view.u32(locator + 4) === 0 &&
    view.u64(locator + 8) === stop &&
    view.u32(locator + 16) === 1 &&
    view.u64(stop + 4) === 44 &&
    view.u32(stop + 16) === 0 &&
    view.u32(stop + 20) === 0 &&
    view.u64(stop + 24) === count;
  if (!plain) return undefined;
  return { count, size: view.u64(stop + 40), start: view.u64(stop + 48), stop };
}

function readEntry(
  view: ZipView,
  at: number,
  stop: number,
  dropped: DroppedBytes | undefined,
): { entry: ZipEntry; next: number } | Refusal {
  if (at + 46 > stop || view.u32(at) !== 0x02014b50) return refuse('its directory is broken');
  const nameAt = at + 46;
  const extraAt = nameAt + view.u16(at + 28);
  const commentAt = extraAt + view.u16(at + 30);
  const next = commentAt + view.u16(at + 32);
  if (next > stop) return refuse('its directory is broken');
  if (view.u16(at + 34) !== 0) return refuse('it is split into volumes');
  const sizes = {
    bytes: view.u32(at + 24),
    packedBytes: view.u32(at + 20),
    offset: view.u32(at + 42),
  };
  const problem = readExtras(view, extraAt, commentAt, sizes, dropped);
  dropped?.add('the comment of a member', view.bytes(commentAt, next));
  if (problem !== undefined) return refuse(problem);
  const made = view.u16(at + 4) >> 8;
  const entry = {
    ...sizes,
    version: view.u16(at + 6),
    flags: view.u16(at + 8),
    method: view.u16(at + 10),
    time: view.u32(at + 12),
    crc: view.u32(at + 16),
    name: view.bytes(nameAt, extraAt),
    unixType: made === 3 || made === 19 ? view.u16(at + 40) & 0xf000 : 0,
  };
  return { entry, next };
}

/** The longest forms of fields that packers write: zip64, times, owners. */
const EXTRA_BYTES_MAX: Readonly<Record<number, number>> = {
  ...{ 0x0001: 28, 0x000a: 36, 0x5455: 13, 0x5855: 12, 0x7855: 4, 0x7875: 23, 0xcafe: 0 },
};

/** Whether a field is one of those, or the empty padding by which PyTorch, Android and Office align members. */
function isKnownExtra(tag: number, content: Uint8Array): boolean {
  const longest = Object.hasOwn(EXTRA_BYTES_MAX, tag) ? (EXTRA_BYTES_MAX[tag] ?? 0) : -1;
  if (content.length <= longest) return true;
  if (tag === 0x4246) return content.every((byte) => byte === 0x5a);
  const padding = tag === 0xd935 ? 2 : 4;
  const isPadding = tag === 0xd935 || tag === 0xa220;
  return isPadding && content.subarray(padding).every((byte) => byte === 0);
}

/** What a short number says when the long one counts. */
const SHORT_MAX = 0xffffffff;

/** Walks extra fields; zip64 numbers replace the ones that say so. Gives what is wrong. */
export function readExtras(
  view: ZipView,
  from: number,
  to: number,
  sizes: { bytes: number; packedBytes: number; offset: number },
  dropped?: DroppedBytes,
): string | undefined {
  let at = from;
  let wide = false;
  while (at < to) {
    if (at + 4 > to || at + 4 + view.u16(at + 2) > to) return 'an extra field is broken';
    const tag = view.u16(at);
    const field = at + 4;
    at = field + view.u16(at + 2);
    if (tag === 0x7075) return 'a member has a second name';
    if (!isKnownExtra(tag, view.bytes(field, at))) {
      dropped?.add('an extra field', view.bytes(field - 4, at));
    }
    if (tag !== 1) continue;
    if (wide) return 'a member has two zip64 fields';
    wide = true;
    const problem = readWideSizes(view, field, at, sizes);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/**
 * The numbers of a zip64 field, in their order: those whose short ones say so. A field may repeat the other ones, which
 * some readers then take, so each must be the same; behind them is at most the number of the first volume.
 */
function readWideSizes(
  view: ZipView,
  from: number,
  to: number,
  sizes: { bytes: number; packedBytes: number; offset: number },
): string | undefined {
  const keys = ['bytes', 'packedBytes', 'offset'] as const;
  let field = from;
  for (const key of keys) {
    if (sizes[key] !== SHORT_MAX) continue;
    if (field + 8 > to) return 'a zip64 field is too short';
    sizes[key] = view.u64(field);
    field += 8;
  }
  if (field === to || isFirstVolume(view, field, to)) return undefined;
  // All numbers, though none was asked for, or only some: as packers write that do not know yet how long a member gets.
  field = from;
  for (const key of keys) {
    if (field + 8 > to) break;
    if (view.u64(field) !== sizes[key]) return 'a zip64 field and a header disagree';
    field += 8;
  }
  return field === to || isFirstVolume(view, field, to)
    ? undefined
    : 'a zip64 field has bytes left over';
}

/** The volume on which a member begins; there is one. */
const isFirstVolume = (view: ZipView, at: number, to: number): boolean =>
  at + 4 === to && view.u32(at) === 0;
