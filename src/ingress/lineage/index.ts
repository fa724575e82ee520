/** Lineage: source → admitted set → training run → model or monitor, and recalls that walk it. */
export { exportBom, exportCroissant } from './inventory.ts';
export { lineageErrors } from './errors.ts';
export { NODE_KINDS, RECALL_TARGETS, RUN, orderPlan } from './lineage.ts';
export type { LineageNode, NodeKind, PlanStep, Recall, Run } from './lineage.ts';
export {
  countReached,
  edgesAmong,
  findNodes,
  listNodes,
  putEdges,
  putNodes,
  readNodes,
  walk,
} from './lineage-store.ts';
export type { Direction } from './lineage-store.ts';
export { Lineages, addAdmitted } from './lineages.ts';
export type { LineageHost, MadeRecall } from './lineages.ts';
export { checkLineageTables } from './table-check.ts';
