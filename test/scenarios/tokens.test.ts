/** Tokens of agents on a real gate: they count with the word of whoever answers for the agent, and only with it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { TokenNews } from '../../src/app/news.ts';
import { tableChecks } from '../../src/app/table-checks.ts';
import { checkTables } from '../../src/ledger/index.ts';
import type { PeopleTables } from '../../src/people/store.ts';
import type { Kysely } from 'kysely';
import { askingOn } from '../support/asking.ts';
import type { Asking } from '../support/asking.ts';
import { listenAnswer } from '../support/events.ts';
import type { HeardEvent, Listening } from '../support/events.ts';
import { openFoundedGate } from '../support/open-gate.ts';
import type { OpenGate } from '../support/open-gate.ts';

const ADMINS = ['ann', 'bob', 'cyd'];

interface Made {
  readonly id: string;
  readonly token: string;
  readonly state: string;
  readonly sponsor: string;
}

describe('tokens of agents', () => {
  let open: OpenGate;
  let on: Asking;
  let early = '';

  before(async () => {
    open = await openFoundedGate(
      [...ADMINS.map((id) => `${id}:administrators`), 'rev:security', 'mia:staff'],
      async ({ people }) => {
        const old = { id: 'old', kind: 'agent', name: 'old', sponsor: 'admin', role: 'member' };
        await people.addPrincipal(old as never, 'admin');
        early = (await people.addToken('old', 'admin', 'admin')).token;
      },
    );
    on = askingOn(open);
    await on.change(
      ADMINS,
      { op: 'principal.add', id: 'bot', kind: 'agent', name: 'bot', sponsor: 'rev' },
      { op: 'role.give', project: 'main', principal: 'bot', role: 'member' },
    );
  });
  after(() => open.close());

  const make = (who: string, principal = 'bot'): Promise<Made> =>
    on.post<Made>(who, '/v1/tokens', { principal });
  const whoami = async (token: string): Promise<string> => {
    const answer = await open.ask(token, 'GET', '/v1/whoami');
    return `${String(answer.status)} ${await answer.text()}`;
  };
  const remove = async (who: string, id: string): Promise<number> =>
    (await open.ask(who, 'DELETE', `/v1/tokens/${id}`)).status;
  const check = (): Promise<readonly string[]> =>
    checkTables(open.gate.store, () => Promise.resolve(open.gate.ledger as never), tableChecks());

  it('one that the sponsor makes works at once, and the ledger names the sponsor', async () => {
    const made = await make('rev');
    assert.deepEqual([made.state, made.sponsor], ['in force', 'rev']);
    assert.match(await whoami(made.token), /^200 .*"bot"/);
    assert.equal(await remove('rev', made.id), 200);
    assert.match(await whoami(made.token), /^401 .*PEOPLE_TOKEN_UNKNOWN/);
  });

  it('one that an administrator makes does nothing until the sponsor agrees', async () => {
    const made = await make('ann');
    assert.equal(made.state, 'waits for its sponsor');
    assert.match(await whoami(made.token), /^401 .*waits for the word of `rev`/);
    const place = `/v1/tokens/${made.id}/confirm`;
    for (const who of ['ann', 'bob', 'mia', made.token])
      assert.match(await on.refusal(who, place, {}), /no sponsor of|waits for the word/);
    await on.post('rev', place, {});
    assert.match(await whoami(made.token), /^200 .*"bot"/);
    assert.equal(await remove('mia', made.id), 403);
    assert.equal(await remove('bob', made.id), 200);
    assert.match(await on.refusal('rev', place, {}), /PEOPLE_NOT_FOUND/);
    assert.match(await whoami(made.token), /^401 .*PEOPLE_TOKEN_UNKNOWN/);
    const { entries } = await open.call<{ entries: { entry: { kind: string; by: string } }[] }>(
      ...(['ann', 'GET', '/v1/ledger/entries?from=0&limit=500'] as const),
    );
    const told = entries.flatMap(({ entry }) =>
      entry.kind.startsWith('token.') ? [`${entry.kind} ${entry.by}`] : [],
    );
    assert.deepEqual(told.slice(-3), [
      'token.added ann',
      'token.confirmed rev',
      'token.revoked bob',
    ]);
  });

  it('who answers for it hears at once that one waits, and nobody else who is no administrator', async () => {
    const hear = async (who: string): Promise<Listening> =>
      listenAnswer(await open.ask(who, 'GET', '/v1/events'));
    const [rev, bob, mia] = [await hear('rev'), await hear('bob'), await hear('mia')];
    const made = await make('ann');
    const tokens = (all: Listening): object[] => all.heard.filter(({ type }) => type === 'token');
    const isToken = ({ type }: HeardEvent): boolean => type === 'token';
    assert.deepEqual(await rev.next(isToken), { type: 'token' });
    await bob.next(isToken);
    await on.post('rev', `/v1/tokens/${made.id}/confirm`, {});
    assert.equal(await remove('bob', made.id), 200);
    // Everybody hears of a roster, after what came before it.
    const last = { op: 'role.give', project: 'main', principal: 'mia', role: 'member' };
    await on.change(ADMINS, last);
    for (const each of [rev, bob, mia]) await each.next(({ type }) => type === 'roster');
    assert.deepEqual(
      [rev, bob, mia].map((each) => tokens(each).length),
      [3, 3, 0],
    );
    for (const each of [rev, bob, mia]) each.close();
  });

  it('nobody else makes one, nor learns whether there is such an agent', async () => {
    const refused = await on.refusal('mia', '/v1/tokens', { principal: 'bot' });
    const nobody = await on.refusal('mia', '/v1/tokens', { principal: 'bat' });
    assert.equal(refused.replaceAll('bot', 'bat'), nobody, 'it tells that there is such an agent');
    assert.match(await on.refusal('ann', '/v1/tokens', { principal: 'mia' }), /FOUNDED_BY_REQUEST/);
  });

  it('a sponsor sees the own agents’ tokens, and nobody else’s', async () => {
    const seen = async (who: string): Promise<string[]> => {
      const { tokens } = await open.call<{ tokens: Made[] }>(who, 'GET', '/v1/tokens');
      return [...new Set(tokens.map((each) => each.sponsor))].sort();
    };
    assert.deepEqual(await seen('rev'), ['rev']);
    assert.deepEqual(await seen('mia'), []);
    assert.ok((await seen('bob')).includes('rev'));
  });

  it('what the first start made goes on with the founder who signed to answer for it', async () => {
    assert.match(await whoami(early), /^200 .*"old"/);
    assert.deepEqual(await check(), []);
  });

  it('with another sponsor, or one whose membership is over, it waits again', async () => {
    const told: TokenNews[] = [];
    const deaf = open.gate.news.listen((item) => {
      if (item.type === 'token') told.push({ sponsor: item.sponsor, waits: item.waits });
    });
    await on.change(
      ADMINS,
      { op: 'principal.remove', id: 'old' },
      { op: 'principal.add', id: 'old', kind: 'agent', name: 'old', sponsor: 'mia' },
    );
    assert.match(await whoami(early), /^401 .*waits for the word of `mia`/);
    deaf();
    assert.deepEqual(
      told,
      [{ sponsor: 'mia', waits: true }],
      'its new sponsor does not hear of it',
    );
    const { tokens } = await open.call<{ tokens: Made[] }>('mia', 'GET', '/v1/tokens');
    await on.post('mia', `/v1/tokens/${tokens[0]?.id ?? ''}/confirm`, {});
    assert.match(await whoami(early), /^200 .*"old"/);
    await on.change(ADMINS, { op: 'person.until', id: 'mia', until: '2020-01-01T00:00:00.000Z' });
    assert.match(await whoami(early), /^401 .*PEOPLE_TOKEN_UNKNOWN/);
    assert.deepEqual(await check(), []);
  });

  it('a word that only the database has is named by the check', async () => {
    const { id } = await make('ann');
    await open.gate.store.write((tx: Kysely<PeopleTables>) =>
      tx.updateTable('tokens').set({ confirmed_by: 'rev' }).where('id', '=', id).execute(),
    );
    assert.deepEqual(await check(), [
      `the token ${id} of bot has the word of rev in the database and not in the ledger`,
    ]);
  });

  it('who is locked makes and confirms none', async () => {
    const { id } = await make('ann');
    const target = { kind: 'principal', id: 'rev' };
    await on.post('rev', '/v1/locks', { target, reason: 'stolen' });
    assert.match(await on.refusal('rev', '/v1/tokens', { principal: 'bot' }), /locked principal/);
    assert.match(await on.refusal('rev', `/v1/tokens/${id}/confirm`, {}), /locked principal/);
  });
});
