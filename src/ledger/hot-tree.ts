/**
 * The growing right edge of the tree, in memory, with every inner node of the tiles it holds.
 *
 * Appends can be taken back with {@link HotTree.truncate} until they are committed. Older tiles are dropped once they are
 * published and come back through {@link HotTree.load}.
 */
import { ledgerErrors } from './errors.ts';
import { nodeHash } from './merkle.ts';
import { TILE_HEIGHT, TILE_WIDTH } from './tiles.ts';
import type { NodeSource } from './tree.ts';
import { MissingTile, rangeRoot } from './tree.ts';

const TILES_KEPT = 4;
const TILES_LOADED_MAX = 256;

/** Where published tiles are read from; null for a damaged one. */
export interface TileReader {
  readTile(level: number, index: number, width: number): Promise<Uint8Array[] | null>;
}

/** One tile with its inner nodes: `rows[r][j]` covers `2^r` of the tile's hashes. */
class Tile {
  readonly rows: Uint8Array[][] = Array.from({ length: TILE_HEIGHT + 1 }, () => []);

  get width(): number {
    return this.rows[0]?.length ?? 0;
  }

  push(hash: Uint8Array): void {
    let node = hash;
    for (let r = 0; r <= TILE_HEIGHT; r++) {
      const row = this.rows[r];
      if (row === undefined) return;
      row.push(node);
      if (row.length % 2 !== 0) return;
      const left = row[row.length - 2];
      if (left === undefined) return;
      node = nodeHash(left, node);
    }
  }

  shrink(width: number): void {
    this.rows.forEach((row, r) => {
      row.length = Math.min(row.length, width >> r);
    });
  }
}

/** A tree that grows on the right. Sizes are exact up to 2^53. */
export class HotTree implements NodeSource {
  readonly #levels: Map<number, Tile>[] = [];
  #size = 0;
  #publishedSize = 0;

  /** Leaves appended so far, committed or not. */
  get size(): number {
    return this.#size;
  }

  /** Adds a leaf hash. */
  append(leaf: Uint8Array): void {
    this.#push(0, this.#size, leaf);
    this.#size++;
  }

  /** Takes leaves back until only `size` are left. */
  truncate(size: number): void {
    let hashes = size;
    for (const tiles of this.#levels) {
      for (const [index, tile] of tiles) {
        const width = hashes - index * TILE_WIDTH;
        if (width <= 0) tiles.delete(index);
        else if (width < TILE_WIDTH) tile.shrink(width);
      }
      hashes = Math.floor(hashes / TILE_WIDTH);
    }
    this.#size = size;
  }

  /** Puts a stored tile back, without which {@link node} cannot answer. */
  load(level: number, index: number, hashes: readonly Uint8Array[]): void {
    const tile = new Tile();
    for (const hash of hashes) tile.push(hash);
    const tiles = this.#level(level);
    const keep = this.#firstKept(level, this.#publishedSize);
    for (const old of tiles.keys()) {
      if (tiles.size <= TILES_LOADED_MAX) break;
      // What is not yet in the folder could not be loaded again.
      if (old < keep) tiles.delete(old);
    }
    tiles.set(index, tile);
  }

  /** Starts from a stored tree: its rightmost tiles must have been given to {@link load}. */
  startAt(size: number): void {
    this.#size = size;
    this.#publishedSize = size;
  }

  /** Forgets full tiles that are published and not near the edge. */
  forget(publishedSize: number): void {
    this.#publishedSize = publishedSize;
    this.#levels.forEach((tiles, level) => {
      const keep = this.#firstKept(level, publishedSize);
      for (const index of tiles.keys()) if (index < keep) tiles.delete(index);
    });
  }

  node(level: number, index: number): Uint8Array {
    const tileLevel = Math.floor(level / TILE_HEIGHT);
    const r = level % TILE_HEIGHT;
    const perTile = TILE_WIDTH >> r;
    const tileIndex = Math.floor(index / perTile);
    const tile = this.#levels[tileLevel]?.get(tileIndex);
    const found = tile?.rows[r]?.[index % perTile];
    if (found === undefined) throw new MissingTile(tileLevel, tileIndex);
    return found;
  }

  /** The root of the first `size` leaves. */
  root(size = this.#size): Uint8Array {
    return rangeRoot(this, 0, size);
  }

  /** Computes something, loading the published tiles that it turns out to need. */
  async loading<T>(folder: TileReader, compute: () => T): Promise<T> {
    for (;;) {
      try {
        return compute();
      } catch (cause) {
        if (!(cause instanceof MissingTile)) throw cause;
        const hashes = await folder.readTile(cause.level, cause.index, TILE_WIDTH);
        if (hashes === null) {
          throw ledgerErrors.error('ROOT_MISMATCH', {
            log: 'folder',
            why: `tile ${String(cause.level)}/${String(cause.index)} is damaged`,
          });
        }
        this.load(cause.level, cause.index, hashes);
      }
    }
  }

  /** The root of all leaves, loading published tiles. */
  rootLoading(folder: TileReader): Promise<Uint8Array> {
    return this.loading(folder, () => this.root());
  }

  /** The hashes of a tile, at most `width` of them. */
  tile(level: number, index: number, width: number): Uint8Array[] {
    const row = this.#levels[level]?.get(index)?.rows[0];
    if (row === undefined || row.length < width) throw new MissingTile(level, index);
    return row.slice(0, width);
  }

  #firstKept(level: number, size: number): number {
    return Math.floor(size / TILE_WIDTH ** (level + 1)) - TILES_KEPT;
  }

  #level(level: number): Map<number, Tile> {
    while (this.#levels.length <= level) this.#levels.push(new Map());
    const tiles = this.#levels[level];
    if (tiles === undefined) throw new RangeError('no such level');
    return tiles;
  }

  #push(level: number, position: number, hash: Uint8Array): void {
    const index = Math.floor(position / TILE_WIDTH);
    const tiles = this.#level(level);
    let tile = tiles.get(index);
    if (tile === undefined) {
      tile = new Tile();
      tiles.set(index, tile);
    }
    if (tile.width !== position % TILE_WIDTH) throw new RangeError('leaf out of order');
    tile.push(hash);
    const whole = tile.rows[TILE_HEIGHT]?.[0];
    if (whole !== undefined) this.#push(level + 1, index, whole);
  }
}
