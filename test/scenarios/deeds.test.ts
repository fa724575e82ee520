/** What a button says is what the door does: every deed that is shown as refused is refused in those words. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { NewsItem } from '../../src/app/index.ts';
import { askingOn, jsonBody } from '../support/asking.ts';
import type { Asking, Shown } from '../support/asking.ts';
import { openFoundedGate } from '../support/open-gate.ts';
import type { OpenGate } from '../support/open-gate.ts';
import { weightShaped } from '../support/tables.ts';

const ADMINS = ['ann', 'bob'];
const PEOPLE = ['ann', 'sec', 'sed', 'rev', 'mia'];

interface Seen extends Shown {
  readonly can: readonly {
    readonly event: string;
    readonly allowed: boolean;
    readonly reason: string | null;
  }[];
  readonly history: readonly { readonly event: string; readonly sentence: string }[];
}

/** The route of a deed, and a body that its schema takes. */
const ROUTES: Readonly<Record<string, readonly [path: string, body: object]>> = {
  approve: ['approvals', { signature: 'x' }],
  refuse: ['deny', { reason: 'r' }],
  return: ['return', { reason: 'r' }],
  edit: ['edit', { why: 'better' }],
  withdraw: ['withdraw', {}],
  'give-back': ['withdraw', {}],
  'break-glass': ['break-glass', { signature: 'x', reason: 'r' }],
  review: ['review', { reason: 'r' }],
  remind: ['remind', {}],
};

describe('deeds', () => {
  let open: OpenGate;
  let on: Asking;
  let tried = 0;

  const see = (who: string, id: string): Promise<Seen> =>
    open.call<Seen>(who, 'GET', `/v1/requests/${id}`);
  const held = async (name: string): Promise<string> => {
    const asked = await on.exportFile('mia', name, weightShaped(7));
    assert.equal(asked.state, 'held');
    return asked.id;
  };
  const lock = async (by: string, id: string): Promise<string> => {
    const target = { kind: 'principal', id };
    return (await on.post<Shown>(by, '/v1/locks', { target, reason: 'odd' })).id;
  };
  /** Deeds that a person is refused, each tried; the answer says what was shown. */
  const tryRefused = async (id: string): Promise<void> => {
    for (const who of PEOPLE) {
      const answer = await open.ask(who, 'GET', `/v1/requests/${id}`);
      const { can = [] } = (await answer.json()) as Partial<Seen>;
      for (const { event, allowed, reason } of can) {
        if (allowed) continue;
        const [path, body] = ROUTES[event] ?? ['', {}];
        const said = await on.refusal(who, `/v1/requests/${id}/${path}`, body);
        tried += 1;
        assert.ok(said.includes(reason ?? 'nothing'), `${who}, ${event}: ${said}`);
      }
    }
  };
  const mayDo = async (who: string, id: string): Promise<Readonly<Record<string, boolean>>> =>
    Object.fromEntries((await see(who, id)).can.map(({ event, allowed }) => [event, allowed]));
  /** Whom the news tell while something is done. */
  const toldBy = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
    const told: string[] = [];
    const deaf = open.gate.news.listen((item: NewsItem) => {
      if (item.type === 'request') told.push(...item.news.to);
    });
    await work();
    deaf();
    return told.sort();
  };

  before(async () => {
    open = await openFoundedGate([
      ...ADMINS.map((id) => `${id}:administrators`),
      ...['sec', 'sed'].map((id) => `${id}:security`),
      ...['rev:reviewers', 'mia:staff'],
    ]);
    on = askingOn(open);
    await on.change(
      ADMINS,
      { op: 'role.give', project: 'main', principal: 'mia', role: 'member' },
      { op: 'role.give', project: 'main', principal: 'rev', role: 'reviewer' },
    );
  });
  after(() => open.close());

  it('of whoever is locked are shown as the door answers them', async () => {
    const id = await held('a.csv');
    await tryRefused(id);
    assert.ok(tried > 20, `only ${String(tried)} were tried`);
    const locks = [await lock('sec', 'mia'), await lock('sec', 'rev')];
    const { edit, remind, withdraw } = await mayDo('mia', id);
    assert.deepEqual([edit, remind, withdraw], [false, false, true]);
    await tryRefused(id);
    for (const each of locks) {
      const asked = await on.post<Shown>('ann', '/v1/unlocks', { lock: each, why: 'w' });
      // Whoever set a lock may agree to its end, and not stand against it.
      const { approve, refuse, return: back } = await mayDo('sec', asked.id);
      assert.deepEqual([approve, refuse, back], [true, false, false]);
      await tryRefused(asked.id);
      assert.equal(((await on.sign('sed', asked.id)) as Shown).state, 'done');
    }
  });

  it('about a lock on oneself are left to others', async () => {
    const asked = await on.post<Shown>('ann', '/v1/unlocks', {
      ...{ lock: await lock('sec', 'sed'), why: 'w' },
    });
    await tryRefused(asked.id);
    await on.sign('sec', asked.id);
  });

  it('a reminder goes to whoever has to act, while somebody has to', async () => {
    const id = await held('b.csv');
    const remind = (who: string): Promise<unknown> =>
      open.call(who, 'POST', `/v1/requests/${id}/remind`, jsonBody({}));
    assert.deepEqual(await toldBy(() => remind('mia')), ['rev']);
    await on.post('rev', `/v1/requests/${id}/return`, { reason: 'say more' });
    await open.gate.store.write((tx) =>
      (tx as never as import('kysely').Kysely<{ request_events: { event: string } }>)
        .deleteFrom('request_events')
        .where('event', '=', 'remind')
        .execute(),
    );
    assert.equal((await mayDo('rev', id))['remind'], true);
    assert.deepEqual(await toldBy(() => remind('rev')), ['mia']);
    assert.match((await see('mia', id)).history.at(-1)?.sentence ?? '', /whoever asked/);
    await open.call('mia', 'POST', `/v1/requests/${id}/withdraw`, jsonBody({}));
    const said = await on.refusal('rev', `/v1/requests/${id}/remind`, {});
    assert.match(said, /cannot remind the request .*, it is withdrawn/);
    assert.notEqual((await see('mia', id)).history.at(-1)?.event, 'remind');
  });
});
