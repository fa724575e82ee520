/** tar files, and files wrapped in one layer of gzip or zlib. */
import { inflateSync } from 'node:zlib';
import { findNameClash, listTar, memorySource, readGzip } from '../formats/index.ts';
import type { ByteSource } from '../formats/index.ts';
import { find, fromRefusal, placeInside, refused } from './decoded.ts';
import type { Decoded, DecodeInner } from './decoded.ts';
import type { Finding } from '../inspect/index.ts';
import { judgeDropped, judgeFoldedNames } from './dropped.ts';
import { unwrapBytes } from './pickle/encodings.ts';
import { carvePickles } from './pickle-carve.ts';
import { decodeMembers } from './zip-file.ts';

/** The largest archive of these kinds; they are read in memory. */
const ARCHIVE_BYTES_MAX = 512 * 1024 * 1024;

function tooLarge(type: string, source: ByteSource): Decoded | undefined {
  if (source.size <= ARCHIVE_BYTES_MAX) return undefined;
  return refused(type, find('hold', 'TOO_LARGE', { bytes: source.size, limit: ARCHIVE_BYTES_MAX }));
}

/** Decodes a tar: its members one by one. */
export function decodeTar(name: string, source: ByteSource, decodeInner: DecodeInner): Decoded {
  const excess = tooLarge('tar', source);
  if (excess !== undefined) return excess;
  const listed = listTar(source.read(0, source.size));
  if (!listed.ok) return refused('tar', fromRefusal(listed), ...carvePickles(source));
  const clash = findNameClash(
    listed.value.map((member) => member.name),
    'tar',
  );
  if (clash !== undefined) return refused('tar', fromRefusal(clash));
  const members = listed.value.map((member) => ({
    name: member.name,
    open: () => ({ ok: true as const, value: memorySource(member.bytes()) }),
  }));
  const { findings, forms } = decodeMembers(name, members, decodeInner);
  findings.push(
    ...judgeDropped(listed.dropped),
    ...judgeFoldedNames(members.map((member) => member.name)),
  );
  return { type: 'tar', findings, forms };
}

/** Decodes what one layer of gzip holds. */
export function decodeGzip(name: string, source: ByteSource, decodeInner: DecodeInner): Decoded {
  const excess = tooLarge('gzip', source);
  if (excess !== undefined) return excess;
  const content = readGzip(source.read(0, source.size));
  if (!content.ok) {
    return refused('gzip', fromRefusal(content), ...judgeLoosely(name, source, decodeInner));
  }
  const inner = decodeInner(name.replace(/\.gz$/i, ''), memorySource(content.value));
  const findings = [...inner.findings, ...judgeDropped(content.dropped)];
  return { ...inner, findings, type: `gzip(${inner.type})` };
}

/**
 * What runs code in a stream that is refused or is none to its last byte: joblib and Python's own readers take what
 * comes before bytes that follow it, without its check value, and of several streams one after the other.
 */
export function judgeLoosely(
  name: string,
  source: ByteSource,
  decodeInner: DecodeInner,
): readonly Finding[] {
  if (source.size > ARCHIVE_BYTES_MAX) return [];
  const unwrapped = unwrapBytes(source.read(0, source.size));
  if (unwrapped === undefined || !('content' in unwrapped)) return [];
  const inner = decodeInner(name, memorySource(unwrapped.content));
  const denied = inner.findings.filter(({ severity }) => severity === 'deny');
  return placeInside('compressed data', denied);
}

/** Whether the first bytes are those of a zlib stream; two letters of a text can be that too. */
export function looksLikeZlibHead(head: Uint8Array): boolean {
  const [a = 0, b = 0] = head;
  return (a & 15) === 8 && a >> 4 <= 7 && (a * 256 + b) % 31 === 0 && (b & 32) === 0;
}

/** Decodes what one layer of zlib holds (joblib compresses so), or undefined when it is no such stream. */
export function decodeZlib(
  name: string,
  source: ByteSource,
  decodeInner: DecodeInner,
): Decoded | undefined {
  if (source.size > ARCHIVE_BYTES_MAX) return undefined;
  let content: Uint8Array;
  try {
    const result = inflateSync(source.read(0, source.size), {
      info: true,
      maxOutputLength: ARCHIVE_BYTES_MAX,
    }) as unknown as { buffer: Uint8Array; engine: { bytesWritten: number } };
    if (result.engine.bytesWritten !== source.size) return undefined;
    content = result.buffer;
  } catch {
    return undefined;
  }
  const inner = decodeInner(name, memorySource(content));
  return { ...inner, type: `zlib(${inner.type})` };
}
