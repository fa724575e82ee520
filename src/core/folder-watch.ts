/**
 * Watches a folder for files that have arrived whole. A file counts as whole once its size and time stood still for
 * `stableMs` by the given clock. The host's notices only hasten a look; every look lists the folder anew, so a notice
 * that was lost costs time and nothing else.
 */
import type { FSWatcher } from 'node:fs';
import { watch } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from './clock.ts';
import { sha256 } from './digests.ts';

/** How to watch. */
export interface FolderWatchOptions {
  readonly dir: string;
  readonly clock: Clock;
  readonly stableMs: number;
  /** Time between looks when nothing is noticed. */
  readonly rescanMs: number;
  /** At most so many files are tracked at once; others wait. */
  readonly filesMax?: number;
  /** Called once for each whole file; it should move the file away. A later change counts as a new file. */
  onFile(file: string): void | Promise<void>;
  /**
   * Called once for each whole folder in the watched one; without it folders are passed over. A folder is whole once
   * every file in it is.
   */
  onFolder?(folder: string): void | Promise<void>;
  /** Names of folders that are passed over. */
  readonly foldersExcept?: readonly string[];
  /** Called when the folder could not be read. */
  onFault?(cause: Error): void;
}

interface Seen {
  readonly sign: string;
  readonly sinceMs: number;
  readonly reported: boolean;
}

interface Entry {
  readonly file: string;
  readonly isFolder: boolean;
}

const FOLDER_DEPTH_MAX = 32;

/** The regular files below a folder in the order of their names; hidden ones and links are passed over. */
export async function listFolder(folder: string, depth = 0): Promise<readonly string[]> {
  if (depth > FOLDER_DEPTH_MAX) return [];
  const entries = await readdir(folder, { withFileTypes: true });
  const files: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue;
    const file = path.join(folder, entry.name);
    if (entry.isFile()) files.push(file);
    else if (entry.isDirectory()) files.push(...(await listFolder(file, depth + 1)));
  }
  return files;
}

/** What changes when a file, or any file in a folder, does; null when there is nothing to take. */
async function signOf({ file, isFolder }: Entry): Promise<string | null> {
  if (isFolder) {
    const files = await listFolder(file);
    if (files.length === 0) return null;
    const signs = await Promise.all(files.map((each) => signOf({ file: each, isFolder: false })));
    return sha256(files.map((each, i) => `${each}\0${signs[i] ?? ''}`).join('\n'));
  }
  const info = await lstat(file, { bigint: true }).catch(() => null);
  if (info === null) return null;
  return `${String(info.ino)}/${String(info.size)}/${String(info.mtimeNs)}`;
}

/** A watched folder. Links, hidden files, and names ending in `.part` or `~` are passed over. */
export class FolderWatch {
  readonly #options: FolderWatchOptions;
  readonly #seen = new Map<string, Seen>();
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #closed = false;

  constructor(options: FolderWatchOptions) {
    this.#options = options;
  }

  /** Begins to look by itself. Without it only {@link look} looks. */
  start(): void {
    try {
      this.#watcher = watch(this.#options.dir, () => {
        this.#soon(this.#options.stableMs);
      });
      this.#watcher.on('error', () => {
        this.#watcher?.close();
      });
    } catch {
      // Some file systems give no notices; rescanning alone is enough then.
    }
    this.#soon(0);
  }

  /** Looks once, now. */
  async look(): Promise<void> {
    while (this.#looking !== undefined) await this.#looking;
    this.#looking = this.#lookOnce();
    try {
      await this.#looking;
    } finally {
      this.#looking = undefined;
    }
  }

  /** Lets something that was found be found again, once it has stood still anew. */
  forget(found: string): void {
    this.#seen.delete(path.basename(found));
  }

  /** Stops looking and waits for the look in progress. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#watcher?.close();
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #soon(delayMs: number): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.look()
        .catch((cause: unknown) => {
          this.#options.onFault?.(cause instanceof Error ? cause : new Error(String(cause)));
        })
        .finally(() => {
          const settling = [...this.#seen.values()].some((seen) => !seen.reported);
          this.#soon(settling ? this.#options.stableMs : this.#options.rescanMs);
        });
    }, delayMs);
  }

  async #lookOnce(): Promise<void> {
    const { dir, clock, stableMs } = this.#options;
    const names = (await readdir(dir)).filter(
      (name) => !name.startsWith('.') && !name.endsWith('.part') && !name.endsWith('~'),
    );
    const present = new Set(names);
    for (const name of this.#seen.keys()) if (!present.has(name)) this.#seen.delete(name);
    for (const name of names.sort().slice(0, this.#options.filesMax ?? 10_000)) {
      const entry = await this.#open(path.join(dir, name));
      const sign = entry === null ? null : await signOf(entry);
      if (entry === null || sign === null) continue;
      const before = this.#seen.get(name);
      if (before?.sign !== sign) {
        this.#seen.set(name, { sign, sinceMs: clock.nowMs(), reported: false });
      } else if (!before.reported && clock.nowMs() - before.sinceMs >= stableMs) {
        this.#seen.set(name, { ...before, reported: true });
        await (entry.isFolder
          ? this.#options.onFolder?.(entry.file)
          : this.#options.onFile(entry.file));
      }
    }
  }

  /** What is to be watched at a place; null for everything that is passed over. */
  async #open(file: string): Promise<Entry | null> {
    const { foldersExcept = [] } = this.#options;
    const info = await lstat(file).catch(() => null);
    if (info?.isFile() === true) return { file, isFolder: false };
    const taken =
      this.#options.onFolder !== undefined && !foldersExcept.includes(path.basename(file));
    return info?.isDirectory() === true && taken ? { file, isFolder: true } : null;
  }
}
