/** The first version of a roster, with rules that fit the number of people who found the gate. */
import { ADMINISTRATORS, AUDITORS, SECURITY, checkRoster } from './document.ts';
import type { Settings } from './settings.ts';
import type { Roster, RosterKey, RosterMeter, RosterProject, RosterRule } from './document.ts';

/** Somebody who founds the gate. */
export interface Founder {
  readonly id: string;
  readonly name: string;
  readonly groups: readonly string[];
  readonly keys: readonly Omit<RosterKey, 'addedAt'>[];
}

/** What a founding is made of. */
export interface Founding {
  readonly gate: string;
  readonly at: string;
  readonly founders: readonly Founder[];
  readonly sponsored: Roster['sponsored'];
  readonly projects: readonly RosterProject[];
  readonly models: Roster['models'];
  readonly origins: readonly string[];
  readonly automatic: RosterMeter;
  readonly policySha256: string;
  /** Budgets, models and destinations as they are; left out they are signed by a later change. */
  readonly settings?: Settings;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** 25 kB of plain results a time, for what its requester vouches for; a bucket of the sender's own limits the day. */
const SELF_BITS_MAX = 200_000;
const SELF_METER: RosterMeter = { burstBits: 400_000, bitsPerDay: 400_000 };
/** 5 MB: above this, one reviewer is not enough. */
const ONE_BITS_MAX = 40_000_000;
const BREAK_GLASS: RosterMeter = { burstBits: 8_000_000, bitsPerDay: 8_000_000 };

const CLOCKS = { waitMs: 7 * DAY_MS, approvalsValidMs: 3 * DAY_MS } as const;
const PLAIN = { deviceBound: false, outOfBrowser: false, chargeBitsMax: null, ...CLOCKS } as const;

/** Who decides whether a result of one project is shown to another one. */
const SHARE_RULE = {
  kind: 'share',
  tier: 'one',
  ...PLAIN,
  quorum: '1 of owners(project), 1 of owners(target)',
} as const;

/** The rules of a new gate. With one or two people in a group one is enough there; from three on, two are needed. */
export function defaultRules(founders: readonly Founder[]): readonly RosterRule[] {
  const count = (group: string): number =>
    founders.filter((each) => each.groups.includes(group)).length;
  // Nobody approves a request of their own, so two of two could never be found.
  const two = (group: string): string => `${count(group) > 2 ? '2' : '1'} of ${group}`;
  const change = two(ADMINISTRATORS);
  const security = count(SECURITY) > 0 ? SECURITY : ADMINISTRATORS;
  return [
    {
      kind: 'export',
      tier: 'self',
      ...PLAIN,
      quorum: 'requester',
      chargeBitsMax: SELF_BITS_MAX,
    },
    {
      kind: 'export',
      tier: 'one',
      ...PLAIN,
      quorum: '1 of reviewers(project)',
      chargeBitsMax: ONE_BITS_MAX,
    },
    {
      kind: 'export',
      tier: 'quorum',
      ...PLAIN,
      quorum: `${two(security)}, 1 of reviewers(project)`,
      deviceBound: true,
      outOfBrowser: true,
    },
    { kind: 'import', tier: 'one', ...PLAIN, quorum: '1 of reviewers(project)' },
    {
      kind: 'import',
      tier: 'quorum',
      ...PLAIN,
      quorum: `${two(security)}, 1 of reviewers(project)`,
      outOfBrowser: true,
    },
    {
      kind: 'access',
      tier: 'one',
      ...PLAIN,
      quorum: '1 of owners(target)',
      // More of a project's own budget than this is no longer its owners' alone.
      chargeBitsMax: ONE_BITS_MAX,
    },
    { kind: 'access', tier: 'quorum', ...PLAIN, quorum: two(security), outOfBrowser: true },
    SHARE_RULE,
    { kind: 'unlock', tier: 'one', ...PLAIN, quorum: `1 of ${security}`, waitMs: 8 * HOUR_MS },
    // Nobody approves their own request, so a gate that one person founds could never grow without this.
    ...(count(ADMINISTRATORS) === 1
      ? [{ kind: 'policy', tier: 'self', ...PLAIN, quorum: 'requester' } as const]
      : []),
    { kind: 'policy', tier: 'quorum', ...PLAIN, quorum: change },
    // Who alone can change every rule is asked for nothing more where a limit changes.
    ...(count(ADMINISTRATORS) === 1
      ? [{ kind: 'settings', tier: 'self', ...PLAIN, quorum: 'requester' } as const]
      : []),
    { kind: 'settings', tier: 'quorum', ...PLAIN, quorum: two(security), outOfBrowser: true },
    { kind: 'review', tier: 'one', ...PLAIN, quorum: `1 of ${security}`, waitMs: 3 * DAY_MS },
  ];
}

/** Builds version 1. It is in force once every founder has signed the request that names its digest. */
export function foundRoster(founding: Founding): Roster {
  const members = (group: string): string[] =>
    founding.founders.filter((each) => each.groups.includes(group)).map((each) => each.id);
  const named = new Set([
    ADMINISTRATORS,
    SECURITY,
    AUDITORS,
    ...founding.founders.flatMap((each) => each.groups),
  ]);
  return checkRoster({
    format: 'sallyport-roster@v1',
    gate: founding.gate,
    version: 1,
    previous: null,
    at: founding.at,
    people: founding.founders.map(({ id, name, keys }) => ({
      id,
      name,
      keys: keys.map((key) => ({ ...key, addedAt: founding.at })),
      until: null,
    })),
    sponsored: founding.sponsored,
    groups: [...named].sort().map((group) => ({ id: group, members: members(group) })),
    projects: founding.projects,
    models: founding.models,
    rules: defaultRules(founding.founders),
    automatic: founding.automatic,
    self: SELF_METER,
    breakGlass: {
      group: members(SECURITY).length > 0 ? SECURITY : ADMINISTRATORS,
      ...BREAK_GLASS,
    },
    origins: founding.origins,
    policySha256: founding.policySha256,
    // With one person in it, a lost key could be replaced by nobody; and one administrator alone decides everything at first.
    ...(members(SECURITY).length > 1 && members(ADMINISTRATORS).length > 1
      ? { settingsApart: true as const }
      : {}),
    ...(founding.settings === undefined ? {} : { settings: founding.settings }),
  });
}
