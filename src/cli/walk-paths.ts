/** Turns the paths of a command into the files of a release: folders are walked, links that leave them are not followed. */
import { isUtf8 } from 'node:buffer';
import { lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import type { Dirent } from 'node:fs';
import { basename, relative, resolve, sep } from 'node:path';
import { SallyportError } from '../core/index.ts';
import { cliErrors } from './errors.ts';
import { usePath } from './given-paths.ts';

/** One file: its name in the release and where it is. */
export interface WalkedFile {
  readonly name: string;
  /** The path that was given, and for a file of a folder the way on from there. */
  readonly given: string;
  readonly path: string;
  /** The path as the file system has it, in base64, when it is not UTF-8; `path` is then only good to be shown. */
  readonly pathBytes?: string;
}

/** Something in a folder that was not read, and why. */
export interface SkippedEntry {
  readonly name: string;
  readonly why: string;
}

/** The files, in the order of their names, and what was left out. */
export interface Walk {
  readonly files: readonly WalkedFile[];
  /** Links, sockets and devices that were not followed; with `tolerant` whatever else cannot be read, too. */
  readonly skipped: readonly SkippedEntry[];
}

/** How to walk. */
export interface WalkOptions {
  /**
   * A folder that cannot be read is told and left out, and names need not be UTF-8: each byte that is not is shown as
   * `%` and two digits. Without it either is `CLI_PATH_UNREADABLE`: a release with a part missing is none.
   */
  readonly tolerant?: boolean;
  /** Files are told apart by the paths as they were given, so that no two names clash; a path that cannot be read is left out. */
  readonly asGiven?: boolean;
}

/** A folder by its name in the release and by the path that was given. */
type Names = Pick<WalkedFile, 'name' | 'given'>;

const DEPTH_MAX = 64;
const UTF8 = new TextEncoder();

/**
 * Walks the paths. A file given by itself has its base name when it is outside the working folder and its relative
 * path when inside; a folder's files are named relative to the folder's parent in the same way.
 */
export function walkPaths(
  paths: readonly string[],
  workingDir: string,
  { tolerant = false, asGiven = false }: WalkOptions = {},
): Walk {
  const files = new Map<string, WalkedFile>();
  const skipped: SkippedEntry[] = [];
  for (const given of paths) {
    try {
      walkGiven(given);
    } catch (error) {
      if (!asGiven || !(error instanceof SallyportError)) throw error;
      skipped.push({ name: given, why: error.message });
    }
  }
  return { files: sortFiles(files.values(), asGiven), skipped };

  function walkGiven(given: string): void {
    const path = resolve(workingDir, given);
    const stat = usePath(given, 'read', () => statSync(path));
    const inside = relative(workingDir, path);
    const isInside = inside !== '' && !inside.startsWith('..') && resolve(inside) !== inside;
    const name = isInside ? inside : inside === '' ? '' : basename(path);
    if (stat.isDirectory()) {
      const folder = Buffer.from(path);
      const top = realpathSync(folder, 'buffer');
      walkFolder(folder, { name, given: given.replace(/\/+$/, '') }, top, 0);
    } else if (stat.isFile()) add({ name, given, path });
    else
      throw cliErrors.error('PATH_UNREADABLE', {
        path: given,
        why: 'it is neither a file nor a folder',
      });
  }

  function add(file: WalkedFile): void {
    if (asGiven) {
      let { given } = file;
      // Of names that are not UTF-8 two may be shown alike.
      while (isOther(files.get(given), file)) given += '~';
      files.set(given, { ...file, given });
      return;
    }
    let { name } = file;
    const known = files.get(name);
    if (known !== undefined && isOther(known, file)) {
      if ((known.pathBytes ?? file.pathBytes) === undefined) {
        throw cliErrors.error('NAME_TWICE', { name });
      }
      while (files.has(name)) name += '~';
    }
    files.set(name, { ...file, name });
  }

  function listFolder(folder: Buffer, names: Names, depth: number): Dirent<Buffer>[] {
    const shown = showBytes(folder);
    try {
      if (depth > DEPTH_MAX) {
        const why = 'folders are nested too deeply';
        throw cliErrors.error('PATH_UNREADABLE', { path: shown, why });
      }
      return usePath(shown, 'read', () =>
        readdirSync(folder, { withFileTypes: true, encoding: 'buffer' }),
      );
    } catch (error) {
      if (!tolerant || !(error instanceof SallyportError)) throw error;
      skipped.push({ name: asGiven ? names.given : names.name, why: error.message });
      return [];
    }
  }

  function walkFolder(folder: Buffer, names: Names, top: Buffer, depth: number): void {
    for (const entry of listFolder(folder, names, depth)) {
      const path = Buffer.concat([folder, Buffer.from(sep), entry.name]);
      const isText = isUtf8(entry.name);
      if (!isText && !tolerant) {
        const why = 'its name is not UTF-8';
        throw cliErrors.error('PATH_UNREADABLE', { path: showBytes(path), why });
      }
      const own = showBytes(entry.name);
      const name = names.name === '' ? own : `${names.name}${sep}${own}`;
      const given = `${names.given}${sep}${own}`;
      const bytes = isUtf8(path) ? {} : { pathBytes: path.toString('base64') };
      const file = { name, given, path: showBytes(path), ...bytes };
      if (entry.isDirectory()) walkFolder(path, { name, given }, top, depth + 1);
      else if (entry.isFile()) add(file);
      else if (entry.isSymbolicLink() && leadsInside(path, top)) add(file);
      else skipped.push({ name: asGiven ? given : name, why: sayKind(entry) });
    }
  }
}

/** A path as text: UTF-8 as it is, any other byte as `%` and two digits. */
function showBytes(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  return bytes
    .toString('latin1')
    .replace(
      /[^ -~]/g,
      (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    );
}

function sayKind(entry: Dirent<Buffer>): string {
  if (entry.isSymbolicLink()) return 'it is a link that leads out of the folder, or to no file';
  if (entry.isFIFO()) return 'it is a pipe';
  if (entry.isSocket()) return 'it is a socket';
  return 'it is a device, or nothing that can be read as a file';
}

/** A link to a file within the same folder is read; one that leads out, to a folder or nowhere, is not. */
function leadsInside(path: Buffer, top: Buffer): boolean {
  try {
    const target = realpathSync(path, 'buffer');
    const folder = Buffer.concat([top, Buffer.from(sep)]);
    return target.subarray(0, folder.length).equals(folder) && lstatSync(target).isFile();
  } catch {
    return false;
  }
}

function sortFiles(files: Iterable<WalkedFile>, asGiven: boolean): WalkedFile[] {
  return [...files]
    .map((file) => ({
      file: { ...file, name: file.name.split(sep).join('/') },
      key: UTF8.encode(asGiven ? file.given : file.name),
    }))
    .sort((a, b) => Buffer.compare(a.key, b.key))
    .map(({ file }) => file);
}

/** Whether two files of one name are in different places. */
function isOther(known: WalkedFile | undefined, file: WalkedFile): boolean {
  const place = ({ path, pathBytes }: WalkedFile): string => pathBytes ?? path;
  return known !== undefined && place(known) !== place(file);
}
