/** Turns the paths of a command into the files of a release: folders are walked, links that leave them are not followed. */
import { lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import { cliErrors } from './errors.ts';
import { usePath } from './given-paths.ts';

/** One file: its name in the release and where it is. */
export interface WalkedFile {
  readonly name: string;
  readonly path: string;
}

/** The files, in the order of their names, and what was left out. */
export interface Walk {
  readonly files: readonly WalkedFile[];
  /** Links, sockets and devices that were not followed. */
  readonly skipped: readonly string[];
}

const DEPTH_MAX = 64;
const UTF8 = new TextEncoder();

/**
 * Walks the paths. A file given by itself has its base name when it is outside the working folder and its relative
 * path when inside; a folder's files are named relative to the folder's parent in the same way.
 */
export function walkPaths(paths: readonly string[], workingDir: string): Walk {
  const files = new Map<string, string>();
  const skipped: string[] = [];
  for (const given of paths) {
    const path = resolve(workingDir, given);
    const stat = usePath(given, 'read', () => statSync(path));
    const inside = relative(workingDir, path);
    const isInside = inside !== '' && !inside.startsWith('..') && resolve(inside) !== inside;
    const name = isInside ? inside : inside === '' ? '' : basename(path);
    if (stat.isDirectory()) walkFolder(path, name, realpathSync(path), 0);
    else if (stat.isFile()) add(name, path);
    else
      throw cliErrors.error('PATH_UNREADABLE', {
        path: given,
        why: 'it is neither a file nor a folder',
      });
  }
  return { files: sortFiles(files), skipped };

  function add(name: string, path: string): void {
    const known = files.get(name);
    if (known !== undefined && known !== path) throw cliErrors.error('NAME_TWICE', { name });
    files.set(name, path);
  }

  function walkFolder(folder: string, name: string, top: string, depth: number): void {
    if (depth > DEPTH_MAX)
      throw cliErrors.error('PATH_UNREADABLE', {
        path: folder,
        why: 'folders are nested too deeply',
      });
    const entries = usePath(folder, 'read', () => readdirSync(folder, { withFileTypes: true }));
    for (const entry of entries) {
      const path = join(folder, entry.name);
      const inner = name === '' ? entry.name : `${name}${sep}${entry.name}`;
      if (entry.isDirectory()) walkFolder(path, inner, top, depth + 1);
      else if (entry.isFile()) add(inner, path);
      else if (entry.isSymbolicLink() && leadsInside(path, top)) add(inner, path);
      else skipped.push(inner);
    }
  }
}

/** A link to a file within the same folder is read; one that leads out, to a folder or nowhere, is not. */
function leadsInside(path: string, top: string): boolean {
  try {
    const target = realpathSync(path);
    return target.startsWith(top + sep) && lstatSync(target).isFile();
  } catch {
    return false;
  }
}

function sortFiles(files: ReadonlyMap<string, string>): WalkedFile[] {
  return [...files]
    .map(([name, path]) => ({ name: name.split(sep).join('/'), path, key: UTF8.encode(name) }))
    .sort((a, b) => Buffer.compare(a.key, b.key))
    .map(({ name, path }) => ({ name, path }));
}
