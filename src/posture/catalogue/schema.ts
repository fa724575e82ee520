/** The shapes of catalogue data: what a file may hold, checked whole, with every bad field named at once. */
import { z } from 'zod';

const text = z.string().min(1).max(4000);
const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.()_-]{0,63}$/, 'not a usable id');
const short = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'not a short name in lower case');
const source = { source: text, confidence: z.enum(['high', 'medium', 'low']) };
const capacity = z.enum(['OC1', 'OC2', 'OC3', 'OC4', 'OC5']);
const level = z.enum(['SL1', 'SL2', 'SL3', 'SL4', 'SL5']);
const score = z.number().int().min(1).max(5);
const count = z.number().int().min(1).max(1_000_000);
/** A range as [low, likely, high]; a plain number would hide what is not known. */
const range = z
  .tuple([z.number().min(0), z.number().min(0), z.number().min(0)])
  .refine(([low, likely, high]) => low <= likely && likely <= high, 'not low ≤ likely ≤ high');
const param = z.union([
  z.number(),
  z.string(),
  z.boolean(),
  z.record(z.string(), z.union([z.number(), z.string()])),
]);

const capacitySchema = z.strictObject({
  id: capacity,
  name: text,
  people: count,
  peopleNote: text,
  duration: text,
  budgetUsdMax: z.number().int().min(1),
  prior: text,
  examples: z.array(text),
  ...source,
});
const levelSchema = z.strictObject({
  id: level,
  rank: score,
  thwarts: capacity,
  assurance: text,
  definition: text,
  note: text.optional(),
  ...source,
});
const vectorSchema = z.strictObject({
  id,
  category: text,
  name: text,
  feasibility: z.record(capacity, score),
  volatile: z.boolean(),
  firstLevel: level,
  ...source,
});
const measureSchema = z.strictObject({
  id,
  name: text,
  summary: text.optional(),
  level: z.number().int().min(1).max(5).nullable(),
  category: text,
  subcategory: text.optional(),
  gate: z
    .enum(['live', 'partial', 'attest'])
    .describe('live: a gate can show it; partial: a part of it; attest: a person has to say so'),
  tags: z.array(text).default([]),
  params: z.record(z.string(), param).optional(),
  refs: z.record(z.string(), z.string()).default({}),
  ...source,
});

const dataVersion = z.number().int().min(1);
const ours = z.literal(true).describe('these are judgements of whoever wrote the file');

/** A framework: measures, and for RAND also its capacities, levels and vectors. */
export const frameworkSchema = z.strictObject({
  kind: z.literal('framework'),
  id: short,
  title: text,
  version: text,
  dataVersion,
  link: z.url({ protocol: /^https$/ }),
  standing: z
    .string()
    .regex(/^self-assessed against/, 'must begin with `self-assessed against`')
    .describe('no framework certifies anything here'),
  notice: text,
  notes: z.array(text).default([]),
  capacities: z.array(capacitySchema).optional(),
  levels: z.array(levelSchema).optional(),
  vectors: z.array(vectorSchema).optional(),
  measures: z.array(measureSchema).min(1).max(5000),
});

const linkSchema = z.strictObject({
  measure: id,
  direct: z.array(id),
  supports: z.array(id).default([]),
});
/** Which measure stands against which vector. */
export const linksSchema = z.strictObject({
  kind: z.literal('links'),
  dataVersion,
  ours,
  note: text,
  links: z.array(linkSchema),
});

/** How measures of one framework relate to those of another. */
export const crosswalksSchema = z.strictObject({
  kind: z.literal('crosswalks'),
  dataVersion,
  ours,
  note: text,
  crosswalks: z.array(
    z.strictObject({
      from: id,
      to: z.array(id).min(1),
      relation: z.enum(['same', 'contains', 'part-of', 'overlaps']),
      confidence: z.enum(['high', 'medium', 'low']),
    }),
  ),
});

const ruleSchema = z.strictObject({
  match: z.strictObject({
    measures: z.array(id).optional(),
    category: text.optional(),
    subcategory: text.optional(),
    levels: z.array(z.number().int().min(1).max(5)).optional(),
  }),
  effortPersonWeeks: range,
  leadWeeks: range,
  why: text,
});
/** What measures take: effort, lead time, order and cost to research. */
export const estimatesSchema = z.strictObject({
  kind: z.literal('estimates'),
  dataVersion,
  ours,
  confidence: z.literal('low'),
  note: text,
  peoplePerMeasureMax: z.number().int().min(1).max(100),
  sharedOptimism: range.describe('one factor for all efforts and lead times of a run'),
  rules: z.array(ruleSchema).min(1),
  order: z.array(z.strictObject({ measure: id, needs: z.array(id).min(1) })),
  slowdownPercent: z.array(z.strictObject({ measure: id, percent: range })),
});

const profileSchema = z.strictObject({
  id: short,
  name: text,
  view: text,
  target: level,
  omit: z.array(z.strictObject({ measures: z.array(id).min(1), why: text })).default([]),
  add: z
    .array(z.strictObject({ level, framework: short.optional(), measures: z.array(id).optional() }))
    .default([]),
});
/** Views on what is enough. */
export const profilesSchema = z.strictObject({
  kind: z.literal('profiles'),
  dataVersion,
  ours,
  note: text,
  profiles: z.array(profileSchema).min(1).max(50),
});

/** The questions that `posture init` asks. */
export const questionsSchema = z.strictObject({
  kind: z.literal('questions'),
  dataVersion,
  ours,
  note: text,
  questions: z.array(z.strictObject({ id, text, measures: z.array(id).min(1) })),
});

/** Any catalogue file. */
export const catalogueFileSchema = z.discriminatedUnion('kind', [
  frameworkSchema,
  linksSchema,
  crosswalksSchema,
  estimatesSchema,
  profilesSchema,
  questionsSchema,
]);

/** An operational capacity: how strong an attacker is. */
export type Capacity = z.infer<typeof capacitySchema>;
/** The id of a capacity, `OC1` to `OC5`. */
export type CapacityId = z.infer<typeof capacity>;
/** A security level. */
export type Level = z.infer<typeof levelSchema>;
/** The id of a level, `SL1` to `SL5`. */
export type LevelId = z.infer<typeof level>;
/** An attack vector with its feasibility for each capacity. */
export type Vector = z.infer<typeof vectorSchema>;
/** A measure or control. */
export type Measure = z.infer<typeof measureSchema>;
/** A framework. */
export type Framework = z.infer<typeof frameworkSchema>;
/** A link from a measure to the vectors that it stands against. */
export type VectorLink = z.infer<typeof linkSchema>;
/** Effort, lead time, order and cost to research. */
export type Estimates = z.infer<typeof estimatesSchema>;
/** A range as [low, likely, high]. */
export type Range = z.infer<typeof range>;
/** A view on what is enough. */
export type Profile = z.infer<typeof profileSchema>;
/** A question of `posture init`. */
export type Question = z.infer<typeof questionsSchema>['questions'][number];
/** One relation between measures of two frameworks. */
export type Crosswalk = z.infer<typeof crosswalksSchema>['crosswalks'][number];
/** A file of catalogue data. */
export type CatalogueFile = z.infer<typeof catalogueFileSchema>;
