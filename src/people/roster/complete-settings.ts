/**
 * Steps about settings as somebody writes them, made into those that are signed: what is left out stays as it is, and
 * what the step finds is written beside what it makes of it.
 */
import { z } from 'zod';
import { DEFAULT_MODEL_BUDGET, defaultBurst } from '../../budget/index.ts';
import { sayIssue } from '../../core/index.ts';
import { DEFAULT_BITS_PER_PARAMETER, readParameters } from '../../models/index.ts';
import type { Roster } from './document.ts';
import { rosterErrors } from './errors.ts';
import { CAP_NAMES } from './settings.ts';
import type { Settings } from './settings.ts';
import { applySettings, budgetContext, isSettingsStep, modelContext } from './settings-steps.ts';
import type { SettingsChange } from './settings-steps.ts';

const text = z.string().min(1).max(200);
const count = z.number().int().min(0).max(10_000_000);

/** Members that the gate fills in are taken from nobody else, so that an old change can be sent again as it was shown. */
const WRITTEN = z.discriminatedUnion('op', [
  z.object({
    op: z.literal('budget.set'),
    budget: text,
    rate: text.optional(),
    burst: text.optional(),
    lifetime: text.nullable().optional(),
  }),
  z.object({
    op: z.literal('model.set'),
    id: text,
    parameters: z.union([text, z.number()]).transform(String).optional(),
    bitsPerParameter: z.union([text, z.number()]).transform(String).optional(),
    hiddenWidth: count.optional(),
    vocabulary: count.optional(),
  }),
  z.object({
    op: z.literal('destination.add'),
    project: text,
    name: text,
    number: z.number().int().min(0).max(1_000_000_000).optional(),
  }),
  z.object({ op: z.literal('caps.set'), caps: CAP_NAMES }),
  z.object({ op: z.literal('model.activate'), id: text }),
]);

type Written = z.infer<typeof WRITTEN>;

function fail(why: string): never {
  throw rosterErrors.error('CHANGE_INVALID', { why });
}

function completeBudget(
  settings: Settings,
  step: Extract<Written, { op: 'budget.set' }>,
): SettingsChange {
  const { op, budget } = step;
  const context = budgetContext(settings, budget);
  const { before } = context;
  const rate = step.rate ?? before?.rate;
  const burst = step.burst ?? before?.burst ?? defaultBurst(rate);
  if (rate === undefined || burst === undefined)
    return fail(`the budget \`${budget}\` needs a rate and what may leave at once`);
  const lifetime = step.lifetime === undefined ? (before?.lifetime ?? null) : step.lifetime;
  return { op, budget, rate, burst, lifetime, ...context };
}

function completeModel(
  settings: Settings,
  step: Extract<Written, { op: 'model.set' }>,
): readonly SettingsChange[] {
  const { op, id } = step;
  const held = settings.models.find((each) => each.id === id);
  const given = step.parameters ?? held?.parameters;
  if (given === undefined) return fail(`the model \`${id}\` needs its count of parameters`);
  const facts = {
    parameters: String(readParameters(given)),
    bitsPerParameter: step.bitsPerParameter ?? held?.bitsPerParameter ?? DEFAULT_BITS_PER_PARAMETER,
    hiddenWidth: step.hiddenWidth ?? held?.hiddenWidth ?? 0,
    vocabulary: step.vocabulary ?? held?.vocabulary ?? 0,
  };
  const set: SettingsChange = { op, id, ...facts, ...modelContext(settings, id, facts) };
  if (held !== undefined) return [set];
  const after = { ...settings, models: [...settings.models, { id, ...facts }] };
  const budget = { op: 'budget.set', budget: `model:${id}`, ...DEFAULT_MODEL_BUDGET } as const;
  return [set, completeBudget(after, budget)];
}

function completeOne(settings: Settings, step: Written): readonly SettingsChange[] {
  switch (step.op) {
    case 'budget.set':
      return [completeBudget(settings, step)];
    case 'model.set':
      return completeModel(settings, step);
    case 'destination.add': {
      const next = settings.destinations.reduce((most, each) => Math.max(most, each.number), 0) + 1;
      return [{ ...step, number: step.number ?? next }];
    }
    case 'caps.set':
      return [{ ...step, caps: [...step.caps].sort(), before: settings.caps }];
    case 'model.activate':
      return [step];
  }
}

/**
 * Completes the steps about settings in a list and leaves the others as they are. `base` are the settings of a gate whose
 * roster holds none yet: then they come first, and are signed with what is changed of them. Throws
 * `ROSTER_CHANGE_INVALID` for steps that cannot be read or done.
 */
export function completeSettings(
  roster: Roster,
  base: Settings | null,
  steps: readonly unknown[],
): readonly unknown[] {
  const written = steps.filter((step) => isSettingsStep(step) && step.op !== 'settings.base');
  if (written.length === 0) return steps;
  const others = steps.filter((step) => !isSettingsStep(step));
  const done: SettingsChange[] = [];
  if (roster.settings === undefined) {
    if (base === null) return fail('the settings in force are not known');
    done.push({ op: 'settings.base', settings: base });
  }
  for (const step of written) {
    const parsed = WRITTEN.safeParse(step);
    if (!parsed.success)
      return fail(
        parsed.error.issues
          .slice(0, 3)
          .map((issue) => sayIssue(issue))
          .join('; '),
      );
    const before = done.length === 0 ? roster.settings : applySettings(roster, done);
    if (before === undefined) return fail('the settings in force are not known');
    done.push(...completeOne(before, parsed.data));
  }
  return [...others, ...done];
}

/** The steps about settings of a change, in their order. */
export function settingsSteps(changes: readonly unknown[]): readonly SettingsChange[] {
  return changes.filter(isSettingsStep);
}
