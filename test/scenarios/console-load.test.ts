/**
 * What a page of the console costs, counted: statements to the database and questions to the policies must not grow with
 * the number of requests. Times are for `npm run bench -- console`; counts are the same on every machine.
 */
import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { after, before, describe, it } from 'node:test';
import type { Kysely, KyselyPlugin } from 'kysely';
import { openFoundedGate } from '../support/open-gate.ts';
import type { OpenGate } from '../support/open-gate.ts';
import { weightShaped } from '../support/tables.ts';

const FEW = 8;
/** Fewer than a page shows, and than votes are read of at once: both are limits of their own. */
const MANY = 400;

interface Counts {
  statements: number;
  questions: number;
}

/** What the gate does by itself meanwhile, at every slot, is no part of a page. */
const page = new AsyncLocalStorage<Counts>();

/** Counts what a page asks the database and the policies. */
function count(open: OpenGate): void {
  const { store, access } = open.gate;
  const counter: KyselyPlugin = {
    transformQuery: ({ node }) => {
      const counts = page.getStore();
      if (counts !== undefined) counts.statements += 1;
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  };
  const patched = store as { read: typeof store.read };
  const read = store.read.bind(store);
  patched.read = (work) => read((db: Kysely<never>) => work(db.withPlugin(counter) as never));
  const policy = access.policy as { authorise: typeof access.policy.authorise };
  const authorise = access.policy.authorise.bind(access.policy);
  policy.authorise = (question) => {
    const counts = page.getStore();
    if (counts !== undefined) counts.questions += 1;
    return authorise(question);
  };
}

describe('a page of the console', () => {
  let open: OpenGate;
  let held: string;
  before(async () => {
    open = await openFoundedGate(['ann', 'bob', 'cyd:staff']);
    const asked = await open.call<{ id: string; state: string }>(
      'ann',
      'POST',
      '/v1/exports?project=main&to=results&why=figure%203&name=w.csv',
      { type: 'text/csv', text: weightShaped(1) },
    );
    assert.equal(asked.state, 'held');
    held = asked.id;
    count(open);
  });
  after(() => open.close());

  /** Copies the held request, in many states, until there are as many as wanted. */
  const fillTo = async (wanted: number): Promise<void> => {
    const { store, news, clock } = open.gate;
    const states = ['held', 'released', 'denied', 'expired', 'held', 'withdrawn'];
    await store.write(async (tx: Kysely<{ requests: Record<string, unknown> }>) => {
      const row = await tx
        .selectFrom('requests')
        .selectAll()
        .where('id', '=', held)
        .executeTakeFirstOrThrow();
      const { n } = await tx
        .selectFrom('requests')
        .select((eb) => eb.fn.countAll<bigint>().as('n'))
        .executeTakeFirstOrThrow();
      for (let i = Number(n); i < wanted; i++) {
        const id = `req_copy${String(i)}`;
        await tx
          .insertInto('requests')
          .values({
            ...row,
            id,
            idempotency_key: id,
            state: states[i % states.length],
            requester: i % 3 === 0 ? 'cyd' : 'ann',
            asked_ms: BigInt(clock.nowMs() - i * 60_000),
            risk: BigInt((i * 37) % 101),
            subject: String(row['subject']).replace(held, id),
          })
          .execute();
      }
    });
    // Whatever was kept of before is of another time.
    news.roster();
  };

  /** What each page costs now, when nothing of it was asked before. */
  const measure = async (day: number): Promise<ReadonlyMap<string, Counts>> => {
    const waiting = `/v1/waiting?days=${String(day)}`;
    const pages = [
      '/v1/home',
      '/v1/requests?for=me&sort=risk&limit=100',
      '/v1/requests?for=all&sort=risk&limit=100',
      '/v1/requests?for=all&sort=age&limit=100',
      '/v1/requests?for=all&text=figure&limit=100',
      '/v1/requests?for=mine&limit=100',
      `/v1/requests/${held}`,
      `/v1/requests/${held}/files/0/preview`,
      '/v1/budgets',
      '/v1/charges?days=90',
      waiting,
      '/v1/people',
      '/v1/policy',
      '/v1/locks',
      '/v1/windows',
    ];
    const cost = new Map<string, Counts>();
    for (const place of pages) {
      open.gate.news.roster();
      open.gate.people.forget();
      const counts = { statements: 0, questions: 0 };
      await page.run(counts, async () => {
        await open.call('bob', 'GET', place);
        // Somebody who is read into nothing costs as little, whatever there is that may not be seen.
        await (await open.ask('cyd', 'GET', place)).arrayBuffer();
      });
      cost.set(place === waiting ? '/v1/waiting' : place, counts);
    }
    return cost;
  };

  it('asks the database and the policies as often with many requests as with few', async () => {
    await fillTo(FEW);
    // Some things are made once: the table of permissions for a set of policies, previews.
    await measure(28);
    const few = await measure(29);
    await fillTo(MANY);
    const many = await measure(30);
    assert.ok([...few.values()].every(({ statements }) => statements > 0));
    assert.deepEqual(many, few);
    const list = await open.call<{ requests: unknown[]; total: number }>(
      'bob',
      'GET',
      '/v1/requests?for=all&limit=100',
    );
    assert.deepEqual([list.requests.length, list.total], [100, MANY]);
  });

  it('finds the rows of a page in an index, without sorting what is not on it', async () => {
    const { store } = open.gate;
    const plan = async (order: string): Promise<string> => {
      const { sql } = await import('kysely');
      const rows = await store.read((db: Kysely<unknown>) =>
        sql<{ detail: string }>`explain query plan select id from requests
          where (project in ('main', 'a') or requester = 'bob') order by ${sql.raw(order)} limit 100`.execute(
          db,
        ),
      );
      return rows.rows.map((row) => row.detail).join('; ');
    };
    assert.match(await plan('risk desc, asked_ms, id'), /^SCAN requests USING COVERING INDEX/);
    assert.match(await plan('asked_ms desc, id desc'), /^SCAN requests USING COVERING INDEX/);
  });
});
