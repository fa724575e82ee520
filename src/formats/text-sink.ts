/** Collects text as UTF-8 in blocks, so that a large file is not held as millions of strings. */

const BLOCK_LENGTH = 1 << 16;

/** Takes pieces of text and gives their bytes. */
export class TextSink {
  readonly #encoder = new TextEncoder();
  readonly #blocks: Uint8Array[] = [];
  #pieces: string[] = [];
  #length = 0;

  /** Appends pieces. A character outside of the basic plane must not be cut between two calls. */
  push(...pieces: readonly string[]): void {
    for (const piece of pieces) {
      this.#pieces.push(piece);
      this.#length += piece.length;
    }
    if (this.#length >= BLOCK_LENGTH || this.#pieces.length >= BLOCK_LENGTH) this.#flush();
  }

  /** All bytes. */
  finish(): Uint8Array {
    this.#flush();
    let size = 0;
    for (const block of this.#blocks) size += block.length;
    const bytes = new Uint8Array(size);
    let at = 0;
    for (const block of this.#blocks) {
      bytes.set(block, at);
      at += block.length;
    }
    return bytes;
  }

  #flush(): void {
    this.#blocks.push(this.#encoder.encode(this.#pieces.join('')));
    this.#pieces = [];
    this.#length = 0;
  }
}
