/** Routes of shared results: asking, lists of both sides, reading, ending. */
import { z } from 'zod';
import { findByDigest, mayReadResult, resultFiles } from '../../app/index.ts';
import type { Gate, ShareSeen } from '../../app/index.ts';
import { isoTime } from '../../core/index.ts';
import type { Principal } from '../../people/index.ts';
import {
  principalRef,
  principalEntity,
  projectEntity,
  resourceRef,
  shareEntity,
} from '../../policy/index.ts';
import type { ReleaseFile } from '../../release/index.ts';
import {
  missingRuleStep,
  requestErrors,
  ruleOf,
  shareInputOf,
  writeShare,
} from '../../requests/index.ts';
import type { Request, ShareInput, SharedFile } from '../../requests/index.ts';
import { askShown } from './ask.ts';
import { showRevoke } from './share-view.ts';
import type { RevokeShown } from './share-view.ts';
import { route } from './route.ts';
import type { Route } from './route.ts';
import { readVisible, showDetails } from './views.ts';

const text = z.string().max(4000);
const id = z.string().min(1).max(80);

const askBody = z.strictObject({
  result: z
    .string()
    .min(1)
    .max(80)
    .describe('the request whose canonical files are shared, or the SHA-256 of one of them'),
  from: id.describe('the project whose result it is'),
  to: id.describe('the project that may read it'),
  why: text,
  until: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('when it ends by itself; without it, when somebody ends it'),
});
const listQuery = z.strictObject({ project: id.optional() });

/** Whether the policies in force let anybody of a project read what is shared with it. */
function policiesLetRead(gate: Gate): boolean {
  const sides = { from: 'one', to: 'other' } as const;
  const reader = { kind: 'person', id: 'reader', member: [sides.to] } as const;
  return gate.access.policy.authorise({
    principal: principalRef(reader.kind, reader.id),
    action: 'share.read',
    resource: resourceRef('share', 'share'),
    context: {},
    entities: [
      principalEntity(reader),
      projectEntity({ id: sides.from }),
      projectEntity({ id: sides.to }),
      shareEntity({ id: 'share', ...sides }),
    ],
  }).allow;
}

/** A gate that was founded before there were shares says what it lacks, before anybody waits for it. */
function needSharing(gate: Gate): void {
  const roster = gate.rosters.current?.roster;
  if (roster === undefined) return;
  const ruled = ruleOf(roster, { kind: 'share', tier: 'one', chargeBitsMax: '0' }) !== undefined;
  const read = policiesLetRead(gate);
  if (ruled && read) return;
  const why = [
    ...(ruled ? [] : ['the rules in force say nobody who approves it']),
    ...(read ? [] : ['the policies in force let nobody read what is shared']),
  ].join(', and ');
  const change = [
    ...(ruled ? [] : [`'${missingRuleStep('share') ?? ''}'`]),
    ...(read ? [] : ['--policy shipped']),
  ].join(' ');
  throw requestErrors.error('RULE_MISSING', { kind: 'share', why, change });
}

/** The result that somebody names, by id or by the digest of a file of it. What one may not read is not there. */
async function findResult(
  gate: Gate,
  principal: Principal,
  from: string,
  named: string,
): Promise<ShareInput['result']> {
  const unknown = requestErrors.error('NOT_FOUND', { id: named.slice(0, 80) });
  const digest = /^(?:sha256:)?([0-9a-f]{64})$/.exec(named)?.[1];
  const found =
    digest === undefined
      ? [await gate.requests.get(named).catch(() => undefined)]
      : await findByDigest(gate, from, digest);
  for (const request of found) {
    if (request?.project !== from || resultFiles(request).length === 0) continue;
    if (await mayReadResult(gate, principal.id, request))
      return { request: request.id, file: digest ?? null };
  }
  throw unknown;
}

function readUntil(gate: Gate, until: string | undefined): string | null {
  if (until === undefined) return null;
  const untilMs = Date.parse(until);
  if (untilMs <= gate.clock.nowMs())
    throw requestErrors.error('SHARE_INVALID', { why: `\`${until}\` is over already` });
  return isoTime(untilMs);
}

/** A share as it is answered to those with whom it is shared. */
export interface ShareSeenShown {
  readonly id: string;
  readonly to: string;
  /** Null for whoever is not read into the project that shares it. */
  readonly from: string | null;
  readonly sharedAt: string;
  readonly until: string | null;
  readonly files: readonly (SharedFile & { readonly index: number })[];
}

/** A share as it is answered to those whose project shares it. */
export interface ShareOwnShown extends ShareInput {
  readonly id: string;
  readonly state: string;
  readonly requester: string;
  readonly why: string;
  readonly sharedAt: string | null;
  readonly endedAt: string | null;
  readonly endedBy: string | null;
  readonly reason: string | null;
  readonly reads: number;
  readonly lastReadAt: string | null;
  readonly revoke: RevokeShown;
}

/** Both lists of shares. */
export interface SharesShown {
  readonly withUs: readonly ShareSeenShown[];
  readonly byUs: readonly ShareOwnShown[];
}

/** A share as those read it with whom it is shared: the files and nothing else of where they come from. */
function showSeen({ request, input, files, inside }: ShareSeen): ShareSeenShown {
  return {
    id: request.id,
    to: input.to,
    from: inside ? input.from : null,
    sharedAt: isoTime(request.changedMs),
    until: input.until,
    files: files.map((file, index) => ({ index, ...file })),
  };
}

/** Lines of what one's own projects share: how often it was read, and not by whom. */
async function showOwn(
  gate: Gate,
  principal: Principal,
  requests: readonly Request[],
): Promise<readonly ShareOwnShown[]> {
  const reads = await gate.shares.reads(requests.map((request) => request.id));
  const shown: ShareOwnShown[] = [];
  for (const request of requests) {
    const { from, to, result, until } = shareInputOf(request);
    const { reads: count = 0, lastMs = null } = reads.get(request.id) ?? {};
    shown.push({
      ...{ id: request.id, state: request.state, from, to, result, until },
      requester: request.requester,
      why: request.why,
      sharedAt: request.quorumMs === null ? null : isoTime(request.quorumMs),
      endedAt: request.state === 'ended' ? isoTime(request.changedMs) : null,
      endedBy: request.state === 'ended' ? request.decidedBy : null,
      // Of one that is granted it names who approved it, on the other side too.
      reason: request.state === 'ended' ? request.reason : null,
      reads: count,
      lastReadAt: lastMs === null ? null : isoTime(lastMs),
      revoke: showRevoke(await gate.shares.mayRevoke(principal, request)),
    });
  }
  return shown;
}

/** The routes. */
export const SHARE_ROUTES: readonly Route[] = [
  route(
    {
      method: 'post',
      path: '/v1/shares',
      summary: 'Ask to share a result of your project with another one',
      access: 'principal',
      body: askBody,
    },
    async ({ gate, principal, input }) => {
      const { from, to, why } = input;
      await gate.access.need(principal, 'request.ask', { kind: 'project', id: from }, 'share');
      const until = readUntil(gate, input.until);
      const result = await findResult(gate, principal, from, input.result);
      needSharing(gate);
      const written = writeShare({ from, to, result, until });
      return askShown(gate, principal, {
        ...{ kind: 'share', project: from, destination: to, why, input: written },
      });
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/shares',
      summary: 'Results that others share with your projects, and that your projects share',
      access: 'principal',
      query: listQuery,
    },
    async ({ gate, principal, query }): Promise<SharesShown> => ({
      withUs: (await gate.shares.withUs(principal, query.project)).map(showSeen),
      byUs: await showOwn(gate, principal, await gate.shares.byUs(principal, query.project)),
    }),
  ),
  route(
    {
      method: 'get',
      path: '/v1/shares/{id}',
      summary: 'One shared result with its files',
      access: 'principal',
    },
    async ({ gate, principal, param }) => showSeen(await gate.shares.get(principal, param('id'))),
  ),
  route(
    {
      method: 'get',
      path: '/v1/shares/{id}/files/{index}',
      summary: 'The canonical bytes of one shared file; each reading goes into the ledger',
      access: 'principal',
    },
    async ({ gate, principal, param }) => {
      const bytes = await gate.shares.read(principal, param('id'), Number(param('index')));
      return new Response(Buffer.from(bytes), {
        headers: {
          // Readers get bytes, never something that a browser runs.
          'content-type': 'application/octet-stream',
          'content-disposition': 'attachment',
          'x-content-type-options': 'nosniff',
          'cache-control': 'no-store',
        },
      });
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/shares/{id}/files/{index}/preview',
      summary: 'One shared file as a person reads it; a reading, which goes into the ledger',
      access: 'principal',
    },
    async ({ gate, principal, param }) => {
      const file = await gate.shares.noteRead(principal, param('id'), Number(param('index')));
      const preview = await gate.looks.previewOf(file as ReleaseFile);
      if (preview === null)
        throw requestErrors.error('SHARE_UNKNOWN', { id: param('id').slice(0, 80) });
      return preview;
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/shares/{id}/revoke',
      summary: 'End at once what your project shares',
      access: 'principal',
      body: z.strictObject({ reason: text }),
    },
    async ({ gate, principal, param, input }) => {
      const request = await readVisible(gate, principal, param('id'));
      const done = await gate.shares.revoke(principal, request, input.reason);
      return showDetails(gate, principal, done);
    },
  ),
];
