/** Entries: what is recorded, its canonical bytes and its salted commitment, which is all that a leaf says. */
import type { Json, JsonObject } from '../core/index.ts';
import { canonicalJson, concatBytes, sha256Bytes, utf8 } from '../core/index.ts';
import { ledgerErrors } from './errors.ts';

/** Bytes of a salt. */
export const SALT_BYTES = 32;
/** Bytes of an entry's canonical JSON. */
export const ENTRY_BYTES_MAX = 64 * 1024;

/** What somebody asks to record. `at` is filled in from the ledger's clock when it is left out. */
export interface EntryInput {
  /** `noun.happened`, such as `budget.declared`. */
  readonly kind: string;
  /** The id of the principal who did it. */
  readonly by: string;
  readonly at?: string;
  readonly [member: string]: Json;
}

/** A recorded entry. */
export type Entry = JsonObject & {
  readonly kind: string;
  readonly by: string;
  readonly at: string;
};

/** An entry in its canonical spelling. */
export interface WrittenEntry {
  readonly entry: Entry;
  readonly text: string;
  readonly bytes: Uint8Array;
}

/** Brings an entry into its canonical spelling; throws `LEDGER_ENTRY_INVALID` for what cannot be recorded. */
export function writeEntry(input: EntryInput, at: string): WrittenEntry {
  const entry = { ...input, at: input.at ?? at } as Entry;
  if (!/^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$/.test(entry.kind)) {
    throw ledgerErrors.error('ENTRY_INVALID', { why: 'its kind is not `noun.happened`' });
  }
  if (typeof entry.by !== 'string' || entry.by === '') {
    throw ledgerErrors.error('ENTRY_INVALID', { why: 'nobody is named in `by`' });
  }
  const text = canonicalJson(entry);
  const bytes = utf8(text);
  if (bytes.length > ENTRY_BYTES_MAX) {
    throw ledgerErrors.error('ENTRY_INVALID', { why: 'it is longer than 64 KiB' });
  }
  return { entry, text, bytes };
}

/** The leaf's data: `SHA-256(salt ‖ entry)`. The salt has a fixed length, so no two pairs give the same input. */
export function commitment(salt: Uint8Array, entry: Uint8Array): Uint8Array {
  return sha256Bytes(concatBytes([salt, entry]));
}
