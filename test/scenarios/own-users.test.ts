/**
 * Processes with users of their own: a gate that was started as root ends up as a user who can neither read nor change what
 * the sender keeps, nor signal it. Needs root; the users are those that every Debian has.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { findOsUser, mayChooseUsers } from '../../src/core/index.ts';
import { childrenOf } from '../support/child-pids.ts';
import { startGate, startPreparedGate } from '../support/running-gate.ts';

const USERS = { gate: 'daemon', sender: 'games', outer: 'nobody' };
const missing = Object.values(USERS).filter((name) => findOsUser(name) === undefined);
const SKIP = !mayChooseUsers()
  ? 'not root, so users cannot be chosen'
  : missing.length > 0
    ? `there is no user ${missing.join(', ')}`
    : false;

interface Shown {
  readonly verdict: string;
}

/** Real, effective, saved and file-system user of a process. */
function usersOf(pid: number): readonly number[] {
  const line = /^Uid:\s+(.*)$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1];
  return (line ?? '').split(/\s+/).map(Number);
}

/** What somebody who has the gate's user can do. */
function attempt(user: { uid: number; gid: number }, script: string, ...args: string[]): string {
  const done = spawnSync(process.execPath, ['-e', script, ...args], {
    ...{ uid: user.uid, gid: user.gid, env: {}, cwd: '/', encoding: 'utf8' },
  });
  return done.status === 0 ? 'done' : (/code: '(\w+)'/.exec(done.stderr)?.[1] ?? done.stderr);
}

async function withConfig<T>(value: object, work: (file: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(path.join(tmpdir(), 'sallyport-users-'));
  const file = path.join(dir, 'sallyport.json');
  await writeFile(file, JSON.stringify(value));
  try {
    return await work(file);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

describe('users of the operating system', { skip: SKIP }, () => {
  it('keep from the gate what the sender has, and a lost sender ends the gate', async () => {
    await withConfig({ users: USERS }, async (config) => {
      const { gate, memberToken } = await startPreparedGate(['alpha'], '--config', config);
      try {
        assert.match(gate.banner, /runs as `daemon` and cannot read or change .* `games`, keeps/);
        const [daemon, games, nobody] = Object.values(USERS).map((name) => findOsUser(name));
        assert.ok(daemon !== undefined && games !== undefined && nobody !== undefined);
        const [sender = 0] = childrenOf(gate.pid, '/sender/main');
        const [outer = 0] = childrenOf(gate.pid, '/outer/main');
        assert.deepEqual(new Set(usersOf(gate.pid)), new Set([daemon.uid]));
        assert.deepEqual(new Set(usersOf(sender)), new Set([games.uid]));
        assert.deepEqual(new Set(usersOf(outer)), new Set([nobody.uid]));

        const kept = path.join(gate.dataDir, 'sender', 'sender.db');
        const read = "require('node:fs').readFileSync(process.argv[1])";
        const write = "require('node:fs').writeFileSync(process.argv[1], 'x')";
        const signal = 'process.kill(Number(process.argv[1]), 0)';
        assert.equal(attempt(daemon, read, kept), 'EACCES');
        assert.equal(attempt(daemon, write, kept), 'EACCES');
        assert.equal(attempt(daemon, signal, String(sender)), 'EPERM');
        assert.equal(attempt(games, read, kept), 'done');
        // Nor the other way round.
        const key = path.join(gate.dataDir, 'inner', 'ledger.key');
        assert.equal(attempt(games, read, key), 'EACCES');
        assert.equal(attempt(daemon, read, key), 'done');

        await writeFile(path.join(gate.workDir, 'rows.csv'), 'a,b\n1,2\n');
        const to = ['--project', 'study', '--to', 'alpha', '--why', 'w', '--token', memberToken];
        const shown = await gate.json<Shown>(0, 'export', 'rows.csv', ...to);
        assert.equal(shown.verdict, 'allow', JSON.stringify(shown));

        execFileSync('kill', ['-9', String(sender)]);
        assert.equal(await gate.exited, 1);
        const again = await gate.restart();
        try {
          const more = await again.json<Shown>(0, 'export', 'rows.csv', ...to);
          assert.equal(more.verdict, 'allow');
          assert.equal((await again.sallyport('ledger', 'verify')).status, 0);
        } finally {
          await again.stop();
        }
      } finally {
        await gate.close();
      }
    });
  });

  it('are told of when they are shared', async () => {
    await withConfig({ users: { sender: 'nobody-of-this-name' } }, async (config) => {
      const gate = await startGate('--config', config);
      try {
        assert.match(gate.banner, /Note: the sender runs as the same user as the gate/);
      } finally {
        await gate.close();
      }
    });
    await withConfig({ users: { sender: USERS.sender } }, async (config) => {
      const gate = await startGate('--config', config);
      try {
        assert.match(gate.banner, /the gate as root could still change what it keeps/);
        const [sender = 0] = childrenOf(gate.pid, '/sender/main');
        assert.deepEqual(new Set(usersOf(sender)), new Set([findOsUser(USERS.sender)?.uid]));
      } finally {
        await gate.close();
      }
    });
  });

  it('are refused where they would keep nothing from anybody', async () => {
    for (const users of [
      { ...USERS, gate: 'nobody-of-this-name' },
      { ...USERS, gate: USERS.sender },
      { ...USERS, sender: 'nobody-of-this-name' },
    ]) {
      await withConfig({ users }, async (config) => {
        await assert.rejects(startGate('--config', config), /cannot become the user/);
      });
    }
  });
});
