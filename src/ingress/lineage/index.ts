/** Lineage: source → admitted set → training run → model or monitor, and recalls that walk it. */
export { exportBom, exportCroissant } from './inventory.ts';
export { lineageErrors } from './errors.ts';
export { EVALUATION } from './evaluations.ts';
export type { MonitorEvaluation, RecordedEvaluation } from './evaluations.ts';
export { NODE_KINDS, RECALL_TARGETS, RUN, orderPlan } from './lineage.ts';
export type { LineageNode, NodeKind, PlanStep, Recall, Run } from './lineage.ts';
export { countReached, edgesAmong, listNodes, putEdges, putNodes, walk } from './lineage-store.ts';
export type { Edge } from './lineage-store.ts';
export { Lineages, addAdmitted } from './lineages.ts';
export type { RecalledImport } from './recall-roots.ts';
export { findRecalledFile } from './recall-store.ts';
export { Recalls } from './recalls.ts';
export type { FindRecalledModels, MadeRecall, Plan, RecallAlarm, RecallHost } from './recalls.ts';
export { checkLineageTables } from './table-check.ts';
