/**
 * Settings of a gate that was founded before people signed them. They are noted once, with an entry, and everything that
 * people sign later begins with them.
 */
import type { Kysely } from 'kysely';
import { sha256 } from '../core/index.ts';
import type { Clock } from '../core/index.ts';
import type { Ledger } from '../ledger/index.ts';
import { readSettings, writeSettings } from '../people/index.ts';
import type { Settings } from '../people/index.ts';
import { readAccess } from './access-input.ts';

interface BaseTables {
  settings_base: { id: bigint; document: string; at_ms: bigint };
  requests: { kind: string; state: string; input: string };
}

/** The kind of the entry that names the base by its digest. */
export const SETTINGS_BASED = 'settings.based';

/** The noted settings; null when a gate has none. */
export async function readBase(db: Kysely<unknown>): Promise<Settings | null> {
  const row = await (db as Kysely<BaseTables>)
    .selectFrom('settings_base')
    .select('document')
    .executeTakeFirst();
  return row === undefined ? null : readSettings(row.document);
}

/** Notes the settings that are in force, once and for good. */
export async function noteBase(
  host: { ledger: Ledger; clock: Clock },
  settings: Settings,
): Promise<void> {
  const document = writeSettings(settings);
  await host.ledger.record(
    {
      kind: SETTINGS_BASED,
      by: 'gate',
      settingsSha256: sha256(document),
      models: settings.models.length,
      budgets: settings.budgets.length,
      destinations: settings.destinations.length,
    },
    async (tx: Kysely<BaseTables>) => {
      await tx
        .insertInto('settings_base')
        .values({ id: 1n, document, at_ms: BigInt(host.clock.nowMs()) })
        .execute();
    },
    { id: 'settings_base' },
  );
}

/** How many bits are lent to each budget by grants that last, by the budget's name. */
export async function readLoans(db: Kysely<unknown>): Promise<ReadonlyMap<string, bigint>> {
  const rows = await (db as Kysely<BaseTables>)
    .selectFrom('requests')
    .select('input')
    .where('kind', '=', 'access')
    .where('state', '=', 'granted')
    .execute();
  const lent = new Map<string, bigint>();
  for (const row of rows) {
    const { target, what, bits } = readAccess(JSON.parse(row.input));
    if (target === 'budget') lent.set(what, (lent.get(what) ?? 0n) + BigInt(bits ?? 0));
  }
  return lent;
}
