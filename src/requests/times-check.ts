/**
 * Holds to the ledger when people voted, how long what they granted lasts, and what left through windows: an approval that is
 * made younger, a grant that is made longer or a use that is forgotten would count again for the gate.
 */
import type { Kysely } from 'kysely';
import { textOf } from '../ledger/index.ts';
import type { ShownEntry } from '../ledger/index.ts';
import { shareInputOf } from './kinds/share.ts';

interface TimedTables {
  requests: {
    id: string;
    kind: string;
    state: string;
    input: string;
    subject: string | null;
    grant_ends_ms: bigint | null;
    deadline_ms: bigint | null;
  };
  request_votes: { id: string; at_ms: bigint };
  window_uses: { window: string; request: string; bits: bigint };
}

/** Between a row's time and its entry's lies the making of the entry, which may have had to wait. */
const SLACK_MS = 5 * 60_000;

const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= SLACK_MS;

/** When a grant of that time ends; null where it does not. */
function endOf(row: TimedTables['requests'], grantedMs: number): number | null {
  if (row.kind === 'share') {
    const { until } = shareInputOf(row);
    return until === null ? null : Date.parse(until);
  }
  const { grantMs } = JSON.parse(row.subject ?? '{}') as { grantMs?: number | null };
  return typeof grantMs === 'number' ? grantedMs + grantMs : null;
}

/** One pass over the ledger. */
export class TimesCheck {
  readonly #votes = new Map<string, number>();
  readonly #granted = new Map<string, number>();
  /** `WINDOW REQUEST` and the bits of the release. */
  readonly #uses = new Map<string, string>();

  see({ entry, id }: ShownEntry): void {
    const request = textOf(entry, 'request');
    const atMs = Date.parse(entry.at);
    if (entry.kind === 'request.approved' || entry.kind === 'request.refused')
      this.#votes.set(textOf(entry, 'vote'), atMs);
    if (id.startsWith(`grant_${request}`)) this.#granted.set(request, atMs);
    const window = textOf(entry, 'window');
    if (entry.kind === 'export.released' && window !== '')
      this.#uses.set(`${window} ${request}`, textOf(entry, 'chargeBits'));
  }

  async compare(database: Kysely<unknown>): Promise<readonly string[]> {
    const db = database as Kysely<TimedTables>;
    return [
      ...(await this.#compareVotes(db)),
      ...(await this.#compareGrants(db)),
      ...(await this.#compareUses(db)),
    ];
  }

  async #compareVotes(db: Kysely<TimedTables>): Promise<readonly string[]> {
    const rows = await db.selectFrom('request_votes').select(['id', 'at_ms']).execute();
    return rows.flatMap(({ id, at_ms: atMs }) => {
      const said = this.#votes.get(id);
      // A vote that is not in the ledger at all is named with the others.
      if (said === undefined || isNear(Number(atMs), said)) return [];
      return [`the vote ${id} was given at another time than in the ledger`];
    });
  }

  async #compareGrants(db: Kysely<TimedTables>): Promise<readonly string[]> {
    const rows = await db
      .selectFrom('requests')
      .select(['id', 'kind', 'state', 'input', 'subject', 'grant_ends_ms', 'deadline_ms'])
      .where('state', '=', 'granted')
      .execute();
    return rows.flatMap((row) => {
      const grantedMs = this.#granted.get(row.id);
      if (grantedMs === undefined) return [];
      const endsMs = endOf(row, grantedMs);
      const same = [row.grant_ends_ms, row.deadline_ms].every((ms) =>
        endsMs === null || ms === null ? endsMs === ms : isNear(Number(ms), endsMs),
      );
      return same ? [] : [`the request ${row.id} is granted for another time than was signed`];
    });
  }

  async #compareUses(db: Kysely<TimedTables>): Promise<readonly string[]> {
    const problems: string[] = [];
    const missing = new Set(this.#uses.keys());
    for (const { window, request, bits } of await db
      .selectFrom('window_uses')
      .selectAll()
      .execute()) {
      const key = `${window} ${request}`;
      missing.delete(key);
      if (this.#uses.get(key) !== String(bits))
        problems.push(`the use of the window ${window} by ${request} is not the one in the ledger`);
    }
    for (const key of missing) {
      const [window = '', request = ''] = key.split(' ');
      problems.push(
        `the use of the window ${window} by ${request} is in the ledger and not in the database`,
      );
    }
    return problems;
  }
}
