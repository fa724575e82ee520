/**
 * The roster as a document: who may approve with which key, under which rules. One canonical text per version, chained
 * by digest; DESIGN §9. What a version must hold for itself is checked here, what a change needs in `chain.ts`.
 */
import { z } from 'zod';
import type { Json } from '../../core/index.ts';
import { SallyportError, canonicalJson, sha256, sayIssue } from '../../core/index.ts';
import { rosterErrors } from './errors.ts';
import { KEY_KINDS, findKeyProblem } from './key-facts.ts';
import { SETTINGS, findSettingsProblem } from './settings.ts';

const id = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/);
const text = z.string().min(1).max(200);
const iso = z.iso.datetime({ precision: 3 });
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const bits = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const duration = z
  .number()
  .int()
  .min(60_000)
  .max(366 * 86_400_000);

const key = z.strictObject({
  /** The key's SHA-256 fingerprint as OpenSSH prints it. */
  id: z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/),
  /** One line of OpenSSH, without comment. */
  publicKey: z.string().max(2_000),
  label: text,
  /** What its public key is, by its type and application. */
  kind: z.enum(KEY_KINDS),
  /** A passkey's credential id, base64url; null for other keys. */
  credential: z.string().max(1_400).nullable(),
  /** Whether the private key cannot leave its device: security keys and passkeys only, by their own word. */
  deviceBound: z.boolean(),
  addedAt: iso,
  until: iso.nullable(),
});

const person = z.strictObject({
  id,
  name: text,
  keys: z.array(key).max(20),
  until: iso.nullable(),
});

const sponsored = z.strictObject({
  id,
  kind: z.enum(['agent', 'workload']),
  name: text,
  sponsor: id,
});

const membership = z.strictObject({
  principal: id,
  /** `member`, `owner`, or the name of a group of reviewers. */
  role: id,
  until: iso.nullable(),
});

const project = z.strictObject({
  id,
  title: text,
  models: z.array(id).max(200),
  roles: z.array(membership).max(2_000),
});

/**
 * Kinds of requests that rules are about. A roster may be from before there were imports or shares, and have no rule for
 * them; one from before settings were signed has none for `settings`, and then changes of them need what others need.
 */
export const RULE_KINDS = [
  'export',
  'import',
  'share',
  'access',
  'unlock',
  'policy',
  'review',
  'settings',
] as const;

const rule = z.strictObject({
  kind: z.enum(RULE_KINDS),
  tier: z.enum(['self', 'one', 'quorum']),
  /** The largest charge that this tier may let through; null for no limit of its own. */
  chargeBitsMax: bits.nullable(),
  /** `requester` for the tier `self`, otherwise a rule such as `2 of security, 1 of owners(model)`. */
  quorum: z.string().min(1).max(500),
  waitMs: duration,
  approvalsValidMs: duration,
  /** At least one approval by a device-bound key. */
  deviceBound: z.boolean(),
  /** At least one approval by a key that is no passkey, which means: signed outside the browser. */
  outOfBrowser: z.boolean(),
});

/** Limits in bits of what the sender lets pass without a person's approval. */
const meter = z.strictObject({ burstBits: bits, bitsPerDay: bits });

const ROSTER = z.strictObject({
  format: z.literal('sallyport-roster@v1'),
  gate: z.string().min(1).max(200),
  version: z.number().int().min(1).max(1_000_000_000),
  previous: digest.nullable(),
  at: iso,
  people: z.array(person).min(1).max(2_000),
  sponsored: z.array(sponsored).max(5_000),
  groups: z.array(z.strictObject({ id, members: z.array(z.string().max(80)).max(2_000) })).max(100),
  projects: z.array(project).max(1_000),
  models: z.array(z.strictObject({ id, owners: z.array(id).max(100) })).max(1_000),
  rules: z.array(rule).min(1).max(50),
  automatic: meter,
  self: meter,
  breakGlass: z.strictObject({ group: id, burstBits: bits, bitsPerDay: bits }),
  /** Sites on which passkeys sign, such as `https://gate.example`. */
  origins: z.array(z.string().regex(/^https?:\/\/[^/\s]{1,253}$/)).max(10),
  /** The SHA-256 of the text of the Cedar policies in force. */
  policySha256: digest,
  /** Who decides about settings is changed by nobody without them; once said it stays. */
  settingsApart: z.literal(true).optional(),
  /** Budgets, models and destinations; a roster from before they were signed has none. */
  settings: SETTINGS.optional(),
});

/** One version of the roster. */
export type Roster = z.infer<typeof ROSTER>;
/** A person in a roster. */
export type RosterPerson = Roster['people'][number];
/** A key of a person. */
export type RosterKey = RosterPerson['keys'][number];
/** A compartment in a roster. */
export type RosterProject = Roster['projects'][number];
/** An agent or workload with its sponsor. */
export type RosterSponsored = Roster['sponsored'][number];
/** Which approvals a kind of request needs in a tier. */
export type RosterRule = Roster['rules'][number];
/** What may pass in a window of time: at most `burstBits + bitsPerDay · T`. */
export type RosterMeter = Roster['automatic'];

/** Bytes of a roster's text; larger ones are refused. */
export const ROSTER_BYTES_MAX = 4 * 1024 * 1024;

/** The group that may change the roster's people unless its rules say otherwise. */
export const ADMINISTRATORS = 'administrators';
/** The group that watches security. */
export const SECURITY = 'security';
/** The group that may read everything in the ledger and decide nothing. */
export const AUDITORS = 'auditors';

/** The one spelling of a roster. */
export function writeRoster(roster: Roster): string {
  return canonicalJson(roster as unknown as Json);
}

/** The digest that the next version and every canonical request name. */
export function rosterDigest(text: string): string {
  return sha256(text);
}

function repeated(ids: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return ids.find((each) => seen.size === seen.add(each).size);
}

function findProblem(roster: Roster): string | undefined {
  const people = roster.people.map((each) => each.id);
  const everybody = [...people, ...roster.sponsored.map((each) => each.id)];
  const known = new Set(everybody);
  const twice =
    repeated(everybody) ??
    repeated(roster.groups.map((each) => each.id)) ??
    repeated(roster.projects.map((each) => each.id)) ??
    repeated(roster.people.flatMap((each) => each.keys.map((one) => one.id)));
  if (twice !== undefined) return `\`${twice}\` is there twice`;
  for (const { id: whose, keys } of roster.people) {
    const wrong = keys.map(findKeyProblem).find((each) => each !== undefined);
    if (wrong !== undefined) return `of \`${whose}\`, ${wrong}`;
  }
  const persons = new Set(people);
  const groups = new Set(roster.groups.map((each) => each.id));
  for (const { id: agent, sponsor } of roster.sponsored) {
    if (!persons.has(sponsor)) return `the sponsor \`${sponsor}\` of \`${agent}\` is no person`;
  }
  for (const group of roster.groups) {
    for (const member of group.members) {
      const ok = member.startsWith('@') ? groups.has(member.slice(1)) : persons.has(member);
      if (!ok) return `\`${member}\` in the group \`${group.id}\` is no person and no group`;
    }
  }
  for (const { id: name, roles } of roster.projects) {
    for (const each of roles) {
      if (!known.has(each.principal)) return `\`${each.principal}\` in \`${name}\` is not known`;
      if (each.role !== 'member' && !persons.has(each.principal))
        return `\`${each.principal}\` in \`${name}\` is no person and can only be a member`;
    }
  }
  for (const model of roster.models) {
    const stranger = model.owners.find((owner) => !persons.has(owner));
    if (stranger !== undefined) return `the owner \`${stranger}\` of \`${model.id}\` is no person`;
  }
  const rules = roster.rules.map((each) => `${each.kind} ${each.tier}`);
  const rule = repeated(rules);
  if (rule !== undefined) return `there are two rules for ${rule}`;
  for (const kind of ['export', 'access', 'unlock', 'policy', 'review'] as const) {
    if (!roster.rules.some((each) => each.kind === kind && each.tier !== 'self'))
      return `no rule says who approves requests of the kind ${kind}`;
  }
  if (roster.settings === undefined) return undefined;
  try {
    return findSettingsProblem(roster.settings);
  } catch (cause) {
    if (!(cause instanceof SallyportError)) throw cause;
    return cause.message;
  }
}

/** Reads a roster; throws `ROSTER_INVALID` for every text that {@link writeRoster} cannot have written. */
export function readRoster(text: string): Roster {
  if (text.length > ROSTER_BYTES_MAX)
    throw rosterErrors.error('INVALID', { why: 'it is too long' });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw rosterErrors.error('INVALID', { why: 'it is no JSON' });
  }
  return checkRoster(value, text);
}

/** Checks a roster that was built and not read. */
export function checkRoster(value: unknown, text?: string): Roster {
  const parsed = ROSTER.safeParse(value);
  if (!parsed.success) {
    const why = parsed.error.issues
      .slice(0, 5)
      .map((issue) => sayIssue(issue))
      .join('; ');
    throw rosterErrors.error('INVALID', { why });
  }
  const roster = parsed.data;
  if (text !== undefined && writeRoster(roster) !== text) {
    throw rosterErrors.error('INVALID', { why: 'it is not in its canonical spelling' });
  }
  const problem = findProblem(roster);
  if (problem !== undefined) throw rosterErrors.error('INVALID', { why: problem });
  return roster;
}
