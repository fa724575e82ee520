/** Keeps the newest alarms in the store, so that whoever looks after a restart sees what was raised before it. */
import type { Kysely } from 'kysely';
import { newId } from '../core/index.ts';
import type { Random } from '../core/index.ts';
import type { Store } from '../store/index.ts';
import type { Alarm, News } from './news.ts';

interface AlarmTables {
  alarms: { id: string; sentence: string; project: string | null; at_ms: bigint };
}

/** Alarms that are kept in the store. */
export const KEPT_MAX = 1_000;

async function put(tx: Kysely<AlarmTables>, id: string, alarm: Alarm): Promise<void> {
  const { sentence, project, atMs } = alarm;
  await tx
    .insertInto('alarms')
    .values({ id, sentence, project, at_ms: BigInt(atMs) })
    .execute();
  const oldest = await tx
    .selectFrom('alarms')
    .select('at_ms')
    .orderBy('at_ms', 'desc')
    .offset(KEPT_MAX)
    .limit(1)
    .executeTakeFirst();
  if (oldest !== undefined)
    await tx.deleteFrom('alarms').where('at_ms', '<=', oldest.at_ms).execute();
}

/** Puts back what was raised before, and keeps from now on what is raised. Resolves with what ends the keeping. */
export async function keepAlarms(
  news: News,
  host: { readonly store: Store; readonly random: Random },
  onFault: (cause: unknown) => void,
): Promise<() => Promise<void>> {
  const { store, random } = host;
  const rows = await store.read((db: Kysely<AlarmTables>) =>
    db.selectFrom('alarms').selectAll().orderBy('at_ms', 'desc').limit(KEPT_MAX).execute(),
  );
  news.restore(
    rows.map(({ sentence, project, at_ms: atMs }) => ({ sentence, project, atMs: Number(atMs) })),
  );
  let work = Promise.resolve();
  const deaf = news.listen((item) => {
    if (item.type !== 'alarm') return;
    const { sentence, project, atMs } = item;
    const id = newId('alm', random);
    work = work
      .then(() =>
        store.write((tx: Kysely<AlarmTables>) => put(tx, id, { sentence, project, atMs })),
      )
      .catch(onFault);
  });
  return async () => {
    deaf();
    await work;
  };
}
