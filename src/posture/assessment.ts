/**
 * An organisation's assessment as a folder of YAML and JSON that people read and keep in git.
 *
 * The folder comes in as texts and digests: reading files is the caller's work. Every file says its `kind`; what it is
 * called and where it lies is free, except that evidence lies under `evidence/` and old results under `results/`.
 */
import { parseDocument } from 'yaml';
import { sayYamlFault } from './yaml-fault.ts';
import { z } from 'zod';
import { sayIssue } from '../core/index.ts';
import type { Refusal } from '../core/index.ts';
import { openCatalogue } from './catalogue/catalogue.ts';
import type { Catalogue, NamedFile } from './catalogue/catalogue.ts';
import { claimsFileSchema, readClaims } from './claim.ts';
import type { Claim } from './claim.ts';
import { ENVIRONMENT_IDS, environmentsSchema } from './environment.ts';
import type { EnvironmentId } from './environment.ts';
import { errors } from './errors.ts';
import { momentSchema } from './moment.ts';
import { observationsFileSchema } from './observation.ts';
import type { Reading } from './observation.ts';

/** A file of an assessment's folder. */
export interface FolderFile {
  /** Relative, with forward slashes. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** The text of a YAML or JSON file outside `evidence/`; null otherwise. */
  readonly text: string | null;
}

/** Whether a file of a folder is read as text; everything else is only hashed. */
export function isAssessmentText(file: string): boolean {
  return /\.(ya?ml|json)$/.test(file) && !file.startsWith('evidence/');
}

/** Limits of a folder. */
export const FOLDER_LIMITS = { files: 5000, textBytes: 4 * 1024 * 1024 } as const;

const text = z.string().min(1).max(4000).regex(/\S/, 'says nothing');

const assessmentSchema = z.strictObject({
  kind: z.literal('assessment'),
  organisation: z.string().min(1).max(200),
  owner: z.string().min(1).max(200),
  environments: environmentsSchema.describe('the environments in use; the others are not assessed'),
  gate: z
    .strictObject({ environments: z.array(z.enum(ENVIRONMENT_IDS)) })
    .default({ environments: [] })
    .describe('the environments whose only way out is the gate that is read'),
  profiles: z.array(z.string()).optional().describe('ids of the profiles to show; all by default'),
  notes: text.optional(),
});

const planSchema = z.strictObject({
  kind: z.literal('plan'),
  start: momentSchema.describe('when the work begins'),
  engineers: z.number().int().min(1).max(10_000),
  seed: z.string().min(1).max(200).default('sallyport'),
  runs: z.number().int().min(100).max(100_000).default(2000),
  drop: z.array(z.string()).default([]).describe('measures whose absence is asked about'),
});

const drillsSchema = z.strictObject({
  kind: z.literal('drills'),
  drills: z
    .array(
      z.strictObject({
        name: text,
        at: momentSchema,
        by: text,
        outcome: z.enum(['held', 'not-held', 'inconclusive']),
        sentence: text,
        file: z.string().max(300).optional(),
      }),
    )
    .max(2000),
});

/** What the folder's head says. */
export type AssessmentHead = z.infer<typeof assessmentSchema>;
/** The plan of work. */
export type PlanInput = z.infer<typeof planSchema>;
/** A drill that was held. */
export type Drill = z.infer<typeof drillsSchema>['drills'][number];

/** An assessment as read, with the catalogue that it is held against. */
export interface Assessment {
  readonly head: AssessmentHead;
  readonly catalogue: Catalogue;
  readonly claims: readonly Claim[];
  readonly readings: readonly Reading[];
  readonly plan: PlanInput | null;
  readonly drills: readonly Drill[];
  readonly files: readonly FolderFile[];
}

const KNOWN = z.discriminatedUnion('kind', [
  assessmentSchema,
  planSchema,
  drillsSchema,
  claimsFileSchema,
  observationsFileSchema,
]);
const CATALOGUE_KINDS = [
  'framework',
  'links',
  'crosswalks',
  'estimates',
  'profiles',
  'questions',
] as const;

function isText(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, each]) => key.isWellFormed() && isText(each));
}

/** Parses YAML (of which JSON is a part) strictly: no aliases, no tags, no duplicate keys. */
export function parseYaml(
  content: string,
): { ok: true; value: unknown } | { ok: false; why: string } {
  const document = parseDocument(content, { strict: true, uniqueKeys: true, schema: 'core' });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) return { ok: false, why: sayYamlFault(problem) };
  try {
    const value = document.toJS({ maxAliasCount: 0 }) as unknown;
    // Half a surrogate pair is no text; no document that is made of it could be written.
    if (!isText(value)) return { ok: false, why: 'it has text that is not Unicode' };
    return { ok: true, value };
  } catch (cause) {
    return { ok: false, why: sayYamlFault(cause) };
  }
}

interface Parts {
  readonly heads: AssessmentHead[];
  readonly plans: PlanInput[];
  readonly drills: Drill[];
  readonly claims: Claim[];
  readonly readings: Reading[];
  readonly catalogue: NamedFile[];
  readonly problems: string[];
}

function take(parts: Parts, file: FolderFile, content: string): void {
  const parsed = parseYaml(content);
  if (!parsed.ok) {
    parts.problems.push(`${file.path}: ${parsed.why}`);
    return;
  }
  const kind = (parsed.value as { kind?: unknown } | null)?.kind;
  if (CATALOGUE_KINDS.some((each) => each === kind)) {
    parts.catalogue.push({ name: file.path, value: parsed.value });
    return;
  }
  const known = KNOWN.safeParse(parsed.value);
  if (!known.success) {
    parts.problems.push(...known.error.issues.map((issue) => `${file.path}: ${sayIssue(issue)}`));
    return;
  }
  const value = known.data;
  switch (value.kind) {
    case 'assessment':
      parts.heads.push(value);
      break;
    case 'plan':
      parts.plans.push(value);
      break;
    case 'drills':
      parts.drills.push(...value.drills);
      break;
    case 'observations':
      parts.readings.push(value);
      break;
    case 'claims': {
      const read = readClaims(value, file.path);
      parts.claims.push(...read.claims);
      parts.problems.push(...read.problems);
      break;
    }
  }
}

/** Reads a folder whole; a refusal names every bad place at once. */
export function readAssessment(
  files: readonly FolderFile[],
): { readonly ok: true; readonly assessment: Assessment } | Refusal {
  if (files.length > FOLDER_LIMITS.files) {
    const { files: most } = FOLDER_LIMITS;
    return errors.refuse('LIMIT_EXCEEDED', {
      what: 'the number of files',
      count: files.length,
      most,
    });
  }
  const parts: Parts = {
    heads: [],
    plans: [],
    drills: [],
    claims: [],
    readings: [],
    catalogue: [],
    problems: [],
  };
  for (const file of files) if (file.text !== null) take(parts, file, file.text);
  const [head, second] = parts.heads;
  if (head === undefined) parts.problems.push('no file of kind `assessment`');
  if (second !== undefined) parts.problems.push('two files of kind `assessment`');
  if (parts.plans.length > 1) parts.problems.push('two files of kind `plan`');
  const opened = openCatalogue(parts.catalogue);
  if (!opened.ok) return opened;
  const { catalogue } = opened;
  for (const claim of parts.claims) {
    if (!catalogue.measures.has(claim.measure)) {
      parts.problems.push(`${claim.file}: no framework has a measure ${claim.measure}`);
    }
  }
  for (const id of parts.plans[0]?.drop ?? []) {
    if (!catalogue.measures.has(id)) parts.problems.push(`the plan drops ${id}, which is unknown`);
  }
  for (const id of head?.profiles ?? []) {
    if (!catalogue.profiles.some((each) => each.id === id)) {
      parts.problems.push(`no profile is called ${id}`);
    }
  }
  if (parts.problems.length > 0 || head === undefined) {
    return errors.refuse('ASSESSMENT_INVALID', { why: parts.problems.slice(0, 20).join('; ') });
  }
  return {
    ok: true,
    assessment: {
      head,
      catalogue,
      claims: parts.claims,
      readings: parts.readings,
      plan: parts.plans[0] ?? null,
      drills: parts.drills,
      files,
    },
  };
}

/** An assessment in which nobody has said anything: everything is unknown. */
export function emptyAssessment(catalogue: Catalogue): Assessment {
  const environments: EnvironmentId[] = [...ENVIRONMENT_IDS];
  return {
    head: {
      kind: 'assessment',
      organisation: 'nobody in particular',
      owner: 'nobody',
      environments,
      gate: { environments: [] },
    },
    catalogue,
    claims: [],
    readings: [],
    plan: null,
    drills: [],
    files: [],
  };
}
