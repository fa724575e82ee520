/** Sources: signed identities, what they say about their data, and whether they signed for these files. */
export { readCard } from './card.ts';
export type { CardFacts } from './card.ts';
export { sourceErrors } from './errors.ts';
export { checkOmsBundle } from './oms.ts';
export { PROOF, checkProof } from './proof.ts';
export type { Proof, SignedFor } from './proof.ts';
export { INTAKE_FORM, SOURCE_KINDS, readFingerprint, sourceDigest } from './source.ts';
export type { IntakeForm, Source, SourceKind } from './source.ts';
export { findSigners, openSources, recallSource, signerOf } from './source-store.ts';
export type { NewSource, PeopleKeys, Sources, SourceTables } from './source-store.ts';
export { SOURCE_NAMESPACE, checkSums } from './sums.ts';
