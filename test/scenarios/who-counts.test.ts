/** Whose word counts for a request, on a real gate: agents and sponsors, owners of models, people who left or are locked. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { askingOn } from '../support/asking.ts';
import type { Asking, Shown } from '../support/asking.ts';
import { openFoundedGate } from '../support/open-gate.ts';
import type { OpenGate } from '../support/open-gate.ts';
import { approve } from '../support/people.ts';
import { makeSecurityKey } from '../support/security-keys.ts';
import { weightShaped } from '../support/tables.ts';

/** Held because of its type alone: nobody finds anything in it. */
const page = (title: string): string => `<!doctype html><html><body><p>${title}</p></body></html>`;
const ADMINS = ['ann', 'bob', 'cyd'];
const RULE = { op: 'rule.set', kind: 'export', tier: 'one' } as const;

describe('whose word counts', () => {
  let open: OpenGate;
  let on: Asking;
  let bot = '';
  const fido = makeSecurityKey();

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
    bot = (await on.post<{ token: string }>('rev', '/v1/tokens', { principal: 'bot' })).token;
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

  it('what is missing is told by count, and nothing of it to those who have not voted', async () => {
    await on.change(ADMINS, { ...RULE, quorum: '2 of reviewers(project)' });
    const held = await on.exportFile(bot, 'two.html', page('two'));
    await on.change(ADMINS, {
      op: 'role.give',
      project: 'main',
      principal: 'ann',
      role: 'reviewer',
    });
    assert.equal((await on.see('ria', held.id)).waitsFor, '2 of reviewers(main) (ann, ria)');
    await on.sign('ann', held.id);
    assert.equal((await on.see('ria', held.id)).waitsFor, '2 of reviewers(main) (ann, ria)');
    assert.equal((await on.see('ann', held.id)).waitsFor, '1 more of reviewers(main) (ria)');
  });

  it('what a locked person signed counts again only when the lock is lifted', async () => {
    const held = await on.exportFile('mia', 'locked.csv', weightShaped(1));
    assert.equal(held.tier, 'one');
    await on.sign('rev', held.id);
    const target = { kind: 'principal', id: 'rev' };
    const lock = await on.post<{ id: string }>('bob', '/v1/locks', { target, reason: 'stolen' });
    const after = (await on.sign('ria', held.id)) as Shown;
    assert.equal(after.state, 'held');
    assert.equal(after.waitsFor, '1 more of reviewers(main) (ann)');
    const { quorum } = await open.call<{ quorum: { votes: { person: string; reason: string }[] } }>(
      ...(['ria', 'GET', `/v1/requests/${held.id}`] as const),
    );
    const stale = quorum.votes.find((vote) => vote.person === 'rev');
    assert.match(stale?.reason ?? '', new RegExp(`does not count while ${lock.id} locks rev`));
    await on.change(ADMINS, {
      op: 'role.take',
      project: 'main',
      principal: 'ann',
      role: 'reviewer',
    });
    const stuck = await on.see('ria', held.id);
    assert.match(
      stuck.waitsFor ?? '',
      /nobody left can fill 2 of reviewers\(project\); rev is locked/,
    );
    const unlock = await on.post<Shown>('ann', '/v1/unlocks', { lock: lock.id, why: 'a new key' });
    await on.sign('cyd', unlock.id);
    await open.gate.requests.idle();
    assert.match((await on.see('ria', held.id)).state, /queued|released/);
    await on.change(ADMINS, { ...RULE, quorum: '1 of reviewers(project)' });
  });

  it('a key that a rule asks for and nobody has is said at once, and who has one is asked', async () => {
    const pem =
      '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n';
    const held = await on.exportFile('mia', 'key.txt', pem);
    assert.equal(held.tier, 'quorum');
    assert.match(
      held.waitsFor ?? '',
      /nobody who may approve it has a key that cannot leave its device; one of them has to get one/,
    );
    await on.change(ADMINS, { op: 'key.add', person: 'cyd', key: fido.key });
    for (const who of ['ann', 'bob', 'rev']) await on.sign(who, held.id);
    const waits = await on.see('ann', held.id);
    assert.equal(waits.waitsFor, 'one approval by a key that cannot leave its device (cyd)');
    // By another key it is asked again, and told so.
    await on.sign('cyd', held.id);
    const again = await on.see('cyd', held.id);
    assert.equal(again.waitsFor, 'one approval by a key that cannot leave its device (cyd)');
    const text = again.subject?.text ?? '';
    const body = { signature: fido.approve(text) };
    const done = await on.post<Shown>('cyd', `/v1/requests/${held.id}/approvals`, body);
    assert.match(done.state, /queued|released/);
  });

  it('an emergency is reviewed by as many as the rule asks for, never by a sponsor', async () => {
    const review = { op: 'rule.set', kind: 'review', tier: 'one', quorum: '2 of security' };
    await on.change(
      ADMINS,
      review,
      { op: 'principal.add', id: 'ant', kind: 'agent', name: 'ant', sponsor: 'cyd' },
      { op: 'role.give', project: 'main', principal: 'ant', role: 'member' },
    );
    const { token } = await on.post<{ token: string }>('cyd', '/v1/tokens', { principal: 'ant' });
    const held = await on.exportFile(token, 'glass.html', page('glass'));
    const place = `/v1/requests/${held.id}`;
    const subject = `${place}/subject?emergency=1`;
    const { text } = await open.call<{ text: string }>('ann', 'GET', subject);
    const ann = open.people.get('ann');
    assert.ok(ann !== undefined);
    const signature = await approve(ann, text);
    await on.post('ann', `${place}/break-glass`, { reason: 'outage', signature });
    const left = async (): Promise<Shown> => {
      for (;;) {
        const shown = await on.see('ann', held.id);
        if (shown.state !== 'queued') return shown;
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    // Of three in security one broke the glass and one answers for the agent.
    assert.match((await left()).waitsFor ?? '', /nobody left can fill 2 of security/);
    const say = (who: string): Promise<Shown> =>
      on.post(who, `${place}/review`, { reason: 'it was one' });
    assert.match(await on.refusal('cyd', `${place}/review`, { reason: 'x' }), /a sponsor never/);
    assert.match(await on.refusal('ann', `${place}/review`, { reason: 'x' }), /broke the glass/);
    await on.change(ADMINS, { op: 'group.join', group: 'security', member: 'ria' });
    assert.equal((await left()).waitsFor, 'a review by 2 of security (bob, ria)');
    assert.equal((await say('bob')).state, 'unreviewed');
    assert.equal((await left()).waitsFor, 'a review by 1 more of security (ria)');
    assert.match(
      await on.refusal('bob', `${place}/review`, { reason: 'x' }),
      /reviewed it already/,
    );
    assert.equal((await say('ria')).state, 'reviewed');
  });

  it('a sponsor takes back what its agent asks', async () => {
    const held = await on.exportFile(bot, 'back.html', page('back'));
    assert.match(await on.refusal('ria', `/v1/requests/${held.id}/withdraw`, {}), /belongs to/);
    assert.equal(
      (await on.post<Shown>('rev', `/v1/requests/${held.id}/withdraw`, {})).state,
      'withdrawn',
    );
  });

  it('what somebody asked who has left is not carried out, and says why', async () => {
    const taken = await on.exportFile('mia', 'role.csv', weightShaped(2));
    await on.change(ADMINS, { op: 'role.take', project: 'main', principal: 'mia', role: 'member' });
    const lost = (await on.sign('rev', taken.id)) as Shown;
    assert.equal(lost.state, 'held');
    assert.match(lost.waitsFor ?? '', /`mia`, who asked, may no longer ask for that in `main`/);
    await on.change(ADMINS, { op: 'role.give', project: 'main', principal: 'mia', role: 'member' });
    // What was signed counts again by itself.
    await open.gate.requests.idle();
    assert.match((await on.see('rev', taken.id)).state, /queued|released/);
    const held = await on.exportFile('mia', 'gone.csv', weightShaped(3));
    await on.change(ADMINS, { op: 'person.remove', id: 'mia' });
    const gone = (await on.sign('rev', held.id)) as Shown;
    assert.equal(gone.state, 'held');
    assert.match(gone.waitsFor ?? '', /`mia`, who asked, is no longer in the roster/);
    const place = `/v1/requests/${held.id}`;
    const { text } = await open.call<{ text: string }>(
      'ann',
      'GET',
      `${place}/subject?emergency=1`,
    );
    const ann = open.people.get('ann');
    assert.ok(ann !== undefined);
    const body = { reason: 'outage', signature: await approve(ann, text) };
    assert.match(await on.refusal('ann', `${place}/break-glass`, body), /no longer in the roster/);
    const refused = await on.post<Shown>('rev', `${place}/deny`, { reason: 'mia left' });
    assert.equal(refused.state, 'refused');
  });
});
