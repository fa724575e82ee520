/**
 * What is told only to people and only inside: programs hear nothing of who works in a project and what others ask there, and
 * a receipt names no decider to somebody from whom the request hides them.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { askingOn } from '../support/asking.ts';
import type { Asking, Shown } from '../support/asking.ts';
import { listenAnswer } from '../support/events.ts';
import { openFoundedGate } from '../support/open-gate.ts';
import type { OpenGate } from '../support/open-gate.ts';

const ADMINS = ['ann', 'bob'];

describe('what only people inside are told', () => {
  let open: OpenGate;
  let on: Asking;
  let bot = '';

  const give = (principal: string, role: string, project = 'main'): object => ({
    ...{ op: 'role.give', project, principal, role },
  });
  const text = async (who: string, place: string): Promise<string> =>
    (await open.ask(who, 'GET', place)).text();

  before(async () => {
    open = await openFoundedGate([
      ...ADMINS.map((id) => `${id}:administrators`),
      ...['sec', 'sed'].map((id) => `${id}:security`),
      ...['mia:staff', 'own:staff', 'far:staff', 'fob:staff'],
    ]);
    on = askingOn(open);
    await on.change(
      ADMINS,
      ...[give('mia', 'member'), give('own', 'owner'), give('own', 'reviewer')],
      { op: 'project.add', id: 'study', title: 'Study' },
      ...[give('far', 'owner', 'study'), give('fob', 'member', 'study')],
      { op: 'principal.add', id: 'bot', kind: 'agent', name: 'bot', sponsor: 'mia' },
      give('bot', 'member'),
    );
    bot = (await on.post<{ token: string }>('mia', '/v1/tokens', { principal: 'bot' })).token;
  });
  after(() => open.close());

  it('a program reads who it is, and nobody else of its project', async () => {
    const { people } = await open.call<{ people: { id: string }[] }>(bot, 'GET', '/v1/people');
    assert.deepEqual(
      people.map((each) => each.id),
      ['bot'],
    );
    const { projects } = await open.call<{ projects: { id: string; members: string[] }[] }>(
      ...([bot, 'GET', '/v1/projects'] as const),
    );
    assert.deepEqual(
      projects.map(({ id, members }) => [id, members]),
      [['main', ['bot']]],
    );
    const own = await open.call<{ people: { id: string }[] }>('mia', 'GET', '/v1/people');
    assert.ok(own.people.some((each) => each.id === 'own'));
  });

  it('a program is told neither windows nor alarms of what people ask for', async () => {
    const template = { types: ['table'], bitsEach: 40_000, bitsTotal: 70_000, uses: 3 };
    const window = await on.post<Shown>('mia', '/v1/windows', {
      ...{ project: 'main', to: 'results', why: 'w', job: 'night job', durationMs: 3_600_000 },
      ...template,
    });
    assert.equal(((await on.sign('own', window.id)) as Shown).state, 'granted');
    assert.match(await text('mia', '/v1/windows'), /night job/);
    const heard = await listenAnswer(await open.ask(bot, 'GET', '/v1/events'));
    const alarm = 'sec broke the glass for a test';
    open.gate.news.alarm(alarm, open.gate.clock.nowMs(), 'main');
    open.gate.news.roster();
    await heard.next((event) => event.type === 'roster');
    heard.close();
    assert.deepEqual(
      heard.heard.map((event) => event.type),
      ['roster'],
    );
    for (const place of ['/v1/windows', '/v1/home'])
      assert.doesNotMatch(await text(bot, place), /night job|broke the glass/, place);
    assert.match(await text('mia', '/v1/home'), new RegExp(alarm));
  });

  it('a receipt names nobody who decided to whoever may not know them', async () => {
    const wish = { target: 'project', what: 'study', durationMs: 3_600_000, why: 'w' };
    for (const [deed, state] of [
      ['return', 'returned'],
      ['deny', 'refused'],
    ] as const) {
      const asked = await on.post<Shown>('mia', '/v1/access', wish);
      const done = await on.post<Shown>('far', `/v1/requests/${asked.id}/${deed}`, {
        reason: 'not now',
      });
      assert.equal(done.state, state);
      const place = `/v1/requests/${asked.id}/receipt`;
      assert.equal((await open.ask('mia', 'GET', place)).status, 404);
      const seen = await open.call<{ receipt: string | null }>(
        ...(['mia', 'GET', `/v1/requests/${asked.id}`] as const),
      );
      assert.equal(seen.receipt, null);
      const extra = /^extra (\S+)$/m.exec(await text('far', place))?.[1] ?? '';
      assert.match(Buffer.from(extra, 'base64').toString(), /"by":"far"/);
    }
    // What the requester or the rules did is nobody's secret.
    const held = await on.post<Shown>('mia', '/v1/access', wish);
    assert.match(await text('mia', `/v1/requests/${held.id}/receipt`), /^extra /m);
    const answer = await open.ask('mia', 'GET', `/v1/requests/${held.id}/receipt`);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    await answer.text();
  });
});
