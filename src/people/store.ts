/**
 * The tables of people. Tokens are kept as SHA-256 of 256 random bits: whoever reads the database cannot use them.
 * Every change carries its ledger entry in the same transaction.
 */
import type { Kysely } from 'kysely';
import { sha256 } from '../core/index.ts';
import type { Clock, Random } from '../core/index.ts';
import type { EntryInput, Ledger } from '../ledger/index.ts';
import type { Store } from '../store/index.ts';
import { errors } from './errors.ts';
import { checkName, checkPrincipal } from './people.ts';
import type { Destination, Principal, PrincipalKind, Project, Role } from './people.ts';
import { findTokenBearer, openTokens } from './tokens.ts';
import type { Tokens } from './tokens.ts';

interface PrincipalRow {
  id: string;
  kind: string;
  name: string;
  sponsor: string | null;
  role: string;
  added_ms: bigint;
}

/** The tables of this module. */
export interface PeopleTables {
  principals: PrincipalRow;
  tokens: {
    hash: string;
    id: string;
    principal: string;
    added_ms: bigint;
    revoked_ms: bigint | null;
    confirmed_by: string | null;
  };
  projects: { id: string; title: string; added_ms: bigint };
  project_members: { project: string; principal: string };
  project_models: { project: string; model: string };
  destinations: { project: string; name: string; number: bigint; added_ms: bigint };
  sessions: { hash: string; principal: string; key: string; added_ms: bigint; ends_ms: bigint };
}

type Db = Kysely<PeopleTables>;

/** Principals, tokens, projects and destinations. */
export interface People extends Tokens {
  /** The principal of a token; throws 401 for one that is unknown, revoked, or waits for its sponsor's word. */
  authenticate(token: string | undefined): Promise<Principal>;
  principals(): Promise<readonly Principal[]>;
  principal(id: string): Promise<Principal>;
  addPrincipal(principal: Principal, by: string): Promise<Principal>;
  projects(): Promise<readonly Project[]>;
  project(id: string): Promise<Project>;
  addProject(id: string, title: string, by: string): Promise<Project>;
  addMember(project: string, principal: string, by: string): Promise<Project>;
  addModel(project: string, model: string, by: string): Promise<Project>;
  addDestination(project: string, name: string, by: string, number?: number): Promise<Destination>;
  /** Opens a session of a person who has shown a key; the secret is never shown again. */
  openSession(person: string, key: string): Promise<{ token: string; endsMs: number }>;
  /** Ends a session; unknown ones are ended already. */
  closeSession(token: string): Promise<void>;
  /** Ends the sessions of keys that are in force no longer. */
  keepSessions(keys: readonly string[]): Promise<void>;
  /** Forgets what was cached of tokens and sessions: people or keys have changed. */
  forget(): void;
}

const LIMITS = { principal: 10_000, project: 1_000, destination: 10_000 } as const;
const LIVE_CACHE_MS = 1_000;
const SESSION_PREFIX = 'sps_';
/** A working day. */
const SESSION_MS = 12 * 3_600_000;

function toPrincipal(row: PrincipalRow): Principal {
  return {
    id: row.id,
    kind: row.kind as PrincipalKind,
    name: row.name,
    sponsor: row.sponsor,
    role: row.role as Role,
  };
}

async function findPrincipal(db: Db, id: string): Promise<Principal | undefined> {
  const row = await db.selectFrom('principals').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toPrincipal(row);
}

async function needPrincipal(db: Db, id: string): Promise<Principal> {
  const principal = await findPrincipal(db, id);
  if (principal === undefined) throw errors.error('NOT_FOUND', { what: 'principal', name: id });
  return principal;
}

/** Which projects touch which guarded models, inside or outside a transaction. */
export function listProjectModels(
  db: Kysely<unknown>,
): Promise<readonly { readonly project: string; readonly model: string }[]> {
  return (db as unknown as Db).selectFrom('project_models').selectAll().execute();
}

async function readProjects(db: Db, only?: string): Promise<readonly Project[]> {
  const projects = await db
    .selectFrom('projects')
    .selectAll()
    .$if(only !== undefined, (query) => query.where('id', '=', only ?? ''))
    .orderBy('id')
    .execute();
  const members = await db.selectFrom('project_members').selectAll().orderBy('principal').execute();
  const models = await db.selectFrom('project_models').selectAll().orderBy('model').execute();
  const places = await db.selectFrom('destinations').selectAll().orderBy('number').execute();
  return projects.map((project) => ({
    id: project.id,
    title: project.title,
    members: members.filter((row) => row.project === project.id).map((row) => row.principal),
    models: models.filter((row) => row.project === project.id).map((row) => row.model),
    destinations: places
      .filter((row) => row.project === project.id)
      .map((row) => ({ project: row.project, name: row.name, number: Number(row.number) })),
  }));
}

async function needProject(db: Db, id: string): Promise<Project> {
  const [project] = await readProjects(db, id);
  if (project === undefined) throw errors.error('NOT_FOUND', { what: 'project', name: id });
  return project;
}

async function count(db: Db, table: 'principals' | 'projects' | 'destinations'): Promise<number> {
  const row = await db
    .selectFrom(table)
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .executeTakeFirst();
  return Number(row?.count ?? 0n);
}

function checkLimit(what: keyof typeof LIMITS, held: number): void {
  if (held >= LIMITS[what]) throw errors.error('LIMIT_REACHED', { what, limit: LIMITS[what] });
}

/** Every destination, by its number, inside or outside a transaction. */
export async function listDestinations(db: Kysely<unknown>): Promise<readonly Destination[]> {
  const rows = await (db as Db)
    .selectFrom('destinations')
    .select(['project', 'name', 'number'])
    .orderBy('number')
    .execute();
  return rows.map(({ project, name, number }) => ({ project, name, number: Number(number) }));
}

/** Takes a destination away, in the caller's transaction. What was sent there stays what it is. */
export async function removeDestination(tx: Kysely<unknown>, number: number): Promise<void> {
  await (tx as Db).deleteFrom('destinations').where('number', '=', BigInt(number)).execute();
}

/** Adds a destination, in the caller's transaction; throws `PEOPLE_EXISTS` for a name or number that is taken. */
export async function putDestination(
  tx: Kysely<unknown>,
  place: { project: string; name: string; number: number | undefined },
  nowMs: number,
): Promise<Destination> {
  checkName('destination', place.name);
  return insertDestination(tx, place, nowMs);
}

async function insertDestination(
  tx: Db,
  place: { project: string; name: string; number: number | undefined },
  nowMs: number,
): Promise<Destination> {
  const { project, name } = place;
  await needProject(tx, project);
  checkLimit('destination', await count(tx, 'destinations'));
  const rows = await tx.selectFrom('destinations').selectAll().execute();
  const number =
    place.number ?? rows.reduce((max, row) => Math.max(max, Number(row.number)), 0) + 1;
  if (rows.some((row) => row.project === project && row.name === name)) {
    throw errors.error('EXISTS', { what: 'destination', name });
  }
  if (rows.some((row) => Number(row.number) === number)) {
    throw errors.error('EXISTS', { what: 'destination', name: `number ${String(number)}` });
  }
  await tx
    .insertInto('destinations')
    .values({ project, name, number: BigInt(number), added_ms: BigInt(nowMs) })
    .execute();
  return { project, name, number };
}

/** Opens the people of a store. */
export function openPeople(host: {
  store: Store;
  ledger: Ledger;
  clock: Clock;
  random: Random;
}): People {
  const { store, ledger, clock, random } = host;
  const read = <T>(work: (db: Db) => Promise<T>): Promise<T> => store.read(work);
  const change = async <T>(entry: EntryInput, work: (tx: Db) => Promise<T>): Promise<T> =>
    (await ledger.record<T, PeopleTables>(entry, work)).value;
  const live = new Map<string, { principal: Principal; untilMs: number }>();

  const authenticate = async (token: string | undefined): Promise<Principal> => {
    if (token === undefined || token === '') throw errors.error('TOKEN_MISSING');
    // Looking up by the digest of a 256-bit secret leaks nothing useful through time.
    const hash = sha256(token.slice(0, 200));
    const cached = live.get(hash);
    if (cached !== undefined && cached.untilMs > clock.nowMs()) return cached.principal;
    const principal = await read(async (db) => {
      if (token.startsWith(SESSION_PREFIX)) {
        const session = await db
          .selectFrom('sessions')
          .select('principal')
          .where('hash', '=', hash)
          .where('ends_ms', '>', BigInt(clock.nowMs()))
          .executeTakeFirst();
        return session === undefined ? undefined : findPrincipal(db, session.principal);
      }
      return findTokenBearer(db, hash, (id) => findPrincipal(db, id));
    });
    if (principal === undefined) throw errors.error('TOKEN_UNKNOWN');
    if (live.size > 1_000) live.clear();
    live.set(hash, { principal, untilMs: clock.nowMs() + LIVE_CACHE_MS });
    return principal;
  };

  const addLink = async (
    table: 'project_members' | 'project_models',
    project: string,
    other: string,
    by: string,
  ): Promise<Project> => {
    const what = table === 'project_members' ? 'member' : 'model';
    return change({ kind: `project.${what}-added`, by, project, [what]: other }, async (tx) => {
      const held = await needProject(tx, project);
      if (table === 'project_members') {
        await needPrincipal(tx, other);
        if (held.members.includes(other)) return held;
        await tx.insertInto(table).values({ project, principal: other }).execute();
      } else {
        if (held.models.includes(other)) return held;
        await tx.insertInto('project_models').values({ project, model: other }).execute();
      }
      return needProject(tx, project);
    });
  };

  const forget = (): void => {
    live.clear();
  };

  return {
    ...openTokens({ store, ledger, clock, random, needPrincipal, forget }),
    authenticate,
    principals: () =>
      read(async (db) =>
        (await db.selectFrom('principals').selectAll().orderBy('id').execute()).map(toPrincipal),
      ),
    principal: (id) => read((db) => needPrincipal(db, id)),
    addPrincipal: (principal, by) =>
      change(describePrincipal(principal, by), async (tx) => {
        const sponsor =
          principal.sponsor === null ? undefined : await needPrincipal(tx, principal.sponsor);
        checkPrincipal(principal, sponsor);
        checkLimit('principal', await count(tx, 'principals'));
        if ((await findPrincipal(tx, principal.id)) !== undefined) {
          throw errors.error('EXISTS', { what: 'principal', name: principal.id });
        }
        const row = { ...principal, added_ms: BigInt(clock.nowMs()) };
        await tx.insertInto('principals').values(row).execute();
        return principal;
      }),
    projects: () => read((db) => readProjects(db)),
    project: (id) => read((db) => needProject(db, id)),
    addProject: (id, title, by) =>
      change({ kind: 'project.added', by, project: id, title }, async (tx) => {
        checkName('project', id);
        checkLimit('project', await count(tx, 'projects'));
        const held = await tx
          .selectFrom('projects')
          .select('id')
          .where('id', '=', id)
          .executeTakeFirst();
        if (held !== undefined) throw errors.error('EXISTS', { what: 'project', name: id });
        await tx
          .insertInto('projects')
          .values({ id, title, added_ms: BigInt(clock.nowMs()) })
          .execute();
        return { id, title, members: [], models: [], destinations: [] };
      }),
    addMember: (project, principal, by) => addLink('project_members', project, principal, by),
    addModel: (project, model, by) => addLink('project_models', project, model, by),
    addDestination: async (project, name, by, number) => {
      const { value } = await ledger.record(
        (place: Destination) => ({ kind: 'destination.added', by, ...place }),
        (tx: Kysely<unknown>) => putDestination(tx, { project, name, number }, clock.nowMs()),
      );
      return value;
    },
    openSession: (person, key) => {
      const token = SESSION_PREFIX + Buffer.from(random.bytes(32)).toString('base64url');
      const nowMs = clock.nowMs();
      const endsMs = nowMs + SESSION_MS;
      const sessionSha256 = sha256(token);
      return change({ kind: 'session.opened', by: person, key, sessionSha256 }, async (tx) => {
        await tx.deleteFrom('sessions').where('ends_ms', '<=', BigInt(nowMs)).execute();
        await tx
          .insertInto('sessions')
          .values({
            hash: sessionSha256,
            principal: person,
            key,
            added_ms: BigInt(nowMs),
            ends_ms: BigInt(endsMs),
          })
          .execute();
        return { token, endsMs };
      });
    },
    closeSession: async (token) => {
      const hash = sha256(token);
      live.delete(hash);
      await store.write((tx: Db) =>
        tx
          .deleteFrom('sessions')
          .where('hash', '=', hash)
          .execute()
          .then(() => undefined),
      );
    },
    keepSessions: async (keys) => {
      live.clear();
      await store.write(async (tx: Db) => {
        const held = new Set(keys);
        const open = await tx.selectFrom('sessions').select('key').distinct().execute();
        const over = open.map((row) => row.key).filter((key) => !held.has(key));
        if (over.length > 0) await tx.deleteFrom('sessions').where('key', 'in', over).execute();
      });
      live.clear();
    },
    forget,
  };
}

function describePrincipal(principal: Principal, by: string): EntryInput {
  const { id, kind, name, sponsor, role } = principal;
  return { kind: 'principal.added', by, principal: id, principalKind: kind, name, sponsor, role };
}
