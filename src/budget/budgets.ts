/** The budgets of a gate as one object: declared with a ledger entry, listed, asked. */
import type { Kysely } from 'kysely';
import { isoTime } from '../core/index.ts';
import type { Clock } from '../core/index.ts';
import type { Ledger } from '../ledger/index.ts';
import type { Store } from '../store/index.ts';
import { wouldDebit } from './debit.ts';
import type { DebitVerdict } from './debit.ts';
import { isLooser } from './bucket.ts';
import { errors } from './errors.ts';
import { sayBucket } from './ref.ts';
import type { BucketRef } from './ref.ts';
import { describeRule, findRow, fromRow, listBuckets, listUses, putBudget } from './store.ts';
import type { Bucket, BucketUse, CapNames, Declaration } from './store.ts';

/** The budgets of a gate. */
export interface Budgets {
  list(): Promise<readonly Bucket[]>;
  get(ref: BucketRef): Promise<Bucket>;
  uses(ref: BucketRef): Promise<readonly BucketUse[]>;
  /**
   * Declares a budget; what is left out keeps its declared value. Ledgered. `tighter`: throws `BUDGET_WIDENED` when it would
   * let more through in any respect than the one in force.
   */
  declare(
    ref: BucketRef,
    change: Partial<Declaration>,
    by: string,
    tighter?: boolean,
  ): Promise<Bucket>;
  wouldDebit(path: readonly BucketRef[], bits: bigint): Promise<DebitVerdict>;
}

/** Opens the budgets of a store. */
export function openBudgets(host: {
  store: Store;
  ledger: Ledger;
  clock: Clock;
  /** Asked at each declaration: the caps in force. */
  caps: () => CapNames;
}): Budgets {
  const { store, ledger, clock, caps } = host;
  const list = (): Promise<readonly Bucket[]> => store.read((db) => listBuckets(db));
  const find = async (ref: BucketRef): Promise<Bucket | undefined> =>
    (await list()).find((each) => sayBucket(each.ref) === sayBucket(ref));
  return {
    list,
    get: async (ref) => {
      const bucket = await find(ref);
      if (bucket === undefined) throw errors.error('BUCKET_MISSING', { bucket: sayBucket(ref) });
      return bucket;
    },
    uses: (ref) => store.read((db) => listUses(db, ref)),
    declare: async (ref, change, by, tighter = false) => {
      const nowMs = clock.nowMs();
      const { value } = await ledger.record(
        (bucket: Bucket) => ({
          kind: 'budget.declared',
          at: isoTime(nowMs),
          by,
          ...describeRule(bucket),
        }),
        async (tx: Kysely<unknown>) => {
          const row = await findRow(tx, ref);
          const old = row === undefined ? undefined : fromRow(row, []).declared;
          const rate = change.rate ?? old?.rate;
          const burst = change.burst ?? old?.burst ?? defaultBurst(rate);
          if (rate === undefined || burst === undefined) throw errors.error('INCOMPLETE');
          const lifetime =
            change.lifetime === undefined ? (old?.lifetime ?? null) : change.lifetime;
          const put = await putBudget(tx, ref, { rate, burst, lifetime }, nowMs, caps());
          const before = row === undefined ? undefined : fromRow(row, []).rule;
          // Of a project or a principal no budget at all is the widest one.
          const first = ref.scope === 'project' || ref.scope === 'principal';
          if (tighter && (before === undefined ? !first : isLooser(put.rule, before)))
            throw errors.error('WIDENED', { bucket: sayBucket(ref) });
          return put;
        },
      );
      return value;
    },
    wouldDebit: (path, bits) => store.read((db) => wouldDebit(db, path, bits, clock.nowMs())),
  };
}

/** Without a declared burst, the amount of one period may leave at once where the rate states one. */
export function defaultBurst(rate: string | undefined): string | undefined {
  if (rate === undefined) return undefined;
  const amount = /^(.*?)\s*(?:\/|\bper\b)/i.exec(rate)?.[1];
  const years = /^\s*([\d.,_]+)\s*years?/i.exec(rate)?.[1];
  if (amount !== undefined) return amount;
  return years === undefined ? undefined : '0.1%';
}
