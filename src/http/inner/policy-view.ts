/** What a change of the roster or of the policies would do, beside its steps. */
import type { Gate } from '../../app/index.ts';
import { isoTime } from '../../core/index.ts';
import { compareTexts } from '../../egress/index.ts';
import type { FileDifference } from '../../egress/index.ts';
import { applyChanges } from '../../people/index.ts';
import type { Principal } from '../../people/index.ts';
import { digestPolicies } from '../../policy/index.ts';
import { changesOf, isBehind, listNewRuleRisks, policyOf } from '../../requests/index.ts';
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

const BEHIND =
  'the roster has changed since this was asked: it does nothing, however many approve it, until whoever asked has edited it (`sallyport edit ID`)';

/**
 * What is to be known of a change that waits: that it is based on a roster which is no longer in force; and, for those who
 * see every person, what rules would ask for after it and nobody could give, which says where people and keys are missing.
 */
export async function showWarnings(
  gate: Gate,
  principal: Principal,
  request: Request,
): Promise<readonly string[]> {
  const waits = request.state === 'held' || request.state === 'returned';
  const current = gate.rosters.current;
  if (request.kind !== 'policy' || !waits || current === null) return [];
  const { roster } = current;
  const behind = isBehind(request, roster) ? [BEHIND] : [];
  if (!(await gate.access.can(principal, 'people.view', { kind: 'gate' })).allowed) return behind;
  const nowMs = Math.max(gate.clock.nowMs(), Date.parse(roster.at));
  try {
    const next = applyChanges(roster, changesOf(request), isoTime(nowMs));
    return [...behind, ...listNewRuleRisks(roster, next, nowMs)];
  } catch (cause) {
    // On the roster that it was asked on it could be made; an edit would end it.
    if (behind.length === 0) return [];
    const why = cause instanceof Error ? cause.message : String(cause);
    return [`the roster has changed since this was asked, and it does nothing any more: ${why}`];
  }
}
