/** A writing process is killed, or its system calls fail; what it acknowledged is there and the log verifies. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { verifyLedger } from '../../src/ledger/index.ts';
import { openTestLedger, seededRandom } from '../support/ledger.ts';
import { tempDir } from '../support/temp-dir.ts';

const writer = fileURLToPath(new URL('../support/ledger-writer.ts', import.meta.url));

/** Opens what the dead process left, and holds it to what it had acknowledged. */
async function check(dir: string, said: string): Promise<void> {
  const test = await openTestLedger(dir);
  const lines = said.split('\n').slice(0, -1);
  for (const line of lines) {
    const [index, n] = line.split(' ').map(Number);
    assert.equal((await test.ledger.show(index ?? -1))?.entry['n'], n, line);
  }
  assert.ok(test.ledger.size >= lines.length);
  await test.ledger.record({ kind: 'test.happened', by: 'a', n: -1 });
  await test.ledger.publish();
  const database = { store: test.store, logId: 'inner' };
  const report = await verifyLedger({ dir: test.dir, key: test.ledger.vkey, database });
  assert.deepEqual(report.problems, []);
  await test.close();
}

async function killAfter(dir: string, lines: number): Promise<string> {
  const child = spawn(process.execPath, [writer, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
    if (said.split('\n').length > lines) child.kill('SIGKILL');
  });
  await new Promise((resolve) => child.once('close', resolve));
  return said;
}

describe('a ledger whose process is killed', () => {
  it('has everything that it acknowledged, over and over', async (t) => {
    const dir = await tempDir(t);
    const random = seededRandom('kill');
    for (let round = 0; round < 4; round++) {
      const [high = 0, low = 0] = random.bytes(2);
      const said = await killAfter(dir, 1 + ((high * 256 + low) % 200));
      await check(dir, said);
    }
  });
});

const strace = spawnSync('strace', ['-f', 'true'], { stdio: 'ignore' }).status === 0;

describe('a ledger whose system calls fail', { skip: !strace && 'strace is not usable' }, () => {
  const points: readonly [string, readonly number[]][] = [
    ['fsync', [2, 9]],
    ['fdatasync', [5]],
    ['pwrite64', [3, 30]],
    ['write', [90]],
    ['rename', [4]],
    ['openat', [90]],
    ['mkdir', [2]],
  ];
  for (const [call, counts] of points) {
    it(call, async (t) => {
      const parent = await tempDir(t);
      for (const when of counts) {
        const dir = path.join(parent, String(when));
        const result = spawnSync(
          'strace',
          ['-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`]
            .concat(['-e', `inject=${call}:error=EIO:when=${String(when)}`])
            .concat([process.execPath, writer, dir, '6']),
          { encoding: 'utf8', timeout: 60_000 },
        );
        assert.ok(
          result.status === 0 || result.status === 1,
          `ended with ${String(result.status)}`,
        );
        await check(dir, result.stdout);
      }
    });
  }
});
