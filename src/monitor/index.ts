/**
 * Certified monitors: a text classifier whose verdict stands unless a stated number of sources were bad.
 *
 * Guaranteed: each source feeds one partition; learner and threshold of a partition depend on its own documents, and on texts that
 * whoever trains vouches for, only, in integers, so that retraining is bit-equal on every machine; the quorum depends on the number of partitions that may vote. So a
 * flag with v votes under quorum q stands against v − q bad sources, a pass against q − 1 − v, whatever these sources sent to be
 * learnt or held back (docs/explanation/certified-monitors.md has the proof). Assumed: sources are signed identities that are
 * independent, no bad source had a hand in what is vouched for, the code is as published, and the options were not chosen by looking at these documents. Not promised: a rate of
 * false positives, which is measured; that an honest monitor catches what it never saw; anything about texts that are
 * padded until they look harmless.
 */
export type { AdmittedSet, SetRow, SetSource, VerifyAdmission } from './admitted-set.ts';
export { certify } from './certificate.ts';
export type { CertifiedVerdict } from './certificate.ts';
export { drawCurve } from './curve.ts';
export type { DrawnCurve } from './curve.ts';
export { DocumentReader, drawLot, readDocuments, readVouched } from './documents.ts';
export type { Document } from './documents.ts';
export { monitorErrors } from './errors.ts';
export { evaluateMethod, evaluateMonitor } from './evaluate.ts';
export type { CertifiedShare, EvaluateOptions, Evaluation, NewSourceRate } from './evaluate.ts';
export { FEATURES_VERSION } from './features.ts';
export type { Proportion } from './interval.ts';
export { MONITOR_FORMAT, readMonitor, writeMonitor } from './model.ts';
export type { MonitorLineage, MonitorModel } from './model.ts';
export { parsePartitionRule, partitionOf, PARTITIONS_MAX } from './partition.ts';
export type { PartitionRule } from './partition.ts';
export { openMonitor } from './score.ts';
export type { MonitorScorer } from './score.ts';
export { QUORUM_SHARE } from './operating-point.ts';
export { trainMonitor } from './train.ts';
export type { TrainOptions, VoteOptions } from './train.ts';
