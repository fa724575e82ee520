/**
 * The text of the policies in force. The roster names it by digest; the text itself stands in the signed steps of the
 * chain, or, where no change has set one, among the sets that Sallyport ever shipped. So whoever has the chain has the
 * policies, and what the database holds besides is never asked.
 */
import type { Change, Roster } from '../people/index.ts';
import {
  DEFAULT_POLICIES,
  digestPolicies,
  findShippedPolicies,
  policyErrors,
} from '../policy/index.ts';
import { stepsOf } from './change-steps.ts';
import type { RosterLink } from './roster-chain.ts';
import { readSubject } from './subject.ts';

/** A text of policies with what put it in force. */
export interface PolicyText {
  readonly text: string;
  /** What the roster calls it. */
  readonly sha256: string;
  /** The link of the chain that set it; the founding when no change has. */
  readonly link: RosterLink;
}

/** The last text that a list of steps sets; undefined when none of them is about policies. */
export function policyOf(steps: readonly Change[]): string | undefined {
  return steps.findLast((step) => step.op === 'policy.set')?.text;
}

/**
 * The text in force after the last link of a chain that was checked. Throws `POLICY_NOT_IN_FORCE` when no link has it and
 * no version ever shipped it, or when what is found is not what the roster names.
 */
export function findPolicyText(links: readonly RosterLink[], roster: Roster): PolicyText {
  const { policySha256: sha256 } = roster;
  const missing = (why: string): Error => policyErrors.error('NOT_IN_FORCE', { sha256, why });
  for (const link of links.toReversed()) {
    if (link.subject === null) {
      const text = findShippedPolicies(sha256);
      if (text !== undefined) return { text, sha256, link };
      break;
    }
    const text = policyOf(stepsOf(readSubject(link.subject)));
    if (text === undefined) continue;
    if (digestPolicies(text) !== sha256)
      throw missing('the chain set other policies than the roster names');
    return { text, sha256, link };
  }
  throw missing('neither the chain nor this version of Sallyport has their text');
}

/**
 * Steps as somebody asks for them, with the text in the place of `{"op":"policy.shipped"}`. What is signed holds the text
 * that this version ships, so that it means the same to every later one.
 */
export function writeShipped(steps: readonly unknown[]): readonly unknown[] {
  return steps.map((step) =>
    typeof step === 'object' && step !== null && 'op' in step && step.op === 'policy.shipped'
      ? { op: 'policy.set', text: DEFAULT_POLICIES }
      : step,
  );
}
