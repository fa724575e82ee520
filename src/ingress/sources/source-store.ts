/** The table of sources. Durable with the caller's transaction; every change carries its ledger entry. */
import type { Kysely } from 'kysely';
import { newId } from '../../core/index.ts';
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

/** The sources of a gate. */
export interface Sources {
  add(source: NewSource, by: string): Promise<Source>;
  /** One source by id, or by name in its project; throws `SOURCE_NOT_FOUND`. */
  get(idOrName: string, project?: string): Promise<Source>;
  list(projects: readonly string[]): Promise<readonly Source[]>;
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
export function openSources(host: {
  store: Store;
  ledger: Ledger;
  clock: Clock;
  random: Random;
}): Sources {
  const { store, ledger, clock, random } = host;
  return {
    add: async (given, by) => {
      if (!/^[a-z0-9][a-z0-9._-]{0,79}$/.test(given.name)) {
        const why = 'its name is not of lower-case letters, digits, dots, dashes and underlines';
        throw sourceErrors.error('INVALID', { why });
      }
      const { identity, fingerprint } = readIdentity(given.kind, given.identity);
      const form = readForm(given.form);
      const { project, name, kind } = given;
      const id = newId('src', random);
      const source: Source = {
        ...{ id, project, name, kind, identity, fingerprint, form, addedBy: by },
        addedMs: clock.nowMs(),
        recalledMs: null,
      };
      await ledger.record(
        {
          kind: 'source.added',
          by,
          ...{ source: id, project, name, sourceKind: kind, fingerprint },
          sourceSha256: sourceDigest(source),
        },
        async (tx: Kysely<SourceTables>) => {
          const { count } = await tx
            .selectFrom('sources')
            .select((eb) => eb.fn.countAll<bigint>().as('count'))
            .where('project', '=', project)
            .executeTakeFirstOrThrow();
          if (Number(count) >= SOURCES_MAX)
            throw sourceErrors.error('FULL', { limit: SOURCES_MAX });
          const same = await tx
            .selectFrom('sources')
            .select('id')
            .where('project', '=', project)
            .where('name', '=', name)
            .executeTakeFirst();
          if (same !== undefined) throw sourceErrors.error('EXISTS', { source: name });
          const row: SourceRow = {
            ...{ id, project, name, kind, identity, fingerprint },
            form: JSON.stringify(form),
            added_by: by,
            added_ms: BigInt(source.addedMs),
            recalled_ms: null,
          };
          await tx.insertInto('sources').values(row).execute();
        },
      );
      return source;
    },
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
  };
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
