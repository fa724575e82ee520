/** Imports as they are answered. */
import type { Kysely } from 'kysely';
import type { Gate } from '../../app/index.ts';
import { isoTime } from '../../core/index.ts';
import { importErrors, isFormOf, listFiles, listForms } from '../../ingress/index.ts';
import type { Import, ImportCounts, ImportFile, ImportForm } from '../../ingress/index.ts';
import type { Principal } from '../../people/index.ts';
import { maySee } from './scope.ts';

/** An import in a line. */
export interface ImportShown {
  readonly id: string;
  readonly project: string;
  readonly source: { readonly id: string; readonly name: string };
  readonly requester: string;
  readonly why: string;
  readonly skipRefused: boolean;
  readonly state: string;
  readonly request: string | null;
  readonly counts: ImportCounts;
  /** Of the decoding: weights are bytes; `leftMs` is null while there is no speed yet. */
  readonly progress: {
    readonly doneBytes: number;
    readonly totalBytes: number;
    readonly leftMs: number | null;
  } | null;
  readonly manifestSha256: string | null;
  readonly statementSha256: string | null;
  /** Whose signature covers its files; null until all of them are here. */
  readonly signer: string | null;
  /** Why it was closed; null unless it was. */
  readonly reason: string | null;
  readonly openedAt: string;
  readonly admittedAt: string | null;
  readonly recalledAt: string | null;
}

/** A file with its safe forms. */
export interface ImportFileShown extends ImportFile {
  readonly forms: readonly Omit<ImportForm, 'file'>[];
}

const isoOrNull = (ms: number | null): string | null => (ms === null ? null : isoTime(ms));

/** The import, if the principal may see its project; otherwise the answer of one that does not exist. */
export async function readVisibleImport(
  gate: Gate,
  principal: Principal,
  id: string,
): Promise<Import> {
  const held = await gate.wayIn.imports.get(id);
  const resource = { kind: 'project', id: held.project } as const;
  if (held.requester === principal.id) return held;
  if ((await gate.access.can(principal, 'project.view', resource)).allowed) return held;
  // Whoever is asked to approve it sees what it is about.
  if (held.request !== null) {
    const { request, judgement } = await gate.requests.approvals.stand(held.request);
    if (
      judgement?.voters.has(principal.id) === true &&
      (await maySee(gate, principal, request, true))
    )
      return held;
  }
  throw importErrors.error('NOT_FOUND', { id: id.slice(0, 80) });
}

/** The import, if it is the principal's own. */
export async function readOwnImport(gate: Gate, principal: Principal, id: string): Promise<Import> {
  const held = await readVisibleImport(gate, principal, id);
  if (held.requester === principal.id) return held;
  throw importErrors.error('STATE_WRONG', { id, event: 'change', state: 'of somebody else' });
}

/** Shows an import in a line. */
export async function showImport(gate: Gate, held: Import): Promise<ImportShown> {
  const { imports, sources, jobs } = gate.wayIn;
  const source = await sources.get(held.source);
  const under = held.state === 'receiving' || held.state === 'decoding';
  const batch = under ? await jobs.progress(held.id) : null;
  const { openedMs, admittedMs, recalledMs, key: _, sponsor: __, proof: ___, ...rest } = held;
  return {
    ...rest,
    source: { id: source.id, name: source.name },
    counts: await imports.counts(held.id),
    progress:
      batch === null
        ? null
        : { doneBytes: batch.doneWeight, totalBytes: batch.totalWeight, leftMs: batch.leftMs },
    openedAt: isoTime(openedMs),
    admittedAt: isoOrNull(admittedMs),
    recalledAt: isoOrNull(recalledMs),
  };
}

/** A page of files with their forms. */
export async function showImportFiles(
  gate: Gate,
  id: string,
  page: { from: number; limit: number; verdict?: ImportFile['verdict'] },
): Promise<readonly ImportFileShown[]> {
  const { from, limit, verdict } = page;
  return gate.store.read(async (db: Kysely<unknown>) => {
    const files = await listFiles(db, id, from, limit, verdict ?? undefined);
    const last = files.at(-1);
    const first = files[0];
    if (last === undefined || first === undefined) return [];
    const forms = await listForms(db, id, first.position, last.position);
    return files.map((file) => ({
      ...file,
      forms: forms.flatMap(({ file: owner, ...form }) => (owner === file.position ? [form] : [])),
    }));
  });
}

/** Whether an import has a safe form of this digest. */
export function hasForm(gate: Gate, id: string, sha256: string): Promise<boolean> {
  return gate.store.read((db: Kysely<unknown>) => isFormOf(db, id, sha256));
}
