/** Key types: with what people and programs prove who they are, and how old that is. */
import { z } from 'zod';
import type { Roster, RosterKey } from '../../people/index.ts';
import type { Collector, Finding } from './collector.ts';
import { ask, say, sayPeople } from './collector.ts';
import { seeRoster } from './roster.ts';

const tokens = z.object({
  tokens: z.array(
    z.object({ principal: z.string(), addedAt: z.string(), revokedAt: z.string().nullable() }),
  ),
});
type Token = z.infer<typeof tokens>['tokens'][number];

const DAY_MS = 86_400_000;
const OLD_DAYS = 180;

function isOld(addedAt: string, nowMs: number): boolean {
  return nowMs - Date.parse(addedAt) > OLD_DAYS * DAY_MS;
}

/** A key that resists phishing and asks for its holder: a passkey or a FIDO security key. */
function isHardware(key: RosterKey): boolean {
  return key.kind !== 'ssh';
}

/** What people sign in and approve with, by the roster. */
function judgeKeys(roster: Roster, live: readonly Token[], nowMs: number): readonly Finding[] {
  const current = (until: string | null): boolean => until === null || Date.parse(until) > nowMs;
  const people = roster.people
    .filter((each) => current(each.until))
    .map((each) => ({ id: each.id, keys: each.keys.filter((key) => current(key.until)) }))
    .filter((each) => each.keys.length > 0);
  const keys = people.flatMap((each) => each.keys);
  const plain = people.filter((each) => !each.keys.every(isHardware));
  const movable = people.filter((each) => !each.keys.every((key) => key.deviceBound));
  const old = [
    ...keys.filter((key) => isOld(key.addedAt, nowMs)),
    ...live.filter((token) => isOld(token.addedAt, nowMs)),
  ];
  const count = (kind: RosterKey['kind']): number => keys.filter((key) => key.kind === kind).length;
  const facts = {
    peopleWithKeys: people.length,
    passkeys: count('passkey'),
    securityKeys: count('security-key'),
    plainKeys: count('ssh'),
    deviceBound: keys.filter((key) => key.deviceBound).length,
    liveTokensOfPrograms: live.length,
    olderThan180Days: old.length,
  };
  const all = `all ${say(keys.length, 'key')} of ${sayPeople(people.length)}`;
  const strong = plain.length === 0 && keys.length > 0;
  const bound = strong && movable.length === 0;
  const weak = `${String(plain.length)} of ${sayPeople(people.length)} hold a plain key file, which can be copied`;
  return [
    {
      measure: 'R-SL2-06',
      verdict: bound ? 'part' : 'unknown',
      sentence: bound
        ? `${all} resist phishing and cannot leave their device, and each approval is signed anew; interactions beside the gate are somebody's word`
        : strong
          ? `${all} resist phishing, but ${say(movable.length, 'holder')} could copy theirs to another device`
          : weak,
      facts,
    },
    {
      measure: 'EU-A4-08',
      verdict: strong ? 'part' : 'unknown',
      sentence: strong
        ? `${all} ask for the device and its holder, and every program has a token of its own; other interfaces are somebody's word`
        : weak,
      facts,
    },
    ...judgeAge(
      old.length,
      `${say(keys.length, 'key')} and ${say(live.length, 'token')} are live`,
      facts,
    ),
  ];
}

function judgeAge(old: number, which: string, facts: Finding['facts']): readonly Finding[] {
  const pruned: Pick<Finding, 'verdict' | 'sentence'> =
    old === 0
      ? {
          verdict: 'part',
          sentence: `${which}, none older than ${String(OLD_DAYS)} days; entitlements elsewhere are somebody's word`,
        }
      : {
          verdict: 'unknown',
          sentence: `${which}, ${String(old)} of them older than ${String(OLD_DAYS)} days`,
        };
  return ['R-SL2-15', 'EU-A4-09'].map((measure) => ({
    measure,
    ...pruned,
    ...(facts === undefined ? {} : { facts }),
  }));
}

/** Before the founding everybody has a token. */
function judgeTokens(all: readonly Token[], nowMs: number): readonly Finding[] {
  const live = all.filter((each) => each.revokedAt === null);
  const old = live.filter((each) => isOld(each.addedAt, nowMs));
  const facts = {
    liveTokens: live.length,
    olderThan180Days: old.length,
    revoked: all.length - live.length,
  };
  const which = live.length === 1 ? '1 token is live' : `${String(live.length)} tokens are live`;
  const sentence = `${which}; the gate is not founded, so no hardware key stands behind them`;
  return [
    ...['R-SL2-06', 'EU-A4-08'].map((measure): Finding => ({
      measure,
      verdict: 'unknown',
      sentence,
      facts,
    })),
    ...judgeAge(old.length, which, facts),
  ];
}

/** Key types and their age. */
export const KEY_TYPES_COLLECTOR: Collector = {
  name: 'key-types',
  title: 'key types and their age',
  measures: ['R-SL2-06', 'R-SL2-15', 'EU-A4-08', 'EU-A4-09'],
  collect: async ({ gate, nowMs }) => {
    const all = (await ask(gate, '/v1/tokens', tokens)).tokens;
    const seen = await seeRoster(gate);
    if (seen === null) return judgeTokens(all, nowMs);
    const programs = new Set(seen.roster.sponsored.map((each) => each.id));
    const live = all.filter((each) => each.revokedAt === null && programs.has(each.principal));
    return judgeKeys(seen.roster, live, nowMs);
  },
};
