/**
 * Changes of a roster as small steps that a request lists and a person can read. Applying is pure: a list of steps on
 * one version gives the next version or an error that names the step.
 */
import { z } from 'zod';
import { SallyportError, sha256 } from '../../core/index.ts';
import { rosterErrors } from './errors.ts';
import { KEY_KINDS, findKeyProblem, readKeyFacts } from './key-facts.ts';
import { RULE_KINDS, checkRoster, rosterDigest, writeRoster } from './document.ts';
import type { Roster, RosterKey } from './document.ts';
import { SETTINGS_STEPS, applySettings, isSettingsStep } from './settings-steps.ts';

const id = z.string().min(1).max(80);
const text = z.string().min(1).max(200);
const until = z.iso.datetime({ precision: 3 }).nullable().default(null);
const bits = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const meter = z.strictObject({ burstBits: bits, bitsPerDay: bits });

/** A key as somebody adds it: what its public key says may be left out, and is refused when it says otherwise. */
const newKey = z
  .strictObject({
    id: z.string().max(60).optional(),
    publicKey: z.string().max(2_000),
    label: text.default('SSH key'),
    kind: z.enum(KEY_KINDS).optional(),
    credential: z.string().max(1_400).nullable().default(null),
    deviceBound: z.boolean().optional(),
    until,
  })
  .transform((key, context) => {
    try {
      const facts = readKeyFacts(key.publicKey);
      // A security key for SSH cannot be copied; a passkey says by itself whether it can.
      const deviceBound = key.deviceBound ?? facts.kind === 'security-key';
      const whole = { ...key, id: key.id ?? facts.id, kind: key.kind ?? facts.kind, deviceBound };
      const problem = findKeyProblem(whole);
      if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
      return whole;
    } catch (cause) {
      if (!(cause instanceof SallyportError)) throw cause;
      context.addIssue({ code: 'custom', message: cause.message });
      return z.NEVER;
    }
  });

/** One step. `op` names it; the rest says what exactly. */
export const CHANGE = z.discriminatedUnion('op', [
  z.strictObject({
    op: z.literal('person.add'),
    id,
    name: text,
    keys: z.array(newKey).max(20).default([]),
    until,
  }),
  z.strictObject({ op: z.literal('person.remove'), id }),
  z.strictObject({ op: z.literal('person.until'), id, until }),
  z.strictObject({ op: z.literal('key.add'), person: id, key: newKey }),
  z.strictObject({ op: z.literal('key.revoke'), person: id, key: z.string().max(60) }),
  z.strictObject({
    op: z.literal('principal.add'),
    id,
    kind: z.enum(['agent', 'workload']),
    name: text,
    sponsor: id,
  }),
  z.strictObject({ op: z.literal('principal.remove'), id }),
  z.strictObject({ op: z.literal('group.add'), group: id, members: z.array(id).default([]) }),
  z.strictObject({ op: z.literal('group.remove'), group: id }),
  z.strictObject({ op: z.literal('group.join'), group: id, member: id }),
  z.strictObject({ op: z.literal('group.leave'), group: id, member: id }),
  z.strictObject({
    op: z.literal('project.add'),
    id,
    title: text,
    models: z.array(id).default([]),
  }),
  z.strictObject({ op: z.literal('project.models'), project: id, models: z.array(id) }),
  z.strictObject({
    op: z.literal('role.give'),
    project: id,
    principal: id,
    role: id.default('member'),
    until,
  }),
  z.strictObject({ op: z.literal('role.take'), project: id, principal: id, role: id }),
  z.strictObject({ op: z.literal('model.owners'), model: id, owners: z.array(id) }),
  z.strictObject({
    op: z.literal('rule.set'),
    kind: z.enum(RULE_KINDS),
    tier: z.enum(['self', 'one', 'quorum']),
    chargeBitsMax: bits.nullable().optional(),
    quorum: text.optional(),
    waitMs: bits.optional(),
    approvalsValidMs: bits.optional(),
    deviceBound: z.boolean().optional(),
    outOfBrowser: z.boolean().optional(),
  }),
  z.strictObject({
    op: z.literal('rule.remove'),
    kind: z.enum(RULE_KINDS),
    tier: z.enum(['self', 'one', 'quorum']),
  }),
  z.strictObject({
    op: z.literal('meter.set'),
    meter: z.enum(['automatic', 'self']),
    limits: meter,
  }),
  z.strictObject({ op: z.literal('break-glass.set'), group: id, limits: meter }),
  z.strictObject({ op: z.literal('origin.add'), origin: text }),
  z.strictObject({ op: z.literal('origin.remove'), origin: text }),
  z.strictObject({
    op: z.literal('policy.set'),
    text: z
      .string()
      .min(1)
      .max(256 * 1024),
  }),
  z.strictObject({ op: z.literal('settings.apart') }),
  ...SETTINGS_STEPS,
]);

/** One step of a change. */
export type Change = z.infer<typeof CHANGE>;
/** A step as somebody writes it, before defaults are filled in. */
export type ChangeInput = z.input<typeof CHANGE>;

type Draft = { -readonly [K in keyof Roster]: Roster[K] };

function fail(why: string): never {
  throw rosterErrors.error('CHANGE_INVALID', { why });
}

function need<T>(value: T | undefined, what: string): T {
  return value ?? fail(`there is no ${what}`);
}

function makeKey(key: z.infer<typeof newKey>, at: string): RosterKey {
  return { ...key, addedAt: at };
}

function changePeople(draft: Draft, change: Change): boolean {
  // Each function knows its own steps; `default` hands the others on.
  // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check
  switch (change.op) {
    case 'person.add':
      draft.people = [
        ...draft.people,
        {
          id: change.id,
          name: change.name,
          keys: change.keys.map((key) => makeKey(key, draft.at)),
          until: change.until,
        },
      ];
      return true;
    case 'person.remove':
      removePerson(draft, change.id);
      return true;
    case 'person.until':
    case 'key.add':
    case 'key.revoke': {
      const whose = change.op === 'person.until' ? change.id : change.person;
      const person = need(
        draft.people.find((each) => each.id === whose),
        `person \`${whose}\``,
      );
      let next = person;
      if (change.op === 'person.until') next = { ...person, until: change.until };
      else if (change.op === 'key.add')
        next = { ...person, keys: [...person.keys, makeKey(change.key, draft.at)] };
      else {
        if (!person.keys.some((key) => key.id === change.key))
          fail(`there is no key \`${change.key}\``);
        next = { ...person, keys: person.keys.filter((key) => key.id !== change.key) };
      }
      draft.people = draft.people.map((each) => (each === person ? next : each));
      return true;
    }
    case 'principal.add': {
      const { op: _, ...principal } = change;
      draft.sponsored = [...draft.sponsored, principal];
      return true;
    }
    case 'principal.remove':
      if (!draft.sponsored.some((each) => each.id === change.id))
        fail(`there is no \`${change.id}\``);
      draft.sponsored = draft.sponsored.filter((each) => each.id !== change.id);
      dropRoles(draft, change.id);
      return true;
    default:
      return false;
  }
}

function dropRoles(draft: Draft, principal: string): void {
  draft.projects = draft.projects.map((project) => ({
    ...project,
    roles: project.roles.filter((each) => each.principal !== principal),
  }));
}

function removePerson(draft: Draft, id: string): void {
  need(
    draft.people.find((each) => each.id === id),
    `person \`${id}\``,
  );
  const agent = draft.sponsored.find((each) => each.sponsor === id);
  if (agent !== undefined) fail(`\`${id}\` is the sponsor of \`${agent.id}\``);
  draft.people = draft.people.filter((each) => each.id !== id);
  draft.groups = draft.groups.map((group) => ({
    ...group,
    members: group.members.filter((member) => member !== id),
  }));
  draft.models = draft.models.map((model) => ({
    ...model,
    owners: model.owners.filter((owner) => owner !== id),
  }));
  dropRoles(draft, id);
}

function changeGroups(draft: Draft, change: Change): boolean {
  // Each function knows its own steps; `default` hands the others on.
  // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check
  switch (change.op) {
    case 'group.add':
      draft.groups = [...draft.groups, { id: change.group, members: change.members }];
      return true;
    case 'group.remove':
      need(
        draft.groups.find((each) => each.id === change.group),
        `group \`${change.group}\``,
      );
      draft.groups = draft.groups.filter((each) => each.id !== change.group);
      return true;
    case 'group.join':
    case 'group.leave': {
      const { group, member, op } = change;
      const held = need(
        draft.groups.find((each) => each.id === group),
        `group \`${group}\``,
      );
      if (held.members.includes(member) !== (op === 'group.leave'))
        fail(`\`${member}\` is ${op === 'group.join' ? 'already' : 'not'} in \`${group}\``);
      const members =
        op === 'group.join'
          ? [...held.members, member]
          : held.members.filter((each) => each !== member);
      draft.groups = draft.groups.map((each) => (each === held ? { ...held, members } : each));
      return true;
    }
    default:
      return false;
  }
}

function changeProjects(draft: Draft, change: Change): boolean {
  // Each function knows its own steps; `default` hands the others on.
  // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check
  switch (change.op) {
    case 'project.add': {
      const { op: _, ...project } = change;
      draft.projects = [...draft.projects, { ...project, roles: [] }];
      return true;
    }
    case 'project.models':
    case 'role.give':
    case 'role.take': {
      const held = need(
        draft.projects.find((each) => each.id === change.project),
        `project \`${change.project}\``,
      );
      let next = held;
      if (change.op === 'project.models') next = { ...held, models: change.models };
      else {
        const { principal, role } = change;
        const others = held.roles.filter(
          (each) => each.principal !== principal || each.role !== role,
        );
        if (change.op === 'role.take' && others.length === held.roles.length)
          fail(`\`${principal}\` has no role \`${role}\` in \`${held.id}\``);
        next = {
          ...held,
          roles:
            change.op === 'role.take'
              ? others
              : [...others, { principal, role, until: change.until }],
        };
      }
      draft.projects = draft.projects.map((each) => (each === held ? next : each));
      return true;
    }
    case 'model.owners': {
      const { model, owners } = change;
      const others = draft.models.filter((each) => each.id !== model);
      draft.models = [...others, { id: model, owners }];
      return true;
    }
    default:
      return false;
  }
}

/** The first rule of a kind: what it asks for and both clocks are said, so that whoever signs reads all of it. */
function newRule(patch: Omit<Extract<Change, { op: 'rule.set' }>, 'op'>): Roster['rules'][number] {
  const { kind, tier, quorum, waitMs, approvalsValidMs } = patch;
  if (quorum === undefined || waitMs === undefined || approvalsValidMs === undefined)
    return fail(
      `there is no rule of the kind ${kind} yet; the first one says \`quorum\`, \`waitMs\` and \`approvalsValidMs\``,
    );
  const keys = { deviceBound: false, outOfBrowser: false };
  return { kind, tier, quorum, waitMs, approvalsValidMs, chargeBitsMax: null, ...keys };
}

function changeRules(draft: Draft, change: Change): void {
  // Each function knows its own steps; `default` hands the others on.
  // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check
  switch (change.op) {
    case 'rule.set': {
      const { op: _, ...patch } = change;
      const same = (each: { kind: string; tier: string }): boolean =>
        each.kind === patch.kind && each.tier === patch.tier;
      const held = draft.rules.find(same) ?? {
        ...(draft.rules.find((each) => each.kind === patch.kind) ?? newRule(patch)),
        tier: patch.tier,
        chargeBitsMax: null,
      };
      const given = Object.fromEntries(
        Object.entries(patch).filter(([, value]) => value !== undefined),
      );
      draft.rules = [...draft.rules.filter((each) => !same(each)), { ...held, ...given }];
      return;
    }
    case 'rule.remove':
      draft.rules = draft.rules.filter(
        (each) => each.kind !== change.kind || each.tier !== change.tier,
      );
      return;
    case 'meter.set':
      draft[change.meter] = change.limits;
      return;
    case 'break-glass.set':
      draft.breakGlass = { group: change.group, ...change.limits };
      return;
    case 'origin.add':
      draft.origins = [...new Set([...draft.origins, change.origin])];
      return;
    case 'origin.remove':
      draft.origins = draft.origins.filter((each) => each !== change.origin);
      return;
    case 'policy.set':
      draft.policySha256 = sha256(change.text);
      return;
    case 'settings.apart':
      draft.settingsApart = true;
      return;
    default:
      fail(`nobody knows how to do \`${change.op}\``);
  }
}

/** The next version of a roster. Throws `ROSTER_CHANGE_INVALID` or `ROSTER_INVALID`; the given roster stays as it is. */
export function applyChanges(roster: Roster, changes: readonly Change[], at: string): Roster {
  if (changes.length === 0) fail('nothing is to be changed');
  const draft: Draft = {
    ...roster,
    version: roster.version + 1,
    previous: rosterDigest(writeRoster(roster)),
    at,
  };
  const settings = changes.filter(isSettingsStep);
  if (settings.length > 0) {
    // Other people decide about limits than about people and rules: nobody signs both with one signature.
    if (settings.length < changes.length)
      fail('budgets, models and destinations change apart from people and rules; ask twice');
    draft.settings = applySettings(roster, settings);
    return checkRoster(draft);
  }
  for (const change of changes) {
    if (changePeople(draft, change)) continue;
    if (changeGroups(draft, change)) continue;
    if (changeProjects(draft, change)) continue;
    changeRules(draft, change);
  }
  return checkRoster(draft);
}
