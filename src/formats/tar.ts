/**
 * A strict tar reader: ustar, pax and GNU long names, plain files and folders only. Order, times, owners and modes are
 * dropped; nothing but zeros may follow the end.
 */
import type { Refusal } from '../core/index.ts';
import { archiveErrors } from './archive-errors.ts';
import { DroppedBytes } from './dropped-bytes.ts';
import { readMemberName } from './member-names.ts';
import { MEMBERS_MAX } from './zip-directory.ts';
import type { ArchiveMember } from './zip.ts';

const BLOCK = 512;
const KIND = { kind: 'tar' };
const LATIN1 = new TextDecoder('latin1');
const UTF8 = new TextEncoder();
const NAME_FIELD_BYTES_MAX = 65_536;

const refuse = (why: string, at: number): Refusal =>
  archiveErrors.refuse('BROKEN', { ...KIND, why }, `byte ${String(at)}`);

/** Whether the bytes begin with a tar header whose checksum is right. */
export function looksLikeTar(bytes: Uint8Array): boolean {
  return bytes.length >= BLOCK && bytes[0] !== 0 && checksumHolds(bytes.subarray(0, BLOCK));
}

/** What headers for the next member said. */
interface Pending {
  readonly dropped: DroppedBytes;
  name?: Uint8Array;
  size?: number;
}

/** Lists the files of a tar. */
export function listTar(
  bytes: Uint8Array,
): { ok: true; value: ArchiveMember[]; dropped: DroppedBytes } | Refusal {
  const members: ArchiveMember[] = [];
  const dropped = new DroppedBytes();
  let pending: Pending = { dropped };
  let count = 0;
  let at = 0;
  for (;;) {
    if (at + BLOCK > bytes.length) return refuse('it ends without an end mark', at);
    const header = bytes.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) break;
    if (!checksumHolds(header)) return refuse('the checksum of a header is wrong', at);
    if (++count > MEMBERS_MAX * 3) {
      return archiveErrors.refuse('MEMBERS_EXCESS', { ...KIND, limit: MEMBERS_MAX });
    }
    dropSlack(header, dropped);
    const type = String.fromCharCode(header[156] ?? 0);
    const written = readNumber(header, 124, 12);
    const plain = type === '0' || type === '\0' || type === '5';
    const size = plain ? (pending.size ?? written) : written;
    if (size < 0 || !(at + BLOCK + size <= bytes.length)) {
      return refuse('the size of a member is broken or larger than the file', at);
    }
    const data = bytes.subarray(at + BLOCK, at + BLOCK + size);
    if (plain) {
      const member = readMember(header, pending.name, type === '5', data, at);
      if ('ok' in member) return member;
      if (member.file !== undefined) members.push(member.file);
      pending = { dropped };
    } else {
      const problem = takeExtension(type, header, data, pending, at);
      if (problem !== undefined) return problem;
    }
    const next = at + BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    dropped.addPadding('the padding of a member', bytes.subarray(at + BLOCK + size, next));
    at = next;
  }
  if (pending.name !== undefined || pending.size !== undefined) {
    return refuse('a header describes a member that does not follow', at);
  }
  return endsWithZeros(bytes, at)
    ? { ok: true, value: members, dropped }
    : refuse('data follows its end', at);
}

/** What a header has room for beside its fields: behind the end of a text, and where nothing is written at all. */
function dropSlack(header: Uint8Array, dropped: DroppedBytes): void {
  const magic = LATIN1.decode(header.subarray(257, 265));
  const fields: (readonly [number, number])[] = [[0, 100]];
  // Only links have a target, and those are refused.
  dropped.addPadding('a header', header.subarray(157, 257));
  if (magic.startsWith('ustar')) {
    fields.push([265, 32], [297, 32]);
    // GNU keeps times and sparse maps where others have the beginning of a name.
    if (magic.startsWith('ustar\0')) fields.push([345, 155]);
    dropped.addPadding('a header', header.subarray(500, BLOCK));
  } else dropped.addPadding('a header', header.subarray(257, BLOCK));
  for (const [at, length] of fields) {
    const text = readField(header, at, length).length;
    dropped.addPadding('a header', header.subarray(at + text, at + length));
  }
}

function endsWithZeros(bytes: Uint8Array, from: number): boolean {
  if (bytes.length < from + 2 * BLOCK) return false;
  for (let i = from; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
}

function checksumHolds(header: Uint8Array): boolean {
  let sum = 8 * 32;
  for (let i = 0; i < BLOCK; i++) if (i < 148 || i >= 156) sum += header[i] ?? 0;
  return readNumber(header, 148, 8) === sum;
}

/** An octal field, or GNU's base-256 one; -1 when it is neither. */
function readNumber(header: Uint8Array, at: number, length: number): number {
  const field = header.subarray(at, at + length);
  if (((field[0] ?? 0) & 0x80) !== 0) {
    if (field[0] !== 0x80) return -1;
    let value = 0;
    for (const byte of field.subarray(1)) value = value * 256 + byte;
    return Number.isSafeInteger(value) ? value : -1;
  }
  const match = /^ *([0-7]+)[ \0]*$/.exec(LATIN1.decode(field));
  return match?.[1] === undefined ? -1 : Number.parseInt(match[1], 8);
}

/** The bytes of a text field up to its first NUL. */
function readField(header: Uint8Array, at: number, length: number): Uint8Array {
  const field = header.subarray(at, at + length);
  const end = field.indexOf(0);
  return end < 0 ? field : field.subarray(0, end);
}

function readMember(
  header: Uint8Array,
  longName: Uint8Array | undefined,
  isFolderType: boolean,
  data: Uint8Array,
  at: number,
): { readonly file: ArchiveMember | undefined } | Refusal {
  let raw = longName ?? readField(header, 0, 100);
  const isUstar = LATIN1.decode(header.subarray(257, 263)) === 'ustar\0';
  if (longName === undefined && isUstar && header[345] !== 0) {
    raw = Buffer.concat([readField(header, 345, 155), UTF8.encode('/'), raw]);
  }
  while (raw[0] === 0x2e && raw[1] === 0x2f) raw = raw.subarray(2);
  const isFolder = isFolderType || raw.at(-1) === 0x2f;
  if (isFolder && data.length > 0) return refuse('a folder has data', at);
  if (raw.at(-1) === 0x2f) raw = raw.subarray(0, -1);
  if (isFolder && (raw.length === 0 || (raw.length === 1 && raw[0] === 0x2e))) {
    return { file: undefined };
  }
  const name = readMemberName(raw, 'tar');
  if (typeof name !== 'string') return name;
  return { file: isFolder ? undefined : { name, size: data.length, bytes: () => data } };
}

const REFUSED_TYPES: Readonly<Record<string, string>> = {
  '1': 'a link',
  '2': 'a link',
  K: 'a link',
  '3': 'a device',
  '4': 'a device',
  '6': 'a pipe',
  '7': 'a contiguous file of a kind that is not read',
  S: 'a sparse file',
};

/** Takes a header that describes the next member; anything else is refused. */
function takeExtension(
  type: string,
  header: Uint8Array,
  data: Uint8Array,
  pending: Pending,
  at: number,
): Refusal | undefined {
  if (data.length > NAME_FIELD_BYTES_MAX) return refuse('an extended header is too long', at);
  if (type === 'L') {
    if (pending.name !== undefined) return refuse('a member has two long names', at);
    const end = data.indexOf(0);
    pending.name = end < 0 ? data : data.subarray(0, end);
    return undefined;
  }
  if (type === 'x' || type === 'g') {
    return readPax(data, type === 'x' ? pending : undefined, at, pending.dropped);
  }
  const name = LATIN1.decode(readField(header, 0, 100)).replace(/[^ -~]/g, '?');
  const what = REFUSED_TYPES[type] ?? 'of an unknown kind';
  return archiveErrors.refuse('MEMBER_KIND', { ...KIND, name, what }, `byte ${String(at)}`);
}

/** Records of times and owners; others may hold anything. */
const PLAIN_RECORDS = new Set([
  ...['mtime', 'atime', 'ctime', 'uid', 'gid', 'uname', 'gname', 'charset', 'hdrcharset'],
  ...['LIBARCHIVE.creationtime', 'SCHILY.dev', 'SCHILY.ino', 'SCHILY.nlink', 'SCHILY.fflags'],
]);
const PLAIN_BYTES_MAX = 64;

/** Reads `LENGTH KEY=VALUE\n` records. A global header may not name or size members. */
function readPax(
  data: Uint8Array,
  pending: Pending | undefined,
  at: number,
  dropped: DroppedBytes,
): Refusal | undefined {
  const broken = refuse('a pax header is broken', at);
  let from = 0;
  while (from < data.length) {
    const space = data.indexOf(0x20, from);
    if (space < 0 || space - from > 7) return broken;
    const length = LATIN1.decode(data.subarray(from, space));
    const end = from + Number(length);
    if (!/^[1-9][0-9]*$/.test(length) || end > data.length || data[end - 1] !== 0x0a) return broken;
    const equals = data.indexOf(0x3d, space);
    if (equals < 0 || equals >= end) return broken;
    const key = LATIN1.decode(data.subarray(space + 1, equals));
    const value = data.subarray(equals + 1, end - 1);
    if (key === 'path' || key === 'size') {
      if (pending === undefined) return refuse('a global header names or sizes members', at);
      if (key === 'path') {
        if (pending.name !== undefined) return refuse('a member has two long names', at);
        pending.name = value;
      } else {
        const text = LATIN1.decode(value);
        if (!/^[0-9]{1,15}$/.test(text)) return broken;
        pending.size = Number(text);
      }
    } else if (key.startsWith('GNU.sparse') || key === 'linkpath') {
      const what = key === 'linkpath' ? 'a link' : 'a sparse file';
      return archiveErrors.refuse('MEMBER_KIND', { ...KIND, name: 'a member', what });
    } else if (!PLAIN_RECORDS.has(key) || value.length > PLAIN_BYTES_MAX) {
      dropped.add('an extended header', data.subarray(space + 1, equals));
      dropped.add('an extended header', value);
    }
    from = end;
  }
  return undefined;
}
