import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Kysely } from 'kysely';
import { countVectors, openModels } from '../models/index.ts';
import { openGateStore } from '../../test/support/gate-store.ts';
import type { GateStore } from '../../test/support/gate-store.ts';
import { AUTOMATIC, ENCLAVE, debit, openBudgets, showBudget } from './index.ts';
import type { BucketRef, Budgets } from './index.ts';

describe('budgets in a database', () => {
  let gate: GateStore;
  let budgets: Budgets;

  before(async () => {
    gate = await openGateStore();
    gate.clock.now = 1_000_000;
    budgets = openBudgets({ ...gate, caps: () => ['SL3', 'SL4', 'SL5'] });
  });
  after(() => gate.close());

  const take = (bits: bigint, ...path: BucketRef[]) =>
    gate.store.write((tx: Kysely<unknown>) =>
      debit(tx, path, bits, gate.clock.nowMs(), { principal: 'ann' }),
    );

  it('refuses everything until an enclave budget is declared', async () => {
    const verdict = await take(1n, ENCLAVE);
    assert.equal(verdict.ok ? '' : verdict.obstacle, 'missing');
  });

  it('debits every bucket on the path or none', async () => {
    await budgets.declare(ENCLAVE, { rate: '1000 bits/day', burst: '1000' }, 'root');
    await budgets.declare(
      { scope: 'project', id: 'p' },
      { rate: '10 bits/day', burst: '100' },
      'root',
    );
    assert.equal((await take(60n, { scope: 'project', id: 'p' })).ok, true);
    const refused = await take(60n, { scope: 'project', id: 'p' });
    assert.deepEqual(refused, {
      ok: false,
      bucket: 'project:p',
      obstacle: 'rate',
      neededBits: 60n,
      leftBits: 40n,
      passesAtMs: 173_800_000,
      wholeBits: 100n,
    });
    assert.equal((await budgets.get(ENCLAVE)).level.spentBits, 60n);
    const shown = showBudget(
      await budgets.get(ENCLAVE),
      await budgets.uses(ENCLAVE),
      gate.clock.nowMs(),
    );
    assert.equal(shown.leftBits, 940);
    assert.deepEqual(shown.usedBy, [
      { principal: 'ann', bits: 60, debits: 1, lastAt: '1970-01-01T00:16:40.000Z' },
    ]);
  });

  it('never overdraws when many debits race', async () => {
    await budgets.declare(AUTOMATIC, { rate: '1 bits/day', burst: '500' }, 'root');
    const verdicts = await Promise.all(Array.from({ length: 40 }, () => take(30n, AUTOMATIC)));
    assert.equal(verdicts.filter((verdict) => verdict.ok).length, 16);
    assert.equal((await budgets.get(AUTOMATIC)).level.tokensBits, 20n);
  });

  it('takes nothing when the transaction is rolled back', async () => {
    const before = (await budgets.get(AUTOMATIC)).level;
    await assert.rejects(
      gate.store.write(async (tx: Kysely<unknown>) => {
        await debit(tx, [AUTOMATIC], 5n, gate.clock.nowMs());
        throw new Error('later step failed');
      }),
    );
    assert.deepEqual((await budgets.get(AUTOMATIC)).level, before);
  });

  it('cuts a budget to the tightest published cap of its model', async () => {
    const models = openModels(gate);
    await models.add('atlas', { parameters: '70b', hiddenWidth: 4 }, 'root');
    await budgets.declare(
      { scope: 'model', id: 'atlas' },
      { rate: '5%/year', burst: '0.01%' },
      'root',
    );
    const bucket = await budgets.get({ scope: 'model', id: 'atlas' });
    assert.deepEqual(bucket.cutBy, ['SL3']);
    const shown = showBudget(bucket, [], gate.clock.nowMs());
    assert.deepEqual(
      shown.caps.map((cap) => cap.verdict),
      ['within', 'within', 'within'],
    );
    assert.equal(shown.declared.rate, '5%/year');
    assert.match(shown.applied.yearsToExfiltrate ?? '', /^101 years$/);
  });

  it('stops distinct vectors below the hidden width, over a lifetime', async () => {
    const models = await openModels(gate).list();
    const count = (hashes: string[]) =>
      gate.store.write((tx: Kysely<unknown>) => countVectors(tx, models, [{ width: 4, hashes }]));
    assert.equal((await count(['a', 'b'])).ok, true);
    assert.equal((await count(['b', 'c'])).ok, true);
    assert.deepEqual(await count(['d']), { ok: false, model: 'atlas', counted: 4, width: 4 });
    assert.equal((await count(['a', 'c'])).ok, true);
  });
});
