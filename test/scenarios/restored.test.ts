/** An old copy of the inner data is put back: nothing leaves, nothing is charged, and whoever asks hears why. */
import assert from 'node:assert/strict';
import { cp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import { startPreparedGate } from '../support/running-gate.ts';

interface Verdict {
  readonly reason: string;
}

describe('a gate whose inner data are older than the wire', () => {
  it('refuses every export, and refills no budget by it', async () => {
    const prepared = await startPreparedGate(['alpha']);
    let { gate } = prepared;
    try {
      const route = ['--project', prepared.project, '--to', 'alpha', '--why', 'measured', '--json'];
      const ask = (name: string) => gate.sallyport('export', name, ...route);
      await writeFile(path.join(gate.workDir, 'a.csv'), 'epoch,loss\n1,0.5\n2,0.3\n');
      const inner = path.join(gate.dataDir, 'inner');
      const copy = path.join(gate.workDir, 'copy');
      await gate.stop();
      await cp(inner, copy, { recursive: true });
      gate = await gate.restart();
      const sent = JSON.parse((await ask('a.csv')).stdout) as { id: string };
      for (let state = ''; state !== 'released';) {
        ({ state } = await gate.json<{ state: string }>(0, 'request', 'show', sent.id));
      }
      await gate.stop();
      await rm(inner, { recursive: true });
      await cp(copy, inner, { recursive: true });
      gate = await gate.restart();
      // The outer door says within a second what it has; what is queued before that is never sent.
      let asked = await ask('a.csv');
      for (let tries = 0; tries < 20 && asked.status === 0; tries++) asked = await ask('a.csv');
      assert.equal(asked.status, 3);
      const denied = JSON.parse(asked.stdout) as Verdict;
      const spent = async (): Promise<number | undefined> =>
        (await gate.json<{ budget: string; spentBits: number }[]>(0, 'budget')).find(
          (each) => each.budget === 'enclave',
        )?.spentBits;
      const before = await spent();
      assert.equal((await ask('a.csv')).status, 3);
      assert.equal(await spent(), before);
      assert.match(denied.reason, /the two doors do not agree/);
    } finally {
      await gate.close();
    }
  });
});
