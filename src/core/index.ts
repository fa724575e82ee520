/**
 * What everything else stands on: errors, bytes, canonical JSON, clock, ids, durable files, child processes. Imports
 * nothing of ours.
 *
 * Guaranteed: readers accept exactly one spelling of a value; a durable write is there whole or not at all; a child
 * process cannot outlive its limits. Assumed: the disk honours fsync. Not offered: retries; hiding the host's faults.
 */
export { SallyportError, defineErrors, isRefusal, listErrors } from './errors.ts';
export type { ErrorDefinition, ErrorDetails, ErrorSet, Refusal } from './errors.ts';
export { isoTime, monotonicMs, systemClock, systemRandom } from './clock.ts';
export type { Clock, Random } from './clock.ts';
export {
  concatBytes,
  equalBytes,
  fromBase64,
  fromHex,
  fromUtf8,
  readVarint,
  toBase64,
  toHex,
  utf8,
  writeVarint,
} from './bytes.ts';
export { sayCount, sayExactDuration } from './counts.ts';
export { sayIssue } from './issues.ts';
export { newId, sha256, sha256Bytes, sha256Stream } from './digests.ts';
export { canonicalJson } from './canonical-json.ts';
export type { Json, JsonObject } from './canonical-json.ts';
export { parseJsonStrict } from './strict-json.ts';
export { BoundedQueue } from './bounded-queue.ts';
export { becomeOsUser, findOsUser, giveToUser, mayChooseUsers, takeOsUser } from './os-users.ts';
export type { OsUser } from './os-users.ts';
export { makeDirDurable, systemFiles, writeFileDurable } from './durable-files.ts';
export type { FileOps } from './durable-files.ts';
export { readChunks } from './file-chunks.ts';
export { openRareAlarm } from './rare-alarms.ts';
export type { RareAlarm } from './rare-alarms.ts';
export { findNameProblem } from './relative-names.ts';
export { ChildPool } from './child-pool.ts';
export type { ChildPoolOptions } from './child-pool.ts';
export type { ChildLimits, ChildResult } from './child-process.ts';
export type { ChildWalls } from './child-walls.ts';
export { ThreadPool } from './thread-pool.ts';
export type { OnJobDone } from './thread-pool.ts';
export { serveJobs } from './child-serve.ts';
export type { JobTools } from './child-serve.ts';
export { FolderWatch, listFolder } from './folder-watch.ts';
export type { FolderWatchOptions } from './folder-watch.ts';
