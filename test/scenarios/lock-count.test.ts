/** A lock says how much it stops, however much waits. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { Kysely } from 'kysely';
import { askingOn } from '../support/asking.ts';
import { openFoundedGate } from '../support/open-gate.ts';
import type { OpenGate } from '../support/open-gate.ts';
import { weightShaped } from '../support/tables.ts';

type Row = Record<string, unknown>;
type Rows = Record<'release_queue' | 'requests', Row>;
const MANY = 450;
const LEFT_OUT = 7;

let open: OpenGate;
before(async () => {
  open = await openFoundedGate(['ann', 'bob', 'mia:staff']);
});
after(() => open.close());

it('counts every charged release that it stops, and none of others', async () => {
  const on = askingOn(open);
  const role = { op: 'role.give', project: 'main', principal: 'mia', role: 'member' };
  await on.change(['ann', 'bob'], role);
  const { id } = await on.exportFile('mia', 'held.csv', weightShaped(1));
  const { gate } = open;
  // Nothing of it is handed to the sender: the lane is locked before it is there.
  await gate.locks.lock({ kind: 'lane', id: 'export' }, 'ann', 'a test');
  await gate.store.write(async (tx: Kysely<Rows>) => {
    const held = await tx
      .selectFrom('requests')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    for (let i = 1; i <= MANY + LEFT_OUT; i++) {
      const request = { ...held, id: `req_copy${String(i)}`, idempotency_key: `copy${String(i)}` };
      const requester = i <= MANY ? 'mia' : 'ann';
      await tx
        .insertInto('requests')
        .values({ ...request, requester })
        .execute();
      await tx
        .insertInto('release_queue')
        .values({
          ...{ sequence: BigInt(i), request_id: request.id, entry_id: request.id, state: 'queued' },
          ...{ destination: 1n, history_prefix: 0n, body_sha256: 'x', body_bytes: 1n },
          ...{ emitted_bytes: 1n, buckets: '{}', debited_bits: 1n, queued_at: 'x' },
        })
        .execute();
    }
  });
  const lock = await gate.locks.lock({ kind: 'principal', id: 'mia' }, 'bob', 'a test');
  const met = await gate.wireLocks.meets(lock);
  assert.equal(met.stopped + met.leaving, MANY);
});
