/** The ledger check names an approval made younger, a grant made longer, and a use of a window that is forgotten. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Kysely } from 'kysely';
import { tableChecks } from '../../src/app/index.ts';
import { checkTables } from '../../src/ledger/index.ts';
import { approveAs, jsonBody } from '../support/asking.ts';
import { openFoundedGate } from '../support/open-gate.ts';
import type { OpenGate } from '../support/open-gate.ts';

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly releasedAs: string | null;
  readonly subject: { readonly text: string } | null;
}

type AnyTables = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const HOUR_MS = 3_600_000;

describe('the ledger check of times and uses', () => {
  let open: OpenGate;
  let window: Shown;
  let used: Shown;
  const sign = (who: string, shown: Shown): Promise<Shown> => approveAs(open, who, shown);
  before(async () => {
    open = await openFoundedGate(['ann', 'bob', 'cyd:staff', 'rev:staff']);
    const change = async (changes: readonly object[]): Promise<void> => {
      const body = jsonBody({ why: 'set up', changes });
      await sign('bob', await open.call<Shown>('ann', 'POST', '/v1/changes', body));
    };
    const give = { op: 'role.give', project: 'main' };
    await change([
      { ...give, principal: 'cyd', role: 'member' },
      { ...give, principal: 'rev', role: 'reviewer' },
    ]);
    await change([
      { op: 'destination.add', project: 'main', name: 'out' },
      { op: 'budget.set', budget: 'project:main', rate: '1 MB/day', burst: '1 MB' },
      // So that something leaves through the window, and not by itself.
      { op: 'budget.set', budget: 'automatic', rate: '1 B/day', burst: '1 B' },
    ]);
    const asked = jsonBody({
      ...{ project: 'main', to: 'out', why: 'w', job: 'nightly', types: ['table'], uses: 3 },
      ...{ bitsEach: 10_000, bitsTotal: 30_000, durationMs: HOUR_MS },
    });
    window = await sign('rev', await open.call<Shown>('cyd', 'POST', '/v1/windows', asked));
    assert.equal(window.state, 'granted');
    const query = '/v1/exports?project=main&to=out&why=w&name=t.csv';
    used = await open.call<Shown>('cyd', 'POST', query, { type: 'text/csv', text: 'a,b\n1,2\n' });
    assert.equal(used.releasedAs, 'window', JSON.stringify(used));
  });
  after(() => open.close());

  const check = (): Promise<readonly string[]> =>
    checkTables(open.gate.store, () => Promise.resolve(open.gate.ledger as never), tableChecks());
  /** Does something to the database by hand, checks, and puts it back. */
  const tamper = async (
    table: string,
    of: Readonly<Record<string, unknown>>,
    change: Readonly<Record<string, unknown>> | null,
  ): Promise<readonly string[]> => {
    const write = <T>(work: (db: Kysely<AnyTables>) => Promise<T>): Promise<T> =>
      open.gate.store.write((tx: Kysely<AnyTables>) => work(tx));
    const [column = '', value] = Object.entries(of)[0] ?? [];
    const before = await write((db) =>
      db.selectFrom(table).selectAll().where(column, '=', value).executeTakeFirstOrThrow(),
    );
    await write(async (db) => {
      if (change === null) await db.deleteFrom(table).where(column, '=', value).execute();
      else await db.updateTable(table).set(change).where(column, '=', value).execute();
    });
    const problems = await check();
    await write((db) => db.deleteFrom(table).where(column, '=', value).execute());
    await write((db) => db.insertInto(table).values(before).execute());
    return problems;
  };

  it('finds nothing where nothing was tampered with', async () => {
    assert.deepEqual(await check(), []);
  });

  it('names a vote that was made younger', async () => {
    const atMs = BigInt(open.gate.clock.nowMs() + 10 * 24 * HOUR_MS);
    const problems = await tamper('request_votes', { request: window.id }, { at_ms: atMs });
    assert.equal(problems.length, 1, problems.join('; '));
    assert.match(
      problems[0] ?? '',
      /^the vote apr_\w+ was given at another time than in the ledger$/,
    );
  });

  it('names a grant that was made longer, by either of its clocks', async () => {
    const longer = BigInt(open.gate.clock.nowMs() + 100 * HOUR_MS);
    const said = [`the request ${window.id} is granted for another time than was signed`];
    for (const clock of ['grant_ends_ms', 'deadline_ms'])
      assert.deepEqual(await tamper('requests', { id: window.id }, { [clock]: longer }), said);
  });

  it('names a use of a window that is forgotten, or made smaller', async () => {
    const use = `the use of the window ${window.id} by ${used.id}`;
    assert.deepEqual(await tamper('window_uses', { request: used.id }, null), [
      `${use} is in the ledger and not in the database`,
    ]);
    assert.deepEqual(await tamper('window_uses', { request: used.id }, { bits: 1n }), [
      `${use} is not the one in the ledger`,
    ]);
    assert.deepEqual(await check(), []);
  });
});
