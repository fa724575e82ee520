/** What the console asks the real gate: sums, previews, differences, quotes, replay, live news, each as far as one may see. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { foundGate, startPreparedGate } from '../support/running-gate.ts';
import type { FoundedGate, RunningGate } from '../support/running-gate.ts';
import { makePerson } from '../support/people.ts';
import { listenEvents } from '../support/events.ts';
import { weightShaped } from '../support/tables.ts';

interface Shown {
  readonly id: string;
  readonly state: string;
}

const TO = ['--project', 'study', '--to', 'alpha', '--why', 'a test'] as const;

describe('what the console asks the gate', () => {
  let gate: RunningGate;
  let founded: FoundedGate;
  let eve = '';
  let eveKey = '';
  let held: Shown;

  const ask = async (token: string, route: string, init: RequestInit = {}) =>
    fetch(`${gate.innerUrl}${route}`, {
      ...init,
      headers: { authorization: `Bearer ${token}` },
    });
  const read = async <T>(person: string, route: string): Promise<T> => {
    const answer = await ask(founded.token(person), route);
    assert.equal(answer.status, 200, `${route}: ${await answer.clone().text()}`);
    return (await answer.json()) as T;
  };
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(path.join(gate.workDir, name), text);
    return name;
  };

  before(async () => {
    const prepared = await startPreparedGate(['alpha']);
    ({ gate } = prepared);
    founded = await foundGate(gate, ['ann', 'bob', 'cyd:staff']);
    const person = makePerson('eve');
    await writeFile(path.join(gate.workDir, 'eve.key'), person.privateText, { mode: 0o600 });
    const { id, publicKey, label, kind } = person.key;
    eveKey = id;
    const changes = [
      { op: 'role.give', project: 'study', principal: 'cyd', role: 'member' },
      { op: 'person.add', id: 'eve', name: 'Eve', keys: [{ id, publicKey, label, kind }] },
    ];
    const asked = await founded.as<Shown>(
      'ann',
      4,
      'change',
      JSON.stringify(changes),
      '--why',
      'x',
    );
    await founded.approve('bob', asked.id);
    ({ token: eve } = await gate.json<{ token: string }>(0, 'login', '--key', 'eve.key'));
    await founded.as(
      'cyd',
      0,
      'export',
      await write('first.csv', 'step,loss\n1,0.5\n2,0.25\n'),
      ...TO,
    );
    const file = await write('weights.csv', weightShaped(1));
    held = await founded.as<Shown>('cyd', 4, 'export', file, ...TO, '--job', 'nightly');
  });
  after(() => gate.close());

  it('shows on the first page what waits for whom, and what left', async () => {
    interface Home {
      readonly waitingForMe: readonly { id: string; job: string | null }[];
      readonly mine: readonly Shown[];
      readonly leaving: readonly { chargeBits: number; releases: number }[];
      readonly budgets: readonly { applied: { yearsToExfiltrate: string | null } }[];
    }
    const ann = await read<Home>('ann', '/v1/home');
    assert.deepEqual(
      ann.waitingForMe.map(({ id, job }) => [id, job]),
      [[held.id, 'nightly']],
    );
    const cyd = await read<Home>('cyd', '/v1/home');
    assert.equal(cyd.waitingForMe.length, 0);
    assert.equal(cyd.mine.length, 2);
    assert.equal(cyd.leaving.length, 30);
    assert.equal(cyd.leaving.at(-1)?.releases, 1);
    assert.ok((cyd.leaving.at(-1)?.chargeBits ?? 0) > 0);
    assert.ok(ann.budgets.length > 0);
    const stranger = (await (await ask(eve, '/v1/home')).json()) as Home;
    assert.deepEqual([stranger.waitingForMe, stranger.mine], [[], []]);
    assert.equal(
      stranger.leaving.reduce((sum, day) => sum + day.releases, 0),
      0,
    );
  });

  it('counts charges per project and finds requests by their job', async () => {
    const charges = await read<{ byProject: { project: string; releases: number }[] }>(
      'cyd',
      '/v1/charges?days=7',
    );
    assert.deepEqual(
      charges.byProject.map(({ project, releases }) => [project, releases]),
      [['study', 1]],
    );
    const job = await read<{ requests: Shown[]; total: number }>(
      'ann',
      '/v1/requests?for=me&job=nightly',
    );
    assert.deepEqual([job.total, job.requests[0]?.id], [1, held.id]);
    const other = await read<{ total: number }>('ann', '/v1/requests?for=all&job=weekly');
    assert.equal(other.total, 0);
  });

  it('shows a canonical file, and what is new since the previous release', async () => {
    interface Table {
      readonly type: string;
      readonly total: number;
      readonly columns: readonly { kind: string; distinct: number }[];
      readonly rows: readonly (readonly string[])[];
    }
    const table = await read<Table>('ann', `/v1/requests/${held.id}/files/0/preview`);
    assert.equal(table.type, 'table');
    assert.ok(table.total > 0 && table.rows.length <= 200);
    assert.ok(table.columns.every((column) => column.kind === 'number' && column.distinct > 0));
    const none = await ask(founded.token('ann'), `/v1/requests/${held.id}/files/7/preview`);
    assert.equal(none.status, 404);
    const longer = 'step,loss\n1,0.5\n2,0.25\n3,0.125\n';
    await write('first.csv', longer);
    const { id } = await founded.as<Shown>('cyd', 0, 'export', 'first.csv', ...TO);
    const difference = await read<{
      previous: { request: string } | null;
      files: { name: string; state: string }[];
    }>('ann', `/v1/requests/${held.id}/difference`);
    assert.notEqual(difference.previous, null);
    assert.deepEqual(
      difference.files.map(({ name, state }) => [name, state]),
      [
        ['weights.csv', 'new'],
        ['first.csv', 'gone'],
      ],
    );
    assert.notEqual(id, held.id);
  });

  it('quotes live with the cheaper form and what would happen, and keeps nothing', async () => {
    const quote = async (token: string, form?: string) => {
      const body = new FormData();
      body.append('project', 'study');
      body.append('to', 'alpha');
      if (form !== undefined) body.append('form', form);
      body.append('file', new Blob([weightShaped(2)]), 'weights.csv');
      return ask(token, '/v1/quotes', { method: 'POST', body });
    };
    interface Quote {
      readonly verdict: string;
      readonly total: { chargeBits: number };
      readonly means: { sentence: string };
      readonly files: readonly { cheaper: readonly { form: string; chargeBits: number }[] }[];
    }
    const full = (await (await quote(founded.token('cyd'))).json()) as Quote;
    assert.equal(full.verdict, 'hold');
    const digits = full.files[0]?.cheaper.find((each) => each.form === 'digits:4');
    assert.ok(digits !== undefined && digits.chargeBits < full.total.chargeBits);
    const cheap = (await (await quote(founded.token('cyd'), 'digits:4')).json()) as Quote;
    assert.ok(cheap.total.chargeBits < full.total.chargeBits);
    assert.match(cheap.means.sentence, /releases have as many bits|No guarded model/);
    const foreign = await quote(eve);
    assert.equal(foreign.status, 404);
    const home = await read<{ mine: Shown[] }>('cyd', '/v1/home');
    assert.equal(home.mine.length, 3, 'a quote is no request');
  });

  it('measures waiting, and replays the days before a proposed rule', async () => {
    await founded.approve('ann', held.id);
    interface Waiting {
      readonly tiers: readonly { tier: string; count: number; quorum: { p50: number } | null }[];
      readonly automaticShare: number;
      readonly expiredUnseen: number;
    }
    const waiting = await read<Waiting>('ann', '/v1/waiting?days=7');
    const one = waiting.tiers.find((tier) => tier.tier === 'one');
    assert.ok(one?.quorum !== null && (one?.quorum.p50 ?? 0) > 0);
    assert.equal(waiting.tiers.find((tier) => tier.tier === 'automatic')?.count, 2);
    assert.equal(waiting.expiredUnseen, 0);
    const stranger = (await (await ask(eve, '/v1/waiting')).json()) as Waiting;
    assert.deepEqual(stranger.tiers, []);
    interface Replay {
      readonly requests: number;
      readonly now: Record<string, number>;
      readonly proposed: Record<string, number>;
      readonly extraApprovals: number;
      readonly waitingMs: number;
    }
    const rule = { op: 'rule.set', kind: 'export', tier: 'one', quorum: '2 of reviewers(project)' };
    await write('rules.json', JSON.stringify([rule]));
    const replayed = await founded.as<Replay>(
      'ann',
      0,
      ...['policy', 'replay', '--changes', 'rules.json', '--days', '7'],
    );
    assert.deepEqual(replayed.now, replayed.proposed);
    assert.ok(replayed.extraApprovals >= 1 && replayed.waitingMs > 0);
    const off = await founded.as<Replay>('ann', 0, 'policy', 'replay', '--no-automatic');
    assert.equal(off.now['automatic'], 2);
    assert.equal(off.proposed['automatic'], 0);
    const impossible = { ...rule, quorum: '9 of reviewers(project)' };
    await write('rules.json', JSON.stringify([impossible]));
    const denied = await founded.as<Replay>(
      'ann',
      0,
      'policy',
      'replay',
      '--changes',
      'rules.json',
    );
    assert.ok((denied.proposed['denied'] ?? 0) > (denied.now['denied'] ?? 0));
  });

  it('answers a foreign request exactly as a missing one, on every route', async () => {
    const routes = (id: string): string[] => [
      `/v1/requests/${id}`,
      `/v1/requests/${id}/difference`,
      `/v1/requests/${id}/files/0/preview`,
      `/v1/requests/${id}/files/0`,
    ];
    const missing = 'req_0000000000000000';
    for (const [i, route] of routes(held.id).entries()) {
      const [foreign, none] = await Promise.all([
        ask(eve, route),
        ask(eve, routes(missing)[i] ?? ''),
      ]);
      const text = (await foreign.text()).replaceAll(held.id, missing);
      assert.deepEqual([foreign.status, text], [none.status, await none.text()], route);
    }
    for (const route of ['/v1/home', '/v1/charges', '/v1/waiting', '/v1/windows', '/v1/requests']) {
      const text = await (await ask(eve, route)).text();
      assert.doesNotMatch(text, /study|alpha|weights|"req_/, route);
    }
  });

  it('tells each session live of what it may see, and stops when its key is revoked', async () => {
    const ann = await listenEvents(gate.innerUrl, founded.token('ann'));
    const stranger = await listenEvents(gate.innerUrl, eve);
    const file = await write('more.csv', weightShaped(3));
    const { id } = await founded.as<Shown>('cyd', 4, 'export', file, ...TO);
    const event = await ann.next((each) => each.id === id && each.event === 'hold');
    assert.equal(event.state, 'held');
    assert.doesNotMatch(JSON.stringify(ann.heard), /more\.csv|a test|study/);
    const revoke = JSON.stringify({ op: 'key.revoke', person: 'eve', key: eveKey });
    const gone = await founded.as<Shown>('ann', 4, 'change', revoke, '--why', 'lost');
    await founded.approve('bob', gone.id);
    await stranger.ended;
    assert.deepEqual(stranger.heard, []);
    assert.equal((await ask(eve, '/v1/whoami')).status, 401);
    ann.close();
  });
});
