/** The names and bytes of C2SP tlog-tiles: hash tiles 256 wide, and entry bundles. */
import { concatBytes } from '../core/index.ts';
import { HASH_BYTES } from './merkle.ts';

/** Hashes in a full tile. */
export const TILE_WIDTH = 256;
/** Tree levels that a tile covers. */
export const TILE_HEIGHT = 8;

/** One tile or bundle: `level` is null for a bundle; `width` is 256 when full. */
export interface TileName {
  readonly level: number | null;
  readonly index: number;
  readonly width: number;
}

function indexPath(index: number): string {
  const groups: string[] = [];
  let rest = index;
  do {
    groups.unshift(String(rest % 1000).padStart(3, '0'));
    rest = Math.floor(rest / 1000);
  } while (rest > 0);
  return groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
}

/** The path of a tile below the log's folder, such as `tile/0/x001/234.p/17`. */
export function tilePath(tile: TileName): string {
  const kind = tile.level === null ? 'entries' : String(tile.level);
  const partial = tile.width === TILE_WIDTH ? '' : `.p/${String(tile.width)}`;
  return `tile/${kind}/${indexPath(tile.index)}${partial}`;
}

/** Every tile and bundle that a tree of `size` has, starting with those that a tree of `from` had not in this width. */
export function tilesOf(size: number, from = 0): TileName[] {
  const tiles: TileName[] = [];
  for (let level = 0, unit = 1; Math.floor(size / unit) > 0; level++, unit *= TILE_WIDTH) {
    const hashes = Math.floor(size / unit);
    const before = Math.floor(from / unit);
    if (hashes === before) continue;
    for (let index = Math.floor(before / TILE_WIDTH); index * TILE_WIDTH < hashes; index++) {
      const width = Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH);
      if (level === 0) tiles.push({ level: null, index, width });
      tiles.push({ level, index, width });
    }
  }
  return tiles;
}

/** The partial hash tiles at the right edge of a tree: all that is needed, with the full ones, to know it. */
export function edgeTiles(size: number): { level: number; index: number; width: number }[] {
  const tiles: { level: number; index: number; width: number }[] = [];
  for (
    let level = 0, hashes = size;
    hashes > 0;
    level++, hashes = Math.floor(hashes / TILE_WIDTH)
  ) {
    const width = hashes % TILE_WIDTH;
    if (width > 0) tiles.push({ level, index: Math.floor(hashes / TILE_WIDTH), width });
  }
  return tiles;
}

/** Writes an entry bundle: each entry after its length as a big-endian uint16. */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  return concatBytes(
    entries.flatMap((entry) => [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry]),
  );
}

/** Reads an entry bundle; null unless it holds exactly `count` whole entries and nothing else. */
export function decodeBundle(bytes: Uint8Array, count: number): Uint8Array[] | null {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    const high = bytes[at];
    const low = bytes[at + 1];
    if (high === undefined || low === undefined) return null;
    const end = at + 2 + high * 256 + low;
    if (end > bytes.length) return null;
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return entries.length === count ? entries : null;
}

/** Splits a tile into its hashes; null unless it holds exactly `width`. */
export function decodeTile(bytes: Uint8Array, width: number): Uint8Array[] | null {
  if (bytes.length !== width * HASH_BYTES) return null;
  return Array.from({ length: width }, (_, i) => bytes.slice(i * HASH_BYTES, (i + 1) * HASH_BYTES));
}
