/**
 * The gate is killed with SIGKILL again and again while a set is sent, decoded, asked for and admitted: the same command
 * goes on, nothing is lost, and nothing is admitted that people did not approve.
 */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { it } from 'node:test';
import type { Kysely } from 'kysely';
import { openStore } from '../../src/store/index.ts';
import { foundGate, startPreparedGate } from '../support/running-gate.ts';

interface Answer {
  readonly import: string;
  readonly request: string;
}

interface Listed {
  readonly imports: readonly {
    readonly id: string;
    readonly state: string;
    readonly counts: { readonly files: number; readonly clean: number };
  }[];
}

const FILES = 24;
const KILLS_MS = [300, 900, 1_500, 2_600];

it('an import survives kills at any step and admits nothing unapproved', async () => {
  const prepared = await startPreparedGate(['alpha']);
  let { gate } = prepared;
  const founded = await foundGate(gate, ['ann', 'bob', 'cyd:staff']);
  const change = { op: 'role.give', project: 'study', principal: 'cyd', role: 'member' };
  const asked = await founded.as<{ id: string }>(
    ...(['ann', 4, 'change', JSON.stringify(change), '--why', 'works here'] as const),
  );
  await founded.approve('bob', asked.id);
  await founded.as(
    ...(['cyd', 0, 'source', 'add', 'own', '--project', 'study', '--person', 'cyd'] as const),
    ...['--origin', 'our bench', '--licence', 'none', '--collection', 'measured'],
  );
  const dir = path.join(gate.workDir, 'set');
  await mkdir(dir);
  for (let i = 0; i < FILES; i++) {
    const rows = Array.from({ length: 20_000 }, (_, row) => `${String(row)},${String(i * row)}`);
    await writeFile(
      path.join(dir, `${String(i).padStart(3, '0')}.csv`),
      `a,b\n${rows.join('\n')}\n`,
    );
  }
  const as = [...['--token', founded.token('cyd')]];
  const command = ['import', 'set', '--project', 'study', '--source', 'own', '--why', 'x', ...as];
  let kills = 0;
  for (const wait of KILLS_MS) {
    const running = gate.sallyport(...command);
    await new Promise((resolve) => setTimeout(resolve, wait));
    await gate.stop('SIGKILL');
    await running;
    gate = await gate.restart();
    kills += 1;
    const { imports } = await gate.json<Listed>(0, 'imports', 'list', ...as);
    assert.ok(imports.length <= 1, 'the same command is the same import');
    assert.ok(imports.every((each) => each.state !== 'admitted'));
  }
  const held = await gate.json<Answer>(4, ...command);
  const before = await gate.json<Listed>(0, 'imports', 'list', ...as);
  assert.deepEqual(
    before.imports.map(({ state, counts }) => [state, counts.files, counts.clean]),
    [['asked', FILES, FILES]],
  );
  // The last approval and a kill at the same moment: afterwards it is admitted by that approval, or still held.
  const approving = gate.sallyport(
    ...['approve', held.request, '--yes', '--key', 'bob.key', '--token', founded.token('bob')],
  );
  await new Promise((resolve) => setTimeout(resolve, 700));
  await gate.stop('SIGKILL');
  await approving;
  gate = await gate.restart();
  const shown = await gate.json<{ state: string }>(0, 'imports', 'show', held.import, ...as);
  assert.ok(['asked', 'admitted'].includes(shown.state), shown.state);
  if (shown.state === 'asked') {
    await gate.sallyport(
      ...['approve', held.request, '--yes', '--key', 'bob.key', '--token', founded.token('bob')],
    );
  }
  const over = await gate.json<{ state: string }>(0, 'imports', 'show', held.import, ...as);
  assert.equal(over.state, 'admitted');
  const checked = await gate.sallyport('ledger', 'verify');
  assert.equal(checked.status, 0, checked.stdout + checked.stderr);
  assert.equal(kills, KILLS_MS.length);
  // Somebody who writes rows alone admits nothing: the ledger does not say so.
  await gate.stop();
  const store = await openStore(path.join(gate.dataDir, 'inner', 'gate.db'));
  await store.write((tx: Kysely<{ import_files: { verdict: string } }>) =>
    tx.updateTable('import_files').set({ verdict: 'inconclusive' }).execute(),
  );
  await store.close();
  gate = await gate.restart();
  const found = await gate.sallyport('ledger', 'verify');
  assert.notEqual(found.status, 0);
  assert.match(found.stdout + found.stderr, /the verdict on .* is not the one in the ledger/);
  await gate.close();
});
