/** Screenings of imports at the gate, and what reviewers exclude on them. */
export { screeningErrors } from './errors.ts';
export { SCREEN_QUEUE, openScreenPool, screenHandler } from './screen-jobs.ts';
export type { ScreenPool } from './screen-jobs.ts';
export { ruleOf, summariseReport } from './screening.ts';
export type { Exclusion, ReportSummary, ScreenFields, Screening } from './screening.ts';
export { Screenings, exclusionsDigest, writeExclusions } from './screenings.ts';
export type { ScreeningHost } from './screenings.ts';
export { checkScreeningTables } from './table-check.ts';
