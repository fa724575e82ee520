/**
 * The verdict on an export: policy × findings × charge × budget. Pure; whoever asks again with the same input gets the
 * same answer.
 */
import { readBucket } from '../budget/index.ts';
import type { DebitVerdict } from '../budget/index.ts';
import { isoTime } from '../core/index.ts';
import type { VectorVerdict } from '../models/index.ts';
import type { Finding } from '../inspect/index.ts';
import { isGraveCode } from '../requests/index.ts';
import type { ContentType } from '../wire/index.ts';
import { sayReason } from './sentences.ts';
import type { Reason } from './sentences.ts';

type BudgetRefused = Extract<DebitVerdict, { ok: false }>;

/** What may leave without a person. */
export interface ExportPolicy {
  readonly automatic: boolean;
  /** The largest charge of one release. What leaves in a day is limited by the `automatic` budget. */
  readonly automaticBitsMax: bigint;
  /** Types that nobody has to look at. */
  readonly plainTypes: readonly ContentType[];
}

/** What leaves without a person where the configuration says nothing else. */
export const DEFAULT_EXPORT_POLICY: ExportPolicy = {
  automatic: true,
  automaticBitsMax: 2_000_000n,
  plainTypes: ['text', 'table', 'json', 'jsonl', 'xml'],
};

/** One quoted file, as far as the verdict needs it. */
export interface DecidedFile {
  readonly path: string;
  readonly type: ContentType | null;
  readonly refusal: string | null;
  readonly findings: readonly Finding[];
}

/** Everything that a verdict depends on. */
export interface DecideInput {
  readonly policy: ExportPolicy;
  readonly files: readonly DecidedFile[];
  readonly chargeBits: bigint;
  readonly skipRefused: boolean;
  /** Whether enclave, models, project and principal would pass this charge now. */
  readonly budget: DebitVerdict;
  /** Whether the bucket of the automatic tier would. */
  readonly automaticBudget: DebitVerdict;
  /** Whether the distinct vectors of guarded models would stay below what gives a layer away. */
  readonly vectors: VectorVerdict;
  /** Models in reach that are not active. */
  readonly lockedModels: readonly { readonly id: string; readonly state: string }[];
  /** Locks on the requester, the project, a model in reach or the lane. */
  readonly locks?: readonly ExportLock[];
}

/** A lock that stands in the way. */
export interface ExportLock {
  readonly id: string;
  readonly target: { readonly kind: string; readonly id: string };
  readonly reason: string;
}

/** The verdict with every reason; the first one matters most. */
export interface ExportDecision {
  readonly verdict: 'allow' | 'hold' | 'deny';
  readonly reasons: readonly Reason[];
}

const REASONS_MAX = 50;

/** Decides an export. */
export function decideExport(input: DecideInput): ExportDecision {
  const reasons = [
    ...judgeFiles(input),
    ...judgeBudget(input.budget),
    ...judgeVectors(input.vectors),
    ...judgeModels(input.lockedModels),
    ...judgeLocks(input.locks ?? []),
    ...judgeAutomatic(input),
  ];
  const denying = reasons.filter((reason) => reason.severity === 'deny');
  if (denying.length > 0) return { verdict: 'deny', reasons: denying.slice(0, REASONS_MAX) };
  if (reasons.length > 0) return { verdict: 'hold', reasons: reasons.slice(0, REASONS_MAX) };
  return { verdict: 'allow', reasons: [] };
}

function judgeFiles(input: DecideInput): Reason[] {
  const reasons: Reason[] = [];
  let released = 0;
  for (const file of input.files) {
    if (file.refusal !== null) {
      if (!input.skipRefused)
        reasons.push(sayReason('FILE_REFUSED', { why: file.refusal }, file.path));
      continue;
    }
    released += 1;
    for (const finding of file.findings) {
      if (finding.severity === 'info') continue;
      const name = finding.severity === 'deny' ? 'FINDING_DENIES' : 'FINDING';
      const sentence = `${finding.sentence} (${finding.place})`;
      reasons.push(sayReason(name, { sentence }, file.path));
    }
    reasons.push(...judgeType(input.policy, file));
  }
  if (released === 0 && reasons.length === 0) reasons.push(sayReason('NOTHING_LEFT'));
  return reasons;
}

/** The reason of a type that does not pass unseen; none of one that does. */
function judgeType(policy: ExportPolicy, file: Pick<DecidedFile, 'path' | 'type'>): Reason[] {
  if (file.type === null || policy.plainTypes.includes(file.type)) return [];
  return [sayReason('TYPE_NOT_PLAIN', { type: file.type }, file.path)];
}

function judgeSize(policy: ExportPolicy, bits: bigint): Reason[] {
  if (bits <= policy.automaticBitsMax) return [];
  return [sayReason('RELEASE_LARGE', { bits, limit: policy.automaticBitsMax })];
}

/** Why a release would be held although nothing was found in it, as far as a quote without a gate can tell. */
export function sayHolds(
  policy: ExportPolicy,
  files: readonly Pick<DecidedFile, 'path' | 'type'>[],
  chargeBits: bigint,
): readonly Reason[] {
  return [...files.flatMap((file) => judgeType(policy, file)), ...judgeSize(policy, chargeBits)];
}

/** The reason of vectors that would give a layer away; none if they stay below. */
export function judgeVectors(verdict: VectorVerdict): Reason[] {
  if (verdict.ok) return [];
  const { model, counted, width } = verdict;
  return [sayReason('VECTORS_REACHED', { model, counted, width })];
}

function judgeModels(locked: DecideInput['lockedModels']): Reason[] {
  return locked.map((model) => sayReason('MODEL_LOCKED', { model: model.id, state: model.state }));
}

/** The reasons of locks. */
export function judgeLocks(locks: readonly ExportLock[]): Reason[] {
  return locks.map(({ id, target, reason }) =>
    sayReason('LOCKED', { what: target.kind, id: target.id, reason, lock: id }),
  );
}

/** Reasons about size, type or the day's automatic share: nothing suspicious was found. */
const PLAIN_REASONS: ReadonlySet<string> = new Set([
  'EXPORT_TYPE_NOT_PLAIN',
  'EXPORT_RELEASE_LARGE',
  'EXPORT_AUTOMATIC_OFF',
  'EXPORT_AUTOMATIC_USED_UP',
  'EXPORT_SENDER_REFUSES',
]);

/** Whether a held export is plain: its requester may vouch for it, and an approved window lets it through. */
export function isPlain(reasons: readonly Reason[]): boolean {
  return reasons.every((reason) => PLAIN_REASONS.has(reason.code));
}

/** Findings that one pair of eyes is not enough for. */
function isGrave(files: readonly DecidedFile[]): boolean {
  return files.some((file) =>
    file.findings.some((each) => each.severity === 'hold' && isGraveCode(each.code)),
  );
}

/**
 * The lowest tier whose approvals may let a held export through; its charge can raise it further. An agent or workload
 * (`sponsored`) cannot vouch for anything, so that somebody else has to look.
 */
export function tierOf(
  reasons: readonly Reason[],
  files: readonly DecidedFile[],
  sponsored: boolean,
): 'self' | 'one' | 'quorum' {
  if (isGrave(files) || reasons.some((reason) => reason.code === 'EXPORT_MODEL_LOCKED'))
    return 'quorum';
  return isPlain(reasons) && !sponsored ? 'self' : 'one';
}

function judgeAutomatic({ policy, chargeBits, automaticBudget }: DecideInput): Reason[] {
  if (!policy.automatic) return [sayReason('AUTOMATIC_OFF')];
  const large = judgeSize(policy, chargeBits);
  if (large.length > 0 || automaticBudget.ok) return large;
  const { passesAtMs, neededBits: bits } = automaticBudget;
  const late = passesAtMs === null || passesAtMs > TIME_MS_MAX;
  const when = late ? 'in smaller parts' : `after ${sayWhen(passesAtMs, true)}`;
  return [sayReason('AUTOMATIC_USED_UP', { left: sayLeft(automaticBudget, true), bits, when })];
}

const HOUR_MS = 3_600_000;
const TIME_MS_MAX = 8.64e15 - HOUR_MS;

/**
 * Whether a bucket is shared between compartments. Its exact level, told to whoever asks with one size after the other,
 * would say what another project charged and when.
 */
function isShared(bucket: string): boolean {
  const { scope } = readBucket(bucket);
  return scope === 'enclave' || scope === 'automatic' || scope === 'model';
}

/** What is left: of a shared bucket in whole percent, rounded down. */
function sayLeft({ leftBits, wholeBits }: BudgetRefused, shared: boolean): string {
  if (!shared) return `${String(leftBits)} bits`;
  const percent = wholeBits === 0n ? 0n : (100n * leftBits) / wholeBits;
  return `${String(percent)} %`;
}

/** When it would pass: of a shared bucket at the next full hour. */
function sayWhen(ms: number, shared: boolean): string {
  return isoTime(shared ? Math.ceil(ms / HOUR_MS) * HOUR_MS : ms);
}

/** The reason of a budget that does not pass; none if it passes. */
export function judgeBudget(verdict: DebitVerdict): Reason[] {
  if (verdict.ok) return [];
  const { bucket, neededBits: bits, passesAtMs } = verdict;
  const shared = isShared(bucket);
  const left = sayLeft(verdict, shared);
  switch (verdict.obstacle) {
    case 'missing':
      return [sayReason('BUDGET_MISSING', { bucket })];
    case 'lifetime':
      return [sayReason('BUDGET_SPENT', { bucket, left, bits })];
    case 'burst':
      return [sayReason('BUDGET_NEVER', { bucket, bits })];
    case 'rate': {
      const when =
        passesAtMs === null || passesAtMs > TIME_MS_MAX
          ? 'a long time'
          : sayWhen(passesAtMs, shared);
      return [sayReason('BUDGET_LATER', { bucket, left, bits, when })];
    }
  }
}
