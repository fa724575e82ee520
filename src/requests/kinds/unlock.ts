/** The kind `unlock`: the end of a lock. A false alarm must not cost a day, so its rule has short clocks of its own. */
import type { Kysely } from 'kysely';
import type { Json } from '../../core/index.ts';
import type { Ledger } from '../../ledger/index.ts';
import type { RequestKind } from '../kind.ts';
import type { Locks } from '../locks.ts';
import { entryOf } from '../tell.ts';

const RISK = 70;

function lockOf(input: string): string {
  return (JSON.parse(input) as { lock: string }).lock;
}

/** The kind `unlock`. */
export function unlockKind(host: { ledger: Ledger; locks: Locks }): RequestKind {
  return {
    name: 'unlock',
    through: 'carry-out',
    title: ({ input }) => `lift the lock ${lockOf(input)}`,
    gather: async (request) => {
      const lock = await host.locks.get(lockOf(request.input));
      return lock as unknown as Json;
    },
    decide: (_request, facts) => {
      const { liftedMs } = facts as unknown as { liftedMs: number | null };
      if (liftedMs !== null)
        return Promise.resolve({ verdict: 'deny', reason: 'the lock was lifted already' });
      return Promise.resolve({
        verdict: 'hold',
        reason: 'a lock is lifted by others',
        tier: 'one',
      });
    },
    demand: (_request, facts) =>
      Promise.resolve({
        destination: null,
        models: [],
        chargeBitsMax: 0n,
        grantMs: null,
        risk: RISK,
        facts: { lock: facts },
      }),
    keep: () => Promise.resolve(),
    effect: async (request, _facts, releaser, moveOn) => {
      const by = 'by' in releaser ? releaser.by.join(', ') : 'gate';
      const lock = lockOf(request.input);
      await host.ledger.record(
        { kind: 'lock.lifted', by, lock, request: request.id },
        async (tx: Kysely<unknown>) => {
          await moveOn(tx, 0n);
          await host.locks.lift(tx, lock, by);
        },
        { id: entryOf(request, 'carry-out') },
      );
      return { done: true };
    },
    describe: (request) => ({ lock: lockOf(request.input) }),
    cleanUp: () => Promise.resolve(),
  };
}
