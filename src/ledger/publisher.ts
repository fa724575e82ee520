/**
 * Puts what the database has committed into the log's folder: full and partial tiles, bundles, then the checkpoint.
 *
 * The same code runs every second, at start after a crash, and at the end. Files only ever follow the database; dying
 * anywhere leaves an older checkpoint with all its tiles, and the next run writes the rest again.
 */
import type { Store } from '../store/index.ts';
import { equalBytes } from '../core/index.ts';
import { ledgerErrors } from './errors.ts';
import type { HotTree } from './hot-tree.ts';
import { readEntries, rowCommitment } from './ledger-rows.ts';
import { leafHash } from './merkle.ts';
import type { TileFolder } from './tile-folder.ts';
import type { TileName } from './tiles.ts';
import { TILE_WIDTH, tilesOf } from './tiles.ts';

/** What the publisher works on. */
export interface PublisherParts {
  readonly logId: string;
  readonly store: Store;
  readonly tree: HotTree;
  readonly folder: TileFolder;
}

/** Writes a bundle from the database rows, hashing each again and comparing it with the tree. */
async function publishBundle(parts: PublisherParts, tile: TileName): Promise<void> {
  const from = tile.index * TILE_WIDTH;
  const rows = await parts.store.read((db) =>
    readEntries(db as never, parts.logId, from, tile.width),
  );
  const leaves = parts.tree.tile(0, tile.index, tile.width);
  const entries = rows.map(rowCommitment);
  const same =
    entries.length === tile.width &&
    entries.every((entry, i) => equalBytes(leafHash(entry), leaves[i] ?? new Uint8Array(0)));
  if (!same) {
    throw ledgerErrors.error('ROOT_MISMATCH', {
      log: parts.logId,
      why: `entries from ${String(from)} do not hash to what was signed`,
    });
  }
  await parts.folder.writeBundle(tile, entries);
}

/** Publishes a committed checkpoint; `from` is the size that is already published. */
export async function publishTiles(
  parts: PublisherParts,
  from: number,
  to: { size: number; checkpoint: string },
): Promise<void> {
  for (const tile of tilesOf(to.size, from)) {
    if (tile.level === null) await publishBundle(parts, tile);
    else {
      await parts.folder.writeTile(tile, parts.tree.tile(tile.level, tile.index, tile.width));
    }
  }
  // Everything that this checkpoint covers is durable before the checkpoint itself is.
  await parts.folder.writeCheckpoint(to.checkpoint);
  parts.tree.forget(to.size);
}
