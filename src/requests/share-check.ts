/**
 * Holds shares to the ledger: what was granted is what was signed and what the ledger has of the result, every reading was
 * of a shared file while it was shared, and the counts of readings are those of the entries.
 */
import type { Kysely } from 'kysely';
import { canonicalJson, sha256 } from '../core/index.ts';
import { textOf } from '../ledger/index.ts';
import type { Entry, ShownEntry, TableCheck } from '../ledger/index.ts';
import { filesDigest } from './kinds/share.ts';
import { shareOf } from './share-input.ts';
import type { SharedFile, SignedShare } from './share-input.ts';
import { listReads } from './share-reads.ts';
import { readSubject } from './subject.ts';

interface RequestRows {
  requests: { id: string; project: string; subject: string | null; facts: string | null };
}

/** The canonical files that stored facts of a result name; the room that made them reads them. */
export type ReadFiles = (facts: string) => readonly SharedFile[];

interface SaidShare {
  readonly entry: Entry;
  readonly untilMs: number;
  ended: boolean;
  /** Readings in its time, by reader and file. */
  readonly reads: Map<string, number>;
}

/** Ids and digests have no spaces. */
function key(...parts: readonly string[]): string {
  return parts.join(' ');
}

function readSigned(text: string | null, digest: string): SignedShare | null {
  if (text === null || sha256(text) !== digest) return null;
  try {
    return shareOf(readSubject(text));
  } catch {
    return null;
  }
}

class SharesCheck implements TableCheck {
  readonly #readFiles: ReadFiles;
  readonly #shares = new Map<string, SaidShare>();
  /** The digest of the canonical files of each request, by its newest entry that says one. */
  readonly #results = new Map<string, string>();
  readonly #problems: string[] = [];

  constructor(readFiles: ReadFiles) {
    this.#readFiles = readFiles;
  }

  see({ entry }: ShownEntry): void {
    const request = textOf(entry, 'request');
    const digest = textOf(entry, 'filesSha256');
    switch (entry.kind) {
      case 'share.granted': {
        const until = textOf(entry, 'until');
        const untilMs = until === '' ? Infinity : Date.parse(until);
        this.#shares.set(request, { entry, untilMs, ended: false, reads: new Map() });
        return;
      }
      case 'share.end':
      case 'share.give-back': {
        const share = this.#shares.get(request);
        if (share !== undefined) share.ended = true;
        return;
      }
      case 'share.read':
        this.#seeRead(entry, request);
        return;
      default:
        if (digest !== '') this.#results.set(request, digest);
    }
  }

  #seeRead(entry: Entry, request: string): void {
    const share = this.#shares.get(request);
    const file = textOf(entry, 'sha256');
    if (share === undefined || share.ended || Date.parse(entry.at) >= share.untilMs) {
      this.#problems.push(`${entry.by} read a file of ${request} while it was not shared`);
      return;
    }
    const reader = key(entry.by, file);
    share.reads.set(reader, (share.reads.get(reader) ?? 0) + 1);
  }

  async compare(database: Kysely<unknown>): Promise<readonly string[]> {
    const db = database as Kysely<RequestRows>;
    const problems = [...this.#problems];
    for (const [request, share] of this.#shares) {
      const problem = await this.#judge(db, request, share);
      if (problem !== null) problems.push(`the share ${request} ${problem}`);
    }
    return [...problems, ...(await this.#compareReads(database))];
  }

  async #judge(db: Kysely<RequestRows>, request: string, share: SaidShare): Promise<string | null> {
    const { entry } = share;
    const find = (id: string): Promise<RequestRows['requests'] | undefined> =>
      db
        .selectFrom('requests')
        .select(['id', 'project', 'subject', 'facts'])
        .where('id', '=', id)
        .executeTakeFirst();
    const row = await find(request);
    const signed = readSigned(row?.subject ?? null, textOf(entry, 'subjectSha256'));
    if (signed === null) return 'has no signed text in the database';
    const { files, from, to, result, until } = signed;
    const said = { from, to, result, until };
    const granted = {
      from: textOf(entry, 'from'),
      to: textOf(entry, 'to'),
      result: entry['result'] ?? null,
      until: entry['until'] ?? null,
    };
    if (canonicalJson(said) !== canonicalJson(granted))
      return 'was granted for something else than was signed';
    if (filesDigest(files) !== textOf(entry, 'filesSha256'))
      return 'was granted for other files than were signed';
    const source = await find(result.request);
    if (source?.project !== from) return `is of a result that is not one of ${from}`;
    const emitted = source.facts === null ? [] : this.#readFiles(source.facts);
    if (filesDigest(emitted) !== this.#results.get(source.id))
      return 'is of a result whose files are not those in the ledger';
    const there = new Set(emitted.map((file) => filesDigest([file])));
    if (!files.every((file) => there.has(filesDigest([file]))))
      return 'has a file that is not one of its result';
    const shared = new Set(files.map((file) => file.sha256));
    const strange = [...share.reads.keys()].find((each) => !shared.has(each.split(' ')[1] ?? ''));
    return strange === undefined
      ? null
      : `was read in a file that it does not have, by ${strange.split(' ')[0] ?? ''}`;
  }

  async #compareReads(db: Kysely<unknown>): Promise<readonly string[]> {
    const problems: string[] = [];
    const missing = new Map(
      [...this.#shares].flatMap(([request, { reads }]) =>
        [...reads].map(([reader, count]) => [key(request, reader), count] as const),
      ),
    );
    for (const row of await listReads(db)) {
      const name = key(row.request, row.reader, row.sha256);
      if (missing.get(name) !== row.reads)
        problems.push(
          `the readings of ${row.request} by ${row.reader} are not those in the ledger`,
        );
      missing.delete(name);
    }
    for (const name of missing.keys())
      problems.push(
        `a reading of ${name.split(' ')[0] ?? ''} is in the ledger and not in the database`,
      );
    return problems;
  }
}

/** The check of shares; `readFiles` reads the stored facts of a result. */
export function checkShareTables(readFiles: ReadFiles): TableCheck {
  return new SharesCheck(readFiles);
}
