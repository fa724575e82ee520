/** What a share is, beside what every request shows. */
import type { Gate } from '../../app/index.ts';
import type { Principal } from '../../people/index.ts';
import { shareInputOf, sharedFilesOf } from '../../requests/index.ts';
import type { Request, SharedFile } from '../../requests/index.ts';
import { maySee } from './scope.ts';

/** Something that may be done at once, or the sentence why not. */
export interface RevokeShown {
  readonly allowed: boolean;
  readonly reason: string | null;
}

/** A share as it is answered. */
export interface ShareShown {
  readonly from: string;
  readonly to: string;
  readonly until: string | null;
  readonly files: readonly (SharedFile & { readonly index: number })[];
  /** The request whose files they are, for those who may read it there. */
  readonly result: string | null;
  /** Whether its files can be read by this principal, now, as shared ones. */
  readonly open: boolean;
  readonly reads: number;
  readonly revoke: RevokeShown;
}

/** Shows whether somebody may end it. */
export function showRevoke(may: { ok: true } | { ok: false; why: string }): RevokeShown {
  return { allowed: may.ok, reason: may.ok ? null : may.why };
}

/** Shows what a request shares; null for one of another kind. */
export async function showShare(
  gate: Gate,
  principal: Principal,
  request: Request,
): Promise<ShareShown | null> {
  if (request.kind !== 'share') return null;
  const { from, to, until, result } = shareInputOf(request);
  const source = await gate.requests.get(result.request).catch(() => undefined);
  const inside = source !== undefined && (await maySee(gate, principal, source, false));
  const open = await gate.shares.get(principal, request.id).then(
    () => true,
    () => false,
  );
  const reads = await gate.shares.reads([request.id]);
  return {
    from,
    to,
    until,
    files: sharedFilesOf(request).map((file, index) => ({ index, ...file })),
    result: inside ? result.request : null,
    open,
    reads: reads.get(request.id)?.reads ?? 0,
    revoke: showRevoke(await gate.shares.mayRevoke(principal, request)),
  };
}
