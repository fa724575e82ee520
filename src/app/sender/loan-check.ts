/** Reads what signatures over a request lend to a budget, with the sender's own copy of the roster. Pure. */
import {
  accessOf,
  findAgeProblem,
  findRequesterProblem,
  judgeApprovals,
  readSubject,
  ruleOf,
} from '../../requests/index.ts';
import type { Subject } from '../../requests/index.ts';
import type { GrantCheck } from './grant-check.ts';

/** What people lent. */
export type SignedLoan =
  | {
      readonly ok: true;
      readonly id: string;
      readonly budget: string;
      readonly bits: bigint;
      readonly durationMs: number;
    }
  | { readonly ok: false; readonly why: string };

function no(why: string): SignedLoan {
  return { ok: false, why };
}

/** Checks a loan; never throws for bad input. */
export function checkLoan(check: Omit<GrantCheck, 'breakGlass' | 'settings'>): SignedLoan {
  const { roster, digests, signatures, nowMs } = check;
  let subject: Subject;
  try {
    subject = readSubject(check.subject);
  } catch {
    return no('what was signed is no canonical request');
  }
  if (subject.gate !== roster.gate) return no('it is a request of another gate');
  const age = findAgeProblem(roster, subject, nowMs);
  if (age !== null) return no(age);
  if (digests.get(subject.rosterVersion) !== subject.rosterSha256)
    return no('it was asked under a roster that was never in force');
  const gone = findRequesterProblem(roster, subject, nowMs);
  if (gone !== null) return no(gone);
  const access = accessOf(subject);
  if (access?.target !== 'budget' || access.bits === null) return no('it lends nothing');
  // The rule goes by the charge that was signed, so it has to be what is lent.
  if (
    BigInt(subject.chargeBitsMax) !== BigInt(access.bits) ||
    subject.grantMs !== access.durationMs
  )
    return no('it says two things about what it lends');
  if (ruleOf(roster, subject) === undefined) return no('no rule of the roster lets it pass');
  const judged = judgeApprovals({ roster, subjectText: check.subject, signatures, nowMs });
  if (judged.state !== 'met') return no('approvals are missing');
  const { what: budget, durationMs } = access;
  return { ok: true, id: subject.id, budget, bits: BigInt(access.bits), durationMs };
}
