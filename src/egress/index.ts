/**
 * The way out. Guaranteed: what is quoted was parsed whole, re-emitted and encoded in a process of its own, and its
 * price is the length of a real frame; a hostile file ends as a refusal of that file. Assumed: the caller gives a pool
 * of inspection processes and an empty folder. Not guaranteed: that inspectors see hidden data; the charge is the bound.
 */
export { egressErrors } from './errors.ts';
export { parseForm } from './form.ts';
export { quoteRelease, RELEASE_LIMITS } from './quote.ts';
export type { Quote, QuoteFile, QuoteInput, QuoteProgress, ReleaseLimits } from './quote.ts';
export type { CheaperForm } from './cheaper.ts';
export { openInspectionPool, WORKER_LIMITS } from './worker-pool.ts';
export type { InspectionPool, JobFailure, JobOutcome, WorkerLimits } from './worker-pool.ts';
export type {
  EmittedFile,
  HistoryView,
  InputFile,
  VectorHashes,
  WorkerEvent,
  WorkerJob,
  WorkerResult,
} from './worker-protocol.ts';
export { codecWall } from './exfil/codec-wall.ts';
export { CHANNELS, playChannel } from './exfil/run.ts';
export type { ChannelResult, Decoder } from './exfil/run.ts';
export type { Channel, Outcome, PlainFile, Served, Submission, Wall } from './exfil/channel.ts';
export { decideExport, DEFAULT_EXPORT_POLICY, judgeBudget, sayHolds } from './decide.ts';
export type { DecideInput, DecidedFile, ExportDecision, ExportPolicy } from './decide.ts';
export { exportKind } from './export.ts';
export { findLocks, readExportFacts, readExportInput, writeExportInput } from './export-reach.ts';
export type { ExportHost, Uploads, Workspace } from './export-reach.ts';
export { emittedOf } from './export-facts.ts';
export type {
  EmittedRef,
  ExportFacts,
  ExportFile,
  ExportInput,
  ExportUpload,
} from './export-facts.ts';
export { listReasons } from './sentences.ts';
export type { Reason } from './sentences.ts';
export { countUses, windowKind } from './window.ts';
export { openLooks } from './look.ts';
export { compareTexts } from './difference.ts';
export type { FileDifference } from './difference.ts';
export type { Difference, Looks } from './look.ts';
export { quoteLive } from './live-quote.ts';
export type { LiveQuote, QuoteAsk } from './live-quote.ts';
export { decideAgain } from './replay.ts';
