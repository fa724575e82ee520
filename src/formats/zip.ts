/**
 * A strict ZIP reader: local and central headers agree, members lie side by side from the first byte to the directory,
 * and each is inflated and checked before the list is given. Order, times, comments, modes and extra fields are dropped.
 */
import { crc32 } from 'node:zlib';
import type { Refusal } from '../core/index.ts';
import { memorySource, partOf, readPieces } from './byte-source.ts';
import type { ByteSource } from './byte-source.ts';
import { archiveErrors } from './archive-errors.ts';
import { DroppedBytes } from './dropped-bytes.ts';
import { inflateExactly } from './inflate.ts';
import { readMemberName } from './member-names.ts';
import { readExtras, readZipDirectory, ZipView, type ZipEntry } from './zip-directory.ts';

/** One file of an archive; `bytes` cannot fail, it was checked when the list was made. */
export interface ArchiveMember {
  readonly name: string;
  readonly size: number;
  bytes(): Uint8Array;
}

/** The most unpacked bytes of one archive. */
export const ARCHIVE_BYTES_MAX = 512 * 1024 * 1024;

const KIND = { kind: 'ZIP' };
const FLAG_ENCRYPTED = 1;
const FLAG_DESCRIPTOR = 8;
/** Compression level (bits 1 and 2), data descriptor, UTF-8 names. */
const FLAGS_KNOWN = 2 | 4 | FLAG_DESCRIPTOR | 0x800;

/** Whether the bytes begin like a ZIP. */
export function looksLikeZip(bytes: Uint8Array): boolean {
  const [a, b, c, d] = bytes;
  return a === 0x50 && b === 0x4b && ((c === 3 && d === 4) || (c === 5 && d === 6));
}

/** What a walk may meet before it stops. */
export interface ZipLimits {
  /** Unpacked bytes of all members. */
  readonly bytesMax: number;
}

/** One file of a ZIP whose headers agree; its data is checked when it is opened. */
export interface ZipMember {
  readonly name: string;
  readonly size: number;
  /** Its unpacked bytes, after size and check value were compared. */
  open(): { readonly ok: true; readonly value: ByteSource } | Refusal;
}

/**
 * Walks the members of a ZIP in the order in which they lie: each begins where the one before it ends, the first at the
 * first byte, the last ends at the directory, and every header agrees with the directory. Only headers are read.
 */
export function walkZip(
  source: ByteSource,
  limits: ZipLimits,
): { readonly ok: true; readonly value: ZipMember[]; readonly dropped: DroppedBytes } | Refusal {
  const dropped = new DroppedBytes();
  const directory = readZipDirectory(source, dropped);
  if ('ok' in directory) return directory;
  const sorted = [...directory.entries].sort((a, b) => a.offset - b.offset);
  const total = sorted.reduce((sum, entry) => sum + entry.bytes, 0);
  if (!(total <= limits.bytesMax)) {
    return archiveErrors.refuse('BYTES_EXCESS', { ...KIND, limit: limits.bytesMax });
  }
  const members: ZipMember[] = [];
  let expected = 0;
  for (const [i, entry] of sorted.entries()) {
    const end = sorted[i + 1]?.offset ?? directory.start;
    if (entry.offset !== expected || end > directory.start) {
      return refuse('its members overlap or have bytes between them', entry.offset);
    }
    const member = readMember(source, entry, end, dropped);
    if ('ok' in member) return member;
    members.push(...member.files);
    expected = end;
  }
  if (sorted.length === 0 && directory.start !== 0) {
    return refuse('bytes come before its directory', 0);
  }
  return { ok: true, value: members, dropped };
}

/** Lists the files of a ZIP that is in memory; each has been unpacked and checked. */
export function listZip(bytes: Uint8Array): { ok: true; value: ArchiveMember[] } | Refusal {
  const walked = walkZip(memorySource(bytes), { bytesMax: ARCHIVE_BYTES_MAX });
  if (!walked.ok) return walked;
  const members: ArchiveMember[] = [];
  for (const member of walked.value) {
    const opened = member.open();
    if (!opened.ok) return opened;
    const reopen = (): Uint8Array => {
      const again = member.open();
      return again.ok ? again.value.read(0, again.value.size) : new Uint8Array(0);
    };
    members.push({ name: member.name, size: member.size, bytes: reopen });
  }
  return { ok: true, value: members };
}

const refuse = (why: string, at: number): Refusal =>
  archiveErrors.refuse('BROKEN', { ...KIND, why }, `byte ${String(at)}`);

/** Checks one member between its offset and `end`; a folder gives no file. */
function readMember(
  source: ByteSource,
  entry: ZipEntry,
  end: number,
  dropped: DroppedBytes,
): { readonly files: readonly ZipMember[] } | Refusal {
  const data = checkHeaders(source, entry, end, dropped);
  if ('ok' in data) return data;
  const isFolder = entry.name.at(-1) === 0x2f;
  const name = readMemberName(isFolder ? entry.name.subarray(0, -1) : entry.name, 'ZIP');
  if (typeof name !== 'string') return name;
  const type = isFolder ? 0x4000 : 0x8000;
  if (entry.unixType !== 0 && entry.unixType !== type) {
    const what = entry.unixType === 0xa000 ? 'a link' : 'not a plain file';
    return archiveErrors.refuse('MEMBER_KIND', { ...KIND, name, what });
  }
  const packed = partOf(source, data.from, data.to);
  if (!isFolder) {
    return { files: [{ name, size: entry.bytes, open: () => openMember(packed, entry, name) }] };
  }
  const content = openMember(packed, entry, name);
  if (!content.ok) return content;
  return content.value.size === 0 ? { files: [] } : refuse('a folder has data', entry.offset);
}

/** Unpacks a member and compares its size and check value. A stored member is not copied. */
function openMember(
  packed: ByteSource,
  entry: ZipEntry,
  name: string,
): { readonly ok: true; readonly value: ByteSource } | Refusal {
  let content = packed;
  if (entry.method !== 0) {
    const inflated = inflateExactly(packed.read(0, packed.size), entry.bytes, 'raw');
    if (typeof inflated === 'string') return refuse(`\`${name}\`: ${inflated}`, entry.offset);
    content = memorySource(inflated);
  }
  let sum = 0;
  for (const piece of readPieces(content)) sum = crc32(piece, sum);
  if (content.size !== entry.bytes || sum !== entry.crc) {
    return refuse(`the size or check value of \`${name}\` is wrong`, entry.offset);
  }
  return { ok: true, value: content };
}

/** The longest header: 30 bytes, a name and extra fields. */
const HEADER_BYTES_MAX = 30 + 2 * 0xffff;

/** Compares the local header with the directory's entry, field by field; gives where the data lies. */
function checkHeaders(
  source: ByteSource,
  entry: ZipEntry,
  end: number,
  dropped: DroppedBytes,
): { readonly from: number; readonly to: number } | Refusal {
  const at = entry.offset;
  if (at + 30 > end) return refuse('a member has no header', at);
  // Most headers are short; the rare long one is read again.
  let view = new ZipView(source.read(at, Math.min(end, at + 512)), at);
  if (view.u32(at) !== 0x04034b50) return refuse('a member has no header', at);
  if ((entry.flags & FLAG_ENCRYPTED) !== 0) return archiveErrors.refuse('ENCRYPTED', KIND);
  if ((entry.flags & ~FLAGS_KNOWN) !== 0) return refuse('a member has unknown flags', at);
  if (entry.method !== 0 && entry.method !== 8) {
    return refuse(`compression method ${String(entry.method)} is not deflate`, at);
  }
  const nameAt = at + 30;
  const extraAt = nameAt + view.u16(at + 26);
  const dataAt = extraAt + view.u16(at + 28);
  const sizes = { packedBytes: view.u32(at + 18), bytes: view.u32(at + 22), offset: 0 };
  if (dataAt > end) return refuse('a member has no header', at);
  if (dataAt > view.length) {
    view = new ZipView(source.read(at, Math.min(end, at + HEADER_BYTES_MAX)), at);
  }
  const problem = readExtras(view, extraAt, dataAt, sizes, dropped);
  if (problem !== undefined) return refuse(problem, at);
  const streamed = (entry.flags & FLAG_DESCRIPTOR) !== 0;
  const sameNumbers =
    (sizes.bytes === entry.bytes &&
      sizes.packedBytes === entry.packedBytes &&
      view.u32(at + 14) === entry.crc) ||
    (streamed && sizes.bytes === 0 && sizes.packedBytes === 0 && view.u32(at + 14) === 0);
  const same =
    sameNumbers &&
    view.u16(at + 4) === entry.version &&
    view.u16(at + 6) === entry.flags &&
    view.u16(at + 8) === entry.method &&
    view.u32(at + 10) === entry.time &&
    Buffer.compare(view.bytes(nameAt, extraAt), entry.name) === 0;
  if (!same) return refuse('a member and the directory disagree', at);
  const dataEnd = dataAt + entry.packedBytes;
  if (!(dataEnd <= end)) return refuse('a member is longer than its place', at);
  const rest = end - dataEnd;
  const fits = streamed
    ? rest <= 24 &&
      matchesDescriptor(new ZipView(source.read(dataEnd, end), dataEnd), dataEnd, rest, entry)
    : rest === 0;
  if (!fits) return refuse('bytes follow the data of a member', at);
  return { from: dataAt, to: dataEnd };
}

/** The record after streamed data, with or without its signature, with 32- or 64-bit sizes. */
function matchesDescriptor(view: ZipView, at: number, length: number, entry: ZipEntry): boolean {
  const signed = length === 16 || length === 24;
  if (!signed && length !== 12 && length !== 20) return false;
  if (signed && view.u32(at) !== 0x08074b50) return false;
  const field = signed ? at + 4 : at;
  const wide = length >= 20;
  return (
    view.u32(field) === entry.crc &&
    (wide ? view.u64(field + 4) : view.u32(field + 4)) === entry.packedBytes &&
    (wide ? view.u64(field + 12) : view.u32(field + 8)) === entry.bytes
  );
}
