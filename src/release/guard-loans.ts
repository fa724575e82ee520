/** What people lent to budgets, as the sender keeps it. Every write is part of a transaction that the guard opened. */
import type { GuardDb } from './guard-store.ts';

/** The bits that are lent to a budget at a time. */
export async function lentBits(db: GuardDb, budget: string, nowMs: number): Promise<bigint> {
  const rows = await db
    .selectFrom('sender_loans')
    .select('bits')
    .where('budget', '=', budget)
    .where('until_ms', '>', BigInt(nowMs))
    .execute();
  return rows.reduce((sum, row) => sum + row.bits, 0n);
}

/** Notes a loan; false when it was noted before. */
export async function insertLoan(
  tx: GuardDb,
  loan: { id: string; budget: string; bits: bigint; untilMs: number },
): Promise<boolean> {
  const { id, budget, bits } = loan;
  if (await hasLoan(tx, id)) return false;
  await tx
    .insertInto('sender_loans')
    .values({ id, budget, bits, until_ms: BigInt(loan.untilMs) })
    .execute();
  return true;
}

/** Whether a loan was noted. */
export async function hasLoan(db: GuardDb, id: string): Promise<boolean> {
  const held = await db
    .selectFrom('sender_loans')
    .select('id')
    .where('id', '=', id)
    .executeTakeFirst();
  return held !== undefined;
}
