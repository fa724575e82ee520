/**
 * Paths that a person gave: read and written here and in `walk-paths.ts` alone, so that whatever the file system says
 * becomes `CLI_PATH_UNREADABLE` with a reason, and never a stack trace. A command that does long work, or asks a gate, checks
 * first with `needOutput` or `needOutputFolder` that it can write what it will have.
 */
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { sha256Stream } from '../core/index.ts';
import { cliErrors } from './errors.ts';

type Doing = 'read' | 'write';

const FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EISDIR: 'it is a folder and not a file',
  ENOTDIR: 'a part of it is a file and not a folder',
  EEXIST: 'it exists already',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk takes no writing',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
};

/** `CLI_PATH_UNREADABLE` for a fault of the file system; any other error comes back as it is. */
export function pathFault(given: string, cause: unknown, doing: Doing = 'read'): unknown {
  if (!(cause instanceof Error && 'code' in cause && 'syscall' in cause)) return cause;
  const code = String(cause.code);
  let why = FAULTS[code] ?? `the system says ${code}`;
  if (code === 'EACCES' || code === 'EPERM') why = `you may not ${doing} it`;
  if (code === 'ENOENT' && doing === 'write') why = 'its folder does not exist';
  return cliErrors.error('PATH_UNREADABLE', { path: given, why });
}

/** The same for an error of unknown origin that names its path, such as one of the modules that open a data folder. */
export function namedPathFault(cause: unknown): unknown {
  const named = cause instanceof Error && 'path' in cause && typeof cause.path === 'string';
  return named ? pathFault(String(cause.path), cause) : cause;
}

/** Does something with a given path. */
export function usePath<T>(given: string, doing: Doing, use: () => T): T {
  try {
    return use();
  } catch (cause) {
    throw pathFault(given, cause, doing);
  }
}

/** A file's bytes. */
export function readGivenBytes(given: string): Uint8Array {
  return usePath(given, 'read', () => readFileSync(given));
}

/** A file's text. */
export function readGivenText(given: string): string {
  return usePath(given, 'read', () => readFileSync(given, 'utf8'));
}

/** A file's size in bytes; a folder or device is refused. */
export function sizeOfGiven(given: string): number {
  const stat = usePath(given, 'read', () => statSync(given));
  if (stat.isFile()) return stat.size;
  const why = stat.isDirectory() ? 'it is a folder and not a file' : 'it is not a file';
  throw cliErrors.error('PATH_UNREADABLE', { path: given, why });
}

/** A file's bytes in pieces, from the byte `start` up to the byte `end`, which is among them. */
export async function* readGivenChunks(
  given: string,
  range: { readonly start?: number; readonly end?: number; readonly highWaterMark?: number } = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* createReadStream(given, range) as AsyncIterable<Buffer>;
  } catch (cause) {
    throw pathFault(given, cause);
  }
}

/** The SHA-256 of a file's bytes in hexadecimal, by reading it once. */
export async function hashGiven(given: string): Promise<string> {
  const state = sha256Stream();
  for await (const chunk of readGivenChunks(given)) state.update(chunk);
  return state.hex();
}

/** The names in a folder. */
export function listGiven(given: string): string[] {
  return usePath(given, 'read', () => readdirSync(given));
}

/** Whether a path names a folder that has something in it; a file there is refused. */
export function isFilled(given: string): boolean {
  return existsSync(given) && listGiven(given).length > 0;
}

/** Throws unless a file can be written there, as far as can be told without writing. */
export function needOutput(given: string | undefined): void {
  if (given === undefined) return;
  const parent = usePath(given, 'write', () => statSync(path.dirname(path.resolve(given))));
  const refuse = (why: string): Error => cliErrors.error('PATH_UNREADABLE', { path: given, why });
  if (!parent.isDirectory()) throw refuse('a part of it is a file and not a folder');
  if (existsSync(given) && statSync(given).isDirectory()) throw refuse('it is a folder');
}

/** Throws unless there is a folder, or one can be made, as far as can be told without making it. */
export function needOutputFolder(given: string | undefined): void {
  if (given === undefined) return;
  let at = path.resolve(given);
  while (!existsSync(at) && path.dirname(at) !== at) at = path.dirname(at);
  if (usePath(given, 'write', () => statSync(at)).isDirectory()) return;
  const why = 'a part of it is a file and not a folder';
  throw cliErrors.error('PATH_UNREADABLE', { path: given, why });
}

/** Writes a file. */
export function writeGiven(given: string, content: string | Uint8Array): void {
  usePath(given, 'write', () => {
    writeFileSync(given, content);
  });
}

/** Writes a new file and the folders above it; one that is there is refused. */
export function writeGivenNew(given: string, content: Uint8Array): void {
  makeGivenFolder(path.dirname(given));
  usePath(given, 'write', () => {
    writeFileSync(given, content, { flag: 'wx' });
  });
}

async function pipeGiven(
  given: string,
  chunks: AsyncIterable<Uint8Array>,
  flags: 'w' | 'wx',
): Promise<void> {
  makeGivenFolder(path.dirname(given));
  try {
    await pipeline(chunks, createWriteStream(given, { flags }));
  } catch (cause) {
    throw pathFault(given, cause, 'write');
  }
}

/** Writes a new file from a stream, and the folders above it; one that is there is refused. */
export function pipeGivenNew(given: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  return pipeGiven(given, chunks, 'wx');
}

/** Writes a file from a stream, and the folders above it; one that is there is written over. */
export function pipeGivenOver(given: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  return pipeGiven(given, chunks, 'w');
}

/** Makes a folder and those above it. */
export function makeGivenFolder(given: string, mode?: number): void {
  const made = { recursive: true, ...(mode === undefined ? {} : { mode }) };
  usePath(given, 'write', () => mkdirSync(given, made));
}
