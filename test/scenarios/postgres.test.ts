/** The gate on PostgreSQL: exports at the same time, exact debits, a ledger that verifies, a restart that finds everything. */
import assert from 'node:assert/strict';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { foundGate, startPreparedGate } from '../support/running-gate.ts';
import { weightShaped } from '../support/tables.ts';
import type { FoundedGate, RunningGate } from '../support/running-gate.ts';
import { startWorker } from '../support/worker.ts';

interface Verdict {
  readonly id: string;
  readonly verdict: 'allow' | 'hold' | 'deny';
  readonly chargeBits: number;
  readonly reason: string;
}

const server = await startPostgres();
const skip = server === null ? 'no PostgreSQL server is installed' : false;

describe('a gate on PostgreSQL', { skip }, () => {
  let gate: RunningGate;
  let founded: FoundedGate;
  let postgres: TestPostgres;

  before(async () => {
    if (server === null) return;
    postgres = server;
    process.env['DATABASE_URL'] = postgres.url;
    ({ gate } = await startPreparedGate(['alpha']));
  });
  after(async () => {
    await gate.close();
    delete process.env['DATABASE_URL'];
    await postgres.stop();
  });

  const ask = async (name: string, content: string): Promise<Verdict> => {
    const query = new URLSearchParams({ project: 'study', to: 'alpha', why: 'a test', name });
    const answer = await fetch(`${gate.innerUrl}/v1/exports?${query.toString()}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gate.token}`, 'content-type': 'text/csv' },
      body: content,
    });
    assert.equal(answer.status, 201);
    return (await answer.json()) as Verdict;
  };
  const askMany = (prefix: string, count: number): Promise<Verdict[]> =>
    Promise.all(
      Array.from({ length: count }, (_, i) =>
        ask(`${prefix}${String(i)}.csv`, `epoch,loss\n1,0.${String(i + 11)}\n2,0.3\n`),
      ),
    );
  const spentOf = async (name: string): Promise<number> => {
    const budgets = await gate.json<{ budget: string; spentBits: number }[]>(0, 'budget');
    return budgets.find((budget) => budget.budget === name)?.spentBits ?? -1;
  };

  it('debits exports that come at the same time exactly', async () => {
    await gate.json(0, 'model', 'add', 'guarded', '--parameters', '70e9', '--hidden-width', '512');
    const verdicts = await askMany('a', 16);
    assert.deepEqual(new Set(verdicts.map((one) => one.verdict)), new Set(['allow']));
    const charged = verdicts.reduce((sum, one) => sum + one.chargeBits, 0);
    assert.ok(charged > 0);
    for (const name of ['enclave', 'automatic', 'model:guarded']) {
      assert.equal(await spentOf(name), charged, name);
    }
  });

  it('lets no two exports share what only one may spend', async () => {
    const [first] = await askMany('size', 1);
    // How many fit depends on the order, since each release is cheaper by the history before it; all ten never do.
    const burst = String((first?.chargeBits ?? 0) * 2);
    const set = ['budget', 'set', 'project:study', '--rate', '1 bits/day', '--burst'];
    await gate.json(0, ...set, `${burst} bits`);
    const verdicts = await askMany('b', 10);
    const allowed = verdicts.filter((one) => one.verdict === 'allow');
    assert.ok(allowed.length >= 1 && allowed.length < verdicts.length, String(allowed.length));
    for (const one of verdicts)
      if (one.verdict !== 'allow') assert.match(one.reason, /project:study/);
    const charged = allowed.reduce((sum, one) => sum + one.chargeBits, 0);
    assert.equal(await spentOf('project:study'), charged);
    assert.ok(charged <= Number(burst));
    await gate.json(0, 'budget', 'set', 'project:study', '--rate', '1 GB/day', '--burst', '1 GB');
  });

  it('holds, is released, verifies and finds everything again after kill -9', async () => {
    const held = await ask('page.html', '<p>Results: 0.25</p>\n');
    assert.equal(held.verdict, 'hold');
    await gate.stop('SIGKILL');
    gate = await gate.restart();
    founded = await foundGate(gate, ['eve', 'bob']);
    await writeFile(path.join(gate.workDir, 'table.csv'), weightShaped());
    const asked = await founded.as<Verdict>(
      'eve',
      4,
      ...['export', 'table.csv', '--project', 'study', '--to', 'alpha', '--why', 'a test'],
    );
    const released = await founded.approve<{ state: string }>('bob', asked.id);
    assert.equal(released.state, 'queued');
    const list = await gate.json<{ id: string }[]>(0, 'request', 'list');
    assert.ok(list.some((one) => one.id === held.id));
    const verified = await gate.sallyport('ledger', 'verify');
    assert.equal(verified.status, 0, verified.stdout + verified.stderr);
    assert.match(verified.stdout, /verified {2}inner log/);
  });

  interface Going {
    readonly imports: readonly {
      readonly state: string;
      readonly progress: { readonly doneBytes: number; readonly totalBytes: number } | null;
    }[];
  }
  /** Asks again and again, until some of the bytes are decoded; others are not. */
  const untilDecoding = async (): Promise<void> => {
    for (;;) {
      const [going] = (await gate.json<Going>(0, 'imports', 'list')).imports;
      if (going === undefined || going.state === 'receiving') continue;
      assert.equal(going.state, 'decoding', 'the worker was to be killed before it had done all');
      if ((going.progress?.doneBytes ?? 0) > 0) return;
    }
  };

  it('admits what workers on other machines have decoded, also when one of them is killed', async () => {
    const config = path.join(gate.dataDir, 'sallyport.json');
    const before = JSON.parse(await readFile(config, 'utf8')) as Record<string, unknown>;
    await writeFile(config, JSON.stringify({ ...before, imports: { workers: 0 } }));
    await gate.stop();
    gate = await gate.restart();
    const as = <T>(person: string, status: number, ...command: string[]): Promise<T> =>
      gate.json<T>(status, ...command, '--token', founded.token(person));
    await as(
      ...(['eve', 0, 'source', 'add', 'bench', '--project', 'study', '--person', 'eve'] as const),
      ...['--origin', 'our bench', '--licence', 'none', '--collection', 'measured'],
    );
    await mkdir(path.join(gate.workDir, 'set'));
    for (let i = 0; i < 12; i += 1) {
      const rows = Array.from({ length: 40_000 }, (_, row) => `${String(row)},${String(i)}`);
      const file = path.join(gate.workDir, 'set', `rows${String(i)}.csv`);
      await writeFile(file, `a,b\n${rows.join('\n')}\n`);
    }
    const sent = as<{ import: string; request: string; verdict: string }>(
      ...(['eve', 4, 'import', 'set', '--project', 'study', '--source', 'bench'] as const),
      ...['--why', 'to train on'],
    );
    // The gate has no worker of its own. The first is killed in the middle of a file; the second, whose clock is ahead,
    // finds its lease run out and takes the file again.
    const first = await startWorker(gate);
    await untilDecoding();
    assert.equal(await first.stop('SIGKILL'), -1);
    const second = await startWorker(gate, 120_000);
    const held = await sent;
    assert.equal(held.verdict, 'hold');
    const done = await as<{ state: string }>(
      ...(['bob', 0, 'approve', held.request, '--yes', '--key', 'bob.key'] as const),
    );
    assert.equal(done.state, 'done');
    await as('eve', 0, 'imports', 'fetch', held.import, '--out', 'admitted');
    assert.equal((await readdir(path.join(gate.workDir, 'admitted', 'set'))).length, 12);
    assert.equal(await second.stop(), 0);
    const verified = await gate.sallyport('ledger', 'verify');
    assert.equal(verified.status, 0, verified.stdout + verified.stderr);
  });
});
