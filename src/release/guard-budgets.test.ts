/** Budgets of the sender in its own store: what was taken before it was there, and what was lent. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { it } from 'node:test';
import type { TestContext } from 'node:test';
import { tempDir } from '../../test/support/temp-dir.ts';
import { SENDER_MIGRATIONS, openStore } from '../store/index.ts';
import type { Store } from '../store/index.ts';
import { beginBudgets, lendBits, takeBudgets } from './guard-budgets.ts';
import { hasLoan } from './guard-loans.ts';
import type { GuardBucket } from './guard-parts.ts';
import type { GuardDb } from './guard-store.ts';

const LIFETIME: GuardBucket = {
  name: 'project:study',
  rule: (lentBits) => ({
    ...{ rateBits: 0n, ratePeriodMs: 1n, burstBits: 1_000n + lentBits, lifetimeBits: 1_000n },
  }),
};

async function open(context: TestContext): Promise<Store> {
  const dir = await tempDir(context);
  const store = await openStore(path.join(dir, 'sender.db'), { migrations: SENDER_MIGRATIONS });
  context.after(() => store.close());
  return store;
}

const take = (store: Store, bits: bigint): Promise<boolean> =>
  store.write(async (tx: GuardDb) => (await takeBudgets(tx, [LIFETIME], bits, {}, 0)).ok);
const begin = (store: Store, bits: bigint): Promise<void> =>
  store.write((tx: GuardDb) => beginBudgets(tx, [LIFETIME], new Map([['project:study', bits]]), 0));

it('a limit for ever counts what was taken before this sender was there', async (context) => {
  const store = await open(context);
  await begin(store, 900n);
  assert.equal(await take(store, 101n), false);
  assert.equal(await take(store, 100n), true);
  assert.equal(await take(store, 1n), false);
});

it('what this sender has counted itself is told otherwise by nobody', async (context) => {
  const store = await open(context);
  assert.equal(await take(store, 10n), true);
  for (const told of [0n, 1n, 1_000n]) await begin(store, told);
  assert.equal(await take(store, 990n), true);
  assert.equal(await take(store, 1n), false);
});

it('knows a loan by its request, and lends it once', async (context) => {
  const store = await open(context);
  const loan = { id: 'req_1', bits: 500n, untilMs: 10 };
  const known = (id: string): Promise<boolean> => store.read((db: GuardDb) => hasLoan(db, id));
  assert.equal(await known('req_1'), false);
  for (let times = 0; times < 2; times += 1)
    await store.write((tx: GuardDb) => lendBits(tx, LIFETIME, loan, 0));
  assert.equal(await known('req_1'), true);
  assert.equal(await known(''), false);
});
