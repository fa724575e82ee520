/**
 * Holds budgets, models and destinations to what people signed: an entry of the gate's own about a wider budget is no
 * signature. Tighter ones are taken, since one person may set them at once.
 */
import type { Kysely } from 'kysely';
import { isLooser, listBuckets, readBucket, sayBucket } from '../budget/index.ts';
import type { BucketRule } from '../budget/index.ts';
import { sha256 } from '../core/index.ts';
import { textOf } from '../ledger/index.ts';
import type { Entry, ShownEntry } from '../ledger/index.ts';
import { applyBudget, findBudget, isWiderThanSigned } from '../people/index.ts';
import type { Settings } from '../people/index.ts';
import type { RosterInTime } from './roster-check.ts';
import { SETTINGS_BASED, readBase, readLoans } from './settings-base.ts';

interface SettingsTables {
  settings_base: { document: string };
  models: {
    model: string;
    parameters: bigint;
    bits_per_parameter: string;
    hidden_width: bigint;
    vocabulary: bigint;
  };
  destinations: { project: string; name: string; number: bigint };
}

/** One pass of the check. */
export class SettingsCheck {
  readonly #declared: { readonly entry: Entry; readonly index: number }[] = [];
  readonly #lent = new Set<string>();
  #based: { readonly sha256: string; readonly index: number } | null = null;

  see({ entry, index }: ShownEntry): void {
    if (entry.kind === 'budget.declared') this.#declared.push({ entry, index });
    if (entry.kind === SETTINGS_BASED && this.#based === null)
      this.#based = { sha256: textOf(entry, 'settingsSha256'), index };
    if (entry.kind === 'access.granted' && entry['target'] === 'budget')
      this.#lent.add(textOf(entry, 'what'));
  }

  /** What stands against the tables, in sentences. `chain` are the rosters whose signatures verify. */
  async compare(db: Kysely<unknown>, chain: readonly RosterInTime[]): Promise<readonly string[]> {
    const base = await readBase(db).catch(() => null);
    const row = await (db as Kysely<SettingsTables>)
      .selectFrom('settings_base')
      .select('document')
      .executeTakeFirst();
    const digest = row === undefined ? null : sha256(row.document);
    if (digest !== (this.#based?.sha256 ?? null))
      return ['the settings that people sign changes of are not those in the ledger'];
    const at = (index: number): Settings | null => {
      const roster = chain.findLast((each) => each.fromIndex < index)?.roster;
      if (roster === undefined) return null;
      const based = this.#based !== null && this.#based.index < index ? base : null;
      return roster.settings ?? based;
    };
    const newest = at(Number.MAX_SAFE_INTEGER);
    return [
      ...this.#compareEntries(at),
      ...(newest === null ? [] : await compareBudgets(db, newest)),
      ...(newest === null ? [] : await compareModels(db, newest)),
      ...(newest === null ? [] : await comparePlaces(db, newest)),
    ];
  }

  #compareEntries(at: (index: number) => Settings | null): readonly string[] {
    return this.#declared.flatMap(({ entry, index }) => {
      const settings = at(index);
      const name = textOf(entry, 'bucket');
      const signed = settings === null ? undefined : findBudget(settings, readBucket(name));
      if (settings === null || signed === undefined) return [];
      const lifetime = entry['lifetimeBits'];
      const rule: BucketRule = {
        rateBits: BigInt(textOf(entry, 'rateBits')),
        ratePeriodMs: BigInt(textOf(entry, 'ratePeriodMs')),
        // What was lent for a while is part of a burst that was declared meanwhile.
        burstBits: this.#lent.has(name) ? 0n : BigInt(textOf(entry, 'burstBits')),
        lifetimeBits: typeof lifetime === 'string' ? BigInt(lifetime) : null,
      };
      return isLooser(rule, applyBudget(settings, signed).rule)
        ? [
            `entry ${String(index)} widens the budget ${name} in the name of ${entry.by}, beyond what people signed`,
          ]
        : [];
    });
  }
}

async function compareBudgets(db: Kysely<unknown>, settings: Settings): Promise<readonly string[]> {
  const lent = await readLoans(db);
  const buckets = await listBuckets(db);
  const held = new Set(buckets.map((bucket) => sayBucket(bucket.ref)));
  return [
    ...buckets
      .filter((each) => isWiderThanSigned(settings, each, lent.get(sayBucket(each.ref)) ?? 0n))
      .map((each) => `the budget ${sayBucket(each.ref)} allows more than people signed`),
    ...settings.budgets
      .filter((each) => !held.has(each.budget))
      .map((each) => `the budget ${each.budget} was signed and is not in the database`),
  ];
}

async function compareModels(
  db: Kysely<SettingsTables>,
  settings: Settings,
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('models')
    .select(['model', 'parameters', 'bits_per_parameter', 'hidden_width', 'vocabulary'])
    .execute();
  const line = (id: string, ...facts: readonly (string | number | bigint)[]): string =>
    [id, ...facts.map(String)].join(' ');
  const signed = new Map(
    settings.models.map((each) => [
      each.id,
      line(each.id, each.parameters, each.bitsPerParameter, each.hiddenWidth, each.vocabulary),
    ]),
  );
  const held = new Map(
    rows.map((row) => [
      row.model,
      line(row.model, row.parameters, row.bits_per_parameter, row.hidden_width, row.vocabulary),
    ]),
  );
  return [...new Set([...signed.keys(), ...held.keys()])]
    .filter((id) => signed.get(id) !== held.get(id))
    .map((id) => `the model ${id} is not as people signed it`);
}

async function comparePlaces(
  db: Kysely<SettingsTables>,
  settings: Settings,
): Promise<readonly string[]> {
  const rows = await db.selectFrom('destinations').select(['project', 'name', 'number']).execute();
  const line = (each: { project: string; name: string; number: number | bigint }): string =>
    `${String(each.number)} (${each.name} of ${each.project})`;
  const signed = new Set(settings.destinations.map(line));
  const held = new Set(rows.map(line));
  return [
    ...[...held]
      .filter((each) => !signed.has(each))
      .map((each) => `the destination ${each} was signed by nobody`),
    ...[...signed]
      .filter((each) => !held.has(each))
      .map((each) => `the destination ${each} was signed and is not in the database`),
  ];
}
