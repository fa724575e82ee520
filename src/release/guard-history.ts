/** What left before a frame, and what a frame holds, as the guard compares them. Pure. */
import { sha256 } from '../core/index.ts';
import type { EmittedDigest } from './guard-store.ts';

/** The digest of the requests that a destination has before, in order. */
export function digestHistory(requests: readonly string[]): string {
  return sha256(JSON.stringify(requests));
}

/** Codes of what is held in emitted files and that nobody who signed was told of. */
export function untold(
  files: readonly EmittedDigest[],
  told: readonly string[],
): readonly string[] {
  const found = new Set(files.flatMap(({ findings = [] }) => findings));
  return [...found].filter((code) => !told.includes(code)).sort();
}

/** Whether a frame holds the files that were signed. */
export function sameFiles(a: readonly EmittedDigest[], b: readonly EmittedDigest[]): boolean {
  const line = (file: EmittedDigest): string =>
    JSON.stringify([file.name, file.type, file.form ?? null, file.sha256, file.bytes]);
  // The frame orders its files by name; what was signed is ordered the same way.
  return a.length === b.length && a.map(line).sort().join('\n') === b.map(line).sort().join('\n');
}
