/**
 * How old approvals may be, by the clock of whoever asks. A signature carries no time, so what is held is the age of the
 * text that was signed: nobody signed it before it was made, and who signs refuses a text that says it was made later.
 */
import type { Roster } from '../people/index.ts';
import { ruleOf } from './judge-approvals.ts';
import type { RosterRule } from '../people/index.ts';
import type { Subject } from './subject.ts';

/** Approvals are good for this long after the request may no longer wait. */
export const RELEASE_MARGIN_MS = 3_600_000;
/** How long a text may wait that no rule lets through: an emergency needs none. */
const NO_RULE_WAIT_MS = 7 * 86_400_000;

/** The two clocks of a rule, or those of a text that falls under none. */
export function clocksOf(
  rule: RosterRule | undefined,
): Pick<RosterRule, 'waitMs' | 'approvalsValidMs'> {
  return rule ?? { waitMs: NO_RULE_WAIT_MS, approvalsValidMs: 0 };
}

/** Clocks of people and of the gate may be so far apart. */
const CLOCKS_APART_MS = 300_000;

/** Whether a text says that it was made at a time that has not come: whoever signs it signs for then. */
export function isFromLater(
  subject: Pick<Subject, 'writtenAt' | 'askedAt'>,
  nowMs: number,
): boolean {
  return Date.parse(subject.writtenAt ?? subject.askedAt) > nowMs + CLOCKS_APART_MS;
}

/**
 * Why approvals of a text are too old or not yet good, as the end of a sentence; null when they are neither. The rule's two
 * clocks bound the age whatever `releaseBy` says. `openMs` is how long what was signed stays open once it is there: a
 * window is opened before `releaseBy` and used until its signed duration is over.
 */
export function findAgeProblem(
  roster: Roster,
  subject: Subject,
  nowMs: number,
  openMs = 0,
): string | null {
  if (Date.parse(subject.releaseBy) + openMs <= nowMs) return 'the time to release it is over';
  if (isFromLater(subject, nowMs)) return 'it says that it was made at a time that has not come';
  const { waitMs, approvalsValidMs } = clocksOf(ruleOf(roster, subject));
  const mostMs = waitMs + approvalsValidMs + RELEASE_MARGIN_MS;
  // A text of an earlier version does not say when it was made; it cannot be good for longer than a new one.
  const { writtenAt } = subject;
  if (writtenAt === undefined)
    return Date.parse(subject.releaseBy) > nowMs + mostMs
      ? 'it would be good for longer than its rule lets approvals be'
      : null;
  return nowMs > Date.parse(writtenAt) + mostMs + openMs
    ? 'its approvals may be older than its rule lets them be'
    : null;
}
