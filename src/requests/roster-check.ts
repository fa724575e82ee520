/** Whether the stored roster chain verifies, and is the one that the ledger tells of. */
import type { Kysely } from 'kysely';
import { readRoster, rosterDigest } from '../people/index.ts';
import type { Roster } from '../people/index.ts';
import { checkFounding, checkNext } from './roster-chain.ts';
import { readLinks } from './rosters.ts';

/** A version as the ledger has it. */
export interface SaidRoster {
  readonly version: number;
  readonly sha256: string;
  readonly atMs: number;
  /** Its entry's index. */
  readonly index: number;
}

/** A version whose signatures verify and which the ledger has. */
export interface RosterInTime {
  readonly roster: Roster;
  readonly sha256: string;
  /** In force for entries after this one. */
  readonly fromIndex: number;
}

/** Walks the chain as far as it verifies; `problems` says where and why it stops. */
export async function checkRosterLinks(
  db: Kysely<unknown>,
  said: readonly SaidRoster[],
): Promise<{ chain: readonly RosterInTime[]; problems: readonly string[] }> {
  const links = await readLinks(db);
  const chain: RosterInTime[] = [];
  const problems: string[] = [];
  for (const [i, each] of said.entries()) {
    if (each.version !== i + 1)
      problems.push(
        `the ledger tells of version ${String(each.version)} of the roster where version ${String(i + 1)} follows`,
      );
    if (links[i] === undefined)
      problems.push(
        `version ${String(each.version)} of the roster is in the ledger and not in the database`,
      );
  }
  let text = '';
  for (const [i, link] of links.entries()) {
    const version = `version ${String(link.version)} of the roster`;
    const entry = said[i];
    const digest = rosterDigest(link.document);
    if (entry === undefined || entry.version !== link.version || entry.sha256 !== digest) {
      problems.push(`${version} in the database is not the one in the ledger`);
      break;
    }
    try {
      const before = chain.at(-1)?.roster;
      const roster = before === undefined ? checkFounding(link) : checkNext(before, text, link);
      if (readRoster(link.document).version !== link.version)
        throw new Error(`it is not ${version}`);
      chain.push({ roster, sha256: digest, fromIndex: entry.index });
      text = link.document;
    } catch (cause) {
      problems.push(
        `${version} does not verify: ${cause instanceof Error ? cause.message : String(cause)}`,
      );
      break;
    }
  }
  return { chain, problems };
}
