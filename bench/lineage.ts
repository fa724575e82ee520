/** A recall that reaches a hundred thousand nodes: walked, quarantined and recorded in one durable transaction. */
import { tmpdir } from 'node:os';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Kysely } from 'kysely';
import { systemClock, systemRandom } from '../src/core/index.ts';
import { Recalls, countReached, openSources } from '../src/ingress/index.ts';
import { findOwnModels } from '../src/app/recalled-models.ts';
import { openKeyFile, openLedger } from '../src/ledger/index.ts';
import { quarantineModels } from '../src/models/index.ts';
import { openStore } from '../src/store/index.ts';
import { makeLineage, noPeopleKeys } from '../test/support/lineage.ts';
import { startPostgres } from '../test/support/postgres.ts';
import type { BenchTable } from './table.ts';

const NODES = 100_000;
const ROUNDS = 3;

async function measure(
  database: string,
  dir: string,
): Promise<{ walkMs: number; recallMs: number; edges: number }> {
  const store = await openStore(database);
  const key = await openKeyFile(path.join(dir, 'log.key'), {
    name: 'bench.example/log',
    random: systemRandom,
  });
  const ledger = await openLedger({
    ...{ store, logId: 'inner', dir: path.join(dir, 'ledger'), key },
    ...{ clock: systemClock, random: systemRandom, witnesses: [] },
    onFault: (cause) => {
      throw cause;
    },
  });
  const host = { store, ledger, clock: systemClock, random: systemRandom };
  const person = await openSources({ ...host, peopleKeys: noPeopleKeys }).add(
    {
      ...{ project: 'big', name: 'big', kind: 'person', identity: 'ann' },
      form: { origin: 'o', licence: 'l', collection: 'c', consent: 'yes' },
    },
    'ann',
  );
  const { edges } = await makeLineage(store, NODES, `source:${person.id}`);
  const recalls = new Recalls({
    ...host,
    stopModels: async (tx, find, by) =>
      quarantineModels(tx, await findOwnModels(tx, find, []), by, systemClock.nowMs()),
    sound: () => undefined,
    onFault: (sentence) => {
      throw new Error(sentence);
    },
  });
  let startMs = performance.now();
  const counts = await store.read((db: Kysely<unknown>) =>
    countReached(db, [`source:${person.id}`], 'down', ['big']),
  );
  const walkMs = performance.now() - startMs;
  const seen = Object.values(counts).reduce((sum, each) => sum + each, 0);
  startMs = performance.now();
  const made = await recalls.make({ kind: 'source', id: person.id }, 'big', 'bench', 'ann');
  const recallMs = performance.now() - startMs;
  if (made.reached < NODES || seen !== made.reached)
    throw new Error(`reached ${String(made.reached)}`);
  await ledger.close();
  await store.close();
  return { walkMs, recallMs, edges };
}

/** Measures on each database that is here; the middle of three fresh stores. */
export async function benchLineage(): Promise<BenchTable> {
  const rows: string[][] = [];
  let edges = 0;
  for (const kind of ['SQLite', 'PostgreSQL'] as const) {
    const walks: number[] = [];
    const recalls: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const dir = await mkdtemp(path.join(tmpdir(), 'sallyport-bench-'));
      const postgres = kind === 'PostgreSQL' ? await startPostgres() : null;
      if (kind === 'PostgreSQL' && postgres === null) break;
      const result = await measure(postgres?.url ?? path.join(dir, 'gate.db'), dir);
      walks.push(result.walkMs);
      recalls.push(result.recallMs);
      edges = result.edges;
      await postgres?.stop();
      await rm(dir, { recursive: true, force: true });
    }
    const middle = (list: readonly number[]): string =>
      [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]?.toFixed(0) ?? '-';
    if (walks.length > 0) rows.push([kind, middle(walks), middle(recalls)]);
  }
  return {
    title: 'Lineage: a recall of a source from which everything comes',
    note: `${NODES.toLocaleString('en')} nodes, ${edges.toLocaleString('en')} edges. Walk: count what would be affected. Recall: walk, quarantine and ledger entry, durable when it resolves. Middle of ${String(ROUNDS)} fresh stores, wall time.`,
    columns: ['database', 'walk ms', 'recall ms'],
    rows,
  };
}
