/** Kinds of holders: what a group that has the capability is. */
import type { Developer, Party } from './schema.ts';

/** A kind of holder, in the order in which they are shown. */
export interface HolderKind {
  readonly id: HolderKindId;
  /** Its name in a table or a plot. */
  readonly title: string;
}

/** The id of a kind of holder. */
export type HolderKindId =
  'leader' | 'developer' | 'government' | 'open' | 'oc5' | 'oc4' | 'oc3' | 'oc2' | 'oc1' | 'self';

/** Every kind. */
export const HOLDER_KINDS: readonly HolderKind[] = [
  { id: 'leader', title: 'leading developer' },
  { id: 'developer', title: 'other developers' },
  { id: 'government', title: 'government project' },
  { id: 'open', title: 'the public (open weights)' },
  { id: 'oc5', title: 'top state groups (OC5)' },
  { id: 'oc4', title: 'state groups (OC4)' },
  { id: 'oc3', title: 'crime syndicates, insiders (OC3)' },
  { id: 'oc2', title: 'opportunists (OC2)' },
  { id: 'oc1', title: 'amateurs (OC1)' },
  { id: 'self', title: 'the model by itself' },
];

/** The number of a kind in {@link HOLDER_KINDS}. */
export function kindIndex(id: HolderKindId): number {
  return HOLDER_KINDS.findIndex((kind) => kind.id === id);
}

/** Whether a party makes and keeps models, so that something can be stolen from it. */
export function isDeveloper(party: Party): party is Developer {
  return party.kind !== 'open';
}
