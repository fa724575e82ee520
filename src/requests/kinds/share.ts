/**
 * The kind `share`: canonical files of a result of one project, which another project may read, until a moment or until
 * somebody ends it. What is signed names every file by its digest; nothing else of the project becomes readable. What has
 * no grant and no end here, such as reading, is in `app`.
 */
import type { Kysely } from 'kysely';
import { canonicalJson, sha256 } from '../../core/index.ts';
import type { Clock, Json } from '../../core/index.ts';
import type { Ledger } from '../../ledger/index.ts';
import type { Effect, Releaser, RequestKind } from '../kind.ts';
import type { Request } from '../row.ts';
import { readShare, shareOf } from '../share-input.ts';
import type { ShareInput, SharedFile } from '../share-input.ts';
import { readSubject } from '../subject.ts';
import { entryOf } from '../tell.ts';

/** What was found of a result that is to be shared. */
export interface ShareFacts {
  /** The canonical files; empty when there is a problem. */
  readonly files: readonly SharedFile[];
  /** Models that the result may tell of. */
  readonly models: readonly string[];
  /** Why it cannot be shared at all. */
  readonly problem: string | null;
  /** Why the other project may not read it; told only to those who see that project. */
  readonly hidden: string | null;
  /** Whether whoever asks sees the other project. */
  readonly known: boolean;
}

/** What shares stand on. */
export interface ShareHost {
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** Finds out what would be shared, and what stands against it now. Changes nothing. */
  find(request: Request, input: ShareInput): Promise<ShareFacts>;
  /** The lock that stands against it now, in a sentence; null when there is none. */
  findLock(request: Request, input: ShareInput, models: readonly string[]): Promise<string | null>;
}

const RISK = 60;
const LISTED_FILES_MAX = 50;

/** Why a held share waits, whoever is on the other side. */
export const SHARE_HELD = 'a result is shared by the owners of both projects';

/** What a share that was asked for says. */
export function shareInputOf(request: Pick<Request, 'input'>): ShareInput {
  return readShare(JSON.parse(request.input));
}

/** The files of a share as its newest text has them; empty before there is one. */
export function sharedFilesOf(request: Request): readonly SharedFile[] {
  if (request.subject === null) return [];
  return shareOf(readSubject(request.subject))?.files ?? [];
}

/** The digest of a list of canonical files, as entries of exports and shares say it. */
export function filesDigest(files: readonly SharedFile[]): string {
  return sha256(
    canonicalJson(
      files.map(({ name, type, sha256: digest, bytes }) => ({ name, type, sha256: digest, bytes })),
    ),
  );
}

/** Why the signatures do not stand for these files; null when they do. */
function findUnsigned(
  releaser: Releaser,
  input: ShareInput,
  files: readonly SharedFile[],
): string | null {
  if (!('subject' in releaser)) return 'nobody signed it';
  const signed = shareOf(readSubject(releaser.subject));
  if (signed === null) return 'its approvals are for something else; ask again';
  const { files: named, ...rest } = signed;
  const same =
    canonicalJson(rest) === canonicalJson(input) && filesDigest(named) === filesDigest(files);
  return same ? null : 'its approvals are for other files; ask again';
}

function isOver(input: ShareInput, clock: Clock): boolean {
  return input.until !== null && Date.parse(input.until) <= clock.nowMs();
}

async function grant(
  host: ShareHost,
  request: Request,
  releaser: Releaser,
  moveOn: (tx: Kysely<unknown>, chargeBits: bigint) => Promise<void>,
): Promise<Effect> {
  const input = shareInputOf(request);
  // Looked at again: what was there when it was asked for may be locked, gone or another project's by now.
  const facts = await host.find(request, input);
  const stopped =
    facts.problem ??
    // The reason names models of the other project, which is told only to those who see it.
    (facts.hidden !== null && !facts.known
      ? 'the other project may not read it; its owners can say why'
      : facts.hidden) ??
    findUnsigned(releaser, input, facts.files) ??
    (isOver(input, host.clock) ? 'the time until which it was to be shared is over' : null) ??
    (await host.findLock(request, input, facts.models));
  if (stopped !== null) return { done: false, verdict: 'hold', reason: stopped };
  const { from, to, result, until } = input;
  await host.ledger.record(
    {
      kind: 'share.granted',
      by: 'by' in releaser ? releaser.by.join(', ') : 'gate',
      request: request.id,
      from,
      to,
      result,
      until,
      files: facts.files.length,
      filesSha256: filesDigest(facts.files),
      listed: facts.files.slice(0, LISTED_FILES_MAX),
      subjectSha256: 'subject' in releaser ? sha256(releaser.subject) : '',
    },
    async (tx: Kysely<unknown>) => {
      await moveOn(tx, 0n);
    },
    { id: entryOf(request, 'grant') },
  );
  return { done: true };
}

/** The kind `share`. */
export function shareKind(host: ShareHost): RequestKind {
  const read = (facts: Json): ShareFacts => facts as unknown as ShareFacts;
  return {
    name: 'share',
    through: 'grant',
    title: ({ input }) => {
      const { from, to, result } = shareInputOf({ input });
      const what = result.file === null ? 'the result' : 'one file of the result';
      return `share ${what} ${result.request} of ${from} with ${to}`;
    },
    gather: async (request) => (await host.find(request, shareInputOf(request))) as unknown as Json,
    decide: (request, json) => {
      const { problem, hidden, known } = read(json);
      const over = isOver(shareInputOf(request), host.clock)
        ? 'the time until which it was to be shared is over'
        : null;
      const refused = problem ?? over ?? (known ? hidden : null);
      if (refused !== null) return Promise.resolve({ verdict: 'deny', reason: refused });
      // The answer is the same for a project that is not there: whoever is not read into it learns nothing by asking.
      return Promise.resolve({ verdict: 'hold', reason: SHARE_HELD, tier: 'one' });
    },
    demand: (request, json) => {
      const { files, models, hidden } = read(json);
      return Promise.resolve({
        destination: null,
        // Names of models that the other project is not read into are not for those who speak for it.
        models: hidden === null ? models : [],
        chargeBitsMax: 0n,
        grantMs: null,
        risk: RISK,
        facts: { share: { ...shareInputOf(request), files } },
      });
    },
    endsMs: (request) => {
      const { until } = shareInputOf(request);
      return until === null ? null : Date.parse(until);
    },
    keep: () => Promise.resolve(),
    effect: (request, _facts, releaser, moveOn) => grant(host, request, releaser, moveOn),
    describe: (request) => ({ share: shareInputOf(request) }),
    cleanUp: () => Promise.resolve(),
  };
}
