/** Arguments of opcodes as values. What is not all there ends the pickle. */
import { partOf } from '../../formats/index.ts';
import type { ByteSource } from '../../formats/index.ts';
import { PickleTape } from './tape.ts';
import { outside } from './values.ts';

const STRING_BYTES_MAX = 1 << 26;
const LONG_BYTES_MAX = 4096;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A tape that gives values. */
export class ValueReader extends PickleTape {
  /** A little-endian number. */
  count(width: number): number {
    const value = this.number(width);
    return value < 0 ? outside('it ends in an argument') : value;
  }

  /** The next bytes as a part of the source; they are not read. */
  part(length: number): ByteSource {
    const from = this.at;
    if (!this.skip(length)) outside('it ends in an argument');
    return partOf(this.source, from, from + length);
  }

  bytes(length: number): Uint8Array {
    const part = this.part(length);
    return part.read(0, part.size);
  }

  /** A text behind its length. */
  text(width: number): string {
    const length = this.count(width);
    if (length > STRING_BYTES_MAX) outside('a text is too long');
    const bytes = this.bytes(length);
    try {
      return UTF8.decode(bytes);
    } catch {
      return outside('a text is not UTF-8');
    }
  }

  /** BINFLOAT. */
  float(): number {
    const bytes = this.bytes(8);
    return new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0);
  }

  /** LONG1 and LONG4: a two's complement little-endian number. */
  long(length: number): number | bigint {
    if (length > LONG_BYTES_MAX) return outside('a number is too long');
    const bytes = this.bytes(length);
    let value = 0n;
    for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0);
    if ((bytes.at(-1) ?? 0) >= 128) value -= 1n << BigInt(bytes.length * 8);
    const plain = Number(value);
    return Number.isSafeInteger(plain) ? plain : value;
  }
}
