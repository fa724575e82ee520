/**
 * Changes of settings as steps of a signed change. Each step says what it finds as well as what it makes of it, so that
 * whoever signs reads old and new, and a change that was asked on other settings than those in force does nothing.
 */
import { z } from 'zod';
import { readBucket, sayBucket } from '../../budget/index.ts';
import { SallyportError, canonicalJson } from '../../core/index.ts';
import type { Json } from '../../core/index.ts';
import { readParameters } from '../../models/index.ts';
import { rosterErrors } from './errors.ts';
import type { Roster } from './document.ts';
import {
  CAP_NAMES,
  DECLARATION,
  DESTINATION,
  MODEL_FACTS,
  SETTINGS,
  findBudget,
  findSettingsProblem,
  modelsOf,
  sizeOf,
  sortSettings,
} from './settings.ts';
import type { Settings, SettingsBudget } from './settings.ts';

const id = z.string().min(1).max(80);
const size = z.string().regex(/^[1-9][0-9]{0,24}$/);

/** The steps that are about settings. */
export const SETTINGS_STEPS = [
  z.strictObject({
    op: z.literal('budget.set'),
    budget: z.string().min(1).max(100),
    ...DECLARATION.shape,
    /** What is declared when the change is asked for; null when nothing is. */
    before: DECLARATION.nullable(),
    /** The effective size that years are told against; null without a model. */
    sizeBits: size.nullable(),
    /** The published caps that cut it down where they apply. */
    caps: CAP_NAMES,
  }),
  z.strictObject({
    op: z.literal('model.set'),
    id,
    ...MODEL_FACTS.shape,
    before: MODEL_FACTS.nullable(),
    /** The thinnest effective size, which percentages, years and caps of shared budgets follow. */
    thinnest: z.strictObject({ before: size.nullable(), after: size }),
  }),
  z.strictObject({ op: z.literal('model.activate'), id }),
  z.strictObject({ op: z.literal('destination.add'), ...DESTINATION.shape }),
  z.strictObject({ op: z.literal('caps.set'), caps: CAP_NAMES, before: CAP_NAMES }),
  /** The settings of a gate that was founded before they were signed: as they were at its upgrade. */
  z.strictObject({ op: z.literal('settings.base'), settings: SETTINGS }),
] as const;

/** A step about settings. */
export type SettingsChange = z.infer<(typeof SETTINGS_STEPS)[number]>;

const OPS: ReadonlySet<unknown> = new Set(SETTINGS_STEPS.map((step) => step.shape.op.value));

/** Whether a step, read or not, is about settings. */
export function isSettingsStep(step: unknown): step is SettingsChange {
  return typeof step === 'object' && step !== null && 'op' in step && OPS.has(step.op);
}

function fail(why: string): never {
  throw rosterErrors.error('CHANGE_INVALID', { why });
}

function same(a: Json, b: Json): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

function stale(what: string): never {
  fail(`${what} is no longer what the change was asked on; ask again`);
}

function declaredOf(budget: SettingsBudget | undefined): z.infer<typeof DECLARATION> | null {
  if (budget === undefined) return null;
  const { rate, burst, lifetime } = budget;
  return { rate, burst, lifetime };
}

/** What a step about a budget finds. */
export function budgetContext(settings: Settings, name: string) {
  const ref = readBucket(name);
  const found = sizeOf(settings, ref);
  return {
    before: declaredOf(findBudget(settings, ref)),
    sizeBits: found === null ? null : String(found),
    caps: settings.caps,
  };
}

/** What a step about a model finds, and the thinnest size that it makes. */
export function modelContext(settings: Settings, name: string, facts: z.infer<typeof MODEL_FACTS>) {
  const held = settings.models.find((each) => each.id === name);
  const { id: _, ...before } = held ?? { id: name };
  const others = settings.models.filter((each) => each.id !== name);
  const after = { ...settings, models: [...others, { id: name, ...facts }] };
  const [was, becomes] = [settings, after].map((each) =>
    sizeOf(each, { scope: 'enclave', id: 'enclave' }),
  );
  return {
    before: held === undefined ? null : (before as z.infer<typeof MODEL_FACTS>),
    thinnest: {
      before: was === null || was === undefined ? null : String(was),
      after: String(becomes),
    },
  };
}

type BudgetStep = Extract<SettingsChange, { op: 'budget.set' }>;
type ModelStep = Extract<SettingsChange, { op: 'model.set' }>;

function setBudget(settings: Settings, change: BudgetStep, roster: Roster): Settings {
  const { budget, rate, burst, lifetime, before, sizeBits, caps } = change;
  const ref = readBucket(budget);
  if (sayBucket(ref) !== budget) fail(`\`${budget}\` is no name of a budget`);
  if (!same(budgetContext(settings, budget), { before, sizeBits, caps }))
    stale(`the budget \`${budget}\``);
  const known = {
    model: () => settings.models.some((each) => each.id === ref.id),
    project: () => roster.projects.some((each) => each.id === ref.id),
    principal: () => [...roster.people, ...roster.sponsored].some((each) => each.id === ref.id),
    enclave: () => true,
    automatic: () => true,
  }[ref.scope];
  if (!known()) fail(`there is no ${ref.scope} \`${ref.id}\``);
  const others = settings.budgets.filter((each) => each.budget !== budget);
  return { ...settings, budgets: [...others, { budget, rate, burst, lifetime }] };
}

function setModel(settings: Settings, change: ModelStep): Settings {
  const { op: _, id: name, before, thinnest, ...facts } = change;
  if (String(readParameters(facts.parameters)) !== facts.parameters)
    fail(`\`${facts.parameters}\` is no count of parameters`);
  if (!same(modelContext(settings, name, facts), { before, thinnest }))
    stale(`the model \`${name}\``);
  const others = settings.models.filter((each) => each.id !== name);
  return { ...settings, models: [...others, { id: name, ...facts }] };
}

function applyOne(settings: Settings, change: SettingsChange, roster: Roster): Settings {
  switch (change.op) {
    case 'budget.set':
      return setBudget(settings, change, roster);
    case 'model.set':
      return setModel(settings, change);
    case 'model.activate':
      if (!settings.models.some((each) => each.id === change.id))
        fail(`there is no model \`${change.id}\``);
      return settings;
    case 'destination.add': {
      const { op: _, ...place } = change;
      if (!roster.projects.some((each) => each.id === place.project))
        fail(`there is no project \`${place.project}\``);
      return { ...settings, destinations: [...settings.destinations, place] };
    }
    case 'caps.set':
      if (!same([...settings.caps], [...change.before])) stale('the list of caps');
      return { ...settings, caps: change.caps };
    case 'settings.base':
      return fail('the settings are in the roster already');
  }
}

/** Steps in one change: its entry tells each of them. */
const STEPS_MAX = 60;

/** The settings after steps on a roster. Throws `ROSTER_CHANGE_INVALID`; nothing is changed in place. */
export function applySettings(roster: Roster, changes: readonly SettingsChange[]): Settings {
  if (changes.length > STEPS_MAX)
    fail(`more than ${String(STEPS_MAX)} budgets, models and destinations change at once`);
  const [first] = changes;
  const based = roster.settings === undefined && first?.op === 'settings.base';
  const base = based ? first.settings : roster.settings;
  if (base === undefined) return fail('the roster holds no settings yet; ask again');
  let settings: Settings = base;
  try {
    for (const change of based ? changes.slice(1) : changes)
      settings = sortSettings(applyOne(settings, change, roster));
    modelsOf(settings);
    const problem = findSettingsProblem(settings);
    if (problem !== undefined) fail(problem);
  } catch (cause) {
    if (cause instanceof SallyportError && !cause.code.startsWith('ROSTER_')) fail(cause.message);
    throw cause;
  }
  const bare = settings.models.find(
    (each) => findBudget(settings, { scope: 'model', id: each.id }) === undefined,
  );
  if (bare !== undefined) fail(`the model \`${bare.id}\` would have no budget`);
  return settings;
}
