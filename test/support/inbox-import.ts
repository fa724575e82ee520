/**
 * One delivery that is whole, on its way to becoming an import. As a program it dies by SIGKILL at one durable step:
 * `inbox-import.ts DIR STEP before|after`.
 */
import path from 'node:path';
import type { Kysely } from 'kysely';
import { systemClock, systemRandom } from '../../src/core/index.ts';
import { Imports, Inboxes, openSources } from '../../src/ingress/index.ts';
import { openQuarantine } from '../../src/app/quarantine.ts';
import { findDelivery } from '../../src/ingress/inboxes/inbox-store.ts';
import { openJobs } from '../../src/jobs/index.ts';
import { openKeyFile, openLedger } from '../../src/ledger/index.ts';
import type { Ledger } from '../../src/ledger/index.ts';
import { openStore } from '../../src/store/index.ts';
import type { Store } from '../../src/store/index.ts';
import { noPeopleKeys } from './lineage.ts';
import { until } from './until.ts';

/** Called around every durable step, with how many there were before. */
export type OnStep = (step: number, when: 'before' | 'after') => void;

/** Everything that stands between a delivery and its import. */
export interface InboxGate {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly imports: Imports;
  readonly inboxes: Inboxes;
  readonly addSource: () => Promise<unknown>;
  /** Waits until a delivery is over; gives where it stands. */
  readonly settle: (id: string) => Promise<string>;
  close(): Promise<void>;
}

const LIMITS = { bytes: 1e6, fileBytes: 1e5, files: 100, deliveries: 5, known: 8 };

/** Opens all of it in a folder, as a gate does after any crash. */
export async function openInboxGate(
  dir: string,
  onStep: OnStep = () => undefined,
): Promise<InboxGate> {
  const store = await openStore(path.join(dir, 'gate.db'));
  const key = await openKeyFile(path.join(dir, 'log.key'), {
    name: 'test.example/log',
    random: systemRandom,
  });
  const ledger = await openLedger({
    ...{ store, logId: 'inner', dir: path.join(dir, 'ledger'), key },
    ...{ clock: systemClock, random: systemRandom, publishMs: 0 },
  });
  let step = 0;
  const durable = <T extends object>(target: T, method: keyof T): T =>
    new Proxy(target, {
      get: (held, name) => {
        const value: unknown = Reflect.get(held, name, held);
        if (typeof value !== 'function') return value;
        if (name !== method) return value.bind(held) as unknown;
        return async (...given: unknown[]) => {
          const at = step++;
          onStep(at, 'before');
          const result: unknown = await Reflect.apply(value, held, given);
          onStep(at, 'after');
          return result;
        };
      },
    });
  const watched = { store: durable(store, 'write'), ledger: durable(ledger, 'record') };
  const host = { ...watched, clock: systemClock, random: systemRandom };
  const sources = openSources({ ...host, store, ledger, peopleKeys: noPeopleKeys });
  const imports = new Imports({
    ...{ ...host, sources, jobs: openJobs({ ...host, store }), fileBytesMax: 1e6 },
    quarantine: openQuarantine(path.join(dir, 'quarantine'), systemRandom),
    roster: () => undefined,
    onWork: () => undefined,
  });
  const inboxes = new Inboxes({
    ...{ ...host, sources, imports, limits: LIMITS, waitMs: 1e9 },
    dir: path.join(dir, 'quarantine', 'inboxes'),
    mayImport: () => Promise.resolve(true),
    onAlarm: () => undefined,
    onFault: () => undefined,
  });
  return {
    ...{ store, ledger, imports, inboxes },
    addSource: () =>
      sources.add(
        {
          ...{ project: 'study', name: 'own', kind: 'person', identity: 'cyd' },
          form: { origin: 'o', licence: 'l', collection: 'c', consent: 'yes', card: null },
        },
        'cyd',
      ),
    settle: (id) => {
      inboxes.wake();
      return until(
        async () =>
          (await store.read((db: Kysely<unknown>) => findDelivery(db, id)))?.state ?? 'unknown',
        (state) => state === 'imported' || state === 'refused',
      );
    },
    close: async () => {
      await inboxes.stop();
      await ledger.close();
      await store.close();
    },
  };
}

if (import.meta.main) {
  const [dir = '', step = '', when = ''] = process.argv.slice(2);
  const gate = await openInboxGate(dir, (at, now) => {
    if (at === Number(step) && now === when) process.kill(process.pid, 'SIGKILL');
  });
  gate.inboxes.start();
  // Past its last step nothing kills it: it says so by ending in peace.
  const { id = '' } = (await gate.inboxes.deliveries())[0] ?? {};
  await gate.settle(id);
  await gate.close();
}
