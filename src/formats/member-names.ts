/** Names of archive members: one spelling per name, and none that leads out of the folder it is unpacked in. */
import type { Refusal } from '../core/index.ts';
import { archiveErrors } from './archive-errors.ts';

/** The longest member name in UTF-8 bytes. */
export const MEMBER_NAME_BYTES_MAX = 1024;

/** The most folders in a member name. */
const MEMBER_DEPTH_MAX = 64;

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads and checks a name; a trailing `/` marks a folder and is taken off by the caller before. */
export function readMemberName(bytes: Uint8Array, kind: string): string | Refusal {
  const refuse = (why: string): Refusal => archiveErrors.refuse('NAME_UNSAFE', { kind, why });
  if (bytes.length > MEMBER_NAME_BYTES_MAX) {
    return refuse(`it is longer than ${String(MEMBER_NAME_BYTES_MAX)} bytes`);
  }
  let name: string;
  try {
    name = UTF8.decode(bytes).normalize('NFC');
  } catch {
    return refuse('it is not UTF-8');
  }
  const parts = name.split('/');
  if (name === '') return refuse('it is empty');
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name)) return refuse('it is absolute');
  if (name.includes('\\')) return refuse('it has a backslash');
  if (/\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}/u.test(name)) return refuse('it has hidden characters');
  if (parts.length > MEMBER_DEPTH_MAX) {
    return refuse(`it has more than ${String(MEMBER_DEPTH_MAX)} parts`);
  }
  if (parts.some((part) => part === '' || part === '.' || part === '..')) {
    return refuse('it has an empty, `.` or `..` part');
  }
  return name;
}

/** Finds a name that is used twice, or that is a file and also a folder of another member. */
export function findNameClash(names: Iterable<string>, kind: string): Refusal | undefined {
  const files = new Set<string>();
  for (const name of names) {
    if (files.has(name)) return archiveErrors.refuse('NAME_TWICE', { kind, name });
    files.add(name);
  }
  for (const name of files) {
    for (let cut = name.indexOf('/'); cut > 0; cut = name.indexOf('/', cut + 1)) {
      const folder = name.slice(0, cut);
      if (files.has(folder)) return archiveErrors.refuse('NAME_TWICE', { kind, name: folder });
    }
  }
  return undefined;
}
