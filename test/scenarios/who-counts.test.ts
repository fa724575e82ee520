/** Whose word counts for a request, on a real gate: agents and sponsors, owners of models, people who left or are locked. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { askingOn } from '../support/asking.ts';
import type { Asking, Shown } from '../support/asking.ts';
import { openFoundedGate } from '../support/open-gate.ts';
import type { OpenGate } from '../support/open-gate.ts';

/** Held because of its type alone: nobody finds anything in it. */
const page = (title: string): string => `<!doctype html><html><body><p>${title}</p></body></html>`;
const ADMINS = ['ann', 'bob', 'cyd'];

describe('whose word counts', () => {
  let open: OpenGate;
  let on: Asking;
  let bot = '';

  before(async () => {
    open = await openFoundedGate([
      ...['ann', 'bob', 'cyd'].map((id) => `${id}:administrators,security`),
      ...['rev', 'ria'].map((id) => `${id}:reviewers`),
      'mia:staff',
    ]);
    on = askingOn(open);
    await on.change(
      ADMINS,
      { op: 'principal.add', id: 'bot', kind: 'agent', name: 'bot', sponsor: 'rev' },
      { op: 'role.give', project: 'main', principal: 'bot', role: 'member' },
      { op: 'role.give', project: 'main', principal: 'mia', role: 'member' },
    );
    bot = (await on.post<{ token: string }>('ann', '/v1/tokens', { principal: 'bot' })).token;
  });

  after(() => open.close());

  it('a plain held export of an agent waits for a reviewer, who is not its sponsor', async () => {
    const held = await on.exportFile(bot, 'bot.html', page('bot'));
    assert.deepEqual([held.state, held.tier], ['held', 'one']);
    assert.equal(held.waitsFor, '1 of reviewers(main) (ria)');
    assert.match(
      JSON.stringify(await on.sign('rev', held.id)),
      /a sponsor never decides for its agent/,
    );
    const released = (await on.sign('ria', held.id)) as Shown;
    assert.match(released.state, /queued|released/);
    // What a person asks is vouched for by that person, as before.
    const own = await on.exportFile('mia', 'mia.html', page('mia'));
    assert.deepEqual([own.tier, own.waitsFor], ['self', 'the requester (mia)']);
  });

  it('the live quote of an agent says so too', async () => {
    const ask = (who: string) =>
      open.call<{ verdict: string; tier: string }>(
        who,
        'POST',
        '/v1/quotes?project=main&to=results&name=q.html',
        { type: 'application/octet-stream', text: page('quote') },
      );
    const tiers = [(await ask(bot)).tier, (await ask('mia')).tier];
    assert.deepEqual(tiers, ['one', 'self']);
  });
});
