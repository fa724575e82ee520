/**
 * The file of test cases for policies: a small world of people and things, and questions with the answers they must get.
 * Its form is described in docs/how-to/test-policies.md.
 */
import { z } from 'zod';
import { parseJsonStrict } from '../core/index.ts';
import {
  gateEntity,
  modelEntity,
  principalEntity,
  principalRef,
  projectEntity,
  requestEntity,
  resourceRef,
  shareEntity,
} from './cedar-entities.ts';
import type { Policy, PolicyDecision, PolicyEntity, PolicyQuestion } from './cedar-policy.ts';
import { errors } from './errors.ts';

const CHARACTERS_MAX = 4 * 1024 * 1024;
const id = z.string().min(1).max(64);
const ids = z.array(id).max(1_000);
const program = { sponsor: id, member: ids, touches: ids, locked: z.boolean() };
const worldSchema = z.strictObject({
  persons: z
    .record(
      id,
      z
        .strictObject({
          member: ids,
          reviewer: ids,
          owner: ids,
          owns: ids,
          touches: ids,
          locked: z.boolean(),
          security: z.boolean(),
          administrator: z.boolean(),
          auditor: z.boolean(),
        })
        .partial(),
    )
    .default({}),
  agents: z.record(id, z.strictObject(program).partial()).default({}),
  workloads: z.record(id, z.strictObject(program).partial()).default({}),
  projects: z.record(id, z.strictObject({ locked: z.boolean() }).partial()).default({}),
  models: z.record(id, z.strictObject({ locked: z.boolean() }).partial()).default({}),
  requests: z
    .record(
      id,
      z.strictObject({
        project: id,
        requester: id,
        sponsor: id.optional(),
        kind: z.string().min(1).max(64),
      }),
    )
    .default({}),
  shares: z.record(id, z.strictObject({ from: id, to: id })).default({}),
});
const caseSchema = z.strictObject({
  who: z.string().regex(/^(person|agent|workload):.+$/),
  does: z.string().min(1).max(64),
  on: z.string().regex(/^(gate|(project|model|request|share):.+)$/),
  with: z.record(z.string(), z.union([z.string(), z.boolean(), z.int()])).default({}),
  expect: z.enum(['allow', 'deny']),
  because: z.array(z.string()).optional(),
});
const fileSchema = z.strictObject({ world: worldSchema, cases: z.array(caseSchema).max(100_000) });

/** The people and things of a case file. */
export type PolicyWorld = z.infer<typeof worldSchema>;
/** One question with its answer. `because` names the policies that must decide. */
export type PolicyCase = z.infer<typeof caseSchema>;

/** A question by its short names: `person:ada`, `request.ask`, `project:probe` or `gate`. */
export type CaseQuestion = Pick<PolicyCase, 'who' | 'does' | 'on' | 'with'>;

/** Reads a case file; throws `POLICY_CASES_INVALID` that names every bad field. */
export function parseCases(text: string): {
  readonly world: PolicyWorld;
  readonly cases: readonly PolicyCase[];
} {
  if (text.length > CHARACTERS_MAX) throw errors.error('CASES_INVALID', { why: 'it is too long' });
  const json = parseJsonStrict(text);
  if (!json.ok) throw errors.error('CASES_INVALID', { why: json.message });
  const read = fileSchema.safeParse(json.value);
  if (read.success) return read.data;
  const why = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw errors.error('CASES_INVALID', { why: why.join('; ').slice(0, 1_000) });
}

/** Everything of a world as entities. */
export function worldEntities(world: PolicyWorld): readonly PolicyEntity[] {
  const each = <T, R>(record: Record<string, T>, make: (name: string, facts: T) => R): R[] =>
    Object.entries(record).map(([name, facts]) => make(name, facts));
  // Zod marks fields that may be left out as possibly undefined; the file itself cannot say undefined.
  const clean = (facts: object): object =>
    Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
  return [
    ...each(world.persons, (name, facts) =>
      principalEntity({ ...clean(facts), kind: 'person', id: name }),
    ),
    ...each(world.agents, (name, facts) =>
      principalEntity({ ...clean(facts), kind: 'agent', id: name }),
    ),
    ...each(world.workloads, (name, facts) =>
      principalEntity({ ...clean(facts), kind: 'workload', id: name }),
    ),
    ...each(world.projects, (name, facts) => projectEntity({ ...clean(facts), id: name })),
    ...each(world.models, (name, facts) => modelEntity({ ...clean(facts), id: name })),
    ...each(world.requests, (name, { kind, project, requester, sponsor }) =>
      requestEntity({
        id: name,
        kind,
        project,
        requester,
        ...(sponsor === undefined ? {} : { sponsor }),
      }),
    ),
    ...each(world.shares, (name, sides) => shareEntity({ ...sides, id: name })),
    gateEntity(),
  ];
}

function split(name: string): [string, string] {
  const at = name.indexOf(':');
  return at < 0 ? [name, ''] : [name.slice(0, at), name.slice(at + 1)];
}

/** Turns a question by short names into one for the engine. */
export function toQuestion(
  question: CaseQuestion,
  entities: readonly PolicyEntity[],
): PolicyQuestion {
  const [kind, who] = split(question.who);
  const [type, on] = split(question.on);
  return {
    principal: principalRef(kind as 'person' | 'agent' | 'workload', who),
    action: question.does,
    resource: resourceRef(type as 'project' | 'model' | 'request' | 'share' | 'gate', on),
    context: question.with,
    entities,
  };
}

/** What came of one case. */
export interface CaseResult {
  readonly asked: PolicyCase;
  readonly decision: PolicyDecision;
  /** Empty when the answer was the expected one. */
  readonly problems: readonly string[];
}

/** Asks every case. A denial by error counts only where the case expects a denial and names no reasons. */
export function runCases(
  policy: Policy,
  world: PolicyWorld,
  cases: readonly PolicyCase[],
): readonly CaseResult[] {
  const entities = worldEntities(world);
  return cases.map((asked) => {
    const decision = policy.authorise(toQuestion(asked, entities));
    const got = decision.allow ? 'allow' : 'deny';
    const problems: string[] = [];
    if (got !== asked.expect) problems.push(`expected ${asked.expect}, got ${got}`);
    if (asked.because !== undefined) {
      const [wanted, found] = [[...asked.because].sort(), [...decision.reasons]];
      if (wanted.join() !== found.join()) {
        const list = (names: readonly string[]) => (names.length === 0 ? 'none' : names.join(', '));
        problems.push(`expected because of ${list(wanted)}, got ${list(found)}`);
      }
    }
    return { asked, decision, problems };
  });
}
