/**
 * Settings of a founded gate: budgets, models and destinations. What counts is what people signed; the tables are a copy
 * for queries, and a limit in them may be tighter than what was signed and never wider.
 */
import type { Kysely } from 'kysely';
import {
  applyDeclaration,
  describeRule,
  listBuckets,
  putBudget,
  readAmount,
  readBucket,
  reapplyBudgets,
  sayBucket,
} from '../budget/index.ts';
import type { BucketRef, Budgets, CapNames, Declaration } from '../budget/index.ts';
import { SallyportError } from '../core/index.ts';
import type { Clock, JsonObject } from '../core/index.ts';
import { describeModel, listModels, putModel } from '../models/index.ts';
import type { Model, Models } from '../models/index.ts';
import {
  findBudget,
  isWiderThanSigned,
  listDestinations,
  putDestination,
  removeDestination,
  settingsSteps,
  sortSettings,
} from '../people/index.ts';
import type { Change, Roster, Settings } from '../people/index.ts';
import { readLoans } from '../requests/index.ts';
import type { Rosters } from '../requests/index.ts';
import type { Store } from '../store/index.ts';

/** What settings stand on. */
export interface SettingsHost {
  readonly store: Store;
  readonly clock: Clock;
  readonly rosters: Rosters;
  /** The caps of the configuration, which may add to the signed ones and take none away. */
  readonly caps: CapNames;
}

/** A declaration with so many bits lent to its burst. */
function withLoan(
  name: string,
  declared: Declaration,
  models: readonly Model[],
  lentBits: bigint,
): Declaration {
  const { rate, burst, lifetime } = declared;
  if (lentBits === 0n) return { rate, burst, lifetime };
  const { burstBits } = applyDeclaration(readBucket(name), declared, models, [], lentBits).rule;
  // One person may have set a tighter burst than what was lent to it.
  return { rate, lifetime, burst: `${String(burstBits > 0n ? burstBits : 0n)} bits` };
}

/**
 * What one person declares while people have lent to the budget: the loan lies on top of it and goes again by itself, so
 * that what was declared is what is left then.
 */
export async function declareUnderLoans(
  store: Store,
  ref: BucketRef,
  change: Partial<Declaration>,
): Promise<Partial<Declaration>> {
  if (change.burst === undefined) return change;
  const name = sayBucket(ref);
  const [lent, buckets] = await store.read(async (db: Kysely<unknown>) => [
    await readLoans(db),
    await listBuckets(db),
  ]);
  const lentBits = lent.get(name) ?? 0n;
  const bucket = buckets.find((each) => sayBucket(each.ref) === name);
  if (lentBits === 0n || bucket === undefined) return change;
  const { sizeBits } = bucket;
  return { ...change, burst: `${String(readAmount(change.burst, sizeBits) + lentBits)} bits` };
}

/** The settings as the tables have them, without what is lent for a while. */
export async function readTables(db: Kysely<unknown>, caps: CapNames): Promise<Settings> {
  const models = await listModels(db);
  const lent = await readLoans(db);
  return sortSettings({
    caps: [...caps],
    models: models.map(({ id, parameters, bitsPerParameter, hiddenWidth, vocabulary }) => ({
      ...{ id, parameters: String(parameters), bitsPerParameter, hiddenWidth, vocabulary },
    })),
    budgets: (await listBuckets(db)).map(({ ref, declared }) => {
      const budget = sayBucket(ref);
      return { budget, ...withLoan(budget, declared, models, -(lent.get(budget) ?? 0n)) };
    }),
    destinations: [...(await listDestinations(db))],
  });
}

/** The caps that count: the signed ones, and those that the configuration adds. */
export function capsInForce({ rosters, caps }: Pick<SettingsHost, 'rosters' | 'caps'>): CapNames {
  return [...new Set([...caps, ...(rosters.settings?.caps ?? [])])];
}

/** Notes what a gate that was founded by an earlier version goes on from. */
export async function noteSettings(host: SettingsHost): Promise<void> {
  const { store, rosters, caps } = host;
  if (rosters.current === null || rosters.settings !== null) return;
  await rosters.noteBase(await store.read((db: Kysely<unknown>) => readTables(db, caps)));
}

/** Writes signed steps into the tables, in the transaction of the roster that they make; returns what its entry tells. */
export async function putSettings(
  tx: Kysely<unknown>,
  host: SettingsHost,
  next: Roster,
  changes: readonly Change[],
): Promise<JsonObject> {
  const steps = settingsSteps(changes);
  if (steps.length === 0) return {};
  const nowMs = host.clock.nowMs();
  const by = `roster version ${String(next.version)}`;
  const caps = [...new Set([...host.caps, ...(next.settings?.caps ?? [])])];
  const lent = await readLoans(tx);
  const budgets: JsonObject[] = [];
  const models: JsonObject[] = [];
  const destinations: JsonObject[] = [];
  for (const step of steps) {
    switch (step.op) {
      case 'budget.set': {
        const lentBits = lent.get(step.budget) ?? 0n;
        const declared = withLoan(step.budget, step, await listModels(tx), lentBits);
        const bucket = await putBudget(tx, readBucket(step.budget), declared, nowMs, caps);
        budgets.push({ ...describeRule(bucket) });
        break;
      }
      case 'model.set': {
        const { id, parameters, bitsPerParameter, hiddenWidth, vocabulary } = step;
        const facts = { parameters, bitsPerParameter, hiddenWidth, vocabulary };
        models.push({ ...describeModel(await putModel(tx, id, facts, by, nowMs)) });
        break;
      }
      case 'model.activate':
        models.push({ ...describeModel(await putModel(tx, step.id, 'activate', by, nowMs)) });
        break;
      case 'destination.add': {
        const { project, name, number } = step;
        destinations.push({ ...(await putDestination(tx, { project, name, number }, nowMs)) });
        break;
      }
      case 'caps.set':
      case 'settings.base':
        break;
    }
  }
  await reapplyBudgets(tx, nowMs, caps);
  if (next.settings !== undefined)
    budgets.push(...(await narrowBudgets(tx, next.settings, nowMs, caps)));
  return { budgets, models, destinations };
}

/**
 * Sets budgets to what people signed where the tables allow more. One that was tighter in bits, or that was lent to, does
 * not follow a model that people declared smaller; one that was tighter in percent follows a larger one too far.
 */
async function narrowBudgets(
  tx: Kysely<unknown>,
  settings: Settings,
  nowMs: number,
  caps: CapNames,
): Promise<readonly JsonObject[]> {
  const models = await listModels(tx);
  const lent = await readLoans(tx);
  const narrowed: JsonObject[] = [];
  for (const bucket of await listBuckets(tx)) {
    const name = sayBucket(bucket.ref);
    const signed = findBudget(settings, bucket.ref);
    const lentBits = lent.get(name) ?? 0n;
    if (signed === undefined || !isWiderThanSigned(settings, bucket, lentBits)) continue;
    const declared = withLoan(name, signed, models, lentBits);
    narrowed.push({ ...describeRule(await putBudget(tx, bucket.ref, declared, nowMs, caps)) });
  }
  return narrowed;
}

/**
 * Makes the tables say nothing wider than what people signed, and returns in sentences what they said. Runs at each start:
 * whoever writes to the database widens nothing by it.
 */
export async function restoreSettings(
  host: SettingsHost & { budgets: Budgets; models: Models },
): Promise<readonly string[]> {
  const { store, rosters, clock, budgets } = host;
  const { settings } = rosters;
  if (settings === null) return [];
  const said: string[] = [];
  const nowMs = clock.nowMs();
  const held = new Map((await host.models.list()).map((model) => [model.id, model]));
  for (const { id, ...facts } of settings.models) {
    const { parameters, bitsPerParameter, hiddenWidth, vocabulary } = held.get(id) ?? {};
    const same =
      String(parameters) === facts.parameters &&
      bitsPerParameter === facts.bitsPerParameter &&
      hiddenWidth === facts.hiddenWidth &&
      vocabulary === facts.vocabulary;
    if (same) continue;
    await host.models.putRight(id, facts);
    said.push(`the model ${id} was not as people signed it and is quarantined`);
  }
  await store.write(async (tx: Kysely<unknown>) => {
    const line = ({ project, name, number }: Settings['destinations'][number]): string =>
      JSON.stringify([project, name, number]);
    const signed = new Set(settings.destinations.map(line));
    for (const place of await listDestinations(tx)) {
      if (signed.delete(line(place))) continue;
      await removeDestination(tx, place.number);
      said.push(`the destination ${place.name} of ${place.project} was signed by nobody`);
    }
    for (const place of settings.destinations.filter((each) => signed.has(line(each)))) {
      said.push(`the destination ${place.name} of ${place.project} was gone`);
      try {
        await putDestination(tx, place, nowMs);
      } catch (cause) {
        // Without its project it stays gone, which lets nothing out; `ledger verify` names it.
        if (!(cause instanceof SallyportError)) throw cause;
      }
    }
    await reapplyBudgets(tx, nowMs, capsInForce(host));
  });
  const { lent, models } = await store.read(async (db: Kysely<unknown>) => ({
    lent: await readLoans(db),
    models: await listModels(db),
  }));
  const rows = new Map((await budgets.list()).map((bucket) => [sayBucket(bucket.ref), bucket]));
  for (const declared of settings.budgets) {
    const bucket = rows.get(declared.budget);
    const lentBits = lent.get(declared.budget) ?? 0n;
    if (bucket !== undefined && !isWiderThanSigned(settings, bucket, lentBits)) continue;
    const signed = findBudget(settings, readBucket(declared.budget)) ?? declared;
    const whole = withLoan(declared.budget, signed, models, lentBits);
    await budgets.declare(readBucket(declared.budget), whole, 'gate');
    said.push(
      `the budget ${declared.budget} was ${bucket === undefined ? 'gone' : 'wider than what people signed'}`,
    );
  }
  return said;
}
