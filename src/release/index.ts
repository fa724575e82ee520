/**
 * Releases: the one transaction that lets something leave, and the sender that hands it to the wire.
 *
 * Guaranteed: a queued release is debited on every bucket of its path, recorded in the ledger and queued, all or
 * nothing, once per request; no frame is longer than what was debited for it; a frame is sent only when its entry is
 * under a durable signed checkpoint; whatever crashes, each acknowledged release reaches the outer door exactly once;
 * a database set back to an old copy sends nothing. Assumed: the store's writes are serial and durable, and one process
 * sends. Not guaranteed: when a frame is sent, and that a destination exists on the outer side.
 */
export { chargeOfShape, expectedGap } from './charge.ts';
export type { FrameShape, WireOutlook } from './charge.ts';
export { releaseErrors } from './errors.ts';
export { sayRefused } from './ports.ts';
export type { Debit, DebitRefused, DebitUse, ReleaseLedger } from './ports.ts';
export { entryId } from './entry-id.ts';
export { Releases } from './release.ts';
export type {
  QueueVerdict,
  ReleaseFacts,
  ReleaseHistory,
  ReleaseHost,
  ReleaseInput,
  ReleaseProgress,
} from './release.ts';
export { KeptBody } from './take-in.ts';
export type { ReleaseBody, ReleaseContent } from './take-in.ts';
export { SENDER_LIMITS } from './sender.ts';
export type { SenderLimits, SenderState } from './sender.ts';
export { startSender } from './start-sender.ts';
export type { RunningSender, SenderHost } from './start-sender.ts';
export type { ReleaseFile, ReleaseState } from './store.ts';
export { Guard } from './guard.ts';
export type {
  GuardAsk,
  GuardBucket,
  GuardOffer,
  GuardParts,
  GuardPath,
  MeterLimits,
  SignedGrant,
} from './guard-parts.ts';
export { guardErrors } from './guard-errors.ts';
export type {
  AuthoriseInput,
  AuthoriseVerdict,
  Grant,
  GuardLink,
  LookAheadInput,
  Offer,
} from './guard-link.ts';
export { addLink, readChain, readSenderBase, writeSenderBase } from './guard-store.ts';
export type { EmittedDigest, GuardDb } from './guard-store.ts';
export { Outbox } from './outbox.ts';
export { checkReleaseTables } from './table-check.ts';
export type { ChargeLine, PreviousRelease } from './charges.ts';
