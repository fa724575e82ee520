/** Gives a held request the text that approvals sign: when it has none yet, or when time has passed the one it has. */
import type { Kysely } from 'kysely';
import { sha256 } from '../core/index.ts';
import type { Json } from '../core/index.ts';
import type { Tier } from '../people/index.ts';
import { buildSubject } from './build-subject.ts';
import type { RequestsHost } from './host.ts';
import type { RequestKind } from './kind.ts';
import type { Request } from './row.ts';
import { setSubject } from './store.ts';

/** What giving a subject needs. */
export interface SubjectHost extends RequestsHost {
  kind(request: Request): RequestKind;
}

/**
 * Writes a new subject under the roster in force, with its entry. Approvals of an earlier text count no longer. Does
 * nothing before the founding. `clocks` are those of the rule unless they are given.
 */
export async function giveSubject(
  host: SubjectHost,
  request: Request,
  clocks: { readonly deadlineMs: number; readonly escalatesMs: number | null } | null = null,
): Promise<void> {
  if (request.facts === null) return;
  const facts = JSON.parse(request.facts) as Json;
  const demand = await host.kind(request).demand(request, facts);
  const asked = request.tier ?? 'one';
  const built = buildSubject(host, request, demand, asked as Tier);
  if (built === null) return;
  const { subject, tier, waitMs, escalatesMs } = built;
  const deadlineMs = host.clock.nowMs() + waitMs;
  await host.ledger.record(
    {
      kind: `${request.kind}.subject`,
      by: 'gate',
      request: request.id,
      subjectSha256: sha256(subject),
    },
    (tx: Kysely<unknown>) =>
      setSubject(tx, request, { subject, tier, ...(clocks ?? { deadlineMs, escalatesMs }) }),
  );
}
