/** People, signed approvals, windows, locks, emergencies and changes of the roster, with the real program. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { foundGate, startPreparedGate } from '../support/running-gate.ts';
import type { FoundedGate, RunningGate } from '../support/running-gate.ts';
import { makePerson } from '../support/people.ts';
import { weightShaped } from '../support/tables.ts';

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly verdict: string;
  readonly reason: string | null;
  readonly tier: string | null;
  readonly releasedAs: string | null;
  readonly waitsFor: string | null;
  readonly subject: { readonly text: string } | null;
  readonly can: readonly { event: string; allowed: boolean; reason: string | null }[];
}

const TO = ['--project', 'study', '--to', 'alpha', '--why', 'a test'] as const;

describe('people decide with their own keys', () => {
  let gate: RunningGate;
  let founded: FoundedGate;
  let seed = 0;

  /** A held export of cyd's, different each time. */
  const hold = async (): Promise<Shown> => {
    seed += 1;
    const name = `weights-${String(seed)}.csv`;
    await writeFile(path.join(gate.workDir, name), weightShaped(seed));
    return founded.as<Shown>('cyd', 4, 'export', name, ...TO);
  };
  const show = (id: string): Promise<Shown> => founded.as<Shown>('ann', 0, 'request', 'show', id);

  before(async () => {
    const prepared = await startPreparedGate(['alpha']);
    ({ gate } = prepared);
    founded = await foundGate(gate, ['ann', 'bob', 'cyd:staff']);
    const change = JSON.stringify({
      op: 'role.give',
      project: 'study',
      principal: 'cyd',
      role: 'member',
    });
    const asked = await founded.as<Shown>('ann', 4, 'change', change, '--why', 'works here');
    const done = await founded.approve<Shown>('bob', asked.id);
    assert.equal(done.state, 'done');
  });
  after(() => gate.close());

  it('ends the token of the first start, and tokens of people, with the founding', async () => {
    const answer = await fetch(`${gate.innerUrl}/v1/whoami`, {
      headers: { authorization: `Bearer ${gate.token}` },
    });
    assert.equal(answer.status, 401);
    const direct = await gate.sallyport('principal', 'add', 'dan');
    assert.equal(direct.status, 2);
    assert.match(direct.stderr, /founded/);
  });

  it('releases what a reviewer signed, and every stored approval verifies with ssh-keygen', async () => {
    const held = await hold();
    const own = await gate.sallyport(
      ...['approve', held.id, '--yes', '--key', 'cyd.key', '--token', founded.token('cyd')],
    );
    assert.equal(own.status, 2);
    assert.match(own.stderr, /own/);
    const wrong = await gate.sallyport(
      ...['approve', held.id, '--yes', '--key', 'ann.key', '--token', founded.token('bob')],
    );
    assert.match(wrong.stderr, /somebody else/);
    const done = await founded.approve<Shown>('bob', held.id);
    assert.equal(done.state, 'queued');
    const answer = await fetch(`${gate.innerUrl}/v1/requests/${held.id}/approvals`, {
      headers: { authorization: `Bearer ${founded.token('ann')}` },
    });
    const { approvals } = (await answer.json()) as {
      approvals: { person: string; signature: string; subject: string; allowedSigners: string }[];
    };
    assert.equal(approvals.length, 1);
    const [approval] = approvals;
    assert.ok(approval !== undefined);
    if (spawnSync('ssh-keygen', ['-?']).error !== undefined) return;
    await writeFile(path.join(gate.workDir, 'allowed'), `${approval.allowedSigners}\n`);
    await writeFile(path.join(gate.workDir, 'approval.sig'), approval.signature);
    const verify = (text: string) =>
      spawnSync(
        'ssh-keygen',
        '-Y verify -f allowed -I bob -n sallyport-approval@v1 -s approval.sig'.split(' '),
        { cwd: gate.workDir, input: text },
      );
    assert.equal(verify(approval.subject).status, 0, String(verify(approval.subject).stderr));
    assert.notEqual(verify(approval.subject.replace('"a test"', '"a tesu"')).status, 0);
  });

  it('ends with a refusal, and says to each person what that person can do', async () => {
    const held = await hold();
    const mine = await founded.as<Shown>('cyd', 0, 'request', 'show', held.id);
    const approveCan = mine.can.find((each) => each.event === 'approve');
    assert.deepEqual(
      [approveCan?.allowed, approveCan?.reason],
      [false, 'nobody decides on a request of their own'],
    );
    const refused = await founded.as<Shown>('ann', 0, 'deny', held.id, '--reason', 'too raw');
    assert.deepEqual([refused.state, refused.reason], ['refused', 'too raw']);
  });

  it('forgets approvals when the request is changed', async () => {
    const held = await hold();
    await founded.as('ann', 0, 'return', held.id, '--reason', 'fewer digits, please');
    const edited = await founded.as<Shown>('cyd', 0, 'edit', held.id, '--form', 'digits:4');
    assert.equal(edited.state, 'held');
    assert.notEqual(edited.subject?.text, held.subject?.text);
    const done = await founded.approve<Shown>('bob', held.id);
    assert.equal(done.state, 'queued');
  });

  it('lets a changed request leave by itself, and its ledger still verifies', async () => {
    const table = new URL('../../examples/tiny-lm/out/activations.csv', import.meta.url);
    await copyFile(table, path.join(gate.workDir, 'activations.csv'));
    const ask = (): Promise<Shown> =>
      founded.as<Shown>('cyd', 4, 'export', 'activations.csv', ...TO);
    const edit = async (id: string): Promise<void> => {
      const edited = await founded.as<Shown>('cyd', 0, 'edit', id, '--form', 'digits:3');
      assert.equal(edited.verdict, 'allow');
      const verified = await gate.sallyport('ledger', 'verify');
      assert.equal(verified.status, 0, verified.stdout + verified.stderr);
    };
    await edit((await ask()).id);
    const { id } = await ask();
    await founded.as('ann', 0, 'return', id, '--reason', 'fewer digits, please');
    await edit(id);
  });

  it('stops a locked project at once and goes on when others lift the lock', async () => {
    const held = await hold();
    const lock = await founded.as<{ id: string }>(
      'bob',
      0,
      ...['lock', 'set', 'project', 'study', '--reason', 'odd traffic'],
    );
    await writeFile(path.join(gate.workDir, 'locked.csv'), 'a,b\n1,2\n');
    const asking = ['export', 'locked.csv', ...TO, '--token', founded.token('cyd')];
    const refused = await gate.sallyport(...asking);
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /nothing but its unlocking may be asked in a locked project/);
    // Whoever is stopped can name the lock when they ask for its end.
    assert.ok(refused.stderr.includes(`\`study\` is locked by ${lock.id}: odd traffic`));
    const stopped = await founded.approve<Shown>('ann', held.id);
    assert.equal(stopped.state, 'held');
    assert.match(stopped.reason ?? '', /locked: odd traffic/);
    const asked = await founded.as<Shown>('ann', 4, 'unlock', lock.id, '--why', 'false alarm');
    assert.equal((await founded.approve<Shown>('bob', asked.id)).state, 'done');
    // What is approved goes on by itself; nobody has to sign it twice.
    let state = 'held';
    for (let asking = 0; asking < 100 && state === 'held'; asking++)
      ({ state } = await founded.as<Shown>('bob', 0, 'request', 'show', held.id));
    assert.match(state, /^(queued|released)$/);
  });

  it('takes --why for --reason and the other way round', async () => {
    const lane = ['lane', 'nowhere', '--token', founded.token('cyd')];
    for (const option of ['--why', '--reason', '--because']) {
      const { stderr } = await gate.sallyport('lock', 'set', ...lane, option, 'a drill');
      if (option === '--because') assert.match(stderr, /code: CLI_USAGE/);
      else assert.doesNotMatch(stderr, /code: CLI_USAGE/);
    }
  });

  it('lets plain exports through an approved window, what waited for it first, as often as it says', async () => {
    await writeFile(path.join(gate.workDir, 'page.html'), '<p>Results: 0.25</p>\n');
    const page = (why: string, status: number, ...job: string[]): Promise<Shown> =>
      founded.as<Shown>(
        'cyd',
        status,
        ...['export', 'page.html', '--project', 'study', '--to', 'alpha', '--why', why, ...job],
      );
    const first = await page('before the window', 4);
    assert.equal(first.verdict, 'hold');
    const template = ['--project', 'study', '--to', 'alpha', '--job', 'nightly report'];
    const limits = ['--types', 'html', '--bits-each', '4000', '--bits-total', '8000'];
    const asked = await founded.as<Shown>(
      'cyd',
      4,
      ...['window', ...template, ...limits, '--uses', '2', '--why', 'every night'],
    );
    assert.equal((await founded.approve<Shown>('ann', asked.id)).state, 'granted');
    // Opened while it waited, and nobody has to ask again.
    const look = (): Promise<Shown> => founded.as<Shown>('cyd', 0, 'request', 'show', first.id);
    let waited = await look();
    for (let tries = 0; waited.state === 'held' && tries < 100; tries++) waited = await look();
    assert.match(waited.state, /^(queued|released)$/);
    assert.equal(waited.releasedAs, 'window');
    const other = await page('of another job', 4, '--job', 'daily report');
    assert.equal(other.verdict, 'hold');
    const through = await page('first night', 0, '--job', 'nightly report');
    assert.equal(through.verdict, 'allow');
    assert.equal((await page('second night', 4)).verdict, 'hold');
  });

  it('gives access for a while, which ends when it is given back', async () => {
    const wish = ['access', 'tool', 'profiler', '--project', 'study', '--for', '4h'];
    const asked = await founded.as<Shown>('cyd', 4, ...wish, '--why', 'to find a leak');
    assert.equal((await founded.approve<Shown>('ann', asked.id)).state, 'granted');
    const self = await founded.as<{ grants: { what: string }[] }>('cyd', 0, 'whoami');
    assert.deepEqual(
      self.grants.map((grant) => grant.what),
      ['profiler'],
    );
    const back = await founded.as<Shown>('cyd', 0, 'request', 'withdraw', asked.id);
    assert.equal(back.state, 'ended');
  });

  it('releases in an emergency within its own bits, loudly, and asks for a review', async () => {
    const held = await hold();
    await founded.as(
      'ann',
      0,
      ...['break-glass', held.id, '--yes', '--key', 'ann.key', '--reason', 'outage'],
    );
    let state = '';
    for (let i = 0; i < 600 && state !== 'unreviewed'; i++) {
      ({ state } = await show(held.id));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.equal(state, 'unreviewed');
    const done = await founded.as<Shown>('bob', 0, 'review', held.id, '--reason', 'it was one');
    assert.equal(done.state, 'reviewed');
  });

  it('changes people by quorum only, and a revoked key signs nothing any more', async () => {
    const dan = makePerson('dan');
    await writeFile(path.join(gate.workDir, 'dan.key'), dan.privateText, { mode: 0o600 });
    const { id, publicKey, label, kind } = dan.key;
    const add = {
      op: 'person.add',
      id: 'dan',
      name: 'dan',
      keys: [{ id, publicKey, label, kind }],
    };
    const join = { op: 'role.give', project: 'study', principal: 'dan', role: 'reviewer' };
    const asked = await founded.as<Shown>(
      'ann',
      4,
      ...['change', JSON.stringify([add, join]), '--why', 'a new reviewer'],
    );
    await founded.approve('bob', asked.id);
    const { token } = await gate.json<{ token: string }>(0, 'login', '--key', 'dan.key');
    const revoke = JSON.stringify({ op: 'key.revoke', person: 'dan', key: id });
    const gone = await founded.as<Shown>('ann', 4, 'change', revoke, '--why', 'lost');
    await founded.approve('bob', gone.id);
    const held = await hold();
    const late = await gate.sallyport(
      ...['approve', held.id, '--yes', '--key', 'dan.key', '--token', token],
    );
    assert.equal(late.status, 2);
    const signIn = await gate.sallyport('login', '--key', 'dan.key');
    assert.match(signIn.stderr, /belongs to nobody/);
  });

  it('keeps a ledger that verifies', async () => {
    const verified = await gate.sallyport('ledger', 'verify');
    assert.equal(verified.status, 0, verified.stdout + verified.stderr);
  });
});
