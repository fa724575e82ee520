/**
 * Archives as lists of files. Whatever else an archive says (order, times, owners, modes, comments, extra fields) is
 * dropped here; whatever two readers could understand in two ways is refused.
 */
import type { Refusal } from '../core/index.ts';
import { memorySource } from './byte-source.ts';
import { archiveErrors } from './archive-errors.ts';
import { looksLikeGzip, readGzip } from './gzip.ts';
import { findNameClash } from './member-names.ts';
import { listTar, looksLikeTar } from './tar.ts';
import { MEMBERS_MAX, readZipDirectory } from './zip-directory.ts';
import { ARCHIVE_BYTES_MAX, listZip, looksLikeZip, type ArchiveMember } from './zip.ts';

/** Archives inside archives are opened down to this depth; the outermost has depth 1. */
export const ARCHIVE_DEPTH_MAX = 2;

/** The kinds of archive that are read. */
export type ArchiveKind = 'zip' | 'tar' | 'gzip';

type Listed = { readonly ok: true; readonly value: ArchiveMember[] } | Refusal;

/** The kind of archive that the bytes begin like, if any. */
export function sniffArchive(bytes: Uint8Array): ArchiveKind | undefined {
  if (looksLikeZip(bytes)) return 'zip';
  if (looksLikeGzip(bytes)) return 'gzip';
  return looksLikeTar(bytes) ? 'tar' : undefined;
}

/**
 * Lists the files of an archive, sorted by name; members of an inner archive are `inner.zip!/x.csv`. A gzip file that
 * holds no tar is one member, named after `archiveName` without its `.gz`. Every member has been unpacked and checked.
 */
export function listMembers(bytes: Uint8Array, archiveName = 'archive'): Listed {
  const budget = { members: MEMBERS_MAX, bytes: ARCHIVE_BYTES_MAX };
  const listed = listDepth(bytes, archiveName, 1, budget);
  if (!listed.ok) return listed;
  const members = listed.value;
  if (members.length === 0) return archiveErrors.refuse('EMPTY', { kind: 'archive' });
  const clash = findNameClash(
    members.map((member) => member.name),
    'archive',
  );
  if (clash !== undefined) return clash;
  members.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { ok: true, value: members };
}

/** The names in a ZIP's directory, without unpacking anything; empty when it is no ZIP that can be read. */
export function peekNames(bytes: Uint8Array): readonly string[] {
  if (!looksLikeZip(bytes)) return [];
  const directory = readZipDirectory(memorySource(bytes));
  if ('ok' in directory) return [];
  return directory.entries.map((entry) => Buffer.from(entry.name).toString('utf8'));
}

interface Budget {
  members: number;
  bytes: number;
}

/** Inner archives are opened when their name says that they are one; office files and the like stay whole. */
const ARCHIVE_NAME = /\.(zip|tar|tgz|gz)$/i;

function listDepth(bytes: Uint8Array, name: string, depth: number, budget: Budget): Listed {
  const kind = sniffArchive(bytes);
  if (kind === 'gzip') {
    const content = readGzip(bytes);
    if (!content.ok) return content;
    const inner = content.value;
    if (!spend(budget, inner.length)) return excess('BYTES_EXCESS');
    if (looksLikeTar(inner)) return flatten(listTar(inner), depth, budget);
    const base = (name.split('/').at(-1) ?? name).replace(/\.gz$/i, '');
    const member = { name: base === '' ? 'content' : base, size: inner.length, bytes: () => inner };
    return flatten({ ok: true, value: [member] }, depth, budget);
  }
  if (kind === undefined) {
    return archiveErrors.refuse('BROKEN', { kind: 'archive', why: 'it is not ZIP, tar or gzip' });
  }
  return flatten(kind === 'zip' ? listZip(bytes) : listTar(bytes), depth, budget);
}

const spend = (budget: Budget, bytes: number): boolean => (budget.bytes -= bytes) >= 0;

const excess = (code: 'BYTES_EXCESS' | 'MEMBERS_EXCESS'): Refusal =>
  archiveErrors.refuse(code, {
    kind: 'archive',
    limit: code === 'BYTES_EXCESS' ? ARCHIVE_BYTES_MAX : MEMBERS_MAX,
  });

/** Replaces inner archives by their members. */
function flatten(listed: Listed, depth: number, budget: Budget): Listed {
  if (!listed.ok) return listed;
  const members: ArchiveMember[] = [];
  for (const member of listed.value) {
    if (--budget.members < 0) return excess('MEMBERS_EXCESS');
    if (!spend(budget, member.size)) return excess('BYTES_EXCESS');
    if (!ARCHIVE_NAME.test(member.name)) {
      members.push(member);
      continue;
    }
    const content = member.bytes();
    if (sniffArchive(content) === undefined) {
      members.push(member);
      continue;
    }
    if (depth >= ARCHIVE_DEPTH_MAX) {
      return archiveErrors.refuse('DEPTH_EXCESS', { kind: 'archive', limit: ARCHIVE_DEPTH_MAX });
    }
    const inner = listDepth(content, member.name, depth + 1, budget);
    if (!inner.ok) return { ...inner, place: member.name };
    for (const file of inner.value) members.push({ ...file, name: `${member.name}!/${file.name}` });
  }
  return { ok: true, value: members };
}
