/** The table of sources. Durable with the caller's transaction; every change carries its ledger entry. */
import type { Kysely } from 'kysely';
import { isRefusal, newId } from '../../core/index.ts';
import type { Clock, Random } from '../../core/index.ts';
import type { Ledger } from '../../ledger/index.ts';
import type { Store } from '../../store/index.ts';
import { sourceErrors } from './errors.ts';
import { readForm, readIdentity, sourceDigest } from './source.ts';
import type { IntakeForm, Source, SourceKind } from './source.ts';

interface SourceRow {
  id: string;
  project: string;
  name: string;
  kind: string;
  identity: string;
  fingerprint: string;
  form: string;
  added_by: string;
  added_ms: bigint;
  recalled_ms: bigint | null;
  /** See `SourceIdentity`; null in rows from before there was one, and of a second source of one signer. */
  signer: string | null;
}

/** The tables of this module. */
export interface SourceTables {
  sources: SourceRow;
}

/** What is asked for. */
export interface NewSource {
  readonly project: string;
  readonly name: string;
  readonly kind: SourceKind;
  readonly identity: string;
  readonly form: unknown;
}

/** The keys of people of the gate, which are no sources of their own. */
export interface PeopleKeys {
  /** Whether a person has or ever had the key of this fingerprint. */
  everHeld(fingerprint: string): boolean;
  /** Fingerprints of the bare keys that a person has now. */
  keysOf(person: string): readonly string[];
}

/** What sources stand on. */
export interface SourcesHost {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly random: Random;
  readonly peopleKeys: PeopleKeys;
}

/**
 * The sources of a gate. No two sources have one signer, whoever adds them at whichever moment, and a recalled one keeps
 * its signer, so that nobody comes back under another name.
 */
export interface Sources {
  /** Adds a source; throws `SOURCE_SIGNER_TAKEN` and `SOURCE_KEY_OF_PERSON` among others. */
  add(source: NewSource, by: string): Promise<Source>;
  /** One source by id, or by name in its project; throws `SOURCE_NOT_FOUND`. */
  get(idOrName: string, project?: string): Promise<Source>;
  list(projects: readonly string[]): Promise<readonly Source[]>;
  /** Whether a source, of whatever project and recalled or not, signs with the key of this fingerprint. */
  isKeyOfSource(fingerprint: string): Promise<boolean>;
  /** Names the signers of rows from before they were named; gives the ids of sources whose signer another one has. */
  nameSigners(): Promise<readonly string[]>;
}

const SOURCES_MAX = 10_000;

function fromRow(row: SourceRow): Source {
  return {
    id: row.id,
    project: row.project,
    name: row.name,
    kind: row.kind as SourceKind,
    identity: row.identity,
    fingerprint: row.fingerprint,
    form: JSON.parse(row.form) as IntakeForm,
    addedBy: row.added_by,
    addedMs: Number(row.added_ms),
    recalledMs: row.recalled_ms === null ? null : Number(row.recalled_ms),
  };
}

/** Opens the sources of a store. */
export function openSources(host: SourcesHost): Sources {
  const { store } = host;
  return {
    add: (given, by) => addSource(host, given, by),
    get: async (idOrName, project) => {
      const row = await store.read((db: Kysely<SourceTables>) => {
        const query = db.selectFrom('sources').selectAll();
        const found =
          project === undefined
            ? query.where('id', '=', idOrName)
            : query
                .where('project', '=', project)
                .where((eb) => eb.or([eb('id', '=', idOrName), eb('name', '=', idOrName)]));
        return found.executeTakeFirst();
      });
      if (row === undefined)
        throw sourceErrors.error('NOT_FOUND', { source: idOrName.slice(0, 80) });
      return fromRow(row);
    },
    list: async (projects) => {
      if (projects.length === 0) return [];
      const rows = await store.read((db: Kysely<SourceTables>) =>
        db
          .selectFrom('sources')
          .selectAll()
          .where('project', 'in', projects)
          .orderBy('project')
          .orderBy('name')
          .execute(),
      );
      return rows.map(fromRow);
    },
    isKeyOfSource: (fingerprint) =>
      store.read(async (db: Kysely<unknown>) => (await findSigners(db, [fingerprint])).length > 0),
    nameSigners: () => store.write((tx: Kysely<SourceTables>) => nameSigners(tx)),
  };
}

async function addSource(host: SourcesHost, given: NewSource, by: string): Promise<Source> {
  const { ledger, clock, random } = host;
  if (!/^[a-z0-9][a-z0-9._-]{0,79}$/.test(given.name)) {
    const why = 'its name is not of lower-case letters, digits, dots, dashes and underlines';
    throw sourceErrors.error('INVALID', { why });
  }
  const { project, name, kind } = given;
  const { identity, fingerprint, signer } = readIdentity(kind, given.identity, project);
  const form = readForm(given.form);
  const id = newId('src', random);
  const source: Source = {
    ...{ id, project, name, kind, identity, fingerprint, form, addedBy: by },
    addedMs: clock.nowMs(),
    recalledMs: null,
  };
  const { peopleKeys } = host;
  if (kind !== 'person' && [fingerprint, signer].some((each) => peopleKeys.everHeld(each)))
    throw sourceErrors.error('KEY_OF_PERSON', { source: name });
  const also = kind === 'person' ? peopleKeys.keysOf(identity) : [fingerprint];
  await ledger.record(
    {
      kind: 'source.added',
      by,
      ...{ source: id, project, name, sourceKind: kind, fingerprint, signer },
      sourceSha256: sourceDigest(source),
    },
    async (tx: Kysely<SourceTables>) => {
      await needRoom(tx, project, name);
      // Writes are one after the other on both databases; the unique index holds even where they would not be.
      if ((await findSigners(tx as unknown as Kysely<unknown>, [signer, ...also])).length > 0)
        throw sourceErrors.error('SIGNER_TAKEN', { source: name });
      const row: SourceRow = {
        ...{ id, project, name, kind, identity, fingerprint, signer },
        form: JSON.stringify(form),
        added_by: by,
        added_ms: BigInt(source.addedMs),
        recalled_ms: null,
      };
      await tx.insertInto('sources').values(row).execute();
    },
  );
  return source;
}

async function needRoom(tx: Kysely<SourceTables>, project: string, name: string): Promise<void> {
  const { count } = await tx
    .selectFrom('sources')
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .where('project', '=', project)
    .executeTakeFirstOrThrow();
  if (Number(count) >= SOURCES_MAX) throw sourceErrors.error('FULL', { limit: SOURCES_MAX });
  const same = await tx
    .selectFrom('sources')
    .select('id')
    .where('project', '=', project)
    .where('name', '=', name)
    .executeTakeFirst();
  if (same !== undefined) throw sourceErrors.error('EXISTS', { source: name });
}

/** The sources that one of these signers, or keys by their fingerprints, stands behind, recalled ones too. */
export async function findSigners(
  db: Kysely<unknown>,
  signers: readonly string[],
): Promise<readonly { readonly id: string; readonly project: string; readonly good: boolean }[]> {
  if (signers.length === 0) return [];
  const rows = await (db as unknown as Kysely<SourceTables>)
    .selectFrom('sources')
    .select(['id', 'project', 'recalled_ms'])
    .where((eb) =>
      eb.or([
        eb('signer', 'in', signers),
        // The fingerprint of a person is a name.
        eb.and([eb('kind', '!=', 'person'), eb('fingerprint', 'in', signers)]),
      ]),
    )
    .orderBy('id')
    .execute();
  return rows.map(({ id, project, recalled_ms: at }) => ({ id, project, good: at === null }));
}

/** The signer of a stored source; null when its key is of a type that signs nothing here. */
export function signerOf(kind: SourceKind, identity: string, project: string): string | null {
  try {
    return readIdentity(kind, identity, project).signer;
  } catch (cause) {
    if (isRefusal(cause)) return null;
    throw cause;
  }
}

async function nameSigners(tx: Kysely<SourceTables>): Promise<readonly string[]> {
  const nameless = await tx
    .selectFrom('sources')
    .selectAll()
    .where('signer', 'is', null)
    .orderBy('added_ms')
    .orderBy('id')
    .execute();
  const shared: string[] = [];
  for (const { id, kind, identity, project } of nameless) {
    const signer = signerOf(kind as SourceKind, identity, project);
    // A key that cannot be named signs nothing here either.
    if (signer === null) continue;
    const taken = await tx
      .selectFrom('sources')
      .select('id')
      .where('signer', '=', signer)
      .executeTakeFirst();
    if (taken === undefined)
      await tx.updateTable('sources').set({ signer }).where('id', '=', id).execute();
    else shared.push(id);
  }
  return shared;
}

/** Ends a source in the transaction of its recall; throws `SOURCE_RECALLED` when it ended before. */
export async function recallSource(tx: Kysely<unknown>, id: string, nowMs: number): Promise<void> {
  const changed = await (tx as unknown as Kysely<SourceTables>)
    .updateTable('sources')
    .set({ recalled_ms: BigInt(nowMs) })
    .where('id', '=', id)
    .where('recalled_ms', 'is', null)
    .executeTakeFirstOrThrow();
  if (changed.numUpdatedRows === 0n) throw sourceErrors.error('RECALLED', { source: id });
}
