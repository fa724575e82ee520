/** An approval that gets too old while others are still missing is told, once: to whoever gave it and to whoever asked. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { Kysely } from 'kysely';
import type { RequestDetails } from '../../src/http/index.ts';
import { askingOn } from '../support/asking.ts';
import { openFoundedGate } from '../support/open-gate.ts';
import type { OpenGate } from '../support/open-gate.ts';
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
  /** Lets it be given two hours earlier, and what was noted of it before. */
  const age = (): Promise<unknown> =>
    gate.store.write(async (tx: Kysely<Rows>) => {
      const before = (column: bigint): bigint => column - BigInt(2 * HOUR_MS);
      for (const table of ['request_votes', 'request_events'] as const) {
        const rows = await tx.selectFrom(table).select('at_ms').where('request', '=', id).execute();
        for (const { at_ms } of rows)
          await tx
            .updateTable(table)
            .set({ at_ms: before(at_ms) })
            .where('request', '=', id)
            .where('at_ms', '=', at_ms)
            .execute();
      }
    });
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
