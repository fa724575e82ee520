/** Bytes that need not be in memory at once: a file, a part of one, or an array. */

/** Something of a known size that is read in pieces. */
export interface ByteSource {
  readonly size: number;
  /** The bytes in `from..to`. Throws a `RangeError` outside the source. The result is not to be written to. */
  read(from: number, to: number): Uint8Array;
  /** Where it is offered: fills `target` from `from` on, for readers that keep one window of their own. */
  readInto?(target: Uint8Array, from: number): void;
}

function checkRange(from: number, to: number, size: number): void {
  if (!(from >= 0 && from <= to && to <= size)) {
    throw new RangeError(`bytes ${String(from)}..${String(to)} of ${String(size)}`);
  }
}

/** An array as a source; what is read shares its memory. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (from, to) => {
      checkRange(from, to, bytes.length);
      return bytes.subarray(from, to);
    },
  };
}

/** The part `from..to` of a source as a source of its own. */
export function partOf(source: ByteSource, from: number, to: number): ByteSource {
  checkRange(from, to, source.size);
  return {
    size: to - from,
    read: (start, end) => {
      checkRange(start, end, to - from);
      return source.read(from + start, from + end);
    },
  };
}

const CHUNK_BYTES = 1 << 20;

/** The bytes of a source in order, at most `chunkBytes` at a time. */
export function* readPieces(
  source: ByteSource,
  chunkBytes = CHUNK_BYTES,
): Generator<Uint8Array, void, undefined> {
  for (let at = 0; at < source.size; at += chunkBytes) {
    yield source.read(at, Math.min(source.size, at + chunkBytes));
  }
}
