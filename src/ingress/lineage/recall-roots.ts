/** Where a recall begins: the nodes that it walks down from, and the sources that end with it. */
import type { Kysely } from 'kysely';
import { findByDigest, findImportsOfSigner, listSigned, readImport } from '../imports/index.ts';
import { findSigners } from '../sources/index.ts';
import { lineageErrors } from './errors.ts';
import type { Recall } from './lineage.ts';
import { readNodes } from './lineage-store.ts';
import { isRecalled } from './recall-store.ts';

/** What a recall takes hold of before it walks. */
export interface RecallRoots {
  /** Ids of nodes; what was never admitted has none. */
  readonly roots: readonly string[];
  /** Sources that send nothing more. */
  readonly sources: readonly string[];
}

type Db = Kysely<unknown>;
type Targeted = Pick<Recall, 'target' | 'project'>;

/** Where a recall that was made began. */
export async function rootsOf(db: Db, { target, project }: Targeted): Promise<readonly string[]> {
  switch (target.kind) {
    case 'source':
    case 'set':
      return [`${target.kind}:${target.id}`];
    case 'file': {
      const own: string[] = [];
      for (const id of await findByDigest(db, target.id))
        if ((await readImport(db, id)).project === project) own.push(`set:${id}`);
      return own;
    }
    case 'key': {
      const { sources, imports } = await findSignedBy(db, target.id, project);
      const sets = imports.map((id) => `set:${id}`);
      return [...sources.map(({ id }) => `source:${id}`), ...sets];
    }
  }
}

/** Where a recall that is being made begins; throws when there is no such thing, or it was recalled before. */
export async function findRoots(tx: Db, { target, project }: Targeted): Promise<RecallRoots> {
  switch (target.kind) {
    case 'source':
      // A source whose sets were never admitted has no node yet; it still sends nothing more.
      return { roots: [`source:${target.id}`], sources: [target.id] };
    case 'set': {
      const [node] = await readNodes(tx, [`set:${target.id}`]);
      if (node?.project !== project) throw lineageErrors.error('NOT_FOUND', { node: target.id });
      return { roots: [node.id], sources: [] };
    }
    case 'file': {
      // A set that only waits to be admitted has no node; the recall keeps it out.
      await needFresh(tx, { target, project });
      const own = await rootsOf(tx, { target, project });
      if (own.length === 0) throw lineageErrors.error('NOT_FOUND', { node: target.id });
      return { roots: (await readNodes(tx, own)).map((node) => node.id), sources: [] };
    }
    case 'key': {
      await needFresh(tx, { target, project });
      const { sources, imports } = await findSignedBy(tx, target.id, project);
      if (sources.length + imports.length === 0)
        throw lineageErrors.error('NOT_FOUND', { node: target.id });
      const ids = await rootsOf(tx, { target, project });
      return {
        roots: (await readNodes(tx, ids)).map((node) => node.id),
        sources: sources.flatMap(({ id, good }) => (good ? [id] : [])),
      };
    }
  }
}

/** The sources of a key in a project, and the imports that it signed there. */
async function findSignedBy(db: Db, fingerprint: string, project: string) {
  const all = await findSigners(db, [fingerprint]);
  const sources = all.filter((each) => each.project === project);
  const by = { project, signer: fingerprint, sources: sources.map(({ id }) => id) };
  return { sources, imports: (await listSigned(db, by)).map(({ id }) => id) };
}

/** Nodes of every compartment that a key stands behind: its sources, and sets that it signed. */
export async function nodesOfKey(db: Db, fingerprint: string): Promise<readonly string[]> {
  const nodes: string[] = [];
  for (const { id } of await findSigners(db, [fingerprint])) nodes.push(`source:${id}`);
  for (const id of await findImportsOfSigner(db, fingerprint)) nodes.push(`set:${id}`);
  return nodes;
}

async function needFresh(tx: Db, { target, project }: Targeted): Promise<void> {
  if (await isRecalled(tx, target, project))
    throw lineageErrors.error('RECALLED_ALREADY', { target: target.id });
}

/** An import that a recall is about. */
export interface RecalledImport {
  readonly id: string;
  readonly state: string;
  readonly why: string;
}

/** Imports of the source, set, file or key of a recall, the newest first. */
export async function listRecalledImports(
  db: Db,
  { target, project }: Targeted,
): Promise<readonly RecalledImport[]> {
  switch (target.kind) {
    case 'source':
      return listSigned(db, { project, signer: null, sources: [target.id] });
    case 'key': {
      const { sources } = await findSignedBy(db, target.id, project);
      const ids = sources.map(({ id }) => id);
      return listSigned(db, { project, signer: target.id, sources: ids });
    }
    case 'set':
    case 'file': {
      const ids = target.kind === 'set' ? [target.id] : await findByDigest(db, target.id);
      const found: RecalledImport[] = [];
      for (const id of ids) {
        const { state, why, project: own } = await readImport(db, id);
        if (own === project) found.push({ id, state, why });
      }
      return found;
    }
  }
}
