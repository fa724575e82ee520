/**
 * Every set of policies that Sallyport ever shipped. A founding names its set by digest alone, so a set that was shipped
 * once stays here for ever: a gate goes on with the set that its people signed, whatever a later version ships.
 * See docs/decisions/0008-policies-in-force.md.
 */
import { digestPolicies } from './cedar-check.ts';
import { DEFAULT_POLICIES, FIRST_POLICIES } from './default-policies.ts';

/** The sets, the oldest first; the last one is what a new gate is founded with. */
export const SHIPPED_POLICIES: readonly string[] = [FIRST_POLICIES, DEFAULT_POLICIES];

/** The first gates named the set together with its schema. */
const FOUNDED_BEFORE: ReadonlyMap<string, number> = new Map([
  ['a4d7fc99112d192620147594d109e767a9a16f1e7d095b9a626a0851d299abb0', 0],
]);

/** The digest of the set that this version ships. */
export const SHIPPED_SHA256: string = digestPolicies(DEFAULT_POLICIES);

/** The shipped set of a digest, of whatever version. */
export function findShippedPolicies(sha256: string): string | undefined {
  const before = FOUNDED_BEFORE.get(sha256);
  return before === undefined
    ? SHIPPED_POLICIES.find((text) => digestPolicies(text) === sha256)
    : SHIPPED_POLICIES[before];
}
