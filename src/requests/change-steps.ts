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

/** Reads the changes that somebody asks for; throws `REQUEST_INPUT_INVALID` with every bad one named. */
export function readChanges(value: unknown): readonly Change[] {
  const list = Array.isArray(value) ? (value as unknown[]) : [];
  if (list.length === 0 || list.length > STEPS_MAX) {
    const why = `there are no changes, or more than ${String(STEPS_MAX)}`;
    throw errors.error('INPUT_INVALID', { why });
  }
  const parsed = list.map((each) => CHANGE.safeParse(each));
  const bad = parsed.flatMap((each, i) =>
    each.success
      ? []
      : each.error.issues.slice(0, 3).map((issue) => `change ${String(i + 1)}: ${sayIssue(issue)}`),
  );
  if (bad.length > 0) throw errors.error('INPUT_INVALID', { why: bad.join('; ').slice(0, 500) });
  return parsed.flatMap((each) => (each.success ? [each.data] : []));
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
