/**
 * The way in. Guaranteed: a file is decoded whole by a closed grammar, in a child process, and re-encoded from decoded
 * values; a verdict is clean only when that succeeded; nothing of a pickle is resolved, imported or built. Assumed: the
 * walls around child processes (core) hold. Not guaranteed: that data is true or harmless to train on; that is what
 * screens, sources and approvals are for. See docs/how-to/import-data.md and docs/explanation/findings.md.
 */
export { judgeScan } from './decoded.ts';
export type { Decoded, SafeForm, SafeType, ScanVerdict } from './decoded.ts';
export { scanErrors } from './errors.ts';
export type { ScanJob, ScannedForm } from './protocol.ts';
export { describeSkipped, describeUnwritten, openScanPool, SCAN_LIMITS } from './scan-pool.ts';
export type { ScanLimits, ScanPool, ScanPoolOptions, ScanResult } from './scan-pool.ts';
export { renderSarif } from './sarif.ts';

export * from './screens/index.ts';
export { SCAN_RULES_VERSION } from './version.ts';

export * from './imports/index.ts';
export * from './inboxes/index.ts';
export * from './lineage/index.ts';
export * from './screening/index.ts';
export * from './sources/index.ts';
