/**
 * Budgets in bits: token buckets on the path of every release.
 *
 * Guaranteed: over any time T at most `burst + rate·T` bits pass a bucket and never more than its lifetime cap, in exact
 * integers, whatever the interleaving; a debit takes from every bucket on its path or from none; nothing is refunded.
 * Assumed: the store's writes are serial, and its database is not set back (the outer door's own meter checks that).
 * Not offered: judging the harm of a few bits.
 */
export {
  BITS_MAX,
  fillBucket,
  isLooser,
  leftBits,
  looserIn,
  mostInWindow,
  refillBucket,
  takeBits,
} from './bucket.ts';
export type { BucketLevel, BucketObstacle, BucketRule, BucketVerdict, Respect } from './bucket.ts';
export { CAPS, applyCaps, judgeCaps } from './caps.ts';
export type { Cap, CapVerdict } from './caps.ts';
export { AUTOMATIC, ENCLAVE, readBucket, sayBucket } from './ref.ts';
export type { BucketRef, BucketScope } from './ref.ts';
export { debit, wouldDebit } from './debit.ts';
export type { DebitVerdict } from './debit.ts';
export { defaultBurst, openBudgets } from './budgets.ts';
export type { Budgets } from './budgets.ts';
export {
  DEFAULT_MODEL_BUDGET,
  addAllowance,
  applyDeclaration,
  describeRule,
  listBuckets,
  putBudget,
  reapplyBudgets,
} from './store.ts';
export type { AppliedRule, Bucket, BucketUse, CapNames, Declaration } from './store.ts';
export {
  DAY_MS,
  MONTH_MS,
  YEAR_MS,
  groupDigits,
  readAmount,
  readRate,
  showBytes,
  showFraction,
  showRate,
} from './units.ts';
export { listBudgets, showBudget, showRule } from './view.ts';
export type { BudgetShown, CapShown, RuleShown } from './view.ts';
export { checkBudgetTables } from './table-check.ts';
