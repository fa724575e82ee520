/** The bytes of a pickle as they are read: a window that moves over a source, so that memory does not grow with it. */
import { memorySource, partOf } from '../../formats/index.ts';
import type { ByteSource } from '../../formats/index.ts';
import { mayHideNumber, mayHidePickle } from './carve.ts';

const WINDOW_BYTES = 1 << 18;
/** The first window of a walk, which often ends soon. */
const WINDOW_BYTES_FIRST = 1 << 12;
const NEWLINE = 10;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** See the top of this file. */
export class PickleTape {
  readonly source: ByteSource;
  #bytes: Uint8Array = new Uint8Array(0);
  #window: Uint8Array | undefined;
  /** Where the window lies in the source. */
  #base: number;
  #position = 0;
  #reach = WINDOW_BYTES_FIRST;

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
    const end = Math.min(this.source.size, at + this.#reach);
    this.#reach = Math.min(WINDOW_BYTES, this.#reach * 8);
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

  /** Whether the next bytes may hide a pickle; true as well when they are not all in the window. */
  mayHide(length: number, isUtf8: boolean): boolean {
    const end = this.#position + length;
    return end > this.#bytes.length || mayHidePickle(this.#bytes, this.#position, end, isUtf8);
  }

  /** The same for a number, whose bytes may stand in either order. */
  mayHideNumber(length: number): boolean {
    const end = this.#position + length;
    return end > this.#bytes.length || mayHideNumber(this.#bytes, this.#position, end);
  }

  /** The same for bytes that were just stepped over: a line of Latin-1. */
  mightHide(from: number, to: number): boolean {
    const at = from - this.#base;
    return at < 0 || mayHidePickle(this.#bytes, at, to - this.#base, false);
  }

  /** The bytes of a value, which may be asked for only before the tape goes on. */
  valueAt(from: number, to: number): ByteSource {
    const at = from - this.#base;
    const end = to - this.#base;
    return at < 0 || end > this.#bytes.length
      ? partOf(this.source, from, to)
      : memorySource(this.#bytes.subarray(at, end));
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
