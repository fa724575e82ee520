/** What becomes of deliveries that are whole: whose turn it is, whatever stands before them. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { afterEach, beforeEach, it } from 'node:test';
import type { Kysely } from 'kysely';
import { openGateStore } from '../../../test/support/gate-store.ts';
import type { GateStore } from '../../../test/support/gate-store.ts';
import { sha256, systemRandom } from '../../core/index.ts';
import type { Imports } from '../imports/index.ts';
import type { Sources } from '../sources/index.ts';
import { findDelivery, insertDelivery } from './inbox-store.ts';
import { Inboxes } from './inboxes.ts';

const WAIT_MS = 1_000_000;

let gate: GateStore;
let inboxes: Inboxes;
let opened: string[];
let faults: [string, unknown][];
/** Fails for reasons that have nothing to do with what came. */
let broken: string | undefined;

/** Notes a whole delivery that came after those before. */
async function put(name: string, inbox: string, firstMs: number): Promise<string> {
  const id = sha256(name);
  await gate.store.write((tx: Kysely<unknown>) =>
    insertDelivery(tx, {
      ...{ id, inbox, name, state: 'waiting', files: 1, bytes: 1, reason: null },
      ...{ project: null, import: null, firstMs, touchedMs: firstMs },
    }),
  );
  return id;
}

const stateOf = async (id: string) =>
  (await gate.store.read((db: Kysely<unknown>) => findDelivery(db, id)))?.state;

beforeEach(async () => {
  gate = await openGateStore();
  [opened, faults, broken] = [[], [], undefined];
  const { store, ledger, clock } = gate;
  // Imports that were sent before: nothing of their files is asked for any more.
  const imports = {
    open: ({ why }: { why: string }) => {
      if (broken !== undefined && why.includes(broken)) throw new Error('the disk is broken');
      opened.push(why);
      return Promise.resolve({ id: `imp_${String(opened.length)}` });
    },
    get: () => Promise.resolve({ state: 'asked' }),
  };
  const sources = { get: (id: string) => Promise.resolve({ id, name: id, recalledMs: null }) };
  inboxes = new Inboxes({
    ...{ store, ledger, clock, random: systemRandom, dir: path.join(gate.dir, 'inboxes') },
    ...{ imports: imports as unknown as Imports, sources: sources as unknown as Sources },
    limits: { bytes: 1_000, fileBytes: 1_000, files: 1_000, deliveries: 200, known: 400 },
    waitMs: WAIT_MS,
    mayImport: () => Promise.resolve(true),
    onAlarm: () => undefined,
    onFault: (...fault) => faults.push(fault),
  });
  await inboxes.bind({ inbox: 'lab', project: 'study', source: 'own', why: 'data', person: 'cyd' });
});
afterEach(async () => {
  await inboxes.stop();
  await gate.close();
});

const PATIENCE_MS = 10_000;

/** Waits until a delivery is imported. */
async function settle(id: string): Promise<void> {
  inboxes.wake();
  const end = performance.now() + PATIENCE_MS;
  while ((await stateOf(id)) !== 'imported') {
    assert.ok(performance.now() < end, 'it was never imported');
    await new Promise(setImmediate);
  }
}

it('a delivery stands behind none that wait for somebody to bind their inbox', async () => {
  const { now } = gate.clock;
  for (let i = 0; i < 150; i++) await put(`early ${String(i)}`, 'nobodys', now + i);
  await settle(await put('set', 'lab', now + 1_000));
  assert.deepEqual(opened, ['data (set from the inbox lab)']);
});

it('a delivery stands behind none that cannot be imported for a fault of ours', async () => {
  const { now } = gate.clock;
  broken = 'first';
  const first = await put('first', 'lab', now);
  await settle(await put('second', 'lab', now + 1));
  await settle(await put('third', 'lab', now + 2));
  assert.equal(await stateOf(first), 'waiting');
  assert.match(String(faults[0]), /^cannot import 1 delivery from inboxes,.*the disk is broken/);
  broken = undefined;
  await settle(first);
});

it('what nobody wants is given up in time, and forgotten when it cannot come as something new', async () => {
  const { clock } = gate;
  const id = await put('early', 'nobodys', clock.now);
  clock.now += WAIT_MS;
  await settle(await put('second', 'lab', clock.now));
  assert.equal(await stateOf(id), 'waiting');
  clock.now += 1;
  await settle(await put('third', 'lab', clock.now));
  assert.equal(await stateOf(id), 'expired');
  clock.now += 100 * 86_400_000;
  await settle(await put('fourth', 'lab', clock.now));
  assert.equal(await stateOf(id), 'expired');
  clock.now += 1;
  await settle(await put('fifth', 'lab', clock.now));
  assert.equal(await stateOf(id), undefined);
});
