/** Outbox folders of a running gate: whole folders, what cannot leave, and a crash before something was moved. */
import assert from 'node:assert/strict';
import { mkdir, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startPreparedGate } from '../support/running-gate.ts';
import type { RunningGate } from '../support/running-gate.ts';

interface Result {
  readonly id: string;
  readonly verdict: string;
  readonly chargeBits: number;
  readonly reason: string;
}

interface Shown {
  readonly id: string;
  readonly files: number;
  readonly state: string;
}

describe('an outbox folder', () => {
  let gate: RunningGate;
  let dir: string;

  before(async () => {
    ({ gate } = await startPreparedGate(['alpha']));
    dir = path.join(gate.dataDir, 'outbox', 'study', 'alpha');
  });
  after(() => gate.close());

  const waitFor = async <T>(what: string, look: () => Promise<T | undefined>): Promise<T> => {
    const giveUpAt = performance.now() + 60_000;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      assert.ok(performance.now() < giveUpAt, what);
    }
  };
  const result = (folder: string, name: string): Promise<Result> =>
    waitFor(`${name} is in ${folder}`, async () => {
      const names: string[] = await readdir(path.join(dir, folder)).catch(() => []);
      if (!names.includes(name)) return undefined;
      const file = path.join(dir, folder, `${name}.sallyport-result.json`);
      return JSON.parse(await readFile(file, 'utf8')) as Result;
    });
  const requests = async (): Promise<Shown[]> => {
    const headers = { authorization: `Bearer ${gate.token}` };
    const answer = await fetch(`${gate.innerUrl}/v1/requests`, { headers });
    return ((await answer.json()) as { requests: Shown[] }).requests;
  };
  const drop = async (name: string, files: Readonly<Record<string, string>>): Promise<void> => {
    // As a careful program does it: made elsewhere, then renamed into place.
    const made = path.join(gate.workDir, name);
    for (const [file, content] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(made, file)), { recursive: true });
      await writeFile(path.join(made, file), content);
    }
    await rename(made, path.join(dir, name));
  };

  it('sends a folder as one release', async () => {
    await drop('run7', { 'loss.csv': 'epoch,loss\n1,0.5\n', 'deep/note.txt': 'All went well.\n' });
    const sent = await result('sent', 'run7');
    assert.equal(sent.verdict, 'allow');
    const shown = (await requests()).find((one) => one.id === sent.id);
    assert.equal(shown?.files, 2);
    assert.deepEqual((await readdir(dir)).sort(), ['sent']);
  });

  it('refuses a folder of which one file is refused, says why, and sends it when it is put right', async () => {
    await drop('run8', {
      'loss.csv': 'epoch,loss\n1,0.5\n',
      'model.bin': 'PK\u0003\u0004nonsense',
    });
    const denied = await result('refused', 'run8');
    assert.equal(denied.verdict, 'deny');
    assert.match(denied.reason, /model\.bin/);
    await rm(path.join(dir, 'refused', 'run8', 'model.bin'));
    await rename(path.join(dir, 'refused', 'run8'), path.join(dir, 'run8'));
    assert.equal((await result('sent', 'run8')).verdict, 'allow');
  });

  it('charges nothing twice when the gate dies between asking and moving', async () => {
    await rm(path.join(dir, 'sent'), { recursive: true });
    // Nothing can be moved through a link that leads nowhere.
    await symlink('/nowhere/at/all', path.join(dir, 'sent'));
    const known = new Set((await requests()).map((one) => one.id));
    await writeFile(path.join(dir, 'once.csv'), 'a,b\n1,2\n');
    const asked = await waitFor('the export was asked', async () =>
      (await requests()).find((one) => !known.has(one.id) && one.state !== 'quoting'),
    );
    await gate.stop('SIGKILL');
    assert.ok((await readdir(dir)).includes('once.csv'));
    await rm(path.join(dir, 'sent'));
    gate = await gate.restart();
    assert.equal((await result('sent', 'once.csv')).id, asked.id);
    const since = (await requests()).filter((one) => !known.has(one.id));
    assert.deepEqual(
      since.map((one) => one.id),
      [asked.id],
    );
  });

  it('keeps what was sent before under the same name', async () => {
    await writeFile(path.join(dir, 'once.csv'), 'a,b\n1,2\n');
    const names = await waitFor('both are kept', async () => {
      const found = (await readdir(path.join(dir, 'sent'))).filter((name) =>
        name.endsWith('once.csv'),
      );
      return found.length === 2 ? found : undefined;
    });
    assert.equal(names.filter((name) => /^req_\w+-once\.csv$/.test(name)).length, 1);
  });
});
