/**
 * Two-person rules in force: what the roster asks for, and whether it was kept. The signatures of the newest decisions
 * are verified here, with the program's own rules, so that a gate cannot merely say that people approved.
 */
import { z } from 'zod';
import { judgeApprovals } from '../../requests/index.ts';
import type { Roster, RosterRule } from '../../people/index.ts';
import type { Collector, Finding, GatePort } from './collector.ts';
import { ask, forAll, say } from './collector.ts';
import { peopleAsked, sayRule, seeRoster } from './roster.ts';
import type { SeenRoster } from './roster.ts';

const requests = z.object({
  requests: z.array(
    z.object({
      id: z.string(),
      requester: z.string(),
      decidedBy: z.string().nullable(),
      releasedAs: z.string().nullable().default(null),
    }),
  ),
});
type Listed = z.infer<typeof requests>['requests'][number];

const approvals = z.object({
  subject: z.string().nullable(),
  approvals: z.array(
    z.object({ at: z.string(), signature: z.string(), subject: z.string().nullish() }),
  ),
});

const MEASURES = ['R-SL3-07', 'R-SL3-10', 'R-SL4-10', 'SL5-AC-3(2)'];

/** So many of the newest decisions are verified; each costs one question to the gate. */
const CHECKED_MAX = 25;

/** Why the signatures of one decided request are not enough; null when they are. */
async function findGap(gate: GatePort, seen: SeenRoster, id: string): Promise<string | null> {
  const held = await ask(gate, `/v1/requests/${encodeURIComponent(id)}/approvals`, approvals);
  // A vote may be about an earlier edition; only those over what was released count.
  const own = held.approvals.filter((each) => (each.subject ?? held.subject) === held.subject);
  if (held.subject === null || own.length === 0) return 'no signature is kept';
  const { rosterVersion } = JSON.parse(held.subject) as { rosterVersion?: number };
  const roster = seen.versions.get(rosterVersion ?? 0);
  if (roster === undefined) return 'it names a roster that the gate does not show';
  const judged = judgeApprovals({
    roster,
    subjectText: held.subject,
    signatures: own.map((each) => each.signature),
    nowMs: Math.max(...own.map((each) => Date.parse(each.at))),
  });
  if (judged.state === 'met') return null;
  const missing = judged.missing.map((each) => `${String(each.count)} more of ${each.clause}`);
  return [...missing, ...judged.keysMissing, ...judged.refused].join('; ') || judged.state;
}

interface Kept {
  readonly checked: number;
  readonly gaps: readonly string[];
  readonly emergencies: number;
}

async function checkKept(gate: GatePort, seen: SeenRoster): Promise<Kept> {
  const { requests: listed } = await ask(gate, '/v1/requests?limit=1000', requests);
  const decided = listed.filter((each) => each.releasedAs === 'approvals').slice(0, CHECKED_MAX);
  const gaps: string[] = [];
  for (const { id } of decided) {
    const gap = await findGap(gate, seen, id);
    if (gap !== null) gaps.push(`${id}: ${gap}`);
  }
  const emergencies = listed.filter((each) => each.releasedAs === 'break-glass').length;
  return { checked: decided.length, gaps, emergencies };
}

/** The rule that the largest request of a kind falls under. */
function strictest(roster: Roster, kind: RosterRule['kind']): RosterRule | undefined {
  return roster.rules.filter((rule) => rule.kind === kind).sort((a, b) => rankOf(b) - rankOf(a))[0];
}

function rankOf(rule: RosterRule): number {
  return ['self', 'one', 'quorum'].indexOf(rule.tier);
}

function judge(roster: Roster, kept: Kept): readonly Finding[] {
  const leave = strictest(roster, 'export');
  const change = strictest(roster, 'policy');
  const alone = roster.rules.some((rule) => rule.kind === 'policy' && rule.tier === 'self');
  const facts = {
    rosterVersion: roster.version,
    rules: roster.rules.map(sayRule).join('; ').slice(0, 2000),
    withoutApprovalBitsPerDay: roster.automatic.bitsPerDay,
    decisionsVerified: kept.checked,
    emergencies: kept.emergencies,
  };
  if (kept.gaps.length > 0) {
    const sentence = `${say(kept.gaps.length, 'decision')} of the newest ${String(kept.checked)} lack signatures that the roster asks for: ${kept.gaps.slice(0, 3).join('; ')}`;
    return forAll(MEASURES, 'contradicts', sentence.slice(0, 2000), facts);
  }
  const checked =
    kept.checked === 0
      ? 'no decision was made under it yet'
      : `the signatures of the newest ${say(kept.checked, 'decision')} were verified here`;
  const several = (rule: RosterRule | undefined): boolean =>
    rule !== undefined && peopleAsked(rule) >= 2;
  const words = (rule: RosterRule | undefined): string =>
    rule === undefined ? 'no rule' : `\`${sayRule(rule)}\``;
  const rest = "copies made beside the gate are somebody's word";
  return [
    {
      measure: 'R-SL3-07',
      verdict: several(leave) ? 'part' : 'unknown',
      sentence: several(leave)
        ? `the largest exports need ${words(leave)}; ${checked}; ${rest}`
        : `the largest exports need ${words(leave)}, which is not several approvers`,
      facts,
    },
    {
      measure: 'R-SL3-10',
      verdict: alone ? 'contradicts' : change === undefined ? 'unknown' : 'part',
      sentence: alone
        ? 'one administrator may change people, rules and policies alone'
        : `a change of people, rules or policies needs ${words(change)}, none of them the requester; ${checked}; code outside the gate is somebody's word`,
      facts,
    },
    {
      measure: 'R-SL4-10',
      verdict: 'unknown',
      sentence: 'a change takes effect with its last signature; the gate keeps no time to wait in',
      facts,
    },
    {
      measure: 'SL5-AC-3(2)',
      verdict: several(leave) && several(change) ? 'part' : 'unknown',
      sentence:
        several(leave) && several(change)
          ? `two people or more authorise the largest exports (${words(leave)}) and changes of rules (${words(change)}); ${checked}; other systems are somebody's word`
          : `dual authorisation is not asked for everywhere: exports ${words(leave)}, changes ${words(change)}`,
      facts,
    },
  ];
}

/** A gate without a roster: administrators decide, and nobody's signature is asked for. */
async function judgeUnfounded(gate: GatePort): Promise<readonly Finding[]> {
  const { requests: listed } = await ask(gate, '/v1/requests?limit=1000', requests);
  const own = listed.filter((each: Listed) => each.decidedBy === each.requester);
  const facts = { decidedByRequester: own.length };
  const sentence =
    own.length > 0
      ? `the gate is not founded, so it asks for nobody's signature, and ${say(own.length, 'decision')} came from whoever had made the request`
      : "the gate is not founded, so it asks for nobody's signature";
  return forAll(MEASURES, 'unknown', sentence, facts);
}

/** Two-person rules. */
export const TWO_PERSON_COLLECTOR: Collector = {
  name: 'two-person',
  title: 'two-person rules in force',
  measures: MEASURES,
  collect: async ({ gate }) => {
    const seen = await seeRoster(gate);
    if (seen === null) return judgeUnfounded(gate);
    return judge(seen.roster, await checkKept(gate, seen));
  },
};
