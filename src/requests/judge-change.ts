/**
 * The judgement of a change of the roster, which needs the approvers of the version in force and of the one that it would
 * make (as TUF asks for a new root): what is missing for either is told while people can still give it.
 */
import { isoTime } from '../core/index.ts';
import type { Roster } from '../people/index.ts';
import { replaySteps } from './change-steps.ts';
import { judgeApprovals, ruleOf } from './judge-approvals.ts';
import type { ApprovalInput, ApprovalJudgement } from './judge-approvals.ts';
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

/** Judges a subject of any kind; a change is judged under both versions. Throws as {@link judgeApprovals} does. */
export function judgeSubject(input: ApprovalInput): ApprovalJudgement {
  const before = judgeApprovals(input);
  const subject = readSubject(input.subjectText);
  if (subject.kind !== 'policy') return before;
  const next = nextOf(input.roster, subject, input.nowMs);
  if (next === null) return before;
  const after = judgeApprovals({ ...input, roster: next });
  const told = new Set(before.missing.map((each) => JSON.stringify(each)));
  return {
    ...before,
    state: STATES.find((state) => before.state === state || after.state === state) ?? 'open',
    missing: [
      ...before.missing,
      ...after.missing
        .filter((each) => !told.has(JSON.stringify(each)))
        .map((each) => ({ ...each, clause: `${each.clause} by the new rules` })),
    ],
    voters: new Set([...before.voters, ...after.voters]),
    keysMissing: [...new Set([...before.keysMissing, ...after.keysMissing])],
  };
}
