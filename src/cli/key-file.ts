/** Public keys as OpenSSH keeps them in `.pub` files. */
import { readFileSync } from 'node:fs';
import { readSshKey } from '../people/index.ts';
import type { NewKey } from '../people/index.ts';
import { cliErrors } from './errors.ts';

/** The one line of a `.pub` file. */
export function readKeyLine(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw cliErrors.error('PATH_UNREADABLE', { path: file, why });
  }
}

/** A key as a roster holds it; its comment becomes the label. */
export function readKeyFile(file: string): NewKey {
  const line = readKeyLine(file);
  const comment = line.split(/\s+/).slice(2).join(' ');
  return readSshKey(line, comment.slice(0, 200));
}
