/** Scans files in child processes: what a process answers is checked, and one that dies leaves its file inconclusive. */
import { ChildPool } from '../core/index.ts';
import type { ChildLimits, Json } from '../core/index.ts';
import type { Finding } from '../inspect/index.ts';
import { find, judgeScan } from './decoded.ts';
import type { SafeType, ScanVerdict } from './decoded.ts';
import { scanErrors } from './errors.ts';
import type { EndedMember, ScanAnswer, ScanJob, ScannedForm } from './protocol.ts';

/** Limits of one scan process. */
export interface ScanLimits {
  readonly memoryMiB: number;
  /** Processor time, and wall time, of one file. */
  readonly fileMs: number;
}

/** Limits that hold unless the caller says otherwise. */
export const SCAN_LIMITS: ScanLimits = { memoryMiB: 2048, fileMs: 30 * 60 * 1000 };

/** How to open a pool. */
export interface ScanPoolOptions {
  /** Files that are scanned at once. */
  readonly size: number;
  readonly limits?: ScanLimits;
  /** Paths below which files are read. */
  readonly readable: readonly string[];
  /** Paths below which safe forms are written. */
  readonly writable: readonly string[];
}

/** What was found about one file. */
export interface ScanResult {
  readonly path: string;
  readonly type: string;
  readonly bytes: number;
  readonly verdict: ScanVerdict;
  readonly findings: readonly Finding[];
  /** Safe forms; empty unless the file was decoded. Only these can be admitted. */
  readonly forms: readonly ScannedForm[];
}

/** Something that scans files. */
export interface ScanPool {
  readonly size: number;
  /** Which walls stand around the processes; `network: 'none'` is to be told to the operator. */
  readonly walls: ChildPool['walls'];
  /** Process ids, for operators and fault tests. */
  pids(): readonly number[];
  /** Scans one file. Never rejects on account of the file; a process that dies gives an inconclusive result. */
  scan(job: ScanJob): Promise<ScanResult>;
  close(): void;
}

const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;
const JOBS_PER_CHILD = 64;
const WAITING_MAX = 100_000;
const FORMS_MAX = 20_000;
const TYPES: readonly SafeType[] = [
  ...(['safetensors', 'gguf', 'json', 'jsonl', 'table', 'text', 'xml', 'html', 'raster'] as const),
];
const NOBODY_TO_BLAME = new Set(['CORE_CHILD_POOL_CLOSED', 'CORE_CHILD_NOT_STARTED']);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isFinding(value: unknown): value is Finding {
  return (
    isRecord(value) &&
    typeof value['code'] === 'string' &&
    /^[A-Z][A-Z0-9_]{2,80}$/.test(value['code']) &&
    (value['severity'] === 'info' ||
      value['severity'] === 'hold' ||
      value['severity'] === 'deny') &&
    typeof value['place'] === 'string' &&
    typeof value['sentence'] === 'string'
  );
}

/** A name that stays below the folder that it is put in. */
function isSafeName(name: unknown): name is string {
  if (typeof name !== 'string' || name === '' || name.length > 4096 || name.includes('\0'))
    return false;
  return name
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..' && !part.includes('\\'));
}

function isForm(value: unknown, index: number, isWritten: boolean): value is ScannedForm {
  return (
    isRecord(value) &&
    isSafeName(value['name']) &&
    TYPES.includes(value['type'] as SafeType) &&
    Number.isSafeInteger(value['bytes']) &&
    value['file'] === (isWritten ? String(index) : undefined)
  );
}

/** The answer of a process, or what is wrong with it. */
function readAnswer(value: Json, isWritten: boolean): ScanAnswer | string {
  if (!isRecord(value)) return 'it is no object';
  const { type, bytes, findings, forms } = value as Readonly<Record<string, unknown>>;
  if (typeof type !== 'string' || !/^[a-z][a-z0-9()-]{1,60}$/.test(type)) return 'its type';
  if (!Number.isSafeInteger(bytes)) return 'its size';
  if (!Array.isArray(findings) || !(findings as unknown[]).every(isFinding)) return 'its findings';
  if (!Array.isArray(forms) || forms.length > FORMS_MAX) return 'its safe forms';
  const names = new Set((forms as ScannedForm[]).map(({ name }) => name));
  const isSound = (forms as unknown[]).every((form, i) => isForm(form, i, isWritten));
  if (!isSound || names.size !== forms.length) return 'its safe forms';
  return value as unknown as ScanAnswer;
}

/** The member that a process says it begins, or undefined. */
function readMember(progress: Json): Omit<EndedMember, 'why'> | undefined {
  const member = isRecord(progress) ? progress['member'] : undefined;
  if (!isRecord(member)) return undefined;
  const { number, name } = member;
  return Number.isSafeInteger(number) && typeof name === 'string'
    ? { number: number as number, name }
    : undefined;
}

function ended(path: string, why: string, members: readonly EndedMember[] = []): ScanResult {
  const places = members.map((each) => find('hold', 'DECODER_ENDED', { why: each.why }, each.name));
  const findings = places.length > 0 ? places : [find('hold', 'DECODER_ENDED', { why })];
  return { path, type: 'unknown', bytes: 0, verdict: 'inconclusive', findings, forms: [] };
}

/** The result of something that is no readable file: never clean. */
export function describeSkipped(path: string, why: string): ScanResult {
  const findings = [find('hold', 'ENTRY_SKIPPED', { why })];
  return { path, type: 'unknown', bytes: 0, verdict: 'inconclusive', findings, forms: [] };
}

/** The result of a clean file whose safe forms are nowhere. */
export function describeUnwritten(result: ScanResult, why: string): ScanResult {
  const findings = [...result.findings, find('hold', 'FORM_UNWRITTEN', { why })];
  return { ...result, verdict: 'inconclusive', findings, forms: [] };
}

/** Processes that one archive may end, each with another member, before the rest of it is left. */
const ENDED_MAX = 4;
/** After these the time of the file is over. */
const OUT_OF_TIME = new Set(['CORE_CHILD_WALL_EXCEEDED', 'CORE_CHILD_CPU_EXCEEDED']);

/** Scans a file; when its process ends within a member of an archive, again without that member, which is then named. */
async function scanAgain(
  pool: ChildPool,
  job: ScanJob,
  limits: ChildLimits,
  before: readonly EndedMember[],
): Promise<ScanResult> {
  let member: Omit<EndedMember, 'why'> | undefined;
  const task = before.length === 0 ? job : { ...job, ended: before };
  const answer = await pool.run(task as unknown as Json, limits, (progress) => {
    member = readMember(progress);
  });
  if (!answer.ok) {
    if (NOBODY_TO_BLAME.has(answer.code))
      throw scanErrors.error('STOPPED', { why: answer.message });
    const members = member === undefined ? before : [...before, { ...member, why: answer.message }];
    const isOver = member === undefined || OUT_OF_TIME.has(answer.code);
    if (isOver || members.length > ENDED_MAX) return ended(job.name, answer.message, members);
    return scanAgain(pool, job, limits, members);
  }
  const read = readAnswer(answer.value, job.outDir !== undefined);
  if (typeof read === 'string') return ended(job.name, `its answer is malformed (${read})`);
  const { type, bytes, findings, forms } = read;
  return { path: job.name, type, bytes, verdict: judgeScan(findings), findings, forms };
}

/** Opens a pool; its processes start at once. */
export async function openScanPool(options: ScanPoolOptions): Promise<ScanPool> {
  const suffix = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const { memoryMiB, fileMs } = options.limits ?? SCAN_LIMITS;
  const pool = await ChildPool.open({
    module: new URL(`worker.${suffix}`, import.meta.url),
    size: options.size,
    memoryMiB,
    jobsPerChild: JOBS_PER_CHILD,
    waitingMax: WAITING_MAX,
    readable: options.readable,
    writable: options.writable,
  });
  const limits: ChildLimits = { wallMs: fileMs, cpuMs: fileMs, outputBytes: OUTPUT_BYTES_MAX };
  return {
    size: options.size,
    walls: pool.walls,
    pids: () => pool.pids,
    scan: (job) => scanAgain(pool, job, limits, []),
    close: () => {
      pool.close();
    },
  };
}
