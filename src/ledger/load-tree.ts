/** Brings the tree back: published tiles first, then the database's newer entries, then both are held to their roots. */
import type { Kysely } from 'kysely';
import { equalBytes } from '../core/index.ts';
import type { Store } from '../store/index.ts';
import { openCheckpoint } from './checkpoint.ts';
import { ledgerErrors } from './errors.ts';
import { HotTree } from './hot-tree.ts';
import type { HeadRow, LedgerTables } from './ledger-rows.ts';
import { readEntries, rowCommitment } from './ledger-rows.ts';
import { leafHash } from './merkle.ts';
import type { Verifier } from './note.ts';
import type { TileFolder } from './tile-folder.ts';
import { edgeTiles } from './tiles.ts';

const ROWS_AT_ONCE = 1_024;

/** The tree and how much of it is published. */
export interface LoadedTree {
  readonly tree: HotTree;
  readonly publishedSize: number;
}

function mismatch(log: string, why: string): Error {
  return ledgerErrors.error('ROOT_MISMATCH', { log, why });
}

async function loadPublished(
  logId: string,
  tree: HotTree,
  folder: TileFolder,
  published: { size: number; root: Uint8Array },
): Promise<void> {
  const { size } = published;
  for (const { level, index, width } of edgeTiles(size)) {
    const tile = await folder.readTile(level, index, width);
    if (tile === null) throw mismatch(logId, `tile ${String(level)}/${String(index)} is damaged`);
    tree.load(level, index, tile);
  }
  tree.startAt(size);
  if (size > 0 && !equalBytes(await tree.rootLoading(folder), published.root)) {
    throw mismatch(logId, 'the tiles on disk do not give the published root');
  }
}

/** Loads a log. Throws if the folder is ahead of the database or either does not give its root. */
export async function loadTree(
  logId: string,
  head: HeadRow,
  parts: { store: Store; folder: TileFolder; verifier: Verifier },
): Promise<LoadedTree> {
  const { store, folder, verifier } = parts;
  const tree = new HotTree();
  let publishedSize = 0;
  const file = await folder.readCheckpoint();
  if (file !== null) {
    const opened = openCheckpoint(file, verifier);
    if (!opened.ok) throw mismatch(logId, `the checkpoint file is refused: ${opened.message}`);
    publishedSize = opened.checkpoint.size;
    if (publishedSize > head.size) {
      throw ledgerErrors.error('DATABASE_ROLLED_BACK', {
        held: head.size,
        seen: 'the published checkpoint',
        size: publishedSize,
      });
    }
    await loadPublished(logId, tree, folder, opened.checkpoint);
  }
  while (tree.size < head.size) {
    const rows = await store.read((db: Kysely<LedgerTables>) =>
      readEntries(db, logId, tree.size, Math.min(ROWS_AT_ONCE, head.size - tree.size)),
    );
    if (rows.length === 0) throw mismatch(logId, `entry ${String(tree.size)} is missing`);
    for (const row of rows) {
      if (row.index !== tree.size) throw mismatch(logId, `entry ${String(tree.size)} is missing`);
      tree.append(leafHash(rowCommitment(row)));
    }
  }
  if (!equalBytes(await tree.rootLoading(folder), head.root)) {
    throw mismatch(logId, 'the entries do not give the signed root');
  }
  return { tree, publishedSize };
}
