/**
 * Certified monitors: a text classifier whose verdict stands unless a stated number of sources were bad.
 *
 * Guaranteed: each source feeds one partition; a partition's learner depends on its own documents only, in integers,
 * so that retraining is bit-equal on every machine; a flag with v votes under quorum q stands against v − q bad sources,
 * a pass against q − 1 − v (docs/explanation/certified-monitors.md has the proof). Assumed: sources are signed
 * identities that are independent, the code is as published, and the documents on which threshold and quorum were chosen
 * are good. Not promised: that an honest monitor catches what it never saw; anything about texts that are padded
 * until they look harmless.
 */
export type { AdmittedSet, SetRow, VerifyAdmission } from './admitted-set.ts';
export { certify } from './certificate.ts';
export type { CertifiedVerdict } from './certificate.ts';
export { drawCurve } from './curve.ts';
export type { DrawnCurve } from './curve.ts';
export { DocumentReader, drawLot, readDocuments } from './documents.ts';
export type { Document } from './documents.ts';
export { monitorErrors } from './errors.ts';
export { evaluateMethod, evaluateScorer } from './evaluate.ts';
export type { CertifiedShare, EvaluateOptions, Evaluation } from './evaluate.ts';
export { FEATURES_VERSION } from './features.ts';
export type { Proportion } from './interval.ts';
export { readMonitor, writeMonitor } from './model.ts';
export type { MonitorLineage, MonitorModel } from './model.ts';
export { parsePartitionRule, partitionOf, PARTITIONS_MAX } from './partition.ts';
export type { PartitionRule } from './partition.ts';
export { openMonitor } from './score.ts';
export type { MonitorScorer } from './score.ts';
export { Scorer } from './scorer.ts';
export { calibrate, trainMonitor, trainPartitions } from './train.ts';
export type { TrainOptions } from './train.ts';
