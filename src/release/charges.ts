/** What left over time, and what a destination had last: read from the release queue. Changes nothing. */
import type { BucketRef } from '../budget/index.ts';
import type { ContentType } from '../wire/index.ts';
import type { ReleaseDb, ReleaseFile } from './store.ts';

/** What one project released in a day. */
export interface ChargeLine {
  /** `2026-11-26`. */
  readonly day: string;
  readonly project: string;
  readonly chargeBits: bigint;
  readonly releases: number;
}

/** A release at a destination. */
export interface PreviousRelease {
  readonly request: string;
  readonly queuedMs: number;
  readonly files: readonly ReleaseFile[];
}

function projectOf(buckets: string): string {
  const { path } = JSON.parse(buckets) as { path: readonly BucketRef[] };
  const ref = path.find((each) => each.scope === 'project');
  return ref?.scope === 'project' ? ref.id : '';
}

/** Charges per day and project since a time; the debited bits where the frame is not sealed yet. */
export async function readCharges(db: ReleaseDb, since: string): Promise<readonly ChargeLine[]> {
  const rows = await db
    .selectFrom('release_queue')
    .select((each) => [
      each.fn<string>('substr', ['queued_at', each.lit(1), each.lit(10)]).as('day'),
      'buckets',
      each.fn.sum<bigint | string>(each.fn.coalesce('charge_bits', 'debited_bits')).as('bits'),
      each.fn.countAll<bigint>().as('count'),
    ])
    .where('queued_at', '>=', since)
    .groupBy(['day', 'buckets'])
    .execute();
  const lines = new Map<string, { -readonly [K in keyof ChargeLine]: ChargeLine[K] }>();
  for (const row of rows) {
    const project = projectOf(row.buckets);
    const key = `${row.day} ${project}`;
    const line = lines.get(key) ?? { day: row.day, project, chargeBits: 0n, releases: 0 };
    line.chargeBits += BigInt(row.bits);
    line.releases += Number(row.count);
    lines.set(key, line);
  }
  return [...lines.values()].sort((a, b) => (a.day < b.day ? -1 : 1));
}

/** The newest release of a destination that is not this request's; null when there is none. */
export async function readPrevious(
  db: ReleaseDb,
  request: string,
  destination: number,
): Promise<PreviousRelease | null> {
  // A request that has left is compared with what left before it, not after.
  const own = await db
    .selectFrom('release_queue')
    .select('sequence')
    .where('request_id', '=', request)
    .executeTakeFirst();
  const row = await db
    .selectFrom('release_queue')
    .select(['sequence', 'request_id', 'queued_at'])
    .where('destination', '=', BigInt(destination))
    .$if(own !== undefined, (query) => query.where('sequence', '<', own?.sequence ?? 0n))
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return null;
  const files = await db
    .selectFrom('release_files')
    .selectAll()
    .where('sequence', '=', row.sequence)
    .orderBy('position')
    .execute();
  return {
    request: row.request_id,
    queuedMs: Date.parse(row.queued_at),
    files: files.map((file) => ({
      name: file.name,
      type: file.type as ContentType,
      ...(file.form === null ? {} : { form: file.form }),
      sha256: file.sha256,
      bytes: Number(file.bytes),
    })),
  };
}
