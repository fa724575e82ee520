/** The bytes of a pickle as they are read: a window that moves over a source, so that memory does not grow with it. */
import type { ByteSource } from '../../formats/index.ts';

const WINDOW_BYTES = 1 << 18;
const NEWLINE = 10;
const LATIN1 = new TextDecoder('latin1');
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** See the top of this file. */
export class PickleTape {
  readonly source: ByteSource;
  #bytes: Uint8Array = new Uint8Array(0);
  #window: Uint8Array | undefined;
  /** Where the window lies in the source. */
  #base: number;
  #position = 0;

  constructor(source: ByteSource, start: number) {
    this.source = source;
    this.#base = start;
    this.#load(start);
  }

  /** Where the next byte is, counted in the source. */
  get at(): number {
    return this.#base + this.#position;
  }

  #load(at: number): void {
    this.#base = at;
    this.#position = 0;
    const end = Math.min(this.source.size, at + WINDOW_BYTES);
    if (this.source.readInto === undefined) {
      this.#bytes = this.source.read(at, end);
      return;
    }
    // One window serves the whole walk, so that nothing is left behind for the collector.
    this.#window ??= new Uint8Array(Math.min(this.source.size, WINDOW_BYTES));
    this.#bytes = this.#window.subarray(0, end - at);
    this.source.readInto(this.#bytes, at);
  }

  /** The next byte, or -1 at the end. */
  opcode(): number {
    if (this.#position + 16 > this.#bytes.length) {
      if (this.at >= this.source.size) return -1;
      if (this.#base + this.#bytes.length < this.source.size) this.#load(this.at);
    }
    return this.#bytes[this.#position++] ?? -1;
  }

  /** A little-endian number of 1, 2, 4 or 8 bytes, or -1 when they are not all there. */
  number(width: number): number {
    const bytes = this.#bytes;
    let at = this.#position;
    if (at + width > bytes.length) {
      if (!this.has(width)) return -1;
      this.#load(this.at);
      return this.number(width);
    }
    if (width === 1) {
      this.#position = at + 1;
      return bytes[at] ?? 0;
    }
    let value = 0;
    let scale = 1;
    for (let i = 0; i < width; i++) {
      value += (bytes[at++] ?? 0) * scale;
      scale *= 256;
    }
    this.#position = at;
    return value;
  }

  /** Whether so many bytes follow. */
  has(count: number): boolean {
    return this.at + count <= this.source.size;
  }

  /** Steps over bytes; false when they are not all there. */
  skip(count: number): boolean {
    const next = this.#position + count;
    if (next <= this.#bytes.length) {
      this.#position = next;
      return true;
    }
    if (!this.has(count)) return false;
    this.#load(this.at + count);
    return true;
  }

  /** Steps behind the next line end and gives where the line's text ends, or -1 when there is none. */
  line(): number {
    for (;;) {
      const found = this.#bytes.indexOf(NEWLINE, this.#position);
      if (found >= 0) {
        this.#position = found + 1;
        return this.#base + found;
      }
      const next = this.#base + this.#bytes.length;
      if (next >= this.source.size) return -1;
      this.#load(next);
    }
  }

  /** A cheap look at whether the next bytes may begin a pickle, bare or in base64 or hexadecimal digits. */
  mayBePickle(skip: number): boolean {
    const at = this.#position + skip;
    if (at + 2 > this.#bytes.length) return true;
    const first = this.#bytes[at] ?? 0;
    const second = this.#bytes[at + 1] ?? 0;
    return (
      (first === 0x80 && second <= 5) || // PROTO
      (first === 0x67 && second === 0x41) || // "gA"
      (first === 0x38 && second === 0x30) || // "80"
      first === 0x63 || // "c": GLOBAL
      first === 0x28 || // "(": MARK
      (first >= 0x49 && first <= 0x59) || // opcodes of protocol 0, and base64 of "(" and "c"
      (first === 0x5c && second === 0x78) // "\x80" written out
    );
  }

  /** A name's text; undefined when it is not UTF-8. */
  readText(from: number, to: number): string | undefined {
    const bytes = this.source.read(from, to);
    try {
      return UTF8.decode(bytes).replace(/\r$/, '');
    } catch {
      return undefined;
    }
  }
}

/** Bytes as text of one character each. */
export function readLatin1(bytes: Uint8Array): string {
  return LATIN1.decode(bytes);
}
