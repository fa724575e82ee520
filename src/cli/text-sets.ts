/** Text sets as files: JSON lines or CSV, told apart by content, with the digest of exactly the bytes that were read. */
import { basename } from 'node:path';
import { sha256Stream } from '../core/index.ts';
import { readTextRowBatches, readTextRows } from '../formats/index.ts';
import type { TextRow, TextRowsKind } from '../formats/index.ts';
import { cliErrors } from './errors.ts';
import { readGivenChunks, sizeOfGiven } from './given-paths.ts';

/** The names of the fields that carry text, label and source. */
export interface SetFields {
  readonly text: string;
  readonly label: string;
  readonly source: string;
}

/** A set that can be read any number of times. */
export interface TextSetFile {
  readonly path: string;
  readonly name: string;
  readonly kind: TextRowsKind;
  readonly bytes: number;
  /** Values in the order text, label, source, then the other fields that were asked for. */
  rows(): AsyncGenerator<TextRow>;
  /** The same, those of a chunk together. */
  batches(): AsyncGenerator<readonly TextRow[]>;
  /** SHA-256 of the bytes of the last whole reading. */
  digest(): string | undefined;
}

async function sniffKind(path: string): Promise<TextRowsKind> {
  for await (const chunk of readGivenChunks(path, { end: 4095 })) {
    const start = Buffer.from(chunk)
      .toString('latin1')
      .replace(/^\u00ef\u00bb\u00bf/, '')
      .trimStart();
    return start.startsWith('{') ? 'jsonl' : 'csv';
  }
  return 'jsonl';
}

/** Opens a set; throws when it is no file that can be read. */
export async function openTextSet(
  path: string,
  fields: SetFields,
  others: readonly string[] = [],
): Promise<TextSetFile> {
  const bytes = sizeOfGiven(path);
  const kind = await sniffKind(path);
  const names = [fields.text, fields.label, fields.source, ...others];
  let last: string | undefined;
  async function* hashed(): AsyncGenerator<Uint8Array> {
    const state = sha256Stream();
    for await (const chunk of readGivenChunks(path)) {
      state.update(chunk);
      yield chunk;
    }
    const digest = state.hex();
    if (last !== undefined && last !== digest) {
      throw cliErrors.error('PATH_UNREADABLE', { path, why: 'it changed while it was read' });
    }
    last = digest;
  }
  return {
    path,
    name: basename(path),
    kind,
    bytes,
    rows: () => readTextRows(hashed(), kind, names),
    batches: () => readTextRowBatches(hashed(), kind, names),
    digest: () => last,
  };
}
