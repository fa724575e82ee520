/**
 * The gate is killed with SIGKILL around recalls: each one happened whole or not at all, whoever watches hears of it after
 * the gate starts again, and the ledger holds its tables.
 */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, it } from 'node:test';
import { makePerson, signSums } from '../support/people.ts';
import { foundGate, startPreparedGate } from '../support/running-gate.ts';
import { until } from '../support/until.ts';

interface Node {
  readonly kind: string;
  readonly recall: string | null;
}

const KILLS_MS = [2, 10, 25, 60];
const RUNS = 20;
const digestOf = (source: number, run: number): string =>
  String(source * 1_000 + run).padStart(64, '0');

it('a recall survives kills, whole', async () => {
  const prepared = await startPreparedGate(['alpha']);
  let { gate } = prepared;
  after(() => gate.close());
  const founded = await foundGate(gate, ['ann', 'bob', 'cyd:staff']);
  const change = { op: 'role.give', project: 'study', principal: 'cyd', role: 'member' };
  const asked = await founded.as<{ id: string }>(
    ...(['ann', 4, 'change', JSON.stringify(change), '--why', 'works here'] as const),
  );
  await founded.approve('bob', asked.id);
  const token = (person: string): string[] => ['--token', founded.token(person)];
  const post = (person: string, url: string, body: unknown): Promise<Response> =>
    fetch(gate.innerUrl + url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${founded.token(person)}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    });
  const sources = KILLS_MS.map((_, i) => `lab-${String(i)}`);
  const waiting: string[] = [];
  for (const [i, name] of sources.entries()) {
    const sender = makePerson(name);
    await writeFile(path.join(gate.workDir, 'sender.pub'), sender.publicText);
    await founded.as(
      ...(['cyd', 0, 'source', 'add', name, '--project', 'study'] as const),
      ...['--ssh-key', 'sender.pub', '--origin', name, '--licence', 'none'],
      ...['--collection', 'measured'],
    );
    await mkdir(path.join(gate.workDir, name));
    const rows = `a\n${String(i)}\n`;
    await writeFile(path.join(gate.workDir, name, 'rows.csv'), rows);
    const set = await founded.as<{ import: string; request: string }>(
      ...(['cyd', 4, 'import', name, '--project', 'study', '--source', name] as const),
      ...['--why', 'x', ...(await signSums(sender, gate.workDir, { [`${name}/rows.csv`]: rows }))],
    );
    await founded.approve('bob', set.request);
    await mkdir(path.join(gate.workDir, `${name}-more`));
    await writeFile(path.join(gate.workDir, `${name}-more`, 'rows.csv'), rows);
    const more = await founded.as<{ import: string }>(
      ...(['cyd', 4, 'import', `${name}-more`, '--project', 'study', '--source', name] as const),
      ...['--why', 'x'],
      ...(await signSums(sender, gate.workDir, { [`${name}-more/rows.csv`]: rows })),
    );
    waiting.push(more.import);
    for (let run = 0; run < RUNS; run++) {
      const result = { kind: 'monitor', name: `watch ${String(run)}`, sha256: digestOf(i, run) };
      const body = { name: 'train', sets: [set.import], results: [result] };
      const answer = await post('cyd', '/v1/lineage/runs', { project: 'study', run: body });
      assert.equal(answer.status, 201, await answer.text());
    }
  }
  let before = 0;
  for (const [i, name] of sources.entries()) {
    const recall = { kind: 'source', id: name, project: 'study', reason: 'stolen' };
    const running = post('bob', '/v1/recalls', recall).then(
      () => undefined,
      () => undefined,
    );
    await new Promise((resolve) => setTimeout(resolve, KILLS_MS[i]));
    await gate.stop('SIGKILL');
    await running;
    gate = await gate.restart();
    const { nodes } = await gate.json<{ nodes: readonly Node[] }>(
      ...([0, 'lineage', 'show', name, ...token('cyd')] as const),
    );
    assert.equal(nodes.length, 2 + 2 * RUNS);
    const states = new Set(nodes.map((node) => node.recall));
    assert.equal(states.size, 1, 'all of it is quarantined, or nothing');
    if (!states.has(null)) {
      before += 1;
      continue;
    }
    const made = await post('bob', '/v1/recalls', recall);
    assert.equal(made.status, 201);
    assert.equal(((await made.json()) as { reached: number }).reached, nodes.length);
  }
  // After a last restart every alarm still stands, also those that a process before it told.
  await gate.stop('SIGKILL');
  gate = await gate.restart();
  const home = await until(
    async () => {
      const headers = { authorization: `Bearer ${founded.token('cyd')}` };
      const answer = await fetch(`${gate.innerUrl}/v1/home`, { headers });
      return (await answer.json()) as { alarms: readonly { readonly sentence: string }[] };
    },
    ({ alarms }) => alarms.length === sources.length,
  );
  for (const { sentence } of home.alarms) assert.match(sentence, /^recall of the source src_/);
  // What waited to be admitted is refused, whichever step of that the kill fell into.
  for (const id of waiting)
    await until(
      () => gate.json<{ state: string }>(0, 'imports', 'show', id, ...token('cyd')),
      ({ state }) => state === 'closed',
    );
  const requests = await gate.json<readonly { readonly state: string }[]>(
    ...([0, 'request', 'list', '--state', 'held', ...token('cyd')] as const),
  );
  assert.deepEqual(requests, []);
  const { recalls } = await gate.json<{ recalls: readonly unknown[] }>(
    ...([0, 'recall', 'list', ...token('cyd')] as const),
  );
  assert.equal(recalls.length, sources.length);
  const checked = await gate.sallyport('ledger', 'verify');
  assert.equal(checked.status, 0, checked.stdout + checked.stderr);
  process.stdout.write(
    `# ${String(before)} of ${String(sources.length)} were durable at the kill\n`,
  );
});
