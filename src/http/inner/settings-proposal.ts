/**
 * What a proposed change of settings would do, before anybody asks for it: old and new limits, and whether an
 * administrator does it at once or people have to sign. Reads and changes nothing.
 */
import { applyDeclaration, looserIn, readBucket, sayBucket, showRule } from '../../budget/index.ts';
import type {
  AppliedRule,
  Bucket,
  BucketRef,
  CapNames,
  Declaration,
  Respect,
  RuleShown,
} from '../../budget/index.ts';
import { canonicalJson, isoTime } from '../../core/index.ts';
import { declareModel, describeModel, sayAssumption } from '../../models/index.ts';
import type { Model } from '../../models/index.ts';
import {
  applyChanges,
  completeSettings,
  findBudget,
  isWiderThanSigned,
  sayChange,
  settingsSteps,
} from '../../people/index.ts';
import type { Roster, Settings, SettingsChange } from '../../people/index.ts';
import { readChanges, ruleOf } from '../../requests/index.ts';
import { sayRule } from './views.ts';

/** The settings of a gate as they are. */
export interface SettingsNow {
  readonly roster: Roster;
  /** What people signed, or what a gate goes on from that was founded before they did; null before the founding. */
  readonly settings: Settings | null;
  /** The tables, which may be tighter than what people signed. */
  readonly buckets: readonly Bucket[];
  readonly models: readonly Model[];
  /** Bits that are lent to budgets for a while. */
  readonly lent: ReadonlyMap<string, bigint>;
  /** The caps that the configuration adds to the signed ones. */
  readonly caps: CapNames;
  readonly nowMs: number;
}

/** A model in plain JSON. */
type ModelShown = Readonly<Record<string, string | number>>;

/** What a proposal would do. */
export interface ProposalShown {
  /** `now`: one administrator does it. `signed`: people sign it. `nothing`: all of it is so already. */
  readonly how: 'now' | 'signed' | 'nothing';
  /** The same as a sentence without full stop. */
  readonly sentence: string;
  /** What those who sign would read, step by step. */
  readonly says: readonly string[];
  readonly budgets: readonly {
    readonly budget: string;
    /** Null when there is none: for a project or a person that is the widest one. */
    readonly before: RuleShown | null;
    readonly after: RuleShown;
  }[];
  readonly models: readonly {
    readonly model: string;
    readonly before: ModelShown | null;
    readonly after: ModelShown;
  }[];
}

const RESPECTS: Readonly<Record<Respect, string>> = {
  burst: 'at once',
  rate: 'over time',
  lifetime: 'for ever',
};

const SUBJECTS: Readonly<Record<SettingsChange['op'], string>> = {
  'budget.set': 'budgets',
  'model.set': 'models',
  'model.activate': 'models that were stopped',
  'destination.add': 'destinations',
  'caps.set': 'published caps',
  'settings.base': 'settings',
};

function isSame(a: unknown, b: unknown): boolean {
  return canonicalJson(a as never) === canonicalJson(b as never);
}

function describe(model: Model): ModelShown {
  return { ...describeModel(model), assumption: sayAssumption(model) };
}

/** What a declaration allows with what is lent to its burst. */
function apply(
  ref: BucketRef,
  declared: Declaration,
  models: readonly Model[],
  caps: CapNames,
  lentBits = 0n,
): AppliedRule & { readonly declared: Declaration } {
  const { rate, burst, lifetime } = declared;
  return {
    ...applyDeclaration(ref, declared, models, caps, lentBits),
    declared: { rate, burst, lifetime },
  };
}

/** The models as the tables would have them. */
function modelsAfter(now: SettingsNow, steps: readonly SettingsChange[]): readonly Model[] {
  const models = new Map(now.models.map((model) => [model.id, model]));
  for (const step of steps) {
    if (step.op !== 'model.set' && step.op !== 'model.activate') continue;
    const before = models.get(step.id);
    const version = (before?.version ?? 0) + 1;
    if (step.op === 'model.set')
      models.set(step.id, declareModel(step.id, step, version, before?.state));
    else if (before !== undefined) models.set(step.id, { ...before, version, state: 'active' });
  }
  return [...models.values()];
}

function showModels(
  now: SettingsNow,
  steps: readonly SettingsChange[],
): Pick<ProposalShown, 'models'> {
  const after = modelsAfter(now, steps);
  const named = new Set(steps.flatMap((step) => ('id' in step ? [step.id] : [])));
  return {
    models: after
      .filter((model) => named.has(model.id))
      .map((model) => {
        const before = now.models.find((each) => each.id === model.id);
        return {
          model: model.id,
          before: before === undefined ? null : describe(before),
          after: describe(model),
        };
      }),
  };
}

/** Every budget that would allow something else, or be declared otherwise, after people signed. */
function budgetsSigned(
  now: SettingsNow,
  next: Settings,
  steps: readonly SettingsChange[],
): ProposalShown['budgets'] {
  const models = modelsAfter(now, steps);
  const caps = [...new Set([...now.caps, ...next.caps])];
  const named = new Set(steps.flatMap((step) => (step.op === 'budget.set' ? [step.budget] : [])));
  const held = new Map(now.buckets.map((bucket) => [sayBucket(bucket.ref), bucket]));
  return next.budgets.flatMap((signed) => {
    const { budget } = signed;
    const ref = readBucket(budget);
    const bucket = held.get(budget);
    const lentBits = now.lent.get(budget) ?? 0n;
    const whole = apply(ref, signed, models, caps, lentBits);
    let after = whole;
    if (bucket !== undefined && !named.has(budget)) {
      // What one person set tighter stays so, as far as it is still tighter than what is signed.
      const kept = apply(ref, bucket.declared, models, caps);
      after = isWiderThanSigned(next, { ...bucket, ...kept }, lentBits) ? whole : kept;
    }
    const shown = showRule(after.declared, after);
    const before = bucket === undefined ? null : showRule(bucket.declared, bucket);
    return isSame(before, shown) ? [] : [{ budget, before, after: shown }];
  });
}

function isNothing(now: SettingsNow, settings: Settings, step: SettingsChange): boolean {
  switch (step.op) {
    case 'budget.set': {
      const ref = readBucket(step.budget);
      const { rate, burst, lifetime } = step;
      const signed = findBudget(settings, ref);
      const bucket = now.buckets.find((each) => sayBucket(each.ref) === step.budget);
      const wanted = { budget: step.budget, rate, burst, lifetime };
      const held = bucket === undefined ? null : { budget: step.budget, ...bucket.declared };
      return isSame(signed ?? null, wanted) && isSame(held, wanted);
    }
    case 'model.set': {
      const { op: _, before, thinnest: __, id: ___, ...facts } = step;
      return isSame(before, facts);
    }
    case 'model.activate':
      return now.models.find((each) => each.id === step.id)?.state === 'active';
    case 'caps.set':
      return isSame(step.before, step.caps);
    case 'destination.add':
    case 'settings.base':
      return false;
  }
}

/** Whether one administrator may set a budget at once, and if not, in which respects it is wider. */
function judgeDirect(
  now: SettingsNow,
  settings: Settings,
  step: Extract<SettingsChange, { op: 'budget.set' }>,
): { readonly looser: readonly Respect[]; readonly after: AppliedRule } {
  const ref = readBucket(step.budget);
  const caps = [...new Set([...now.caps, ...settings.caps])];
  // What is lent lies on top of what one person declares.
  const after = apply(ref, step, now.models, caps, now.lent.get(step.budget) ?? 0n);
  const bucket = now.buckets.find((each) => sayBucket(each.ref) === step.budget);
  const any: readonly Respect[] = ['burst', 'rate', 'lifetime'];
  // Of a project or a principal no budget at all is the widest one.
  const first = ref.scope === 'project' || ref.scope === 'principal';
  const looser = bucket === undefined ? (first ? [] : any) : looserIn(after.rule, bucket.rule);
  return { looser, after };
}

function sayList(words: readonly string[]): string {
  const unique = [...new Set(words)];
  const last = unique.at(-1) ?? '';
  return unique.length < 2 ? last : `${unique.slice(0, -1).join(', ')} and ${last}`;
}

/** Who signs, as the end of a sentence. */
function sayWho(roster: Roster, steps: readonly SettingsChange[]): string {
  const facts = { steps: steps as never };
  const subject = { kind: 'policy', tier: 'self', chargeBitsMax: '0', facts } as const;
  const rule = ruleOf(roster, subject);
  return rule === undefined ? 'and no rule says who' : `that is ${sayRule(rule)}`;
}

/**
 * Says what steps about settings would do. `administrator`: whether whoever asks may set at once what is tighter. Throws
 * what a request for them would be refused with.
 */
export function proposeSettings(
  now: SettingsNow,
  given: readonly unknown[],
  administrator: boolean,
): ProposalShown {
  const { roster } = now;
  const changes = readChanges(completeSettings(roster, now.settings, given));
  const next = applyChanges(roster, changes, isoTime(Math.max(now.nowMs, Date.parse(roster.at))));
  const settings = now.settings ?? next.settings;
  if (settings === undefined || next.settings === undefined)
    throw new TypeError('a change of settings without settings');
  const all = settingsSteps(changes);
  const steps = all.filter((step) => step.op !== 'settings.base');
  const says = steps.map(sayChange);
  const { models } = showModels(now, steps);
  if (steps.every((step) => isNothing(now, settings, step)))
    return { how: 'nothing', sentence: 'all of it is so already', says, budgets: [], models };
  const [only] = steps;
  const direct =
    steps.length === 1 && only?.op === 'budget.set' ? judgeDirect(now, settings, only) : null;
  if (direct?.looser.length === 0 && administrator && only?.op === 'budget.set') {
    const bucket = now.buckets.find((each) => sayBucket(each.ref) === only.budget);
    const { rate, burst, lifetime } = only;
    return {
      how: 'now',
      sentence: 'it is tighter in every respect, so one administrator sets it at once',
      says,
      budgets: [
        {
          budget: only.budget,
          before: bucket === undefined ? null : showRule(bucket.declared, bucket),
          after: showRule({ rate, burst, lifetime }, direct.after),
        },
      ],
      models,
    };
  }
  const who = sayWho(roster, all);
  const why =
    direct === null
      ? `${sayList(steps.map((step) => SUBJECTS[step.op]))} change only when people sign`
      : direct.looser.length === 0
        ? 'only an administrator sets at once what is tighter; from others it takes signatures'
        : `it lets more leave ${sayList(direct.looser.map((each) => RESPECTS[each]))}, so people have to sign it`;
  return {
    how: 'signed',
    sentence: `${why}: ${who}`,
    says,
    budgets: budgetsSigned(now, next.settings, all),
    models,
  };
}
