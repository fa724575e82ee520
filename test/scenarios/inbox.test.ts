/** Inboxes outside: what is put there comes in as an import and is admitted by people; with the real program. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { giveToUser } from '../../src/core/index.ts';
import { childrenOf } from '../support/child-pids.ts';
import { pickleOf } from '../support/import-files.ts';
import { foundGate, startPreparedGate } from '../support/running-gate.ts';
import type { FoundedGate, RunningGate } from '../support/running-gate.ts';
import { until } from '../support/until.ts';

interface Delivery {
  readonly id: string;
  readonly inbox: string;
  readonly name: string;
  readonly state: string;
  readonly missing: number;
  readonly reason: string | null;
  readonly import: string | null;
}

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly why: string;
  readonly requester: string;
  readonly request: string | null;
  readonly files: readonly { readonly name: string; readonly verdict: string }[];
}

interface Request {
  readonly id: string;
  readonly state: string;
  readonly verdict: string | null;
  readonly reason: string | null;
}

describe('what is put into an inbox outside becomes an import', () => {
  let gate: RunningGate;
  let founded: FoundedGate;
  let inbox: string;

  const drop = async (name: string, files: Readonly<Record<string, string | Uint8Array>>) => {
    const away = path.join(gate.workDir, 'being-made', name);
    for (const [file, content] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(away, file)), { recursive: true });
      await writeFile(path.join(away, file), content);
    }
    // Who delivers is the outer door's user, or somebody of its group; a folder of root's could not be taken away.
    const { uid, gid } = await stat(inbox);
    if (process.getuid?.() === 0) giveToUser({ uid, gid }, away);
    await rename(away, path.join(inbox, name));
  };
  const answerTo = (name: string): Promise<string> => {
    const file = path.join(inbox, 'taken', `${name}.sallyport-result.json`);
    return until(
      async () => (existsSync(file) ? readFile(file, 'utf8') : ''),
      (text) => text !== '',
    );
  };
  const listed = async (): Promise<readonly Delivery[]> => {
    const { deliveries } = await founded.as<{ deliveries: Delivery[] }>('ann', 0, 'inbox', 'list');
    return deliveries;
  };
  const cameTo = (name: string, ...states: string[]): Promise<Delivery> =>
    until(
      async () => (await listed()).find((each) => each.name === name),
      (each) => each !== undefined && states.includes(each.state),
    ) as Promise<Delivery>;
  const importOf = (delivery: Delivery): Promise<Shown> =>
    until(
      () => founded.as<Shown>('cyd', 0, 'imports', 'show', delivery.import ?? ''),
      (shown) => shown.request !== null || shown.state === 'closed',
    );
  const requestOf = (shown: Shown): Promise<Request> =>
    until(
      () => founded.as<Request>('cyd', 0, 'request', 'show', shown.request ?? ''),
      ({ verdict }) => verdict !== null,
    );

  before(async () => {
    ({ gate } = await startPreparedGate(['alpha']));
    founded = await foundGate(gate, ['ann', 'bob', 'cyd:staff']);
    const change = { op: 'role.give', project: 'study', principal: 'cyd', role: 'member' };
    const asked = await founded.as<{ id: string }>(
      ...(['ann', 4, 'change', JSON.stringify(change), '--why', 'works here'] as const),
    );
    await founded.approve('bob', asked.id);
    await founded.as(
      ...(['cyd', 0, 'source', 'add', 'own', '--project', 'study', '--person', 'cyd'] as const),
      ...['--origin', 'our bench', '--licence', 'none', '--collection', 'measured'],
    );
    ({ dir: inbox } = await gate.json<{ dir: string }>(0, 'outer', 'inbox', 'add', 'lab'));
  });
  after(() => gate.close());

  it('keeps what nobody wants, and says why', async () => {
    await drop('early', { 'rows.csv': 'a,b\n1,2\n' });
    await answerTo('early');
    const delivery = await cameTo('early', 'waiting');
    assert.equal(delivery.import, null);
    await until(
      () => cameTo('early', 'waiting'),
      ({ reason }) => reason === 'nobody has bound its inbox to a project',
    );
  });

  it('imports it once its inbox is bound, and admits it by a signature', async () => {
    await founded.as(
      ...(['cyd', 0, 'inbox', 'bind', 'lab', '--project', 'study'] as const),
      ...['--source', 'own', '--why', 'to train on'],
    );
    const shown = await importOf(await cameTo('early', 'imported'));
    assert.equal(shown.requester, 'cyd');
    assert.match(shown.why, /^to train on \(early from the inbox lab\)$/);
    assert.deepEqual(
      shown.files.map((file) => [file.name, file.verdict]),
      [['rows.csv', 'clean']],
    );
    const request = await requestOf(shown);
    assert.equal(request.verdict, 'hold');
    const done = await founded.approve<Request>('bob', request.id);
    assert.equal(done.state, 'done');
    assert.equal((await importOf(await cameTo('early', 'imported'))).state, 'admitted');
  });

  it('answers a good, a malicious and an old delivery with the same bytes', async () => {
    await drop('good', { 'rows.csv': 'a,b\n3,4\n', 'more/table.csv': 'c\n5\n' });
    await drop('evil', { 'evil.pkl': pickleOf('system') });
    const answers = [await answerTo('good'), await answerTo('evil')];
    const denied = await importOf(await cameTo('evil', 'imported'));
    if (denied.request !== null) assert.equal((await requestOf(denied)).verdict, 'deny');
    answers.push(await answerTo('evil'));
    assert.deepEqual(new Set(answers), new Set(['{"taken":true}\n']));
    const good = await importOf(await cameTo('good', 'imported'));
    assert.deepEqual(
      good.files.map((file) => file.name),
      ['more/table.csv', 'rows.csv'],
    );
    // Put there again it is the same delivery: nothing new comes of it.
    await drop('good', { 'rows.csv': 'a,b\n3,4\n', 'more/table.csv': 'c\n5\n' });
    await until(
      async () => existsSync(path.join(inbox, 'good')),
      (there) => !there,
    );
    const { deliveries } = await gate.json<{ deliveries: unknown[] }>(0, 'outer', 'inbox', 'list');
    assert.equal(deliveries.length, 3);
    assert.equal((await listed()).length, 3);
  });

  it('says nothing outside that depends on the inside', async () => {
    const text = (await gate.sallyport('outer', 'inbox', 'list', '--json')).stdout;
    const { inboxes, deliveries } = JSON.parse(text) as {
      inboxes: object[];
      deliveries: object[];
    };
    assert.deepEqual(Object.keys(inboxes[0] ?? {}).sort(), ['addedAt', 'dir', 'name']);
    for (const each of deliveries)
      assert.deepEqual(Object.keys(each).sort(), [
        ...['bytes', 'files', 'id', 'inbox', 'name', 'takenMs'],
      ]);
    const taken = ['2-good', 'early', 'evil', 'good'];
    assert.deepEqual(
      (await readdir(path.join(inbox, 'taken'))).sort(),
      taken.flatMap((name) => [name, `${name}.sallyport-result.json`]).sort(),
    );
  });

  it('refuses links, and moves them aside with the reason', async () => {
    const away = path.join(gate.workDir, 'being-made', 'linked');
    await mkdir(away, { recursive: true });
    await writeFile(path.join(away, 'rows.csv'), 'a\n1\n');
    await symlink('/etc/passwd', path.join(away, 'passwd.txt'));
    await rename(away, path.join(inbox, 'linked'));
    const file = path.join(inbox, 'refused', 'linked.sallyport-result.json');
    const text = await until(
      async () => (existsSync(file) ? readFile(file, 'utf8') : ''),
      (found) => found !== '',
    );
    assert.match(text, /it holds a link or a device/);
    assert.ok(!(await listed()).some((each) => each.name === 'linked'));
  });

  it('loses nothing and imports nothing twice when the gate is killed while much comes', async () => {
    const rows = Array.from({ length: 400_000 }, (_, row) => `${String(row)},x`).join('\n');
    const files: Record<string, string> = {};
    for (let i = 0; i < 12; i++) files[`part-${String(i)}.csv`] = `n,v${String(i)}\n${rows}\n`;
    await drop('large', files);
    for (let kill = 0; kill < 3; kill++) {
      if (kill > 0)
        await until(
          async () => (await listed()).find((each) => each.name === 'large')?.missing ?? 12,
          (missing) => missing < 12 - kill * 2,
        );
      if (kill === 2) {
        // The outer process alone; the gate starts it again.
        const [outer] = childrenOf(gate.pid, '/outer/main');
        assert.ok(outer !== undefined);
        process.kill(outer, 'SIGKILL');
        continue;
      }
      await gate.stop('SIGKILL');
      gate = await gate.restart();
      founded = { ...founded, as: rebind(gate, founded) };
    }
    const delivery = await cameTo('large', 'imported');
    const shown = await importOf(delivery);
    assert.equal(shown.files.length, 12);
    assert.equal((await requestOf(shown)).verdict, 'hold');
    const { imports } = await founded.as<{ imports: { why: string; state: string }[] }>(
      ...(['cyd', 0, 'imports', 'list'] as const),
    );
    const same = imports.filter(({ why }) => why.includes('(large from'));
    assert.deepEqual(
      same.map(({ state }) => state),
      ['asked'],
    );
    assert.equal(await answerTo('large'), '{"taken":true}\n');
  });

  it('keeps no release waiting while a large delivery comes', async () => {
    await gate.stop();
    const file = path.join(gate.dataDir, 'outer', 'outer.json');
    const settings = JSON.parse(await readFile(file, 'utf8')) as object;
    const slow = { ...settings, inboxes: { bytesPerSecond: 400_000 } };
    await writeFile(file, JSON.stringify(slow));
    await drop('slow', { 'rows.csv': `n\n${'0123456789\n'.repeat(3_000_000)}` });
    gate = await gate.restart();
    founded = { ...founded, as: rebind(gate, founded) };
    await answerTo('slow');
    await writeFile(path.join(gate.workDir, 'note.txt'), 'a small result\n');
    const sent = await founded.as<Request>(
      ...(['cyd', 0, 'export', 'note.txt', '--to', 'alpha', '--project', 'study'] as const),
      ...['--why', 'a result'],
    );
    await until(
      () => founded.as<Request>('cyd', 0, 'request', 'show', sent.id),
      ({ state }) => state === 'released',
    );
    const came = (await listed()).find((each) => each.name === 'slow');
    assert.ok(came === undefined || came.state === 'receiving');
    await writeFile(file, JSON.stringify(settings));
  });

  it('takes what is put there while it does not run, and what is dropped then', async () => {
    await gate.stop();
    await drop('away', { 'rows.csv': 'late\n1\n' });
    gate = await gate.restart();
    founded = { ...founded, as: rebind(gate, founded) };
    assert.equal(await answerTo('away'), '{"taken":true}\n');
    await cameTo('away', 'imported');
  });
});

/** The same people at a gate that was started again. */
function rebind(gate: RunningGate, founded: FoundedGate): FoundedGate['as'] {
  return <T>(person: string, status: number, ...command: string[]): Promise<T> =>
    gate.json<T>(status, ...command, '--token', founded.token(person));
}
