/** The log's folder: C2SP tiles, bundles and the checkpoint file. Not trusted when read. */
import path from 'node:path';
import type { FileOps } from '../core/index.ts';
import { concatBytes, equalBytes, utf8, writeFileDurable } from '../core/index.ts';
import { ledgerErrors } from './errors.ts';
import type { TileName } from './tiles.ts';
import { decodeBundle, decodeTile, encodeBundle, TILE_WIDTH, tilePath } from './tiles.ts';

const CHECKPOINT = 'checkpoint';

/** Reads and writes the files of one log. */
export class TileFolder {
  readonly dir: string;
  readonly #files: FileOps;

  constructor(dir: string, files: FileOps) {
    this.dir = dir;
    this.#files = files;
  }

  /** Writes a hash tile and reads it back before anything is built on it. */
  async writeTile(tile: TileName, hashes: readonly Uint8Array[]): Promise<void> {
    await this.#write(tilePath(tile), concatBytes(hashes));
    await this.#dropPartials(tile);
  }

  /** Writes an entry bundle and reads it back. */
  async writeBundle(tile: TileName, entries: readonly Uint8Array[]): Promise<void> {
    await this.#write(tilePath(tile), encodeBundle(entries));
    await this.#dropPartials(tile);
  }

  /** Replaces the checkpoint file. */
  async writeCheckpoint(text: string): Promise<void> {
    await this.#write(CHECKPOINT, utf8(text));
  }

  /** The checkpoint file; null if there is none. */
  async readCheckpoint(): Promise<Uint8Array | null> {
    return this.#files.read(path.join(this.dir, CHECKPOINT));
  }

  /** At least `width` hashes of a tile; the full tile stands in for a partial one that was removed. Null if damaged. */
  async readTile(level: number, index: number, width: number): Promise<Uint8Array[] | null> {
    const part = await this.#read({ level, index, width });
    const found = part === null ? null : decodeTile(part, width);
    if (found !== null || width === TILE_WIDTH) return found;
    const whole = await this.#read({ level, index, width: TILE_WIDTH });
    return whole === null ? null : (decodeTile(whole, TILE_WIDTH)?.slice(0, width) ?? null);
  }

  /** The entries of a bundle, as {@link readTile}. */
  async readBundle(index: number, width: number): Promise<Uint8Array[] | null> {
    const part = await this.#read({ level: null, index, width });
    const found = part === null ? null : decodeBundle(part, width);
    if (found !== null || width === TILE_WIDTH) return found;
    const whole = await this.#read({ level: null, index, width: TILE_WIDTH });
    return whole === null ? null : (decodeBundle(whole, TILE_WIDTH)?.slice(0, width) ?? null);
  }

  /** The widths of the partial tiles or bundles that are kept beside each other, in no order. */
  async partialWidths(level: number | null, index: number): Promise<number[]> {
    const whole = tilePath({ level, index, width: TILE_WIDTH });
    const names = await this.#files.list(path.join(this.dir, `${whole}.p`));
    return names.filter((name) => /^[1-9]\d{0,2}$/.test(name)).map(Number);
  }

  /** A partial tile or bundle in exactly this width; null if it is gone, undefined if it is damaged. */
  async readPartial(tile: TileName): Promise<Uint8Array[] | null | undefined> {
    const bytes = await this.#read(tile);
    if (bytes === null) return null;
    const { level, width } = tile;
    return (level === null ? decodeBundle(bytes, width) : decodeTile(bytes, width)) ?? undefined;
  }

  #read(tile: TileName): Promise<Uint8Array | null> {
    return this.#files.read(path.join(this.dir, tilePath(tile)));
  }

  async #write(name: string, bytes: Uint8Array): Promise<void> {
    const file = path.join(this.dir, name);
    await writeFileDurable(file, bytes, { files: this.#files });
    const back = await this.#files.read(file);
    if (back === null || !equalBytes(back, bytes)) {
      throw ledgerErrors.error('ROOT_MISMATCH', {
        log: this.dir,
        why: `\`${name}\` reads back changed`,
      });
    }
  }

  /** Partial tiles may go once the full one is there; old sizes are then read from it. */
  async #dropPartials(tile: TileName): Promise<void> {
    if (tile.width !== TILE_WIDTH) return;
    await this.#files.remove(path.join(this.dir, `${tilePath(tile)}.p`));
  }
}
