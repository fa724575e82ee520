/**
 * The steps of a change of the roster, as they stand in the text that people sign. A roster follows from its predecessor
 * and these steps alone, so nobody who stores or shows a change can slip another one in.
 */
import { sayIssue } from '../core/index.ts';
import { CHANGE, applyChanges, rosterErrors } from '../people/index.ts';
import type { Change, Roster } from '../people/index.ts';
import { errors } from './errors.ts';
import type { Subject } from './subject.ts';

/** Steps in one change. */
const STEPS_MAX = 200;

const refuse = (why: string): Error => errors.error('INPUT_INVALID', { why, command: 'change' });

/** Reads the changes that somebody asks for; throws `REQUEST_INPUT_INVALID` with every bad one named. */
export function readChanges(value: unknown): readonly Change[] {
  const list = Array.isArray(value) ? (value as unknown[]) : [];
  if (list.length === 0 || list.length > STEPS_MAX) {
    const why = `there are no changes, or more than ${String(STEPS_MAX)}`;
    throw refuse(why);
  }
  const parsed = list.map((each) => CHANGE.safeParse(each));
  const bad = parsed.flatMap((each, i) =>
    each.success
      ? []
      : each.error.issues.slice(0, 3).map((issue) => `change ${String(i + 1)}: ${sayIssue(issue)}`),
  );
  if (bad.length > 0) throw refuse(bad.join('; ').slice(0, 500));
  return parsed.flatMap((each) => (each.success ? [each.data] : []));
}

/** Throws `REQUEST_INPUT_INVALID` when what a change gives would be over before anybody decides about it. */
export function checkTimes(changes: readonly Change[], nowMs: number): void {
  for (const [i, change] of changes.entries()) {
    // Other steps may end something at a time that has passed.
    if (change.op !== 'role.give' && change.op !== 'person.add') continue;
    if (change.until === null || Date.parse(change.until) > nowMs) continue;
    throw refuse(`change ${String(i + 1)}: \`until\` is ${change.until}, which has passed`);
  }
}

/** The steps that a signed request of the kind `policy` names; throws `REQUEST_INPUT_INVALID` when it names none. */
export function stepsOf(subject: Pick<Subject, 'facts'>): readonly Change[] {
  return readChanges(subject.facts['steps']);
}

/**
 * The roster that the signed steps make of the version before it, at the time that the new version states. Throws
 * `ROSTER_CHAIN_BROKEN` when the steps cannot be read or done.
 */
export function replaySteps(before: Roster, subject: Subject, at: string): Roster {
  try {
    return applyChanges(before, stepsOf(subject), at);
  } catch (cause) {
    const why = `its signed steps cannot be done: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw rosterErrors.error('CHAIN_BROKEN', { version: before.version + 1, why });
  }
}
