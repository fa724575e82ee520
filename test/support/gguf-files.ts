/** Writes GGUF files, sound or not, number by number. */

/** Parts of a header. */
export class GgufWriter {
  readonly #parts: Buffer[] = [];

  u32(value: number): this {
    const out = Buffer.alloc(4);
    out.writeUInt32LE(value >>> 0);
    this.#parts.push(out);
    return this;
  }

  u64(value: number | bigint): this {
    const out = Buffer.alloc(8);
    out.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
    this.#parts.push(out);
    return this;
  }

  text(value: string): this {
    const bytes = Buffer.from(value, 'utf8');
    this.u64(bytes.length);
    this.#parts.push(bytes);
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.#parts.push(Buffer.from(bytes));
    return this;
  }

  /** Fills up with zeros. */
  align(alignment: number): this {
    const length = this.finish().length;
    return this.raw(new Uint8Array(Math.ceil(length / alignment) * alignment - length));
  }

  finish(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

/** What may differ from a sound file. */
export interface GgufChanges {
  readonly magic?: string;
  readonly version?: number;
  readonly tensors?: number | bigint;
  readonly pairs?: number | bigint;
  readonly keys?: readonly [string, string];
  readonly template?: string;
  readonly alignment?: number;
  readonly dimensions?: readonly (number | bigint)[];
  readonly type?: number;
  readonly offset?: number;
  readonly names?: readonly [string, string];
  readonly data?: number;
}

/** A file with two texts, a number and two tensors of 32 floats each. */
export function makeGguf(changes: GgufChanges = {}): Buffer {
  const [first = 'general.name', second = 'tokenizer.chat_template'] = changes.keys ?? [];
  const alignment = changes.alignment ?? 32;
  const out = new GgufWriter()
    .raw(Buffer.from(changes.magic ?? 'GGUF', 'latin1'))
    .u32(changes.version ?? 3)
    .u64(changes.tensors ?? 2)
    .u64(changes.pairs ?? 3);
  out.text(first).u32(8).text('a small model');
  out
    .text(second)
    .u32(8)
    .text(changes.template ?? "{{ messages[0]['content'] }}");
  out.text('general.alignment').u32(4).u32(alignment);
  const [a = 'a.weight', b = 'b.weight'] = changes.names ?? [];
  for (const [i, name] of [a, b].entries()) {
    const dimensions = i === 0 ? (changes.dimensions ?? [32]) : [32];
    out.text(name).u32(dimensions.length);
    for (const side of dimensions) out.u64(side);
    out.u32(i === 0 ? (changes.type ?? 0) : 0).u64(i === 0 ? 0 : (changes.offset ?? 128));
  }
  return out
    .align(alignment > 0 ? alignment : 1)
    .raw(new Uint8Array(changes.data ?? 256))
    .finish();
}
