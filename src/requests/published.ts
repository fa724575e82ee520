/** What the outer door says about frames, as moves of their requests. */
import type { Kysely } from 'kysely';
import type { RequestsHost } from './host.ts';
import type { Request } from './row.ts';
import { moveRequest, readRequest } from './store.ts';

/** Moves on the requests whose frames the outer door has. It may say so twice, after a restart of either side. */
export async function notePublished(host: RequestsHost, ids: readonly string[]): Promise<void> {
  const { store, clock } = host;
  const moved = await store.write(async (tx: Kysely<unknown>) => {
    const done: Request[] = [];
    for (const id of ids) {
      const request = await readRequest(tx, id);
      if (request.state !== 'queued') continue;
      const event = request.releasedAs === 'break-glass' ? 'publish-unreviewed' : 'publish';
      const escalatesMs = event === 'publish' ? null : clock.nowMs();
      done.push(await moveRequest(tx, id, event, { escalatesMs }, clock.nowMs()));
    }
    return done;
  });
  for (const request of moved) host.onNews?.({ request, event: 'publish', to: [] });
}
