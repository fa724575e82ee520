/**
 * Settings in a roster: guarded models, budgets, destinations and caps. They are part of what people sign, so that whoever
 * has the chain of rosters has the limits in force and needs to ask no table.
 */
import { z } from 'zod';
import { applyDeclaration, isLooser, readBucket, sayBucket } from '../../budget/index.ts';
import type { AppliedRule, Bucket, BucketRef, BucketRule } from '../../budget/index.ts';
import { canonicalJson, sayIssue } from '../../core/index.ts';
import { declareModel, reachOf, thinnestBits } from '../../models/index.ts';
import type { Model } from '../../models/index.ts';
import { rosterErrors } from './errors.ts';

const id = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/);
const amount = z.string().min(1).max(200);
const count = z.number().int().min(0).max(10_000_000);

/** A budget as a person wrote it, in any units. */
export const DECLARATION = z.strictObject({
  rate: amount,
  burst: amount,
  lifetime: amount.nullable(),
});

/** What is declared of a guarded model. */
export const MODEL_FACTS = z.strictObject({
  parameters: z.string().regex(/^[1-9][0-9]{0,15}$/),
  bitsPerParameter: z.string().min(1).max(20),
  /** Zero when unknown: then no vector is counted. */
  hiddenWidth: count,
  vocabulary: count,
});

/** The names of the published caps that are applied. */
export const CAP_NAMES = z.array(z.enum(['SL3', 'SL4', 'SL5'])).max(3);

const model = z.strictObject({ id, ...MODEL_FACTS.shape });
const budget = z.strictObject({ budget: z.string().min(1).max(100), ...DECLARATION.shape });
/** Where exports of a project go; the number is what the wire says. */
export const DESTINATION = z.strictObject({
  project: id,
  name: id,
  number: z.number().int().min(0).max(1_000_000_000),
});

/** The settings that a roster holds. Lists are sorted, so that one state has one spelling. */
export const SETTINGS = z.strictObject({
  caps: CAP_NAMES,
  models: z.array(model).max(1_000),
  budgets: z.array(budget).max(5_000),
  destinations: z.array(DESTINATION).max(5_000),
});

/** Settings in force. */
export type Settings = z.infer<typeof SETTINGS>;
/** What is declared of a model. */
export type SettingsModel = Settings['models'][number];
/** A declared budget with its name. */
export type SettingsBudget = Settings['budgets'][number];

function byText<T>(key: (each: T) => string): (a: T, b: T) => number {
  return (a, b) => (key(a) < key(b) ? -1 : 1);
}

/** The same settings with every list in its order. */
export function sortSettings(settings: Settings): Settings {
  return {
    caps: [...settings.caps].sort(),
    models: settings.models.toSorted(byText((each) => each.id)),
    budgets: settings.budgets.toSorted(byText((each) => each.budget)),
    destinations: settings.destinations.toSorted((a, b) => a.number - b.number),
  };
}

/** The one spelling of settings. */
export function writeSettings(settings: Settings): string {
  return canonicalJson(settings);
}

/** Reads settings back; throws `ROSTER_INVALID` for what {@link writeSettings} cannot have written. */
export function readSettings(text: string): Settings {
  const parsed = SETTINGS.safeParse(JSON.parse(text));
  if (!parsed.success) {
    const why = parsed.error.issues
      .slice(0, 5)
      .map((issue) => sayIssue(issue))
      .join('; ');
    throw rosterErrors.error('INVALID', { why });
  }
  return parsed.data;
}

/** The models that settings declare; their state is no setting. */
export function modelsOf(settings: Settings): readonly Model[] {
  return settings.models.map(({ id: name, ...facts }) => declareModel(name, facts));
}

/** The effective size that a budget's percentages and years are about; null without a model. */
export function sizeOf(settings: Settings, ref: BucketRef): bigint | null {
  const models = modelsOf(settings);
  if (ref.scope !== 'model') return thinnestBits(models);
  return models.find((each) => each.id === ref.id)?.effectiveBits ?? null;
}

/** What a declared budget allows under settings; throws what the readers of `budget/` throw. */
export function applyBudget(
  settings: Settings,
  declared: SettingsBudget,
  lentBits = 0n,
): AppliedRule {
  const ref = readBucket(declared.budget);
  return applyDeclaration(ref, declared, modelsOf(settings), settings.caps, lentBits);
}

/** The ids of the declared models that a project may have touched. */
export function modelsInReach(
  settings: Settings,
  project: { readonly models: readonly string[] },
): readonly string[] {
  const all = settings.models.map((each) => each.id);
  return reachOf(project.models, all);
}

/** The declaration of a budget; undefined when there is none. */
export function findBudget(settings: Settings, ref: BucketRef): SettingsBudget | undefined {
  const name = sayBucket(ref);
  return settings.budgets.find((each) => each.budget === name);
}

/** What is wrong with settings, as the end of a sentence; undefined when nothing is. */
export function findSettingsProblem(settings: Settings): string | undefined {
  if (writeSettings(sortSettings(settings)) !== writeSettings(settings))
    return 'its settings are not in their order';
  const names = [
    ...settings.models.map((each) => `model ${each.id}`),
    ...settings.budgets.map((each) => `budget ${each.budget}`),
    ...settings.destinations.map((each) => `destination number ${String(each.number)}`),
    ...settings.destinations.map((each) => `destination ${each.name} of ${each.project}`),
  ];
  const seen = new Set<string>();
  const twice = names.find((each) => seen.size === seen.add(each).size);
  if (twice !== undefined) return `the ${twice} is there twice`;
  for (const each of settings.budgets) {
    if (sayBucket(readBucket(each.budget)) !== each.budget)
      return `\`${each.budget}\` is no name of a budget`;
    applyBudget(settings, each);
  }
  return undefined;
}

/** A bucket of the sender: its name, and its rule while so many bits are lent to it. */
export interface SettingsBucket {
  readonly name: string;
  rule(lentBits: bigint): BucketRule;
}

/** The buckets on a release's path, or why there is no such path. */
export type SettingsPath =
  | {
      readonly ok: true;
      readonly project: string;
      /** The name of the destination within its project. */
      readonly place: string;
      readonly buckets: readonly SettingsBucket[];
    }
  | { readonly ok: false; readonly why: string };

/**
 * The buckets that a release to a destination is taken from, by settings and roster alone: the enclave's, those of the
 * models that the destination's project may have touched, the project's and the requester's where they have one.
 */
export function pathTo(
  settings: Settings,
  projects: readonly { readonly id: string; readonly models: readonly string[] }[],
  to: {
    readonly destination: number;
    /** Null where nobody signed who it is. */
    readonly requester: string | null;
    readonly automatic: boolean;
  },
): SettingsPath {
  const { destination, requester, automatic } = to;
  const place = settings.destinations.find((each) => each.number === destination);
  if (place === undefined)
    return { ok: false, why: `there is no destination with the number ${String(destination)}` };
  const project = projects.find((each) => each.id === place.project);
  if (project === undefined)
    return { ok: false, why: `there is no project \`${place.project}\` in the roster` };
  const refs: BucketRef[] = [
    { scope: 'enclave', id: 'enclave' },
    ...(automatic ? [{ scope: 'automatic', id: 'enclave' } as const] : []),
    ...modelsInReach(settings, project).map((each): BucketRef => ({ scope: 'model', id: each })),
    { scope: 'project', id: project.id },
    ...(requester === null ? [] : [{ scope: 'principal', id: requester } as const]),
  ];
  const buckets: SettingsBucket[] = [];
  for (const ref of refs) {
    const declared = findBudget(settings, ref);
    if (declared !== undefined)
      buckets.push({
        name: declared.budget,
        rule: (lentBits) => applyBudget(settings, declared, lentBits).rule,
      });
    else if (ref.scope !== 'project' && ref.scope !== 'principal')
      return { ok: false, why: `there is no budget \`${sayBucket(ref)}\`` };
  }
  return { ok: true, project: project.id, place: place.name, buckets };
}

/** Whether a bucket allows more than what people signed for it, when so many bits are lent to it. */
export function isWiderThanSigned(settings: Settings, bucket: Bucket, lentBits: bigint): boolean {
  const declared = findBudget(settings, bucket.ref);
  // Of a project or a principal no budget at all is the widest one.
  if (declared === undefined)
    return bucket.ref.scope !== 'project' && bucket.ref.scope !== 'principal';
  return isLooser(bucket.rule, applyBudget(settings, declared, lentBits).rule);
}
