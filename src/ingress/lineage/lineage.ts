/** What came from what: nodes, runs and recalls. Pure. */
import { z } from 'zod';
import { canonicalJson, sayIssue } from '../../core/index.ts';
import type { JsonObject } from '../../core/index.ts';
import { lineageErrors } from './errors.ts';

/** Kinds of nodes, in the order from what came in to what was made. */
export const NODE_KINDS = ['source', 'set', 'run', 'model', 'monitor'] as const;

/** One of {@link NODE_KINDS}. */
export type NodeKind = (typeof NODE_KINDS)[number];

/**
 * Something in the lineage. Its id is `kind:id`. A model or monitor is `kind:digest@project`: the same bytes in two
 * compartments are two nodes that are quarantined together, so that neither compartment is told of the other.
 */
export interface LineageNode {
  readonly id: string;
  readonly kind: NodeKind;
  readonly project: string;
  readonly name: string;
  readonly sha256: string | null;
  readonly detail: JsonObject;
  readonly addedMs: number;
  /** The recall that quarantined it; null while it is good. */
  readonly recall: string | null;
}

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'not a sha256 in lower case');
const name = z.string().trim().min(1).max(200);
const PARAMETERS_CHARACTERS_MAX = 16_384;

/** A training run, as somebody records it. */
export const RUN = z.strictObject({
  name,
  base: z
    .strictObject({ name, sha256: digest })
    .nullable()
    .default(null)
    .describe('the model that it started from'),
  sets: z
    .array(z.string().min(1).max(80))
    .max(1_000)
    .default([])
    .describe('admitted sets: ids of imports, or digests of their safe forms'),
  parameters: z.record(z.string().max(100), z.json()).default({}),
  code: z.string().max(200).nullable().default(null).describe('the version of the training code'),
  results: z
    .array(z.strictObject({ kind: z.enum(['model', 'monitor']), name, sha256: digest }))
    .min(1)
    .max(100),
});

/** A run that can be recorded. */
export type Run = z.infer<typeof RUN>;

/** Reads a run; throws `LINEAGE_RUN_INVALID` with every bad field named. */
export function readRun(value: unknown): Run {
  const parsed = RUN.safeParse(value);
  if (!parsed.success) {
    const why = parsed.error.issues.map((issue) => sayIssue(issue, 'run')).join('; ');
    throw lineageErrors.error('RUN_INVALID', { why: why.slice(0, 500) });
  }
  const { data: run } = parsed;
  if (run.sets.length === 0 && run.base === null)
    throw lineageErrors.error('RUN_INVALID', { why: 'it names neither a base model nor a set' });
  if (canonicalJson(run.parameters).length > PARAMETERS_CHARACTERS_MAX)
    throw lineageErrors.error('RUN_INVALID', { why: 'its parameters are longer than 16 KiB' });
  const made = new Set(run.results.map((each) => each.sha256));
  if (made.size !== run.results.length)
    throw lineageErrors.error('RUN_INVALID', { why: 'two results have one digest' });
  if (run.base !== null && made.has(run.base.sha256))
    throw lineageErrors.error('RUN_INVALID', { why: 'a result is the base model itself' });
  return run;
}

/** What can be recalled. */
export const RECALL_TARGETS = ['source', 'set', 'file', 'key'] as const;

/** The id of a model or monitor in a compartment. */
export function madeId(kind: 'model' | 'monitor', sha256: string, project: string): string {
  return `${kind}:${sha256}@${project}`;
}

/** The digest in the id of a model or monitor; the id itself of anything else. */
function contentOf(id: string): string {
  return id.slice(id.indexOf(':') + 1).split('@')[0] ?? id;
}

/** A recall. */
export interface Recall {
  readonly id: string;
  readonly target: { readonly kind: (typeof RECALL_TARGETS)[number]; readonly id: string };
  readonly project: string;
  readonly by: string;
  readonly reason: string;
  readonly atMs: number;
  /** How many nodes it quarantined when it was made. */
  readonly reached: number;
}

/** A run to do again, without what was recalled. */
export interface PlanStep {
  readonly run: string;
  readonly name: string;
  readonly project: string;
  readonly base: string | null;
  /** `quarantined`: a step before this one, or another recall's plan, makes it anew. */
  readonly baseState: 'none' | 'good' | 'quarantined';
  readonly setsLeft: readonly string[];
  readonly setsRecalled: readonly string[];
  readonly results: readonly { readonly id: string; readonly name: string }[];
  /** `retrain` on what is left; `drop` when it had sets and none is left. */
  readonly action: 'retrain' | 'drop';
}

/** Orders runs so that a base is retrained before what starts from it. Runs of a cycle, which cannot be, come last. */
export function orderPlan(steps: readonly PlanStep[]): readonly PlanStep[] {
  const maker = new Map<string, PlanStep>();
  for (const step of steps)
    for (const result of step.results) maker.set(contentOf(result.id), step);
  const ordered = new Set<PlanStep>();
  for (const first of steps) {
    // Up the chain of bases, then down: no recursion, whatever the depth.
    const chain: PlanStep[] = [];
    const seen = new Set<PlanStep>();
    for (let step: PlanStep | undefined = first; step !== undefined;) {
      if (ordered.has(step) || seen.has(step)) break;
      seen.add(step);
      chain.push(step);
      step = step.base === null ? undefined : maker.get(contentOf(step.base));
    }
    for (const step of chain.reverse()) ordered.add(step);
  }
  return [...ordered];
}
