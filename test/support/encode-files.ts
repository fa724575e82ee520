/** Parses and encodes files as a quote does, for tests that need a real body. */
import { sha256 } from '../../src/core/index.ts';
import type { ReleaseFile } from '../../src/release/index.ts';
import { CODECS, encodeBody } from '../../src/wire/index.ts';
import type { ContentType, History, Member } from '../../src/wire/index.ts';

/** A coded release. */
export interface EncodedFiles {
  readonly body: Uint8Array;
  readonly files: ReleaseFile[];
  /** The emitted files by digest. */
  readonly emitted: Map<string, Uint8Array>;
}

/** Codes files of known types against a history. */
export function encodeFiles(
  files: readonly { name: string; type: ContentType; text: string }[],
  history: History = { prefix: 0, files: [] },
): EncodedFiles {
  const emitted = new Map<string, Uint8Array>();
  const listed: ReleaseFile[] = [];
  const members: Member[] = files.map(({ name, type, text }) => {
    const parsed = CODECS[type].parse(Buffer.from(text));
    if (!parsed.ok) throw new Error(parsed.message);
    const bytes = CODECS[type].emit(parsed.value);
    const digest = sha256(bytes);
    emitted.set(digest, bytes);
    listed.push({ name, type, sha256: digest, bytes: bytes.length });
    return { name, type, value: parsed.value };
  });
  const { body } = encodeBody(members, history);
  return { body, files: listed, emitted };
}
