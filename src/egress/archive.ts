/** Archives as lists of files: each member is recognised and canonicalised by itself, under `a.zip!/x.csv`. */
import type { Refusal } from '../core/index.ts';
import { listMembers, refuseArchive } from '../formats/index.ts';
import type { CanonicalFile, OpenedFile } from './canonical.ts';

/** Opens one member; the archive reader has opened inner archives already, so no member is one. */
type OpenMember = (path: string, content: Uint8Array) => CanonicalFile | Refusal;

/** Yields the members of an archive, or one refusal of the whole. */
export function* expandArchive(
  path: string,
  bytes: Uint8Array,
  open: OpenMember,
): Generator<OpenedFile> {
  const listed = listMembers(bytes, path.slice(path.lastIndexOf('/') + 1));
  if (!listed.ok) {
    yield { path, source: bytes, result: listed };
    return;
  }
  const whole = refuseArchive(listed.value.map((member) => member.name));
  if (whole !== undefined) {
    yield { path, source: bytes, result: whole };
    return;
  }
  for (const member of listed.value) {
    const inside = `${path}!/${member.name}`;
    const content = member.bytes();
    yield { path: inside, source: content, result: open(inside, content) };
  }
}
