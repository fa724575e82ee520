/** What a change of the roster or of the policies would do, beside its steps. */
import type { Gate } from '../../app/index.ts';
import { isoTime } from '../../core/index.ts';
import { compareTexts } from '../../egress/index.ts';
import type { FileDifference } from '../../egress/index.ts';
import { applyChanges } from '../../people/index.ts';
import type { Principal } from '../../people/index.ts';
import { digestPolicies } from '../../policy/index.ts';
import { changesOf, listNewRuleRisks, policyOf } from '../../requests/index.ts';
import type { Request } from '../../requests/index.ts';

/** Policies that a change would put in force, and how they differ from those that are. */
export type PoliciesShown = { readonly text: string; readonly sha256: string } & Pick<
  FileDifference,
  'summary' | 'hunks'
>;

/** Policies that a change would put in force, beside those that are; null when it is about none. */
export function showPolicies(gate: Gate, request: Request): PoliciesShown | null {
  if (request.kind !== 'policy') return null;
  const text = policyOf(changesOf(request));
  if (text === undefined) return null;
  const difference = compareTexts(gate.policies().text, text);
  return { text, sha256: digestPolicies(text), ...difference };
}

/**
 * What rules would ask for after a change that waits and nobody could give, for those who see every person: it says where
 * people and keys are missing.
 */
export async function showWarnings(
  gate: Gate,
  principal: Principal,
  request: Request,
): Promise<readonly string[]> {
  const waits = request.state === 'held' || request.state === 'returned';
  const current = gate.rosters.current;
  if (request.kind !== 'policy' || !waits || current === null) return [];
  if (!(await gate.access.can(principal, 'people.view', { kind: 'gate' })).allowed) return [];
  const { roster } = current;
  const nowMs = Math.max(gate.clock.nowMs(), Date.parse(roster.at));
  try {
    const next = applyChanges(roster, changesOf(request), isoTime(nowMs));
    return listNewRuleRisks(roster, next, nowMs);
  } catch {
    // What cannot be made any more is told by what it waits for.
    return [];
  }
}
