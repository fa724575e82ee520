/** Debian's PostgreSQL server in a throw-away folder, on a unix socket only, for the store's contract suite. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A running server and how to stop it. */
export interface TestPostgres {
  readonly url: string;
  stop(): Promise<void>;
}

const ROOT = '/usr/lib/postgresql';

async function findBinaries(): Promise<string | null> {
  if (!existsSync(ROOT)) return null;
  const versions = (await readdir(ROOT)).sort((a, b) => Number(b) - Number(a));
  for (const version of versions) {
    const bin = path.join(ROOT, version, 'bin');
    if (existsSync(path.join(bin, 'postgres')) && existsSync(path.join(bin, 'initdb'))) return bin;
  }
  return null;
}

function idOf(user: string, flag: '-u' | '-g'): number | null {
  try {
    return Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: 'pipe' }));
  } catch {
    return null;
  }
}

/** Starts a server; null if none is installed. The server refuses root, so root starts it as another user. */
export async function startPostgres(): Promise<TestPostgres | null> {
  const bin = await findBinaries();
  if (bin === null) return null;
  const dir = await mkdtemp(path.join(tmpdir(), 'sallyport-pg-'));
  const who: { uid?: number; gid?: number } = {};
  if (process.getuid?.() === 0) {
    const user = ['postgres', 'nobody'].find((name) => idOf(name, '-u') !== null);
    if (user === undefined) return null;
    who.uid = idOf(user, '-u') ?? 0;
    who.gid = idOf(user, '-g') ?? 0;
    await chown(dir, who.uid, who.gid);
  }
  await chmod(dir, 0o755);
  const data = path.join(dir, 'data');
  execFileSync(
    path.join(bin, 'initdb'),
    ['-D', data, '-U', 'sallyport', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'],
    { ...who, cwd: dir, stdio: 'pipe' },
  );
  const server = spawn(
    path.join(bin, 'postgres'),
    ['-D', data, '-k', dir, '-c', 'listen_addresses=', '-c', 'unix_socket_permissions=0777'],
    { ...who, cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  await new Promise<void>((resolve, reject) => {
    let seen = '';
    server.stderr.on('data', (chunk: Buffer) => {
      seen += chunk.toString('utf8');
      if (seen.includes('ready to accept connections')) resolve();
    });
    server.once('exit', () => {
      reject(new Error(`postgres did not start: ${seen}`));
    });
  });
  return {
    url: `postgres://sallyport@/postgres?host=${encodeURIComponent(dir)}`,
    stop: async () => {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGINT');
      await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
}
