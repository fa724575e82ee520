/**
 * The judgement of a change of the roster, which needs the approvers of the version in force and of the one that it would
 * make (as TUF asks for a new root), and those of settings where it changes who these are: what is missing for any of them
 * is told while people can still give it.
 */
import { isoTime } from '../core/index.ts';
import type { Roster } from '../people/index.ts';
import { replaySteps } from './change-steps.ts';
import { judgeApprovals, ruleOf } from './judge-approvals.ts';
import type { ApprovalInput, ApprovalJudgement } from './judge-approvals.ts';
import { settingsJudges, settingsRuleOf } from './settings-apart.ts';
import { readSubject } from './subject.ts';
import type { Subject } from './subject.ts';

const STATES = ['denied', 'impossible', 'open', 'met'] as const;

function nextOf(roster: Roster, subject: Subject, nowMs: number): Roster | null {
  try {
    const at = isoTime(Math.max(nowMs, Date.parse(roster.at)));
    const next = replaySteps(roster, subject, at);
    return ruleOf(next, subject) === undefined ? null : next;
  } catch {
    // It was asked on an earlier version and cannot be done on this one; the effect says so.
    return null;
  }
}

/** Adds what another rule asks for to what is judged already. */
function alsoJudge(
  before: ApprovalJudgement,
  also: ApprovalJudgement,
  by: string,
): ApprovalJudgement {
  const said = (each: ApprovalJudgement['missing'][number]): string =>
    JSON.stringify([each.clause.replace(/ by the .*$/, ''), each.count, each.candidates]);
  const told = new Set(before.missing.map(said));
  return {
    ...before,
    state: STATES.find((state) => before.state === state || also.state === state) ?? 'open',
    missing: [
      ...before.missing,
      ...also.missing
        .filter((each) => !told.has(said(each)))
        .map((each) => ({ ...each, clause: `${each.clause} ${by}` })),
    ],
    voters: new Set([...before.voters, ...also.voters]),
    keys: [
      ...before.keys,
      ...also.keys.filter((each) => !before.keysMissing.includes(each.clause)),
    ],
    keysMissing: [...new Set([...before.keysMissing, ...also.keysMissing])],
    obstacle: before.obstacle ?? (also.obstacle === null ? null : `${also.obstacle} (${by})`),
  };
}

/** Judges a subject of any kind; a change is judged under both versions. Throws as {@link judgeApprovals} does. */
export function judgeSubject(input: ApprovalInput): ApprovalJudgement {
  const before = judgeApprovals(input);
  const subject = readSubject(input.subjectText);
  if (subject.kind !== 'policy') return before;
  const next = nextOf(input.roster, subject, input.nowMs);
  if (next === null) return before;
  const after = judgeApprovals({ ...input, roster: next });
  return settingsJudges(input.roster, next).reduce(
    (judged, roster) => {
      const also = judgeApprovals({ ...input, roster, rule: settingsRuleOf(roster) });
      return alsoJudge(judged, also, 'by the rule for settings');
    },
    alsoJudge(before, after, 'by the new rules'),
  );
}
