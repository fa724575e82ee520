/**
 * What an access request asks for, where it lies and who decides it. Pure, and read from what people sign: where a request
 * says it lies is never what makes somebody its decider.
 */
import { z } from 'zod';
import { canonicalJson, sayIssue } from '../core/index.ts';
import { ownersOf, peopleWithRole } from '../people/index.ts';
import type { Roster, Tier } from '../people/index.ts';
import { errors } from './errors.ts';
import { ownersOrSecurity } from './share-input.ts';
import type { Subject } from './subject.ts';

/** To what access can be asked for. */
export const ACCESS_TARGETS = ['project', 'model', 'tool', 'budget'] as const;

/** The one spelling of a bucket's name, so that who decides and what changes cannot be two buckets. */
const BUDGET = /^(?:enclave|automatic|(model|project|principal):([\w.-]{1,80}))$/;

const INPUT = z.strictObject({
  target: z.enum(ACCESS_TARGETS),
  what: z.string().min(1).max(80),
  durationMs: z
    .number()
    .int()
    .min(60_000)
    .max(366 * 86_400_000),
  /** Of a budget: how many bits more may be in it. */
  bits: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).nullable().default(null),
});

/** What an access request asks for. */
export type AccessInput = z.infer<typeof INPUT>;

/** Reads the input; throws `REQUEST_INPUT_INVALID`. */
export function readAccess(value: unknown): AccessInput {
  const parsed = INPUT.safeParse(value);
  if (!parsed.success) {
    const why = parsed.error.issues.map((issue) => sayIssue(issue)).join('; ');
    throw errors.error('INPUT_INVALID', { why, command: 'access' });
  }
  const { target, what, bits } = parsed.data;
  if (target !== 'budget') return parsed.data;
  if (bits === null)
    throw errors.error('INPUT_INVALID', {
      why: 'more budget needs a number of bits',
      command: 'access',
    });
  if (!BUDGET.test(what)) {
    const why =
      'a budget is `enclave`, `automatic`, `model:NAME`, `project:NAME` or `principal:ID`';
    throw errors.error('INPUT_INVALID', { why, command: 'access' });
  }
  return parsed.data;
}

/** The input in its one spelling. */
export function writeAccess(input: AccessInput): string {
  return canonicalJson(input);
}

/** Where an access request lies and which tier decides it at least. */
export interface AccessScope {
  /** Whose people see the request; empty for what belongs to no project. */
  readonly project: string;
  readonly models: readonly string[];
  readonly tier: Extract<Tier, 'one' | 'quorum'>;
}

/**
 * The scope of an access request. Its owners decide about a project, a model, a tool and a project's budget; what limits
 * others too (the budgets of the enclave, of a model, of a principal) needs the quorum. `asked` is the project that was
 * named with it: only of a tool it says anything.
 */
export function scopeOfAccess(input: AccessInput, asked: string): AccessScope {
  const { target, what } = input;
  if (target === 'project') return { project: what, models: [], tier: 'one' };
  if (target === 'tool') return { project: asked, models: [], tier: 'one' };
  if (target === 'model') return { project: '', models: [what], tier: 'one' };
  const [, scope, id = ''] = BUDGET.exec(what) ?? [];
  if (scope === 'project') return { project: id, models: [], tier: 'one' };
  return { project: '', models: scope === 'model' ? [id] : [], tier: 'quorum' };
}

/** What a signed access request asks for; null for a subject that says something else than its own scope. */
export function accessOf(subject: Subject): AccessInput | null {
  if (subject.kind !== 'access') return null;
  try {
    const input = readAccess(subject.facts['access']);
    const scope = scopeOfAccess(input, subject.project);
    const sound =
      subject.project === scope.project &&
      subject.models.join() === scope.models.join() &&
      (subject.tier === 'quorum' || subject.tier === scope.tier);
    return sound ? input : null;
  } catch {
    return null;
  }
}

/** Who asks for what: everything that decides whose word counts. */
export interface AccessAsk {
  readonly input: AccessInput;
  readonly project: string;
  readonly requester: string;
  readonly sponsor: string | null;
}

/**
 * The people of `owners(target)`: owners of the project or model that is asked for. Where nobody but the requester owns
 * it, or where it is not there, security decides, and administrators where there is no security: somebody can always say no.
 */
export function ownersOfTarget(
  roster: Roster,
  { input, project, requester, sponsor }: AccessAsk,
  nowMs: number,
): ReadonlySet<string> {
  const scope = scopeOfAccess(input, project);
  const [model] = scope.models;
  const owners =
    model === undefined
      ? peopleWithRole(roster, scope.project, 'owner', nowMs)
      : ownersOf(roster, model, nowMs);
  return ownersOrSecurity(owners, roster, { requester, sponsor }, nowMs);
}
