/**
 * Walks of weight-shaped formats other than pickle: each reads the structure as far as it is stated in the file and
 * says yes only when that structure holds, so that a few letters at the start of a text never make it a tensor.
 */

const LATIN1 = new TextDecoder('latin1');

function ascii(bytes: Uint8Array, from: number, to: number): string {
  return LATIN1.decode(bytes.subarray(from, to));
}

function readU32(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] ?? 0) +
    (bytes[at + 1] ?? 0) * 0x100 +
    (bytes[at + 2] ?? 0) * 0x10000 +
    (bytes[at + 3] ?? 0) * 0x1000000
  );
}

/** safetensors: an 8-byte little-endian length, then a JSON header of that length. */
export function looksLikeSafetensors(bytes: Uint8Array): boolean {
  if (bytes.length < 10 || readU32(bytes, 4) !== 0) return false;
  const length = readU32(bytes, 0);
  if (length < 2 || length > bytes.length - 8 || bytes[8] !== 0x7b) return false;
  const header = ascii(bytes, 8, 8 + Math.min(length, 1 << 20));
  return length === 2 || /"(?:data_offsets|dtype|shape|__metadata__)"/.test(header);
}

/** GGUF and the GGML family before it. */
export function looksLikeGguf(bytes: Uint8Array): boolean {
  const magic = ascii(bytes, 0, 4);
  if (magic === 'GGUF' || magic === 'FUGG')
    return bytes.length >= 8 && (bytes[4] === 0 || bytes[7] === 0);
  return (
    /^(?:lmgg|tjgg|fmgg|algg|ggml|ggjt|ggmf|ggla)$/.test(magic) &&
    (bytes[5] === 0 || bytes[6] === 0)
  );
}

/** NumPy's npy, one array. */
export function looksLikeNpy(bytes: Uint8Array): boolean {
  return bytes[0] === 0x93 && ascii(bytes, 1, 6) === 'NUMPY';
}

/** HDF5 (Keras `.h5`, PyTables, MATLAB 7.3): the signature may stand at 0, 512, 1024, … behind a user block. */
export function looksLikeHdf5(bytes: Uint8Array): boolean {
  for (let at = 0; at + 8 <= bytes.length; at = at === 0 ? 512 : at * 2) {
    if (bytes[at] === 0x89 && ascii(bytes, at + 1, at + 8) === 'HDF\r\n\x1a\n') return true;
  }
  return false;
}

/** One field of a protocol buffer. `end` is behind the field; for bytes, `from` is where they start. */
interface Field {
  readonly number: number;
  readonly wire: number;
  readonly value: number;
  readonly from: number;
  readonly end: number;
}

function readVarint(
  bytes: Uint8Array,
  at: number,
  to: number,
): { value: number; end: number } | undefined {
  let value = 0;
  for (let i = 0; i < 10 && at + i < to; i++) {
    const byte = bytes[at + i] ?? 0;
    value += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return { value, end: at + i + 1 };
  }
  return undefined;
}

function readField(bytes: Uint8Array, at: number, to: number): Field | undefined {
  const key = readVarint(bytes, at, to);
  if (key === undefined || key.value < 8 || key.value > 2 ** 32) return undefined;
  const number = Math.floor(key.value / 8);
  const wire = key.value % 8;
  if (wire === 0) {
    const varint = readVarint(bytes, key.end, to);
    return varint && { number, wire, value: varint.value, from: key.end, end: varint.end };
  }
  if (wire === 1 || wire === 5) {
    const end = key.end + (wire === 1 ? 8 : 4);
    return end <= to ? { number, wire, value: 0, from: key.end, end } : undefined;
  }
  if (wire !== 2) return undefined;
  const length = readVarint(bytes, key.end, to);
  if (length === undefined || length.end + length.value > to) return undefined;
  return { number, wire, value: length.value, from: length.end, end: length.end + length.value };
}

/** The fields of a message that is read whole, or undefined when any byte of it does not fit. */
function readMessage(
  bytes: Uint8Array,
  from: number,
  to: number,
  fieldsMax: number,
): Field[] | undefined {
  const fields: Field[] = [];
  let at = from;
  while (at < to) {
    const field = readField(bytes, at, to);
    if (field === undefined || fields.length >= fieldsMax) return undefined;
    fields.push(field);
    at = field.end;
  }
  return fields;
}

const FIELDS_MAX = 1_000_000;

/** ONNX: a ModelProto (`ir_version` and a graph with nodes, initialisers, inputs or outputs). */
export function looksLikeOnnx(bytes: Uint8Array): boolean {
  if (bytes.length < 4) return false;
  const model = readMessage(bytes, 0, bytes.length, 4096);
  if (model === undefined) return false;
  const version = model.find((field) => field.number === 1);
  const graph = model.find((field) => field.number === 7 && field.wire === 2);
  if (version?.wire !== 0 || version.value > 1000 || graph === undefined) return false;
  const parts = readMessage(bytes, graph.from, graph.end, FIELDS_MAX);
  const known = new Set([1, 2, 5, 10, 11, 12, 13, 14, 15, 16]);
  return parts?.every((field) => field.wire === 2 && known.has(field.number)) ?? false;
}

/** TensorFlow: a SavedModel or a frozen graph (nodes with name and operation). */
export function looksLikeTensorFlowGraph(bytes: Uint8Array): boolean {
  if (bytes.length < 8) return false;
  const model = readMessage(bytes, 0, bytes.length, FIELDS_MAX);
  if (model === undefined) return false;
  const saved = model[0];
  if (saved?.number === 1 && saved.wire === 0 && saved.value === 1) {
    return (
      model.length > 1 && model.slice(1).every((field) => field.number === 2 && field.wire === 2)
    );
  }
  const nodes = model.filter((field) => field.number === 1 && field.wire === 2);
  if (nodes.length === 0 || model.some((field) => field.number > 4)) return false;
  return nodes.slice(0, 64).every((node) => {
    const parts = readMessage(bytes, node.from, node.end, 4096);
    return (
      parts?.[0]?.number === 1 &&
      parts[1]?.number === 2 &&
      parts.every((field) => field.number <= 7 && field.wire === 2)
    );
  });
}

/** TensorFlow checkpoint index: a LevelDB table, known by the magic number at its end. */
export function looksLikeTableIndex(bytes: Uint8Array): boolean {
  const magic = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];
  return bytes.length >= 48 && magic.every((byte, i) => bytes[bytes.length - 8 + i] === byte);
}

/** TensorFlow Lite, Core ML's weight blob, MATLAB, ncnn: models with a plain mark. */
export function looksLikeMarkedModel(bytes: Uint8Array): boolean {
  return (
    ascii(bytes, 4, 8) === 'TFL3' ||
    (bytes.length > 32 && ascii(bytes, 0, 14) === 'tensorflow.lit') ||
    (readU32(bytes, 0) === 0x112 && bytes.length > 24 && readU32(bytes, 4) === 0) ||
    ascii(bytes, 0, 19) === 'MATLAB 5.0 MAT-file' ||
    (ascii(bytes, 0, 8) === '7767517\n' && bytes.length > 16)
  );
}

const MSGPACK_DEPTH_MAX = 64;

/** MessagePack read whole (flax and orbax checkpoints): a map or list with at least one binary or extension item. */
export function looksLikeMsgpack(bytes: Uint8Array): boolean {
  const first = bytes[0] ?? 0;
  if (!((first >= 0x80 && first <= 0x9f) || (first >= 0xdc && first <= 0xdf))) return false;
  let at = 0;
  let binary = false;
  const big = (width: number): number => {
    let value = 0;
    for (let i = 0; i < width; i++) value = value * 256 + (bytes[at + i] ?? 0);
    at += width;
    return value;
  };
  const skip = (count: number): void => {
    at += count;
  };
  const pending: number[] = [1];
  while (pending.length > 0) {
    const left = pending.pop() ?? 0;
    if (left === 0) continue;
    if (at >= bytes.length || pending.length > MSGPACK_DEPTH_MAX) return false;
    pending.push(left - 1);
    const code = bytes[at++] ?? 0;
    if (code <= 0x7f || code >= 0xe0 || code === 0xc0 || code === 0xc2 || code === 0xc3) continue;
    if (code <= 0x8f) pending.push((code & 15) * 2);
    else if (code <= 0x9f) pending.push(code & 15);
    else if (code <= 0xbf) at += code & 31;
    else if (code === 0xc1) return false;
    else if (code <= 0xc6) {
      binary = true;
      skip(big(1 << (code - 0xc4)));
    } else if (code <= 0xc9) {
      binary = true;
      skip(big(1 << (code - 0xc7)) + 1);
    } else if (code <= 0xcb) at += code === 0xca ? 4 : 8;
    else if (code <= 0xd3) at += 1 << ((code - 0xcc) & 3);
    else if (code <= 0xd8) {
      binary = true;
      at += 1 + (1 << (code - 0xd4));
    } else if (code <= 0xdb) skip(big(1 << (code - 0xd9)));
    else if (code <= 0xdd) pending.push(big(code === 0xdc ? 2 : 4));
    else pending.push(big(code === 0xde ? 2 : 4) * 2);
    if (at > bytes.length) return false;
  }
  return binary && at === bytes.length;
}
