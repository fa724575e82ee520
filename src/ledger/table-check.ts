/**
 * Holds the tables of the rooms to the entries that made them: a row that no entry accounts for was not written by the
 * gate, and a row that an entry accounts for and is not there was taken away. Each room brings its own check.
 */
import type { Kysely } from 'kysely';
import type { Store } from '../store/index.ts';
import type { Entry } from './entry.ts';
import type { ShownEntry } from './ledger-options.ts';
import type { LedgerReader } from './ledger-reader.ts';

/** One room's check, used for one pass. */
export interface TableCheck {
  /** Sees each entry once, in the order of the log. */
  see(shown: ShownEntry): void;
  /** What the tables say that the entries seen so far do not, in sentences. May be asked again after more entries. */
  compare(db: Kysely<unknown>): Promise<readonly string[]>;
}

const PAGE = 1_000;
const PROBLEMS_MAX = 100;
const ROUNDS_MAX = 20;

/** Runs the checks over a whole log. The gate may be at work: what it wrote meanwhile is seen before it is judged. */
export async function checkTables(
  store: Store,
  openReader: () => Promise<LedgerReader>,
  checks: readonly TableCheck[],
): Promise<readonly string[]> {
  let seen = 0;
  for (let round = 0; ; round++) {
    const reader = await openReader();
    while (seen < reader.size) {
      for (const shown of await reader.list(seen, Math.min(PAGE, reader.size - seen))) {
        for (const check of checks) check.see(shown);
        seen = shown.index + 1;
      }
    }
    const found: string[] = [];
    for (const check of checks) found.push(...(await store.read((db) => check.compare(db))));
    // A row and its entry are committed together, so a difference stays only when the log has not grown since.
    const grown = (await openReader()).size > seen;
    if (found.length === 0 || !grown || round === ROUNDS_MAX) return found.slice(0, PROBLEMS_MAX);
  }
}

/** A member of an entry as text; empty when it is none. */
export function textOf(entry: Readonly<Record<string, unknown>>, member: string): string {
  const value = entry[member];
  return typeof value === 'string' ? value : '';
}

/** The parts of an entry that are told as a list of objects; empty when it has none of that name. */
export function entriesIn(
  entry: Readonly<Record<string, unknown>>,
  member: string,
): readonly Entry[] {
  const list = entry[member];
  return Array.isArray(list)
    ? list.filter((each): each is Entry => typeof each === 'object' && each !== null)
    : [];
}
