/**
 * The policies in force: those that the newest roster names, whatever this version ships. They follow the roster at once,
 * without a moment in which the one is new and the other old, and a gate that does not have them does not start.
 */
import type { Roster } from '../people/index.ts';
import {
  DEFAULT_POLICIES,
  SHIPPED_SHA256,
  digestPolicies,
  openPolicy,
  policyErrors,
} from '../policy/index.ts';
import type { Policy } from '../policy/index.ts';
import { findPolicyText } from '../requests/index.ts';
import type { PolicyText, RosterLink, Rosters } from '../requests/index.ts';

/** What is decided on, with where it comes from. */
export interface PolicyInForce extends PolicyText {
  readonly policy: Policy;
  /** Whether it is the set that this version ships. */
  readonly shipped: boolean;
}

/** Before the founding the shipped set decides. */
const UNFOUNDED: Omit<PolicyInForce, 'policy' | 'link'> = {
  text: DEFAULT_POLICIES,
  sha256: SHIPPED_SHA256,
  shipped: true,
};
const NO_LINK: RosterLink = { document: '', subject: null, signatures: [] };

function load(links: readonly RosterLink[], roster: Roster): PolicyInForce {
  const found = findPolicyText(links, roster);
  try {
    const policy = openPolicy({ policies: found.text });
    return { ...found, policy, shipped: digestPolicies(found.text) === SHIPPED_SHA256 };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw policyErrors.error('NOT_IN_FORCE', { sha256: found.sha256, why }, { cause });
  }
}

/**
 * Opens the policies in force. The answer is asked anew at every decision and costs a comparison. Throws
 * `POLICY_NOT_IN_FORCE` when they cannot be had; then nothing may be decided.
 */
export function openPolicyInForce(rosters: Rosters): () => PolicyInForce {
  let known: { readonly roster: string | null; readonly held: PolicyInForce } | undefined;
  const now = (): PolicyInForce => {
    const { current, links } = rosters;
    const roster = current?.sha256 ?? null;
    if (known?.roster === roster) return known.held;
    const held =
      current === null
        ? { ...UNFOUNDED, policy: openPolicy({ policies: DEFAULT_POLICIES }), link: NO_LINK }
        : load(links, current.roster);
    known = { roster, held };
    return held;
  };
  now();
  return now;
}
