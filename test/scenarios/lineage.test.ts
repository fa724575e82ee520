/** From an admitted set to a monitor, and back by a recall; with the real program. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { makePerson, signSums } from '../support/people.ts';
import { foundGate, startPreparedGate } from '../support/running-gate.ts';
import type { FoundedGate, RunningGate } from '../support/running-gate.ts';
import { until } from '../support/until.ts';

interface Admitted {
  readonly import: string;
  readonly request: string;
}

interface Node {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly recall: string | null;
}

const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('lineage and recalls', () => {
  let gate: RunningGate;
  let founded: FoundedGate;
  const sets: string[] = [];
  const cyd = <T>(status: number, ...args: string[]): Promise<T> =>
    founded.as<T>('cyd', status, ...args);
  const file = (name: string): Promise<Uint8Array> => readFile(path.join(gate.workDir, name));
  const south = makePerson('south');
  const addSource = (name: string, identity: readonly string[]): Promise<unknown> =>
    cyd(
      ...([0, 'source', 'add', name, '--project', 'study', ...identity] as const),
      ...['--origin', name, '--licence', 'none', '--collection', 'measured'],
    );
  const sumsOf = (name: string, text: string) => ({ [`${name}/rows.jsonl`]: text });
  const send = async (name: string, text: string, proof: readonly string[]): Promise<Admitted> => {
    await mkdir(path.join(gate.workDir, name));
    await writeFile(path.join(gate.workDir, name, 'rows.jsonl'), text);
    return cyd<Admitted>(
      ...([4, 'import', name, '--project', 'study', '--source', name, '--why', 'x'] as const),
      ...proof,
    );
  };
  const call = async <T>(method: string, url: string, body?: unknown): Promise<T> => {
    const headers = {
      authorization: `Bearer ${founded.token('cyd')}`,
      'content-type': 'application/json',
    };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(gate.innerUrl + url, { method, headers, ...sent });
    assert.ok(answer.ok, await answer.clone().text());
    return (await answer.json()) as T;
  };
  const scoreHalf = () =>
    gate.sallyport(
      ...['monitor', 'score', 'half.monitor', 'north/rows.jsonl', '--standing', ...gateOf()],
    );
  const gateOf = (): string[] => ['--token', founded.token('cyd')];

  before(async () => {
    ({ gate } = await startPreparedGate(['alpha']));
    await writeFile(path.join(gate.workDir, 'south.pub'), `${south.publicText}\n`);
    await gate.json(0, 'model', 'add', 'guard', '--parameters', '1e9');
    await gate.json(0, 'project', 'add-model', 'study', 'guard');
    founded = await foundGate(gate, ['ann', 'bob', 'cyd:staff']);
    const change = { op: 'role.give', project: 'study', principal: 'cyd', role: 'member' };
    const asked = await founded.as<{ id: string }>(
      ...(['ann', 4, 'change', JSON.stringify(change), '--why', 'works here'] as const),
    );
    await founded.approve('bob', asked.id);
    const rows = (source: string, from: number): string =>
      Array.from({ length: 40 }, (_, i) => {
        const bad = i % 2 === 0;
        const text = bad ? `win a prize now ${String(from + i)}` : `see you at ${String(from + i)}`;
        return JSON.stringify({ text, label: bad ? 'suspicious' : 'clean', source });
      }).join('\n');
    for (const [index, name] of ['north', 'south'].entries()) {
      await addSource(name, index === 0 ? ['--person', 'cyd'] : ['--ssh-key', 'south.pub']);
      const text = `${rows(name, index * 100)}\n`;
      const proof = index === 0 ? [] : await signSums(south, gate.workDir, sumsOf(name, text));
      const held = await send(name, text, proof);
      await founded.approve('bob', held.request);
      await cyd(0, 'imports', 'fetch', held.import, '--out', `in/${name}`);
      await cyd(0, 'imports', 'statement', held.import, '--out', `${name}.json`);
      sets.push(held.import);
    }
  });
  after(() => gate.close());

  it('trains a monitor on admitted sets only', async () => {
    const files = ['in/north/north/rows.jsonl', 'in/south/south/rows.jsonl'];
    const train = (...admission: string[]) =>
      gate.sallyport(
        ...['monitor', 'train', ...files, '--out', 'watch.monitor', ...gateOf(), '--fpr', '0.2'],
        ...['--admission', ...admission, '--json'],
      );
    const swapped = await train('south.json', 'north.json');
    assert.equal(swapped.status, 2);
    // One sentence, and not one error inside another.
    assert.match(swapped.stderr, /^sallyport: .* does not hold: it admits other files; /);
    assert.equal(swapped.stderr.split('does not hold').length, 2);
    const forged = (await readFile(path.join(gate.workDir, 'north.json'), 'utf8')).replace(
      /"payload":"(.)/,
      (_, first: string) => `"payload":"${first === 'e' ? 'f' : 'e'}`,
    );
    await writeFile(path.join(gate.workDir, 'forged.json'), forged);
    const false_ = await train('forged.json', 'south.json');
    assert.match(
      false_.stderr,
      /^sallyport: cannot take .*: it is not signed by the admission key/,
    );
    const trained = await train('north.json', 'south.json');
    assert.equal(trained.status, 0, trained.stderr);
    const made = JSON.parse(trained.stdout) as {
      sources: unknown;
      lineage: { sets: { source: unknown }[] };
    };
    // Who signed counts, whatever sources and rows are called.
    const signers = ['person:cyd', `ssh:${south.key.id}`];
    assert.deepEqual(
      made.sources,
      signers.map((source) => ({ source, documents: 40, partition: source })),
    );
    assert.deepEqual(
      made.lineage.sets.map(({ source }) => source),
      signers.map((identity, i) => ({ name: ['north', 'south'][i], identity })),
    );
    const other = await gate.sallyport(
      ...['monitor', 'train', ...files, '--out', 'half.monitor', ...gateOf(), '--fpr', '0.3'],
      ...['--admission', 'north.json', 'south.json'],
    );
    assert.equal(other.status, 0, other.stderr);
    const loose = await gate.sallyport(
      ...['monitor', 'train', ...files, '--out', 'loose.monitor', '--fpr', '0.2', '--unadmitted'],
    );
    assert.equal(loose.status, 0, loose.stderr);
  });

  it('records runs, shows what is affected and writes inventories', async () => {
    const [north = '', south = ''] = sets;
    await writeFile(path.join(gate.workDir, 'base.bin'), 'base');
    await writeFile(path.join(gate.workDir, 'tuned.bin'), 'tuned');
    const never = await gate.sallyport(
      ...['lineage', 'record-run', '--project', 'study', '--name', 'x', '--set', 'imp_none'],
      ...['--model', 'x=base.bin', ...gateOf()],
    );
    assert.match(never.stderr, /was never admitted/);
    const record = (...rest: string[]) =>
      gate.sallyport(
        ...['lineage', 'record-run', '--project', 'study', '--name', 'watch', ...rest, ...gateOf()],
      );
    // Its own header names both sets, whatever somebody types.
    for (const typed of [[north], [north, south, 'imp_none']]) {
      const wrong = await record(
        ...typed.flatMap((set) => ['--set', set]),
        ...['--monitor', 'watch=watch.monitor'],
      );
      assert.match(wrong.stderr, /`watch` names other sets in its header than --set: imp_/);
    }
    const byDigest = await record('--monitor', `watch=${sha(await file('watch.monitor'))}`);
    assert.match(byDigest.stderr, /a monitor is given as its file/);
    const loose = await record('--monitor', 'loose=loose.monitor');
    assert.match(loose.stderr, /it was used without an admission/);
    await cyd(
      ...([0, 'lineage', 'record-run', '--project', 'study', '--name', 'watch'] as const),
      ...['--set', north, '--set', south, '--monitor', 'watch=watch.monitor'],
      ...['--param', 'reviewed=yes'],
    );
    const standing = await call<{ sets: string[] }>(
      ...(['GET', `/v1/lineage/standing/${sha(await file('watch.monitor'))}`] as const),
    );
    assert.deepEqual([...standing.sets].sort(), [north, south].sort());
    await cyd(0, 'lineage', 'bom', sha(await file('watch.monitor')), '--out', 'watch.json');
    const inventory = JSON.parse(await readFile(path.join(gate.workDir, 'watch.json'), 'utf8')) as {
      metadata: { component: { properties: { name: string; value: string }[] } };
    };
    const said = new Map(
      inventory.metadata.component.properties.map(({ name, value }) => [
        name.replace(/^sallyport:run:[^:]*:/, ''),
        value,
      ]),
    );
    assert.equal(said.get('parameter:reviewed'), 'yes');
    assert.equal(said.get('parameter:watch.falsePositiveRateMax'), '0.2');
    assert.equal(said.get('parameter:watch.quorumShare'), '0.5');
    assert.equal(said.get('parameter:watch.holdBack'), '0.2');
    assert.match(said.get('parameter:watch.code') ?? '', /^sallyport /);
    await cyd(
      ...([0, 'lineage', 'record-run', '--project', 'study', '--name', 'tune'] as const),
      ...['--base', 'guard=base.bin', '--set', sha(await file('in/south/south/rows.jsonl'))],
      ...['--param', 'epochs=3', '--model', 'guard=tuned.bin'],
    );
    const cycle = await gate.sallyport(
      ...['lineage', 'record-run', '--project', 'study', '--name', 'back', '--set', north],
      ...['--base', 'guard=tuned.bin', '--model', 'guard=base.bin', ...gateOf()],
    );
    assert.match(cycle.stderr, /would come from itself/);
    const affected = await cyd<{ counts: Record<string, number> }>(
      ...([0, 'lineage', 'affected-by', north] as const),
    );
    assert.deepEqual(affected.counts, { source: 0, set: 1, run: 1, model: 0, monitor: 1 });
    await cyd(0, 'lineage', 'bom', sha(await file('tuned.bin')), '--out', 'bom.json');
    const bom = JSON.parse(await readFile(path.join(gate.workDir, 'bom.json'), 'utf8')) as {
      specVersion: string;
      components: { type: string; name: string }[];
      dependencies: { ref: string; dependsOn: string[] }[];
    };
    assert.equal(bom.specVersion, '1.6');
    assert.deepEqual(bom.components.map((each) => each.type).sort(), [
      'data',
      'machine-learning-model',
    ]);
    const own = bom.dependencies.find((each) => each.dependsOn.length > 0);
    assert.deepEqual(
      own?.dependsOn,
      [`model:${sha(await file('base.bin'))}@study`, `set:${south}`].sort(),
    );
    await cyd(0, 'imports', 'croissant', north, '--out', 'croissant.json');
    await writeFile(path.join(gate.workDir, 'copy.pub'), makePerson('copy').publicText);
    const card = await cyd<{ form: { origin: string } }>(
      ...([0, 'source', 'add', 'copy', '--project', 'study', '--ssh-key', 'copy.pub'] as const),
      ...['--card', 'croissant.json', '--collection', 'copied'],
    );
    assert.match(card.form.origin, /north/);
  });

  it('judges nothing with a monitor that was recorded without a set of its header', async () => {
    const half = sha(await file('half.monitor'));
    const [north = '', south = ''] = sets;
    const results = [{ kind: 'monitor', name: 'half', sha256: half }];
    const run = { name: 'half', sets: [north], results };
    await call('POST', '/v1/lineage/runs', { project: 'study', run });
    const refused = await scoreHalf();
    assert.equal(refused.status, 2);
    assert.ok(refused.stderr.includes(`than it is recorded with: ${south}`), refused.stderr);
  });

  it('recalls a source: sets, monitor and model stop, and the plan says what to do again', async () => {
    const monitor = sha(await file('watch.monitor'));
    const score = () =>
      gate.sallyport(
        ...['monitor', 'score', 'watch.monitor', 'north/rows.jsonl', '--standing', ...gateOf()],
      );
    assert.equal((await score()).status, 3);
    const made = await founded.as<{
      id: string;
      reached: number;
      sets: number;
      monitors: Node[];
      models: Node[];
      stopped: string[];
    }>(
      ...(['bob', 0, 'recall', 'make', 'source', 'south', '--project', 'study'] as const),
      ...['--reason', 'its key was stolen'],
    );
    assert.deepEqual(
      [made.sets, made.monitors.map((each) => each.id), made.models.length, made.stopped],
      [1, [`monitor:${monitor}@study`], 1, ['guard']],
    );
    const refused = await score();
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /is quarantined by the recall/);
    // No walk reaches the one that was recorded without that set; its own header tells.
    assert.match((await scoreHalf()).stderr, /does not stand on the set .* is recalled/);
    const models = await founded.as<{ model: string; state: string }[]>(
      ...(['ann', 0, 'model', 'list'] as const),
    );
    assert.equal(models.find((each) => each.model === 'guard')?.state, 'quarantined');
    const again = await gate.sallyport(
      ...['monitor', 'train', 'in/south/south/rows.jsonl', '--out', 'again.monitor', ...gateOf()],
      ...['--admission', 'south.json'],
    );
    assert.match(again.stderr, /its import is recalled/);
    const plan = await cyd<{ steps: { name: string; action: string; setsLeft: string[] }[] }>(
      ...([0, 'recall', 'plan', made.id] as const),
    );
    assert.deepEqual(
      plan.steps.map(({ name, action, setsLeft }) => [name, action, setsLeft]),
      [
        ['watch', 'retrain', [`set:${sets[0] ?? ''}`]],
        ['tune', 'drop', []],
      ],
    );
    const late = await cyd<Node>(
      ...([0, 'lineage', 'record-run', '--project', 'study', '--name', 'late'] as const),
      ...['--set', sets[1] ?? '', '--model', 'late=in/north/north/rows.jsonl'],
    );
    assert.equal(late.recall, made.id);
    const twice = await gate.sallyport(
      ...['recall', 'make', 'set', sets[1] ?? '', '--project', 'study', '--reason', 'r'],
      ...['--token', founded.token('bob')],
    );
    assert.match(twice.stderr, /was recalled already/);
    const more = await gate.sallyport(
      ...['import', 'north', '--project', 'study', '--source', 'south', '--why', 'y', ...gateOf()],
    );
    assert.match(more.stderr, /it was recalled/);
    const checked = await gate.sallyport('ledger', 'verify');
    assert.equal(checked.status, 0, checked.stdout + checked.stderr);
  });

  it('recalls a key: it is no source again, and what it signed and waits is refused', async () => {
    const west = makePerson('west');
    await writeFile(path.join(gate.workDir, 'west.pub'), `${west.publicText}\n`);
    await addSource('west', ['--ssh-key', 'west.pub']);
    const text = '{"a":1}\n';
    const proof = await signSums(west, gate.workDir, sumsOf('west', text));
    const held = await send('west', text, proof);
    const other = await gate.sallyport(
      ...['import', 'west', '--project', 'study', '--source', 'west', '--why', 'y', ...proof],
      ...gateOf(),
    );
    assert.equal(other.status, 2);
    assert.match(other.stderr, /for another reason, it was opened with `x`/);
    const again = (name: string) =>
      gate.sallyport(
        ...['source', 'add', name, '--project', 'study', '--ssh-key', 'west.pub', ...gateOf()],
        ...['--origin', 'o', '--licence', 'l', '--collection', 'c'],
      );
    assert.match((await again('east')).stderr, /is a source of this gate already/);
    const made = await founded.as<{ id: string; imports: { id: string }[] }>(
      ...(['bob', 0, 'recall', 'make', 'key', 'west.pub', '--project', 'study'] as const),
      ...['--why', 'stolen'],
    );
    assert.deepEqual(
      made.imports.map(({ id }) => id),
      [held.import],
    );
    assert.match((await again('east')).stderr, /or was one until its recall/);
    await until(
      () => cyd<{ state: string }>(0, 'imports', 'show', held.import),
      ({ state }) => state === 'closed',
    );
    const request = await cyd<{ state: string; reason: string }>(
      ...([0, 'request', 'show', held.request] as const),
    );
    const reason = `the key ${west.key.id} was recalled by ${made.id}`;
    assert.deepEqual([request.state, request.reason], ['denied', reason]);
    const plan = await cyd<{ recall: { id: string; imports: { id: string; state: string }[] } }>(
      ...([0, 'recall', 'plan', west.key.id] as const),
    );
    assert.deepEqual(
      [plan.recall.id, plan.recall.imports.map(({ id, state }) => [id, state])],
      [made.id, [[held.import, 'closed']]],
    );
    const checked = await gate.sallyport('ledger', 'verify');
    assert.equal(checked.status, 0, checked.stdout + checked.stderr);
  });
});
