/** Who may approve what: people with the power to release, by rule, and that agents have none. */
import { z } from 'zod';
import type { Roster } from '../../people/index.ts';
import { peopleOf } from '../../people/index.ts';
import type { Collector, Finding } from './collector.ts';
import { ask, say } from './collector.ts';
import { sayRule, seeRoster, votersOf } from './roster.ts';

const principals = z.object({
  principals: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      role: z.string(),
      sponsor: z.string().nullable(),
    }),
  ),
});
type Listed = z.infer<typeof principals>['principals'][number];

/** RAND's example of how many people may be able to copy weights. */
const ABLE_TO_COPY_MAX = 20;

/** What is said of a number of people who may release. */
function judgeNumber(able: number, who: string, facts: Finding['facts']): readonly Finding[] {
  const few = able <= ABLE_TO_COPY_MAX;
  return [
    {
      measure: 'R-SL3-10',
      verdict: few ? 'part' : 'unknown',
      sentence: few
        ? `${who}; RAND's example for people able to copy is 20`
        : `${who}, more than RAND's example of 20`,
      ...(facts === undefined ? {} : { facts }),
    },
    {
      measure: 'EU-A4-12',
      verdict: few ? 'part' : 'unknown',
      sentence: `${who}; people beside the gate are somebody's word`,
      ...(facts === undefined ? {} : { facts }),
    },
  ];
}

/** By the roster: for each rule, how many people it could count. */
function judgeRoster(roster: Roster, total: number, nowMs: number): readonly Finding[] {
  const exports = roster.rules.filter((rule) => rule.kind === 'export');
  const emergency = peopleOf(roster, roster.breakGlass.group, nowMs);
  const able = new Set([
    ...exports.flatMap((rule) => [...votersOf(roster, rule, nowMs)]),
    ...emergency,
  ]);
  const programs = new Set(roster.sponsored.map((each) => each.id));
  const wrong = [...able].filter((id) => programs.has(id));
  const facts = {
    principals: total,
    approvers: able.size,
    mayBreakGlass: emergency.size,
    agentsAndWorkloads: roster.sponsored.length,
    byRule: roster.rules
      .map((rule) => `${sayRule(rule)} (${say(votersOf(roster, rule, nowMs).size, 'voter')})`)
      .join('; ')
      .slice(0, 2000),
  };
  if (wrong.length > 0) {
    const sentence = `${wrong.join(', ')} may approve and is no person`;
    return [{ measure: 'R-SL3-10', verdict: 'contradicts', sentence, facts }];
  }
  const who = `${String(able.size)} of ${say(total, 'principal')} may approve an export or break the glass, none of them an agent`;
  return judgeNumber(able.size, who, facts);
}

/** Before the founding administrators release. */
function judgeRoles(all: readonly Listed[]): readonly Finding[] {
  const approvers = all.filter((each) => each.role === 'administrator');
  const machines = all.filter((each) => each.kind !== 'person');
  const wrong = approvers.filter((each) => each.kind !== 'person');
  const facts = {
    principals: all.length,
    approvers: approvers.length,
    agentsAndWorkloads: machines.length,
    withoutSponsor: machines.filter((each) => each.sponsor === null).length,
  };
  if (wrong.length > 0) {
    const sentence = `${wrong.map((each) => each.id).join(', ')} may release and is no person`;
    return [{ measure: 'R-SL3-10', verdict: 'contradicts', sentence, facts }];
  }
  const who = `${String(approvers.length)} of ${say(all.length, 'principal')} may release, none of them an agent`;
  return judgeNumber(approvers.length, who, facts);
}

/** Whether what may leave is decided by rules that a program holds, or by somebody's instruction. */
function judgeRules(roster: Roster | null, facts: NonNullable<Finding['facts']>): Finding {
  const rules = roster?.rules.filter((rule) => rule.kind === 'export').length ?? 0;
  return rules > 0
    ? {
        measure: 'R-SL3-26',
        verdict: 'shows',
        sentence: `${say(rules, 'rule')} of the signed roster decide what leaves; the gate holds to them, and the sender of frames checks it again`,
        facts,
      }
    : {
        measure: 'R-SL3-26',
        verdict: 'part',
        sentence:
          'budgets and findings are held in the program; no roster is signed yet, so no rule says who may approve',
        facts,
      };
}

/** Approvers. */
export const APPROVERS_COLLECTOR: Collector = {
  name: 'approvers',
  title: 'who may approve what',
  measures: ['R-SL3-10', 'EU-A4-12', 'R-SL3-26'],
  collect: async ({ gate, nowMs }) => {
    const all = (await ask(gate, '/v1/principals', principals)).principals;
    const seen = await seeRoster(gate);
    const found = seen === null ? judgeRoles(all) : judgeRoster(seen.roster, all.length, nowMs);
    if (found.some((each) => each.verdict === 'contradicts')) return found;
    return [...found, judgeRules(seen?.roster ?? null, found[0]?.facts ?? {})];
  },
};
