/**
 * Budgets as the sender holds them: what people signed, in buckets of its own, whatever the gate's tables say.
 *
 * Guaranteed: over any time T at most `burst + rate·T` bits and what was lent pass each bucket on a release's path. What is
 * asked for is taken before anything is queued; what the frame turns out not to need is given back when it is sealed, which
 * leaves a bucket with no more than if the true charge had been taken at first.
 */
import { fillBucket, refillBucket, takeBits } from '../budget/index.ts';
import type { BucketLevel, BucketRule } from '../budget/index.ts';
import { guardErrors } from './guard-errors.ts';
import type { AuthoriseVerdict } from './guard-link.ts';
import type { GuardBucket, GuardParts } from './guard-parts.ts';
import { insertLoan, lentBits } from './guard-loans.ts';
import { noteBudgeted, readMeter, writeMeter } from './guard-store.ts';
import type { Budgeted, GuardDb, GuardRelease, MeterName } from './guard-store.ts';

const nameOf = (budget: string): `budget ${string}` => `budget ${budget}`;

async function openBucket(
  db: GuardDb,
  bucket: GuardBucket,
  nowMs: number,
): Promise<{ rule: BucketRule; level: BucketLevel }> {
  const rule = bucket.rule(await lentBits(db, bucket.name, nowMs));
  const held = await readMeter(db, nameOf(bucket.name));
  const level = held?.level ?? fillBucket(rule, BigInt(nowMs));
  // Under a smaller burst what is above it is lost; a larger one gives nothing for the change.
  const over = level.tokensBits > rule.burstBits;
  return { rule, level: over ? { ...level, tokensBits: rule.burstBits } : level };
}

/** Which budget does not hold enough, and when it would. */
export interface BudgetRefused {
  readonly ok: false;
  readonly why: string;
  readonly passesAtMs: number | null;
}

/** The answer to whoever asked. */
export function sayRefused({ why, passesAtMs }: BudgetRefused): AuthoriseVerdict {
  const { code, message } = guardErrors.refuse('BUDGET_EMPTY', { why });
  return { ok: false, code, why: message, ...(passesAtMs === null ? {} : { passesAtMs }) };
}

/** Takes bits from every bucket, less what was paid before, or says which one does not hold them. */
export async function takeBudgets(
  tx: GuardDb,
  buckets: readonly GuardBucket[],
  bits: bigint,
  paid: Budgeted,
  nowMs: number,
): Promise<{ ok: true; budgeted: Budgeted } | BudgetRefused> {
  const budgeted: Record<string, bigint> = { ...paid };
  const taken: { name: string; level: BucketLevel }[] = [];
  for (const bucket of buckets) {
    const { name } = bucket;
    const before = paid[name] ?? 0n;
    if (before >= bits) continue;
    const { rule, level } = await openBucket(tx, bucket, nowMs);
    const verdict = takeBits(rule, level, bits - before, BigInt(nowMs));
    if (!verdict.ok) {
      // How much it does hold would tell one project what another one charged.
      const why = `the budget \`${name}\` that people signed does not hold the ${String(bits - before)} bits that are needed now`;
      const { passesAtMs } = verdict;
      return { ok: false, why, passesAtMs: passesAtMs === null ? null : Number(passesAtMs) };
    }
    taken.push({ name, level: verdict.level });
    budgeted[name] = bits;
  }
  for (const { name, level } of taken) await writeMeter(tx, { name: nameOf(name), level });
  return { ok: true, budgeted };
}

/** Gives back what a sealed frame did not need of what was taken for it. */
async function giveBack(
  tx: GuardDb,
  buckets: readonly GuardBucket[],
  taken: Budgeted,
  chargeBits: bigint,
  nowMs: number,
): Promise<Budgeted> {
  const budgeted: Record<string, bigint> = { ...taken };
  for (const bucket of buckets) {
    const bits = (taken[bucket.name] ?? 0n) - chargeBits;
    if (bits <= 0n) continue;
    const { rule, level: held } = await openBucket(tx, bucket, nowMs);
    const level = refillBucket(rule, held, BigInt(nowMs));
    const sum = level.tokensBits + bits;
    const tokensBits = sum < rule.burstBits ? sum : rule.burstBits;
    await writeMeter(tx, {
      name: nameOf(bucket.name),
      level: { ...level, tokensBits, spentBits: level.spentBits - bits },
    });
    budgeted[bucket.name] = chargeBits;
  }
  return budgeted;
}

/** Settles what was earned under the rules of the moment, before people's new ones come into force. */
export async function settleBudgets(
  tx: GuardDb,
  buckets: readonly GuardBucket[],
  nowMs: number,
): Promise<void> {
  for (const bucket of buckets) {
    if ((await readMeter(tx, nameOf(bucket.name))) === null) continue;
    const { rule, level } = await openBucket(tx, bucket, nowMs);
    const settled = { ...refillBucket(rule, level, BigInt(nowMs)), remainder: 0n };
    await writeMeter(tx, { name: nameOf(bucket.name), level: settled });
  }
}

/**
 * Begins budgets that were never used here with what was taken from them before, so that a limit for ever is one also where
 * this sender is younger than it. It is the gate's word: less than the truth only leaves what there was without it.
 */
export async function beginBudgets(
  tx: GuardDb,
  buckets: readonly GuardBucket[],
  spent: ReadonlyMap<string, bigint>,
  nowMs: number,
): Promise<void> {
  for (const bucket of buckets) {
    const { name } = bucket;
    const spentBits = spent.get(name) ?? 0n;
    if (spentBits === 0n || (await readMeter(tx, nameOf(name))) !== null) continue;
    const full = fillBucket(bucket.rule(await lentBits(tx, name, nowMs)), BigInt(nowMs));
    await writeMeter(tx, { name: nameOf(name), level: { ...full, spentBits } });
  }
}

const DAY_MS = 86_400_000n;

/** Takes bits from a meter; a sentence when it does not hold them. */
export async function takeMeter(
  tx: GuardDb,
  parts: Pick<GuardParts, 'limits'>,
  name: MeterName,
  bits: bigint,
  nowMs: number,
): Promise<string | null> {
  const { burstBits, bitsPerDay } = parts.limits(name);
  const rule: BucketRule = {
    rateBits: BigInt(bitsPerDay),
    ratePeriodMs: DAY_MS,
    burstBits: BigInt(burstBits),
    lifetimeBits: null,
  };
  const held = await readMeter(tx, name);
  let level: BucketLevel = held?.level ?? fillBucket(rule, BigInt(nowMs));
  // Under a smaller burst what is above it is lost; a larger one gives nothing for the change.
  if (level.tokensBits > rule.burstBits) level = { ...level, tokensBits: rule.burstBits };
  const verdict = takeBits(rule, level, bits, BigInt(nowMs));
  if (!verdict.ok) {
    // How much it does hold would tell one project what another one charged.
    return `the sender's own meter \`${name}\` does not hold the ${String(bits)} bits that are needed now`;
  }
  await writeMeter(tx, { name, level: verdict.level });
  return null;
}

/** Lends bits to a bucket, full at once; does nothing for a loan that is known. */
export async function lendBits(
  tx: GuardDb,
  bucket: GuardBucket,
  loan: { id: string; bits: bigint; untilMs: number },
  nowMs: number,
): Promise<void> {
  const before = await readMeter(tx, nameOf(bucket.name));
  const settled = before === null ? null : await openBucket(tx, bucket, nowMs);
  if (!(await insertLoan(tx, { ...loan, budget: bucket.name })) || settled === null) return;
  const level = refillBucket(settled.rule, settled.level, BigInt(nowMs));
  const { burstBits } = bucket.rule(await lentBits(tx, bucket.name, nowMs));
  const sum = level.tokensBits + loan.bits;
  const tokensBits = sum < burstBits ? sum : burstBits;
  await writeMeter(tx, { name: nameOf(bucket.name), level: { ...level, tokensBits } });
}

/** Takes from budgets what a sealed frame really charges; the refusal when one does not hold it. */
export async function settleRelease(
  tx: GuardDb,
  parts: Pick<GuardParts, 'path' | 'clock'>,
  release: GuardRelease,
  charge: bigint,
): Promise<BudgetRefused | null> {
  const nowMs = parts.clock.nowMs();
  const { budgeted: paid, requestId, destination } = release;
  const automatic = 'automatic' in paid;
  const path = parts.path({ destination, requester: principalIn(paid), automatic });
  // Only what was taken for it: people may have signed other settings since.
  const buckets = path.ok ? path.buckets.filter((each) => each.name in paid) : [];
  const more = await takeBudgets(tx, buckets, charge, paid, nowMs);
  if (!more.ok) return more;
  const budgeted = await giveBack(tx, buckets, more.budgeted, charge, nowMs);
  await noteBudgeted(tx, requestId, budgeted);
  return null;
}

/** The principal whose budget a release took from; null when it took from none. */
function principalIn(budgeted: Budgeted): string | null {
  const name = Object.keys(budgeted).find((each) => each.startsWith('principal:'));
  return name === undefined ? null : name.slice('principal:'.length);
}

/** Undoes a transaction with an answer. */
export class Refused extends Error {
  readonly verdict: AuthoriseVerdict;
  constructor(verdict: AuthoriseVerdict) {
    super('refused');
    this.verdict = verdict;
  }
}

/** The answer that a transaction was undone with; throws every other error on. */
export function refused(cause: unknown): AuthoriseVerdict {
  if (cause instanceof Refused) return cause.verdict;
  throw cause;
}
