/**
 * The wire types of SSH (RFC 4251 section 5): reading accepts exactly one spelling of a value, writing makes it.
 */
import { concatBytes, fromUtf8, utf8 } from '../../core/index.ts';

/** Longer strings are never needed here, so they are refused before anything is copied. */
const STRING_BYTES_MAX = 64 * 1024;

/** Reads values one after the other; every fault is thrown as the error that `fail` builds. */
export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #fail: (why: string) => Error;
  #at = 0;

  constructor(bytes: Uint8Array, fail: (why: string) => Error) {
    this.#bytes = bytes;
    this.#fail = fail;
  }

  /** The next `length` bytes as they are. */
  take(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length) throw this.#fail('it is cut short');
    const out = this.#bytes.slice(this.#at, this.#at + length);
    this.#at += length;
    return out;
  }

  byte(): number {
    return this.take(1)[0]!;
  }

  uint32(): number {
    const four = this.take(4);
    return new DataView(four.buffer).getUint32(0);
  }

  /** A string of bytes behind its length. */
  string(): Uint8Array {
    const length = this.uint32();
    if (length > STRING_BYTES_MAX) throw this.#fail(`a field is longer than ${STRING_BYTES_MAX}`);
    return this.take(length);
  }

  /** A string that must be UTF-8 without control characters. */
  text(): string {
    const text = fromUtf8(this.string());
    if (text === null || /\p{Cc}/u.test(text)) throw this.#fail('a name in it is not plain text');
    return text;
  }

  /** A positive integer in its shortest form, as big-endian bytes without the sign byte. */
  mpint(): Uint8Array {
    const bytes = this.string();
    const first = bytes[0];
    if (first === undefined || first >= 0x80) throw this.#fail('an integer in it is not positive');
    if (first !== 0) return bytes;
    if ((bytes[1] ?? 0) < 0x80) throw this.#fail('an integer in it has needless zeros');
    return bytes.subarray(1);
  }

  /** A reader of the next string's content. */
  nested(): WireReader {
    return new WireReader(this.string(), this.#fail);
  }

  /** Everything that is left. */
  rest(): Uint8Array {
    return this.take(this.#bytes.length - this.#at);
  }

  /** Throws unless everything was read. */
  end(): void {
    if (this.#at !== this.#bytes.length) throw this.#fail('bytes follow its end');
  }
}

/** Writes four bytes, most significant first. */
export function writeUint32(value: number): Uint8Array {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, value);
  return out;
}

/** Writes bytes or text behind their length. */
export function writeString(value: Uint8Array | string): Uint8Array {
  const bytes = typeof value === 'string' ? utf8(value) : value;
  return concatBytes([writeUint32(bytes.length), bytes]);
}

/** Writes a positive integer, given as big-endian bytes, in its shortest form. */
export function writeMpint(value: Uint8Array): Uint8Array {
  let start = 0;
  while (start < value.length && value[start] === 0) start++;
  const digits = value.subarray(start);
  const signed = (digits[0] ?? 0) >= 0x80 ? concatBytes([Uint8Array.of(0), digits]) : digits;
  return writeString(signed);
}
