/**
 * Guarded models: what they are, how thin a useful copy of them could be, and how many of their vectors have left.
 *
 * Guaranteed: effective sizes are exact integers, versioned, and never shown without their assumption; distinct vectors
 * of a model's hidden width stay below that width over its lifetime. Assumed: the operator's numbers are true. Not
 * offered: finding out which model a file came from.
 */
export {
  DEFAULT_BITS_PER_PARAMETER,
  MODEL_STATES,
  declareModel,
  effectiveBits,
  reachOf,
  readParameters,
  sayAssumption,
  thinnestBits,
} from './model.ts';
export type { Model, ModelFacts, ModelState } from './model.ts';
export {
  countVectors,
  describeModel,
  listModels,
  openModels,
  putModel,
  quarantineModels,
  vectorWidths,
} from './store.ts';
export type { AlsoChange, Models, VectorSets, VectorVerdict } from './store.ts';
export { checkModelTables } from './table-check.ts';
