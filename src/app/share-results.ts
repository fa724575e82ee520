/** What of a project can be shared: the canonical files of its exports, as they were kept when they were decided. */
import type { Kysely } from 'kysely';
import type { Clock } from '../core/index.ts';
import { emittedOf, readExportFacts } from '../egress/index.ts';
import type { Ledger } from '../ledger/index.ts';
import { reachOf } from '../models/index.ts';
import type { Models } from '../models/index.ts';
import type { People, Project } from '../people/index.ts';
import { SHARED_FILES_MAX, listRequests, readRequest, sharedFilesOf } from '../requests/index.ts';
import type {
  Locks,
  Request,
  RequestState,
  ShareFacts,
  ShareHost,
  ShareInput,
  SharedFile,
} from '../requests/index.ts';
import type { Blobs, Store } from '../store/index.ts';
import type { Access } from './access.ts';

/** What shares stand on. */
export interface ShareParts {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly blobs: Blobs;
  readonly people: People;
  readonly models: Models;
  readonly locks: Locks;
  readonly access: Access;
}

/** States in which an export has canonical files and nobody has refused it. */
const SHAREABLE: readonly RequestState[] = [
  'held',
  'returned',
  'queued',
  'released',
  'unreviewed',
  'reviewed',
  'withdrawn',
  'expired',
];
const SHARES_MAX = 1_000;

function filesOf(facts: NonNullable<ReturnType<typeof readExportFacts>>): readonly SharedFile[] {
  return emittedOf(facts).map(({ name, type, bytes, sha256 }) => ({ name, type, bytes, sha256 }));
}

/** The canonical files that stored facts of an export name. */
export function readResultFiles(facts: string): readonly SharedFile[] {
  return filesOf(JSON.parse(facts) as NonNullable<ReturnType<typeof readExportFacts>>);
}

/** The canonical files of a result; empty for what is none. */
export function resultFiles(request: Request): readonly SharedFile[] {
  if (request.kind !== 'export' || !SHAREABLE.includes(request.state)) return [];
  const facts = readExportFacts(request);
  return facts === null ? [] : filesOf(facts);
}

/** Whether a principal may read a result: whoever asked for it, and whoever may see it. */
export async function mayReadResult(
  { access, people }: Pick<ShareParts, 'access' | 'people'>,
  reader: string,
  request: Request,
): Promise<boolean> {
  if (request.requester === reader) return true;
  const principal = await people.principal(reader);
  const resource = { kind: 'request', request, eligible: false } as const;
  return (await access.can(principal, 'request.view', resource)).allowed;
}

/** The newest results of a project in which a canonical file with this digest is. */
export async function findByDigest(
  { store }: Pick<ShareParts, 'store'>,
  project: string,
  sha256: string,
): Promise<readonly Request[]> {
  const found = await listRequests(store, {
    ...{ kinds: ['export'], states: SHAREABLE, projects: [project], limit: SHARES_MAX },
  });
  return found.filter((request) => resultFiles(request).some((file) => file.sha256 === sha256));
}

/** Shares with these projects, granted now or before. */
export function listShared(
  { store }: Pick<ShareParts, 'store'>,
  projects: readonly string[],
  states: readonly RequestState[],
): Promise<readonly Request[]> {
  return listRequests(store, {
    ...{ kinds: ['share'], states, destinations: projects, limit: SHARES_MAX },
  });
}

/** The same without a limit: what was once shared stays somebody else's, however much was shared since. */
async function listAllShared(
  { store }: Pick<ShareParts, 'store'>,
  destinations: readonly string[],
  states: readonly RequestState[],
): Promise<readonly Request[]> {
  const found: Request[] = [];
  for (;;) {
    const page = await listRequests(store, {
      ...{ kinds: ['share'], states, destinations, sort: 'age' },
      ...{ offset: found.length, limit: SHARES_MAX },
    });
    found.push(...page);
    if (page.length < SHARES_MAX) return found;
  }
}

/** Models that a project may be told of: those that it may touch, or all where none was named. A name alone opens nothing. */
function toldOf(project: Project, models: readonly string[]): readonly string[] {
  if (project.models.length === 0) return models;
  return models.filter((id) => project.models.includes(id));
}

/** Why these files cannot be shared by this project at all; null when they can. */
async function findProblem(
  parts: ShareParts,
  request: Request,
  input: ShareInput,
  files: readonly SharedFile[],
): Promise<string | null> {
  if (files.length === 0)
    return 'there is no such result in the project, or it has no canonical files';
  if (files.length > SHARED_FILES_MAX)
    return `it has more than ${String(SHARED_FILES_MAX)} files; share single ones by their digests`;
  for (const file of files)
    if (!(await parts.blobs.has(file.sha256)))
      return `the bytes of \`${file.name}\` are not kept any more`;
  // What came from a third project is not this one's to give, even if somebody has exported it from here since.
  const received = await listAllShared(parts, [input.from], ['granted', 'ended']);
  const foreign = new Set(
    received
      .filter((share) => share.id !== request.id)
      .flatMap((share) => sharedFilesOf(share).map((file) => file.sha256)),
  );
  const other = files.find((file) => foreign.has(file.sha256));
  return other === undefined
    ? null
    : `\`${other.name}\` was shared with \`${input.from}\` by another project, and only that one can share it`;
}

/** Why the other project may not read it, in words for those who see that project; null when it may. */
async function findHidden(
  parts: ShareParts,
  input: ShareInput,
  models: readonly string[],
): Promise<string | null> {
  const to = (await parts.people.projects()).find((each) => each.id === input.to);
  if (to === undefined) return `there is no project \`${input.to}\``;
  const told = toldOf(to, models);
  const missing = models.filter((id) => !told.includes(id));
  return missing.length === 0
    ? null
    : `the result may tell of the model ${missing.map((id) => `\`${id}\``).join(', ')}, which \`${input.to}\` may not touch; an administrator lets it with \`sallyport change\` and \`project.models\``;
}

async function find(parts: ShareParts, request: Request, input: ShareInput): Promise<ShareFacts> {
  const { access, people, store } = parts;
  const named = await store
    .read((db: Kysely<unknown>) => readRequest(db, input.result.request))
    .catch(() => undefined);
  const result = named?.project === input.from ? named : undefined;
  const readable = result !== undefined && (await mayReadResult(parts, request.requester, result));
  const files = readable
    ? resultFiles(result).filter(
        ({ sha256 }) => input.result.file === null || sha256 === input.result.file,
      )
    : [];
  const problem = await findProblem(parts, request, input, files);
  const from = (await people.projects()).find((each) => each.id === input.from);
  const all = (await parts.models.list()).map((model) => model.id);
  const models = from === undefined ? [] : reachOf(from.models, all);
  const principal = await people.principal(request.requester);
  const there = { kind: 'project', id: input.to } as const;
  const known = (await access.can(principal, 'project.view', there)).allowed;
  const hidden = await findHidden(parts, input, models);
  return { files: problem === null ? files : [], models, problem, hidden, known };
}

/** What the kind `share` stands on. */
export function openShareHost(parts: ShareParts): ShareHost {
  const { ledger, clock, locks } = parts;
  return {
    ledger,
    clock,
    find: (request, input) => find(parts, request, input),
    findLock: async (request, input, models) => {
      const [lock] = await locks.on([
        { kind: 'lane', id: 'share' },
        { kind: 'principal', id: request.requester },
        ...(request.sponsor === null ? [] : [{ kind: 'principal', id: request.sponsor } as const]),
        { kind: 'project', id: input.from },
        { kind: 'project', id: input.to },
        ...models.map((id) => ({ kind: 'model', id }) as const),
      ]);
      if (lock === undefined) return null;
      return `the ${lock.target.kind} \`${lock.target.id}\` is locked by ${lock.id}: ${lock.reason}`;
    },
  };
}
