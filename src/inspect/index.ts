/**
 * Inspectors: what a file looks like beyond its type. Guaranteed: linear time, no exception on any input, an exact
 * place with each finding. Assumed: the bytes are a canonical file as a codec emits it. Not guaranteed: that hidden
 * data is found. The bound is the charge; a finding only decides who has to look.
 */
export { judgeFindings } from './finding.ts';
export type { Finding, Severity, Verdict } from './finding.ts';
export { findSecrets } from './secrets.ts';
export { inspectContent } from './inspect-content.ts';
export type { ContentReport, InspectOptions } from './inspect-content.ts';
