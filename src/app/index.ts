/**
 * The wired program: configuration in, one gate out. Guaranteed: a second start finds everything that a first one made;
 * one process at a time has a data folder; the outer process is fed by the wire and nothing else. Assumed: the data
 * folder is on a local disk. Not offered: more than one gate process.
 */
export type { FirstStart } from './bootstrap.ts';
export { configSchema, loadConfig, parseConfig, readEnvironment } from './config.ts';
export type { Config, Environment } from './config.ts';
export { appErrors } from './errors.ts';
export { findHolder, gateFolders } from './folders.ts';
export type { GateFolders } from './folders.ts';
export { openGate } from './gate.ts';
export type { Gate } from './gate.ts';
export type { GateOptions } from './gate-options.ts';
export { SIGN_IN_NAMESPACE, readAssertion } from './sign-in.ts';
export type { Assertion } from './sign-in.ts';
export type { PolicyInForce } from './policy-in-force.ts';
export { findPolicyProblems } from './policy-proposal.ts';
export type { Access, Resource } from './access.ts';
export type { Alarm, News, NewsItem } from './news.ts';
export type { Measures, ReplayAsk } from './measures.ts';
export { declareUnderLoans } from './settings.ts';
export { tableChecks } from './table-checks.ts';
export { readSshKey } from './founding.ts';
export { openQuarantine, startDecodeWorkers } from './quarantine.ts';
export type { WayIn } from './way-in.ts';
export type { ShareDesk, ShareSeen } from './share-desk.ts';
export { findByDigest, mayReadResult, resultFiles } from './share-results.ts';
