/**
 * Shared results: who may read which, reading, and ending. Guaranteed: nobody reads a byte that is not named by its digest
 * in the signed text of a share that is granted at that moment; each reading has its entry before its bytes are given; what
 * is over, locked or foreign answers like what is not there.
 */
import type { Kysely } from 'kysely';
import type { Principal } from '../people/index.ts';
import {
  countRead,
  listReads,
  listRequests,
  readRequest,
  requestErrors,
  shareInputOf,
  sharedFilesOf,
} from '../requests/index.ts';
import type { Request, Requests, ShareInput, SharedFile } from '../requests/index.ts';
import { listShared } from './share-results.ts';
import type { ShareParts } from './share-results.ts';

/** What the desk stands on. */
export interface ShareDeskParts extends ShareParts {
  readonly requests: Requests;
}

/** A share that is granted, as somebody sees it who may read it. */
export interface ShareSeen {
  readonly request: Request;
  readonly input: ShareInput;
  readonly files: readonly SharedFile[];
  /** Whether the principal is read into the project that shares it. */
  readonly inside: boolean;
}

/** Whether somebody may end a share, and if not, why not. */
export type MayRevoke = { readonly ok: true } | { readonly ok: false; readonly why: string };

/** How often a share was read. */
export interface ReadsOfShare {
  readonly reads: number;
  readonly lastMs: number | null;
}

const LISTED_MAX = 500;

/** Shared results of one gate. */
export class ShareDesk {
  readonly #parts: ShareDeskParts;

  constructor(parts: ShareDeskParts) {
    this.#parts = parts;
  }

  /** What a principal reads of others, the newest first; of one project where that is asked. */
  async withUs(principal: Principal, project?: string): Promise<readonly ShareSeen[]> {
    const { access } = this.#parts;
    const read = (await access.projectsOf(principal)).map((each) => each.id);
    const projects = read.filter((id) => project === undefined || id === project);
    const shares = await listShared(this.#parts, projects, ['granted']);
    const seen: ShareSeen[] = [];
    for (const request of shares.slice(0, LISTED_MAX)) {
      const share = await this.#see(principal, request);
      if (share !== null) seen.push(share);
    }
    return seen;
  }

  /** What the projects of a principal share, or have shared: those requests that the principal may see. */
  async byUs(principal: Principal, project?: string): Promise<readonly Request[]> {
    const { access, store } = this.#parts;
    const read = (await access.projectsOf(principal)).map((each) => each.id);
    const shares = await listRequests(store, {
      kinds: ['share'],
      states: ['granted', 'ended'],
      projects: read.filter((id) => project === undefined || id === project),
      limit: LISTED_MAX,
    });
    const seen: Request[] = [];
    for (const request of shares) {
      const resource = { kind: 'request', request, eligible: false } as const;
      const own = request.requester === principal.id;
      if (own || (await access.can(principal, 'request.view', resource)).allowed)
        seen.push(request);
    }
    return seen;
  }

  /** One share that a principal may read now; throws `REQUEST_SHARE_UNKNOWN`, whatever stands against it. */
  async get(principal: Principal, id: string): Promise<ShareSeen> {
    const request = await this.#parts.requests.get(id).catch(() => undefined);
    const seen = request === undefined ? null : await this.#see(principal, request);
    if (seen === null) throw requestErrors.error('SHARE_UNKNOWN', { id: id.slice(0, 80) });
    return seen;
  }

  /** The bytes of one shared file. Its entry is durable when this resolves. */
  async read(principal: Principal, id: string, index: number): Promise<Uint8Array> {
    const file = await this.noteRead(principal, id, index);
    return this.#parts.blobs.read(file.sha256);
  }

  /** Records that somebody reads a file, and says which it is. */
  async noteRead(principal: Principal, id: string, index: number): Promise<SharedFile> {
    const { ledger, clock } = this.#parts;
    const { request, files } = await this.get(principal, id);
    const file = files[index];
    if (file === undefined) throw requestErrors.error('SHARE_UNKNOWN', { id: id.slice(0, 80) });
    const { sha256, name } = file;
    await ledger.record(
      { kind: 'share.read', by: principal.id, request: request.id, sha256, name },
      async (tx: Kysely<unknown>) => {
        // It may have been ended while this one was on its way; an entry of reading afterwards would be a lie.
        if (!this.#isOpen(await readRequest(tx, id)))
          throw requestErrors.error('SHARE_UNKNOWN', { id });
        await countRead(tx, { request: id, reader: principal.id, sha256 }, clock.nowMs());
      },
    );
    return file;
  }

  /** How often each of these shares was read. */
  async reads(ids: readonly string[]): Promise<ReadonlyMap<string, ReadsOfShare>> {
    const rows = await this.#parts.store.read((db: Kysely<unknown>) => listReads(db, ids));
    const found = new Map<string, ReadsOfShare>();
    for (const row of rows) {
      const before = found.get(row.request) ?? { reads: 0, lastMs: null };
      const lastMs = Math.max(before.lastMs ?? 0, row.lastMs);
      found.set(row.request, { reads: before.reads + row.reads, lastMs });
    }
    return found;
  }

  /** Whether a principal may end a share, by the policies; whoever asked for it gives it back instead. */
  async mayRevoke(principal: Principal, request: Request): Promise<MayRevoke> {
    if (request.kind !== 'share') return { ok: false, why: 'it shares nothing' };
    if (request.state !== 'granted') return { ok: false, why: `it is ${request.state}` };
    if (principal.kind !== 'person') return { ok: false, why: 'only people end what is shared' };
    const allowed = await this.#parts.access.can(principal, 'share.revoke', resourceOf(request));
    return allowed.allowed
      ? { ok: true }
      : { ok: false, why: `it is for owners of ${request.project} and for security` };
  }

  /** Ends a share at once. */
  async revoke(principal: Principal, request: Request, reason: string): Promise<Request> {
    const may = await this.mayRevoke(principal, request);
    if (!may.ok)
      throw requestErrors.error('NOT_APPROVER', { id: request.id, event: 'revoke', why: may.why });
    return this.#parts.requests.revoke(request.id, principal.id, reason);
  }

  #isOpen(request: Request): boolean {
    if (request.kind !== 'share' || request.state !== 'granted') return false;
    // By what was signed, whatever the row says of its end.
    const { until } = shareInputOf(request);
    const ends = [until === null ? null : Date.parse(until), request.grantEndsMs];
    return ends.every((endsMs) => endsMs === null || endsMs > this.#parts.clock.nowMs());
  }

  async #see(principal: Principal, request: Request): Promise<ShareSeen | null> {
    const { access, locks } = this.#parts;
    if (!this.#isOpen(request)) return null;
    const input = shareInputOf(request);
    const stopped = await locks.on([
      { kind: 'project', id: input.from },
      { kind: 'lane', id: 'share' },
    ]);
    if (stopped.length > 0) return null;
    if (!(await access.can(principal, 'share.read', resourceOf(request))).allowed) return null;
    const from = { kind: 'project', id: input.from } as const;
    const inside = (await access.can(principal, 'project.view', from)).allowed;
    return { request, input, files: sharedFilesOf(request), inside };
  }
}

function resourceOf(request: Request): { kind: 'share'; id: string; from: string; to: string } {
  const { from, to } = shareInputOf(request);
  return { kind: 'share', id: request.id, from, to };
}
