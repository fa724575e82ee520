/**
 * Decisions: may this principal do this to that?
 *
 * Cedar skips a policy that fails to evaluate, even a `forbid`, and still answers. Here every error of any policy, every
 * answer that is not a decision, and every exception is a denial.
 */
import { canonicalJson, sha256 } from '../core/index.ts';
import { checkPolicies } from './cedar-check.ts';
import type { NamedPolicy, PolicyCheck, PolicySource } from './cedar-check.ts';
import type { CedarValueJson, EntityJson, TypeAndId } from './cedar-engine.ts';
import { cedar } from './cedar-engine.ts';
import { cutEntity, makeSlicer } from './cedar-slice.ts';
import { DEFAULT_SCHEMA } from './default-schema.ts';
import { errors } from './errors.ts';

/** A value in an attribute or context: integers must be smaller than 2^53 in size. */
export type PolicyValue = CedarValueJson;

/** An entity with its attributes, in Cedar's JSON form. */
export type PolicyEntity = EntityJson;

/** The question. */
export interface PolicyQuestion {
  readonly principal: TypeAndId;
  /** Such as `request.ask`. */
  readonly action: string;
  readonly resource: TypeAndId;
  readonly context: Readonly<Record<string, PolicyValue>>;
  /** The principal, the resource, and whatever policies reach from them. */
  readonly entities: readonly PolicyEntity[];
}

/** The answer. */
export interface PolicyDecision {
  readonly allow: boolean;
  /** The `@id`s of the policies that decided; empty when none applies, which is a denial. */
  readonly reasons: readonly string[];
  /** What went wrong; never empty together with `allow`. */
  readonly errors: readonly string[];
}

/** A set of policies, ready to decide. */
export interface Policy {
  /** SHA-256 of the policies' text. */
  readonly digest: string;
  readonly policies: readonly NamedPolicy[];
  /** Decides. Never throws; whatever cannot be evaluated is denied with the error named. */
  authorise(question: PolicyQuestion): PolicyDecision;
}

/** The engine keeps every set it was given until the process ends. */
const SETS_MAX = 1_000;
const DEPTH_MAX = 16;
const opened = new Map<string, Policy>();

/** What the engine would round or refuse: says where, or null. */
function findUnusableNumber(value: unknown, path: string, depth = 0): string | null {
  if (depth > DEPTH_MAX) return `${path} is nested too deeply`;
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? null : `${path} is not an integer smaller than 2^53`;
  }
  if (typeof value === 'bigint') return `${path} is not an integer smaller than 2^53`;
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, each] of Object.entries(value)) {
    const found = findUnusableNumber(each, `${path}.${key}`, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

function deny(...why: readonly string[]): PolicyDecision {
  return { allow: false, reasons: [], errors: why };
}

type Slicer = ReturnType<typeof makeSlicer>;

function decide(slicer: Slicer, question: PolicyQuestion): PolicyDecision {
  const { principal, action, resource, context, entities } = question;
  const number =
    findUnusableNumber(context, 'context') ??
    findUnusableNumber(
      entities.map(({ attrs }) => attrs),
      'entities',
    );
  if (number !== null) return deny(number);
  const slice = slicer(action);
  if (slice === undefined) return deny(`there is no action ${action}`);
  const answer = cedar().statefulIsAuthorized({
    principal,
    action: { type: 'Action', id: action },
    resource,
    context,
    entities: entities.map((entity) => cutEntity(slice, entity)),
    preparsedPolicySetId: slice.setId,
    preparsedSchemaName: slice.schemaName,
    validateRequest: true,
  });
  if (answer.type !== 'success') {
    return deny('the engine gave no decision', ...answer.errors.map(({ message }) => message));
  }
  const { decision, diagnostics } = answer.response;
  const failed = diagnostics.errors.map(({ policyId, error }) => `${policyId}: ${error.message}`);
  if (failed.length > 0) return { allow: false, reasons: [], errors: failed };
  return { allow: decision === 'allow', reasons: [...diagnostics.reason].sort(), errors: [] };
}

function authoriseSafely(slicer: Slicer, question: PolicyQuestion): PolicyDecision {
  try {
    return decide(slicer, question);
  } catch (error) {
    return deny(`the engine failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Throws `POLICY_INVALID` naming every problem. */
function needOk(check: PolicyCheck): void {
  if (check.ok) return;
  throw errors.error('INVALID', { why: sayProblems(check).join('; ').slice(0, 2_000) });
}

/** Every error of a check as a sentence with its place. */
export function sayProblems(check: PolicyCheck): readonly string[] {
  return check.problems
    .filter(({ severity }) => severity === 'error')
    .map(({ policy, line, message }) =>
      [policy, line === undefined ? undefined : `line ${line}`, message].filter(Boolean).join(': '),
    );
}

function makePolicy(name: string, source: PolicySource, check: PolicyCheck): Policy {
  const { digest, policies } = check;
  const slicer = makeSlicer(name, source.schema ?? DEFAULT_SCHEMA, policies);
  return { digest, policies, authorise: (question) => authoriseSafely(slicer, question) };
}

/**
 * Makes policies ready to decide. The engine's compiled set is kept under the digest of both texts, so that a decision
 * cannot come from other policies than the digest says. Throws `POLICY_INVALID` naming every problem.
 */
export function openPolicy(source: PolicySource): Policy {
  const { policies, schema = DEFAULT_SCHEMA } = source;
  const name = sha256(canonicalJson({ policies, schema }));
  const held = opened.get(name);
  if (held !== undefined) return held;
  const check = checkPolicies(source);
  needOk(check);
  if (opened.size >= SETS_MAX) throw errors.error('SETS_TOO_MANY', { limit: SETS_MAX });
  const policy = makePolicy(name, source, check);
  opened.set(name, policy);
  return policy;
}

const freeTrials: string[] = [];
let trials = 0;

/**
 * Makes policies ready for as long as `work` runs: for proposals, of which anybody may make any number. The engine never
 * forgets a set, so the places of trials that are over are written over. Throws `POLICY_INVALID` naming every problem.
 */
export async function tryPolicy<T>(
  source: PolicySource,
  work: (policy: Policy) => T | Promise<T>,
): Promise<T> {
  const check = checkPolicies(source);
  needOk(check);
  const name = freeTrials.pop() ?? `trial ${++trials}`;
  let over = false;
  const policy = makePolicy(name, source, check);
  try {
    // Whoever keeps the policy must not be answered by the next one in its place.
    return await work({
      ...policy,
      authorise: (question) => (over ? deny('the trial is over') : policy.authorise(question)),
    });
  } finally {
    over = true;
    freeTrials.push(name);
  }
}

/** What is said where no policy says anything: nothing is allowed then, and nothing is forbidden. */
export const NO_POLICY = 'denied, because no policy permits it';

/** Says in words why a decision came out as it did, one sentence a line. */
export function explain(policy: Policy, decision: PolicyDecision): readonly string[] {
  if (decision.errors.length > 0) {
    return [
      'denied, because the policies could not be evaluated; nothing is allowed then',
      ...decision.errors.map((error) => `error: ${error}`),
    ];
  }
  if (decision.reasons.length === 0) return [NO_POLICY];
  return decision.reasons.map((id) => {
    const found = policy.policies.find((each) => each.id === id);
    return `${decision.allow ? 'allowed' : 'denied'} by ${id}: ${found?.says ?? 'a policy without words'}`;
  });
}
