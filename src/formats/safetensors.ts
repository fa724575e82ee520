/**
 * safetensors: an 8-byte little-endian length, a JSON header, then the tensors' bytes. Every rule of the format's README
 * and of its reference reader holds: header of at most 100 MB that begins with `{` and ends with blanks only, no key
 * twice, only the three known fields, products without overflow, offsets that cover the data from first to last byte
 * without hole or overlap, metadata from strings to strings. Only the header is in memory.
 */
import { parseJsonStrict } from '../core/index.ts';
import type { Json } from '../core/index.ts';
import type { ByteSource } from './byte-source.ts';
import { broken } from './understood.ts';
import type { Understood } from './understood.ts';

/** The longest header, as in the reference reader. */
export const SAFETENSORS_HEADER_BYTES_MAX = 100_000_000;

const BITS: Readonly<Record<string, number>> = {
  ...{ BOOL: 8, U8: 8, I8: 8, F8_E5M2: 8, F8_E4M3: 8, F8_E8M0: 8, F4: 4, F6_E2M3: 6, F6_E3M2: 6 },
  ...{ I16: 16, U16: 16, F16: 16, BF16: 16, I32: 32, U32: 32, F32: 32 },
  ...{ C64: 64, F64: 64, I64: 64, U64: 64 },
};

/** One tensor: its place counts from the start of the file. */
export interface SafeTensor {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** What a header says. */
export interface SafeTensors {
  readonly tensors: readonly SafeTensor[];
  readonly metadata: ReadonlyMap<string, string>;
}

function readCount(value: Json | undefined): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function readTensor(name: string, entry: Json, base: number): Understood<SafeTensor> {
  const place = `tensor \`${name}\``;
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    return broken('a tensor is no object', place);
  }
  const { dtype, shape, data_offsets: offsets, ...rest } = entry as Record<string, Json>;
  if (Object.keys(rest).length > 0) return broken('a tensor has a field that is not known', place);
  const bits = typeof dtype === 'string' && Object.hasOwn(BITS, dtype) ? BITS[dtype] : undefined;
  if (typeof dtype !== 'string' || bits === undefined) return broken('its type is unknown', place);
  if (!Array.isArray(shape) || !Array.isArray(offsets) || offsets.length !== 2) {
    return broken('its shape or its offsets are missing', place);
  }
  const sides = (shape as Json[]).map(readCount);
  const from = readCount((offsets as Json[])[0]);
  const to = readCount((offsets as Json[])[1]);
  if (from === undefined || to === undefined || sides.includes(undefined)) {
    return broken('a size or an offset is no whole number', place);
  }
  let total = bits;
  for (const side of sides as number[]) {
    total *= side;
    if (!Number.isSafeInteger(total)) return broken('its size overflows', place);
  }
  if (total % 8 !== 0) return broken('its size is no whole number of bytes', place);
  if (to - from !== total / 8) return broken('its offsets do not fit its shape', place);
  return {
    ok: true,
    value: { name, type: dtype, shape: sides as number[], from: base + from, to: base + to },
  };
}

function readMetadata(entry: Json): Understood<Map<string, string>> {
  const metadata = new Map<string, string>();
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    return broken('its metadata is no object', '`__metadata__`');
  }
  for (const [key, value] of Object.entries(entry as Record<string, Json>)) {
    if (typeof value !== 'string')
      return broken('its metadata has a value that is no text', `\`${key}\``);
    metadata.set(key, value);
  }
  return { ok: true, value: metadata };
}

function findHole(tensors: readonly SafeTensor[], base: number, size: number): string | undefined {
  let expected = base;
  for (const tensor of tensors) {
    if (tensor.from < expected) return `tensor \`${tensor.name}\` overlaps another`;
    if (tensor.from > expected) return `bytes before tensor \`${tensor.name}\` belong to no tensor`;
    expected = tensor.to;
  }
  if (expected < size) return 'bytes behind the last tensor belong to no tensor';
  return expected > size ? 'its data is cut off' : undefined;
}

/** Reads and checks the header of a file. */
export function readSafetensors(source: ByteSource): Understood<SafeTensors> {
  if (source.size < 10) return broken('it is too short');
  const head = source.read(0, 8);
  const view = new DataView(head.buffer, head.byteOffset, 8);
  const length = view.getUint32(0, true);
  if (view.getUint32(4, true) !== 0 || length > SAFETENSORS_HEADER_BYTES_MAX) {
    return broken('its header is longer than 100 MB');
  }
  if (length < 2 || 8 + length > source.size) return broken('its header is cut off');
  const bytes = source.read(8, 8 + length);
  if (bytes[0] !== 0x7b) return broken('its header does not begin with `{`');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return broken('its header is not UTF-8');
  }
  const parsed = parseJsonStrict(text.replace(/ +$/, ''));
  if (!parsed.ok) return broken(`its header is not strict JSON (${parsed.message})`);
  // The reference reader takes sizes as whole numbers by their spelling: `1.0`, `1e0` and `-0` are none to it.
  if (/-|\d[.eE]/.test(text.replace(/"(?:[^"\\]|\\.)*"/g, '""'))) {
    return broken('a size or an offset is no whole number');
  }
  return collect(parsed.value as Readonly<Record<string, Json>>, 8 + length, source.size);
}

function collect(
  header: Readonly<Record<string, Json>>,
  base: number,
  size: number,
): Understood<SafeTensors> {
  const tensors: SafeTensor[] = [];
  let metadata = new Map<string, string>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') {
      const read = readMetadata(entry);
      if (!read.ok) return read;
      metadata = read.value;
      continue;
    }
    const tensor = readTensor(name, entry, base);
    if (!tensor.ok) return tensor;
    tensors.push(tensor.value);
  }
  tensors.sort((a, b) => a.from - b.from || a.to - b.to);
  const hole = findHole(tensors, base, size);
  return hole === undefined ? { ok: true, value: { tensors, metadata } } : broken(hole);
}

/** What a written tensor needs: its bytes in order, as many as type and shape say. */
export interface TensorToWrite {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  readonly bytes: number;
  pieces(): Iterable<Uint8Array>;
}

const compareNames = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * The one safetensors file of a set of tensors and metadata: widest types first, then by name, so that every tensor is
 * aligned; header padded with blanks to a multiple of 8.
 */
export function* writeSafetensors(
  tensors: readonly TensorToWrite[],
  metadata: ReadonlyMap<string, string> = new Map(),
): Generator<Uint8Array, void, undefined> {
  const width = (type: string): number => BITS[type] ?? 8;
  const ordered = tensors.toSorted(
    (a, b) => width(b.type) - width(a.type) || compareNames(a.name, b.name),
  );
  const entries: string[] = [];
  if (metadata.size > 0) {
    const sorted = [...metadata].sort(([a], [b]) => compareNames(a, b));
    const members = sorted.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
    entries.push(`"__metadata__":{${members.join(',')}}`);
  }
  let offset = 0;
  for (const { name, type, shape, bytes } of ordered) {
    const end = offset + bytes;
    entries.push(
      `${JSON.stringify(name)}:{"dtype":"${type}","shape":[${shape.join(',')}],"data_offsets":[${String(offset)},${String(end)}]}`,
    );
    offset = end;
  }
  const text = Buffer.from(`{${entries.join(',')}}`, 'utf8');
  const length = Math.ceil(text.length / 8) * 8;
  const header = Buffer.alloc(8 + length, 0x20);
  header.writeBigUInt64LE(BigInt(length));
  text.copy(header, 8);
  yield header;
  for (const tensor of ordered) yield* tensor.pieces();
}
