/**
 * Settings that people sign, on PostgreSQL: proposed, signed, in force at once and after a kill, and held by the sender,
 * whatever somebody writes into the tables.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { startPostgres } from '../support/postgres.ts';
import { foundGate, startPreparedGate } from '../support/running-gate.ts';
import type { FoundedGate, RunningGate } from '../support/running-gate.ts';
import { weightShaped } from '../support/tables.ts';

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
}

const TO = ['--project', 'study', '--to', 'alpha', '--why', 'a test'] as const;
/** Room for one of the held exports here, which charge about 50,000 bits, and not for two in a lifetime. */
const NARROW = 'project:study=8 bits/day,burst=80000 bits';

const server = await startPostgres();
const skip = server === null ? 'no PostgreSQL server is installed' : false;

describe('settings that people sign, on PostgreSQL', { skip }, () => {
  let gate: RunningGate;
  let founded: FoundedGate;
  let waiting: Shown;
  let seed = 0;

  before(async () => {
    if (server === null) return;
    process.env['DATABASE_URL'] = server.url;
    ({ gate } = await startPreparedGate(['alpha']));
    founded = await foundGate(gate, ['ann', 'bob', 'cyd:staff']);
  });
  after(async () => {
    await gate.close();
    delete process.env['DATABASE_URL'];
    await server?.stop();
  });

  const again = async (signal?: NodeJS.Signals): Promise<void> => {
    await gate.stop(signal);
    gate = await gate.restart();
    founded = founded.on(gate);
  };
  const change = async (...forms: string[]): Promise<void> => {
    const asked = await founded.as<Shown>('ann', 4, 'change', ...forms, '--why', 'a test');
    const done = await founded.approve<Shown>('bob', asked.id);
    assert.equal(done.state, 'done', done.reason ?? '');
  };
  const hold = async (): Promise<Shown> => {
    seed += 1;
    const name = `weights-${String(seed)}.csv`;
    await writeFile(path.join(gate.workDir, name), weightShaped(seed));
    return founded.as<Shown>('ann', 4, 'export', name, ...TO);
  };
  const see = (id: string): Promise<Shown> => founded.as<Shown>('ann', 0, 'request', 'show', id);
  const rateOf = async (name: string): Promise<string | undefined> => {
    const budgets = await founded.as<{ budget: string; declared: { rate: string } }[]>(
      ...(['ann', 0, 'budget'] as const),
    );
    return budgets.find((each) => each.budget === name)?.declared.rate;
  };
  const untilSent = async (id: string): Promise<void> => {
    let now = await see(id);
    const began = performance.now();
    while (now.state === 'held' && performance.now() - began < 60_000) now = await see(id);
    assert.match(now.state, /queued|released/, now.reason ?? '');
  };
  const write = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: server?.url });
    await client.connect();
    await client.query(sql);
    await client.end();
  };

  it('a tighter budget is signed, holds what it cannot take, and is there after a kill', async () => {
    await change('--set-budget', NARROW);
    const [one, other] = [await hold(), await hold()];
    const sent = await founded.approve<Shown>('bob', one.id);
    assert.match(sent.state, /queued|released/, sent.reason ?? '');
    waiting = await founded.approve<Shown>('bob', other.id);
    assert.equal(waiting.state, 'held');
    assert.match(waiting.reason ?? '', /approved, but/);
    await again('SIGKILL');
    assert.equal(await rateOf('project:study'), '8 bits/day');
    assert.equal((await see(waiting.id)).state, 'held');
  });

  it('the sender holds it also where the tables say otherwise, and the next start puts them right', async () => {
    await write(
      `UPDATE budget_buckets SET rate_bits = 8000000000, burst_bits = 8000000000, tokens_bits = 8000000000,
         declared_rate = '1 GB/day', declared_burst = '1 GB' WHERE scope = 'project' AND id = 'study'`,
    );
    assert.equal(await rateOf('project:study'), '1 GB/day');
    const third = await hold();
    const tried = await founded.approve<Shown>('bob', third.id);
    assert.equal(tried.state, 'held', 'the sender let it pass');
    assert.match(tried.reason ?? '', /budget/);
    const said = await gate.sallyport('ledger', 'verify');
    assert.equal(said.status, 3, said.stdout);
    assert.match(said.stdout, /the budget project:study allows more than people signed/);
    await founded.as('ann', 0, 'request', 'withdraw', third.id);
    await again();
    assert.equal(await rateOf('project:study'), '8 bits/day');
    assert.equal((await see(waiting.id)).state, 'held');
  });

  it('a wider one is signed, and what waited leaves by a sender that was started before and after', async () => {
    await change('--set-budget', 'project:study=1 GB/day,burst=1 GB');
    await untilSent(waiting.id);
    await again('SIGKILL');
    assert.equal(await rateOf('project:study'), '1 GB/day');
    const { id } = await hold();
    await founded.approve<Shown>('bob', id);
    await untilSent(id);
  });

  it('models, destinations and caps are found again, and everything verifies', async () => {
    await change('--set-model', 'atlas=70e9,width=8192');
    await change('--add-destination', 'study/journal');
    await change('--set-caps', 'SL4,SL5');
    await again('SIGKILL');
    const models = await founded.as<{ model: string; hiddenWidth: number }[]>(
      ...(['ann', 0, 'model', 'list'] as const),
    );
    assert.deepEqual(
      models.map((each) => [each.model, each.hiddenWidth]),
      [['atlas', 8192]],
    );
    assert.equal(await rateOf('model:atlas'), '0.9%/year');
    const projects = await founded.as<{ id: string; destinations: { name: string }[] }[]>(
      ...(['ann', 0, 'project', 'list'] as const),
    );
    const study = projects.find((each) => each.id === 'study');
    assert.deepEqual(study?.destinations.map((each) => each.name).sort(), ['alpha', 'journal']);
    const verified = await gate.sallyport('ledger', 'verify');
    assert.equal(verified.status, 0, verified.stdout + verified.stderr);
  });
});
