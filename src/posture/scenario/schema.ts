/** The form of a scenario file: every field, its unit and its bounds. Unknown fields are refused, like wrong values. */
import { z } from 'zod';
import type { Drawn, Range, RangeShape } from './range.ts';

const FORMS =
  'give one of: `value`; `min` and `max`; `min`, `mode` and `max`; or `p10`, `p50` and `p90`';
const rangeFields = {
  value: z.number().optional(),
  min: z.number().optional(),
  mode: z.number().optional(),
  max: z.number().optional(),
  p10: z.number().optional(),
  p50: z.number().optional(),
  p90: z.number().optional(),
  scale: z.enum(['linear', 'log']).optional(),
  source: z.string().min(1).max(60),
  why: z.string().max(300).optional(),
};
type RangeFields = z.infer<z.ZodObject<typeof rangeFields>>;

function shapeOf(fields: RangeFields): RangeShape | undefined {
  const { value, min, mode, max, p10, p50, p90, scale } = fields;
  const given = [value, min, mode, max, p10, p50, p90].filter((one) => one !== undefined).length;
  if (scale !== undefined && p10 === undefined) return undefined;
  if (value !== undefined && given === 1) return { value };
  if (min !== undefined && max !== undefined) {
    if (given === 2) return { min, max };
    if (given === 3 && mode !== undefined) return { min, mode, max };
  }
  if (p10 !== undefined && p50 !== undefined && p90 !== undefined && given === 3) {
    return { p10, p50, p90, scale };
  }
  return undefined;
}

interface Field {
  readonly unit: string;
  readonly low: number;
  readonly high: number;
  readonly drawn: Drawn;
}

function checkRange(fields: RangeFields, field: Field): string | undefined {
  const shape = shapeOf(fields);
  if (shape === undefined) return FORMS;
  const numbers = Object.entries(shape).filter(([name]) => name !== 'scale');
  const ordered = numbers.map(([, value]) => value as number);
  if (ordered.some((each) => each < field.low || each > field.high)) {
    return `must lie between ${field.low} and ${field.high} ${field.unit}`.trim();
  }
  if (ordered.some((each, i) => i > 0 && each < ordered[i - 1]!)) {
    return `${numbers.map(([name]) => name).join(' ≤ ')} does not hold`;
  }
  if ('p10' in shape && shape.scale === 'log' && shape.p10 <= 0) {
    return 'a logarithmic range must be above 0';
  }
  return undefined;
}

function toRange(fields: RangeFields, field: Field): Range {
  // The refinement before has refused everything that has no shape.
  return { shape: shapeOf(fields)!, source: fields.source, why: fields.why, ...field };
}

const range = (field: Field) =>
  z
    .strictObject(rangeFields)
    .superRefine((fields, context) => {
      const why = checkRange(fields, field);
      if (why !== undefined) context.addIssue({ code: 'custom', message: why });
    })
    .transform((fields) => toRange(fields, field));

const perWorld = (unit: string, low: number, high: number) =>
  range({ unit, low, high, drawn: 'world' });
const months = () => range({ unit: 'months', low: 0, high: 1200, drawn: 'run' });
const chance = () => perWorld('of 1', 0, 1);
const perYear = () => perWorld('a year', 0, 1000);

/** One point of a path over time. */
export interface PathPoint {
  readonly month: number;
  readonly range: Range;
}

/** Something that changes over time: straight lines between points, level before the first and after the last. */
export type Path = readonly PathPoint[];

function path(field: Field) {
  const point = z
    .strictObject({ ...rangeFields, month: z.number().min(0).max(1200) })
    .superRefine((fields, context) => {
      const why = checkRange(fields, field);
      if (why !== undefined) context.addIssue({ code: 'custom', message: why });
    })
    .transform((fields): PathPoint => ({ month: fields.month, range: toRange(fields, field) }));
  return z
    .array(point)
    .min(1)
    .max(24)
    .superRefine((points, context) => {
      if (points.some((each, i) => i > 0 && each.month <= points[i - 1]!.month)) {
        context.addIssue({ code: 'custom', message: 'months must rise from point to point' });
      }
    });
}

const level = () => path({ unit: 'SL', low: 0, high: 5, drawn: 'world' });
const name = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'a name has a-z, 0-9 and -');
const title = z.string().min(1).max(80);

const openParty = z.strictObject({
  kind: z.literal('open'),
  name,
  title,
  lagMonths: months().describe('months after the leader in which weights of this ability are open'),
});

const developer = z.strictObject({
  kind: z.enum(['leader', 'developer', 'government']),
  name,
  title,
  count: z.number().int().min(1).max(8).default(1),
  lagMonths: months().describe('months after the date of the capability'),
  weightsLevel: level().describe('security level against theft of weights'),
  secretsLevel: level().describe('security level against theft of small secrets'),
  integrityLevel: level().describe('security level against sabotage'),
  weightsTB: path({ unit: 'TB', low: 0.000001, high: 100_000, drawn: 'world' }),
  egress: z
    .strictObject({
      shareOfWeightsPerYear: perWorld('of the weights a year', 0, 1_000_000).optional(),
      terabytesPerMonth: perWorld('TB a month', 0, 1_000_000).optional(),
    })
    .refine(
      (cap) => (cap.shareOfWeightsPerYear === undefined) !== (cap.terabytesPerMonth === undefined),
      'give either `shareOfWeightsPerYear` or `terabytesPerMonth`',
    ),
  hiddenShare: chance().describe('share of what leaves that a thief can choose'),
  bypass: chance().describe('share of break-ins that carry weights out past the capped wire'),
  foundPerMonth: perWorld('a month', 0, 1000).describe('rate at which a slow theft is found'),
  leakPerYear: perYear().describe('rate at which its weights become public'),
  useMonths: months().describe('months from stolen or public weights to using them'),
  misusePerYear: perYear().describe('rate of catastrophic misuse by a holder of this kind'),
});

const adversary = z.strictObject({
  name,
  title,
  oc: z.number().int().min(1).max(5).describe('operational capacity'),
  groups: z.number().int().min(1).max(20),
  helps: name.optional().describe('the party that gets what this adversary steals'),
  targets: z.array(name).min(1).optional().describe('parties it attacks; all when left out'),
  weightsAttemptsPerYear: perYear(),
  secretsAttemptsPerYear: perYear(),
  sabotageAttemptsPerYear: perYear(),
  useMonths: months(),
  leakPerYear: perYear(),
  misusePerYear: perYear(),
});

const startsAfter = {
  name,
  title,
  from: z.enum(['start', 'capability']).describe('what `afterMonths` counts from'),
  afterMonths: months(),
  chance: chance(),
};

const intervention = z.discriminatedUnion('effect', [
  z.strictObject({
    ...startsAfter,
    effect: z.literal('stop'),
    from: z.enum(['start', 'capability', 'theft']),
    parties: z.array(name).min(1).describe('parties that stop, unless they have it already'),
    months: months().describe('how long they stop'),
  }),
  z.strictObject({
    ...startsAfter,
    effect: z.literal('merge'),
    parties: z.array(name).min(1).describe('parties that become one government project'),
    toLevel: perWorld('SL', 0, 5).describe('the level that the project reaches'),
    months: months().describe('how long it takes to reach it'),
  }),
]);

const hardening = z.strictObject({
  ...startsAfter,
  parties: z.array(name).min(1),
  toLevel: perWorld('SL', 0, 5),
  months: months().describe('from beginning to the level reached'),
});

const month = /^\d{4}-(0[1-9]|1[0-2])$/;

/** The whole file. */
export const SCENARIO_SCHEMA = z.strictObject({
  sallyport: z.literal('scenario/1').describe('the version of this form'),
  name: title,
  about: z.string().max(4000),
  inputsOf: z.iso.date().describe('the day on which the inputs were chosen'),
  start: z.string().regex(month, 'a month like 2026-12').describe('month 0'),
  months: z.number().int().min(6).max(180).describe('how far the scenario looks'),
  seed: z.number().int().min(0).max(4294967295).default(1),
  sources: z
    .array(z.strictObject({ id: name, title: z.string().min(1).max(300), url: z.url().optional() }))
    .max(50)
    .default([]),
  capability: z.strictObject({
    what: z.string().min(1).max(300),
    month: months().describe('month in which a party without lag has it'),
  }),
  parties: z
    .array(z.discriminatedUnion('kind', [developer, openParty]))
    .min(1)
    .max(12),
  adversaries: z.array(adversary).max(12),
  success: z
    .strictObject({
      levelAbove: chance(),
      level: chance(),
      levelBelow: chance(),
      twoBelow: chance(),
      threeBelow: chance(),
    })
    .describe('chance that one attempt succeeds, by the level against the attacker’s capacity'),
  compression: perWorld('times', 1, 10_000),
  secretsCutLag: chance().describe('share of the rest of a lag that stolen secrets save'),
  monitorShare: chance().describe('share of sabotage that aims at the monitor, not at alignment'),
  distillation: z.strictObject({
    parties: z.array(name),
    lagShareIfBlocked: perWorld('of the lag', 0, 10),
    blockedShare: chance(),
  }),
  model: z.strictObject({
    misaligned: chance(),
    ocAtCapability: perWorld('OC', 0, 5),
    ocPerYear: perWorld('OC a year', 0, 20),
    attemptsPerYear: perYear(),
    monitorStops: chance(),
    misusePerYear: perYear(),
  }),
  interventions: z.array(intervention).max(12).default([]),
  hardening: z.array(hardening).max(12).default([]),
  claims: z
    .strictObject({
      spreadSafe: z.boolean().default(false),
      othersStopped: z.boolean().default(false),
      fewStable: z.boolean().default(false),
    })
    .prefault({}),
});

/** A scenario as the model takes it. */
export type Scenario = z.infer<typeof SCENARIO_SCHEMA>;
/** A party that makes and keeps models. */
export type Developer = z.infer<typeof developer>;
/** A party of the scenario. */
export type Party = Scenario['parties'][number];
/** A class of groups that attack. */
export type Adversary = z.infer<typeof adversary>;
/** A government's act. */
export type Intervention = z.infer<typeof intervention>;
/** A programme that raises a party's level. */
export type Hardening = z.infer<typeof hardening>;
