/** Reading a set of policies: syntax, names, sentences and strict validation against the schema, every problem at once. */
import { sha256 } from '../core/index.ts';
import type { DetailedError } from './cedar-engine.ts';
import { cedar } from './cedar-engine.ts';
import { DEFAULT_SCHEMA } from './default-schema.ts';

/** The texts of a policy. */
export interface PolicySource {
  readonly policies: string;
  /** The shipped schema by default. */
  readonly schema?: string;
}

/** Something that is wrong with the texts. */
export interface PolicyProblem {
  readonly severity: 'error' | 'warning';
  /** In which text. */
  readonly text: 'policies' | 'schema';
  readonly policy?: string;
  /** From 1; missing when the place is not known. */
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
}

/** One policy of a set. */
export interface NamedPolicy {
  /** Its `@id`. */
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  /** Its `@says`, for people. */
  readonly says: string;
  readonly source: string;
}

/** What reading gave. `ok` is true when there is no error; warnings may be there all the same. */
export interface PolicyCheck {
  readonly ok: boolean;
  /** {@link digestPolicies} of the policies: their name in the roster and in the ledger. */
  readonly digest: string;
  readonly policies: readonly NamedPolicy[];
  readonly problems: readonly PolicyProblem[];
}

/** UTF-16 units of a text of policies or of a schema. */
export const POLICY_CHARACTERS_MAX = 256 * 1024;
const POLICIES_MAX = 500;
const ID = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** Cedar counts in bytes of UTF-8. */
function place(text: string, byteOffset: number | undefined): { line?: number; column?: number } {
  if (byteOffset === undefined) return {};
  const before = Buffer.from(text, 'utf8').subarray(0, byteOffset).toString('utf8').split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function describe(error: DetailedError): string {
  const help = error.help === null ? '' : ` (${error.help})`;
  return `${error.message}${help}`.replace(/\s+/g, ' ').slice(0, 500);
}

class Problems {
  readonly list: PolicyProblem[] = [];
  readonly #source: { readonly policies: string; readonly schema: string };

  constructor(source: { readonly policies: string; readonly schema: string }) {
    this.#source = source;
  }

  say(text: 'policies' | 'schema', message: string, more: Partial<PolicyProblem> = {}): void {
    this.list.push({ severity: 'error', text, message, ...more });
  }

  add(text: 'policies' | 'schema', error: DetailedError): void {
    this.say(text, describe(error), place(this.#source[text], error.sourceLocations?.[0]?.start));
  }

  /** An error inside one policy, whose places count from its own beginning. */
  addIn(policy: NamedPolicy, error: DetailedError, severity: 'error' | 'warning'): void {
    const { policies } = this.#source;
    const begin = policies.indexOf(policy.source);
    const start = error.sourceLocations?.[0]?.start;
    const offset =
      begin < 0 || start === undefined
        ? undefined
        : Buffer.byteLength(policies.slice(0, begin)) + start;
    const where = place(policies, offset);
    this.say('policies', describe(error), { severity, policy: policy.id, ...where });
  }
}

function readPolicies(text: string, problems: Problems): NamedPolicy[] {
  const parts = cedar().policySetTextToParts(text);
  if (parts.type === 'failure') {
    for (const error of parts.errors) problems.add('policies', error);
    return [];
  }
  if (parts.policy_templates.length > 0) {
    problems.say('policies', 'templates (`?principal`, `?resource`) are not used here');
  }
  if (parts.policies.length === 0) problems.say('policies', 'there is no policy in it');
  if (parts.policies.length > POLICIES_MAX) {
    problems.say('policies', `there are more than ${POLICIES_MAX} policies in it`);
    return [];
  }
  const named: NamedPolicy[] = [];
  for (const source of parts.policies) {
    const read = cedar().policyToJson(source);
    if (read.type === 'failure') {
      for (const error of read.errors) problems.add('policies', error);
      continue;
    }
    const { effect, annotations = {} } = read.json;
    const { id = '', says = '' } = annotations;
    const policy = { id, effect, says, source };
    const at = place(text, Buffer.byteLength(text.slice(0, Math.max(0, text.indexOf(source)))));
    if (!ID.test(id)) {
      problems.say('policies', 'a policy has no `@id` of a-z, 0-9, dot, hyphen, underscore', at);
    } else if (named.some((other) => other.id === id)) {
      problems.say('policies', `two policies are called \`${id}\``, { policy: id, ...at });
    }
    if (says.trim() === '') {
      problems.say('policies', 'it has no `@says` for people', { policy: id, ...at });
    }
    named.push(policy);
  }
  return named;
}

function validate(policies: readonly NamedPolicy[], schema: string, problems: Problems): void {
  const byId = new Map(policies.map((policy) => [policy.id, policy]));
  const staticPolicies = Object.fromEntries(policies.map(({ id, source }) => [id, source]));
  const answer = cedar().validate({
    validationSettings: { mode: 'strict' },
    schema,
    policies: { staticPolicies },
  });
  if (answer.type === 'failure') {
    for (const error of answer.errors) problems.say('policies', describe(error));
    return;
  }
  const kinds = [
    ['error', answer.validationErrors],
    ['warning', answer.validationWarnings],
  ] as const;
  for (const [severity, list] of kinds) {
    for (const { policyId, error } of list) {
      const policy = byId.get(policyId);
      if (policy === undefined) problems.say('policies', describe(error), { severity });
      else problems.addIn(policy, error, severity);
    }
  }
  for (const error of answer.otherWarnings) {
    problems.say('policies', describe(error), { severity: 'warning' });
  }
}

/** The name of a text of policies: the SHA-256 of its UTF-8 bytes, as `sha256sum` prints it. */
export function digestPolicies(policies: string): string {
  return sha256(policies);
}

/** Reads policies and schema strictly and says everything that is wrong with them. Never throws for what is in them. */
export function checkPolicies(source: PolicySource): PolicyCheck {
  const { policies: text, schema = DEFAULT_SCHEMA } = source;
  const digest = digestPolicies(text);
  const problems = new Problems({ policies: text, schema });
  let policies: NamedPolicy[] = [];
  if (text.length > POLICY_CHARACTERS_MAX || schema.length > POLICY_CHARACTERS_MAX) {
    problems.say('policies', `a text is longer than ${POLICY_CHARACTERS_MAX} characters`);
  } else {
    const parsed = cedar().checkParseSchema(schema);
    if (parsed.type === 'failure') for (const error of parsed.errors) problems.add('schema', error);
    else if (/^\s*namespace\s/m.test(schema))
      problems.say('schema', 'namespaces are not used here');
    policies = readPolicies(text, problems);
    // Validation needs names that are there and different; without them its answers would be about the wrong policy.
    if (problems.list.length === 0) validate(policies, schema, problems);
  }
  const ok = problems.list.every(({ severity }) => severity === 'warning');
  problems.list.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  return { ok, digest, policies, problems: problems.list };
}
