/**
 * What everything else stands on: errors, bytes, bit counts, canonical JSON, clock, ids, durable files, child
 * processes. Imports nothing of ours; touches files and processes only in the functions that say so.
 */
export { SallyportError, defineErrors, listErrors } from './errors.ts';
export type { ErrorDefinition, ErrorDetails, ErrorSet, Refusal } from './errors.ts';
