/** Where public vectors lie, when they are there at all. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const ROOT =
  process.env['SALLYPORT_VECTORS'] ?? join(import.meta.dirname, '../../../shared/vectors');

/** The folder of one set of vectors, and how to skip a test without it. */
export function findVectors(name: string): { dir: string; skip: string | false } {
  const dir = join(ROOT, name);
  return { dir, skip: existsSync(dir) ? false : `vectors of ${name} are absent` };
}
