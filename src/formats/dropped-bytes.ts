/** What a reader of a container leaves out, kept so that somebody can look at it: comments, extra fields, padding. */

/** One such run of bytes and what it is. */
export interface DroppedPiece {
  readonly where: string;
  readonly bytes: Uint8Array;
}

const KEPT_BYTES_MAX = 1 << 20;

/** Collects what is left out: all of it is counted, the first MiB is kept. */
export class DroppedBytes {
  readonly pieces: DroppedPiece[] = [];
  #total = 0;
  #kept = 0;

  get total(): number {
    return this.#total;
  }

  add(where: string, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#total += bytes.length;
    if (this.#kept >= KEPT_BYTES_MAX) return;
    this.#kept += bytes.length;
    this.pieces.push({ where, bytes: Uint8Array.from(bytes) });
  }

  /** Padding: of interest only when it is not empty. */
  addPadding(where: string, bytes: Uint8Array): void {
    if (bytes.some((byte) => byte !== 0)) this.add(where, bytes);
  }
}
