/** An approval that gets too old while others are still missing is told, once: to whoever gave it and to whoever asked. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { Kysely } from 'kysely';
import type { RequestDetails } from '../../src/http/index.ts';
import { askingOn } from '../support/asking.ts';
import { openFoundedGate } from '../support/open-gate.ts';
import type { OpenGate } from '../support/open-gate.ts';
import { until } from '../support/until.ts';
import { weightShaped } from '../support/tables.ts';

interface Rows {
  request_votes: { request: string; at_ms: bigint };
  request_events: { request: string; event: string; at_ms: bigint };
}

const HOUR_MS = 3_600_000;
let open: OpenGate;
before(async () => {
  open = await openFoundedGate(['ann', 'bob', 'mia:staff']);
});
after(() => open.close());

/** Lets votes be given two hours earlier, and what was noted of the request before. */
function makeOlder(id: string): Promise<unknown> {
  return open.gate.store.write(async (tx: Kysely<Rows>) => {
    for (const table of ['request_votes', 'request_events'] as const) {
      const rows = await tx.selectFrom(table).select('at_ms').where('request', '=', id).execute();
      for (const { at_ms } of rows)
        await tx
          .updateTable(table)
          .set({ at_ms: at_ms - BigInt(2 * HOUR_MS) })
          .where('request', '=', id)
          .where('at_ms', '=', at_ms)
          .execute();
    }
  });
}

it('whoever gave it is asked again, the requester is told, and nobody who votes blind learns of it', async () => {
  const on = askingOn(open);
  const { gate } = open;
  await on.change(
    ['ann', 'bob'],
    { op: 'role.give', project: 'main', principal: 'mia', role: 'member' },
    {
      ...{ op: 'rule.set', kind: 'export', tier: 'one', quorum: '2 of reviewers(project)' },
      ...{ waitMs: 24 * HOUR_MS, approvalsValidMs: HOUR_MS },
    },
  );
  const { id } = await on.exportFile('mia', 'held.csv', weightShaped(1));
  await on.sign('ann', id);
  const told: unknown[] = [];
  gate.news.listen((item) => {
    if (item.type === 'request' && item.news.event === 'remind')
      told.push([item.news.request.id, item.news.to, item.news.act]);
  });
  await gate.requests.checkDeadlines();
  assert.deepEqual(told, []);
  const age = (): Promise<unknown> => makeOlder(id);
  await age();
  await gate.requests.checkDeadlines();
  await gate.requests.checkDeadlines();
  assert.deepEqual(told, [[id, ['mia', 'ann'], ['ann']]], 'it is not told exactly once');
  const see = (who: string): Promise<RequestDetails> => open.call(who, 'GET', `/v1/requests/${id}`);
  const notes = async (who: string): Promise<string[]> =>
    (await see(who)).history.flatMap(({ event, sentence }) =>
      event === 'too-old' ? [sentence] : [],
    );
  assert.deepEqual(await notes('ann'), [
    'the approval of ann has become too old to count; it is asked for again',
  ]);
  assert.deepEqual(await notes('bob'), []);
  // Given again it counts, and when it gets too old again that is told again.
  await on.sign('ann', id);
  await gate.requests.checkDeadlines();
  assert.equal(told.length, 1);
  await age();
  await gate.requests.checkDeadlines();
  assert.equal(told.length, 2);
});

it('what waits since the clock of the gate was ahead can be signed when it is right again', async () => {
  const on = askingOn(open);
  const { requests, clock } = open.gate;
  const see = (id: string): Promise<RequestDetails> =>
    open.call('ann', 'GET', `/v1/requests/${id}`);
  const { id } = await on.exportFile('mia', 'ahead.csv', weightShaped(3));
  const now = Date.now;
  try {
    Date.now = () => now() + 8 * 24 * HOUR_MS;
    await requests.checkDeadlines();
  } finally {
    Date.now = now;
  }
  const written = async (): Promise<number> =>
    Date.parse(
      (JSON.parse((await see(id)).subject?.text ?? '') as { writtenAt: string }).writtenAt,
    );
  assert.ok((await written()) > clock.nowMs() + HOUR_MS, 'its text was not made anew while ahead');
  await requests.checkDeadlines();
  assert.ok((await written()) <= clock.nowMs());
  const right = await see(id);
  assert.match(right.reason ?? '', /^the clock of the gate was ahead/);
  assert.ok(Date.parse(right.deadline ?? '') <= clock.nowMs() + 24 * HOUR_MS);
  for (const who of ['ann', 'bob']) await on.sign(who, id);
  assert.notEqual((await see(id)).state, 'held');
});

it('what was approved and stopped says no longer that it is approved', async () => {
  const on = askingOn(open);
  const { gate } = open;
  const see = (who: string, id: string): Promise<RequestDetails> =>
    open.call(who, 'GET', `/v1/requests/${id}`);
  const { id } = await on.exportFile('mia', 'more.csv', weightShaped(2));
  const little = { rate: '1 kB/day', burst: '1 kB' };
  await gate.budgets.declare({ scope: 'project', id: 'main' }, little, 'test');
  for (const who of ['ann', 'bob']) await on.sign(who, id);
  const before = await see('mia', id);
  assert.match(before.reason ?? '', /^approved, but/);
  assert.ok(before.quorumAt !== null);
  await makeOlder(id);
  await gate.requests.checkDeadlines();
  const after = await see('mia', id);
  assert.deepEqual(
    [after.state, after.reason, after.quorumAt],
    ['held', 'it was approved, and not all of that counts any more', null],
  );
  assert.match(after.waitsFor ?? '', /2 of reviewers/);
  // Whoever has a vote again and the room to let it out brings it to its end.
  await gate.budgets.declare(
    ...([{ scope: 'project', id: 'main' }, { rate: '1 GB/day', burst: '1 GB' }, 'test'] as const),
  );
  for (const who of ['ann', 'bob']) await on.sign(who, id);
  // The budget fills up from where it was.
  await until(
    () => see('mia', id),
    ({ state }) => state !== 'held',
  );
});
