/**
 * The calls of the closed grammar: each is matched by its name and the exact shape of its arguments and becomes plain
 * data. Nothing is looked up; a call that is not here, or has other arguments, is outside the grammar.
 */
import { memorySource } from '../../formats/index.ts';
import { countElements, DENSE_BYTES, denseStrides, findNumpyType } from '../arrays.ts';
import type { DenseType } from '../arrays.ts';
import { spellDate } from './dates.ts';
import {
  asCount,
  asCounts,
  asText,
  outside,
  PyArray,
  PyArrayShell,
  PyBytes,
  PyDict,
  PyDtype,
  PyFloat,
  PyList,
  PyName,
  PyStorage,
  PyTagged,
} from './values.ts';
import type { PyValue } from './values.ts';

type Arguments = readonly PyValue[];
type Production = (args: Arguments) => PyValue;

const emptyOr = (args: Arguments, kind: 'list' | 'set'): PyValue => {
  if (args.length === 0) return new PyList(kind, []);
  const [first] = args;
  if (!(first instanceof PyList)) return outside('a collection is made from what is no list');
  return new PyList(kind, [...first.items]);
};

function makeDict(args: Arguments): PyValue {
  const dict = new PyDict();
  const [first] = args;
  if (args.length > 1) return outside('a dictionary has too many arguments');
  if (first === undefined) return dict;
  if (first instanceof PyDict) {
    dict.keys.push(...first.keys);
    dict.values.push(...first.values);
    return dict;
  }
  if (!(first instanceof PyList)) return outside('a dictionary is made from what is no list');
  for (const pair of first.items) {
    if (!(pair instanceof PyList) || pair.items.length !== 2) return outside('a pair is no pair');
    dict.keys.push(pair.items[0] ?? null);
    dict.values.push(pair.items[1] ?? null);
  }
  return dict;
}

function makeDefaultDict(args: Arguments): PyValue {
  const [factory = null, ...rest] = args;
  const plain =
    factory === null ||
    (factory instanceof PyName && /^(?:builtins|__builtin__|collections)$/.test(factory.module));
  return plain ? makeDict(rest) : outside('a dictionary calls something for missing keys');
}

function makeDeque(args: Arguments): PyValue {
  const [, length = null, ...rest] = args;
  if ((length !== null && typeof length !== 'number') || rest.length > 0) {
    return outside('a queue has odd arguments');
  }
  return emptyOr(args.slice(0, 1), 'list');
}

function encode(args: Arguments): PyValue {
  const [text, encoding = 'utf-8'] = args;
  const name = asText(encoding)?.toLowerCase().replace('-', '');
  if (typeof text !== 'string') return outside('what is encoded is no text');
  if (name === 'latin1') {
    // Every character must be one byte; another would be lost.
    for (let i = 0; i < text.length; i++) {
      if (text.charCodeAt(i) > 255) return outside('a text does not fit its encoding');
    }
    return new PyBytes(memorySource(Buffer.from(text, 'latin1')));
  }
  if (name === 'utf8' || name === 'utf-8')
    return new PyBytes(memorySource(Buffer.from(text, 'utf8')));
  return outside('a text is encoded in an odd way');
}

function makeBytes(args: Arguments): PyValue {
  const [first] = args;
  if (args.length === 0) return new PyBytes(memorySource(new Uint8Array(0)));
  if (args.length === 1 && first instanceof PyBytes) return new PyBytes(first.source);
  if (args.length === 2) return encode(args);
  return outside('bytes are made from something else');
}

function numbers(args: Arguments, least: number, most: number): Arguments {
  const plain = args.every(
    (each) => each === null || typeof each === 'number' || each instanceof PyFloat,
  );
  if (!plain || args.length < least || args.length > most) return outside('a number is expected');
  return args;
}

function tagText(tag: string): Production {
  return (args) => {
    const text = asText(args[0]);
    if (args.length !== 1 || text === undefined) return outside(`a ${tag} is no text`);
    return new PyTagged(tag, text);
  };
}

function makePath(args: Arguments): PyValue {
  const parts = args.map((part) => asText(part) ?? outside('a path is no text'));
  return new PyTagged('path', parts.join('/').replace(/^\/\/+/, '/'));
}

// ---- NumPy ----

function makeDtype(args: Arguments): PyValue {
  const code = asText(args[0]);
  if (code === undefined || !/^[<>|=]?[a-zA-Z]\d{0,9}$/.test(code) || args.length > 3) {
    return outside('an array has an odd type');
  }
  const dtype = new PyDtype(code.replace(/^[<>|=]/, ''));
  dtype.bigEndian = code.startsWith('>');
  return dtype;
}

function reconstruct(args: Arguments): PyValue {
  const [type, shape, code] = args;
  const plain =
    args.length === 3 &&
    type instanceof PyName &&
    type.text === '`numpy.ndarray`' &&
    shape instanceof PyList &&
    asText(code) === 'b';
  return plain ? new PyArrayShell() : outside('an array of an odd class');
}

/** An array over bytes; texts become lists of strings. */
export function makeArray(
  dtype: PyDtype,
  shape: readonly number[],
  bytes: PyBytes,
  fortran: boolean,
): PyValue {
  const { source } = bytes;
  const count = countElements(shape);
  const type = findNumpyType(dtype.code);
  if (type === undefined) return makeTexts(dtype, shape, bytes);
  if (count * DENSE_BYTES[type] !== source.size) {
    return outside('an array has more or fewer bytes than its shape says');
  }
  const storage = new PyStorage('', type, count);
  storage.bytes = source;
  storage.bigEndian = dtype.bigEndian;
  return new PyArray(type, shape, denseStrides(shape, fortran), 0, storage);
}

const TEXTS_MAX = 1_000_000;

function makeTexts(dtype: PyDtype, shape: readonly number[], { source }: PyBytes): PyValue {
  const match = /^([US])(\d+)$/.exec(dtype.code);
  const letters = Number(match?.[2] ?? 0);
  const width = letters * (match?.[1] === 'U' ? 4 : 1);
  const count = countElements(shape);
  if (match === null || shape.length !== 1 || count > TEXTS_MAX) {
    return outside(`an array of elements of type ${dtype.code}`);
  }
  if (count * width !== source.size) {
    return outside('an array has more or fewer bytes than its shape says');
  }
  const items: PyValue[] = [];
  for (let i = 0; i < count; i++) {
    const cell = source.read(i * width, (i + 1) * width);
    items.push(match[1] === 'U' ? readWide(cell, dtype.bigEndian) : readNarrow(cell));
  }
  return new PyList('list', items);
}

function readWide(cell: Uint8Array, bigEndian: boolean): string {
  const view = new DataView(cell.buffer, cell.byteOffset, cell.length);
  let text = '';
  for (let at = 0; at + 4 <= cell.length; at += 4) {
    const code = view.getUint32(at, !bigEndian);
    if (code > 0x10ffff) return outside('a text has an impossible letter');
    text += String.fromCodePoint(code);
  }
  return text.replace(/\0+$/, '');
}

function readNarrow(cell: Uint8Array): PyValue {
  let end = cell.length;
  while (end > 0 && cell[end - 1] === 0) end--;
  return new PyBytes(memorySource(cell.subarray(0, end)), true);
}

function frombuffer(args: Arguments): PyValue {
  const [bytes, dtype, shape, order] = args;
  if (!(bytes instanceof PyBytes) || !(dtype instanceof PyDtype) || args.length !== 4) {
    return outside('an array of an odd class');
  }
  const letter = asText(order);
  if (letter !== 'C' && letter !== 'F') return outside('an array of an odd order');
  return makeArray(dtype, asCounts(shape), bytes, letter === 'F');
}

function scalar(args: Arguments): PyValue {
  const [dtype, bytes] = args;
  if (!(dtype instanceof PyDtype) || !(bytes instanceof PyBytes) || args.length !== 2) {
    return outside('a number of an odd class');
  }
  const type = findNumpyType(dtype.code);
  if (type === undefined) {
    const list = makeTexts(dtype, [1], bytes);
    return list instanceof PyList ? (list.items[0] ?? null) : null;
  }
  if (bytes.source.size !== DENSE_BYTES[type]) return outside('a number of an odd size');
  const data = bytes.source.read(0, bytes.source.size);
  return readScalar(
    type,
    new DataView(data.buffer, data.byteOffset, data.length),
    !dtype.bigEndian,
  );
}

function readScalar(type: DenseType, view: DataView, little: boolean): PyValue {
  const whole = (value: bigint): PyValue =>
    value >= -(2n ** 53n) && value <= 2n ** 53n ? Number(value) : value;
  switch (type) {
    case 'BOOL':
      return view.getUint8(0) !== 0;
    case 'I8':
      return view.getInt8(0);
    case 'U8':
      return view.getUint8(0);
    case 'I16':
      return view.getInt16(0, little);
    case 'U16':
      return view.getUint16(0, little);
    case 'I32':
      return view.getInt32(0, little);
    case 'U32':
      return view.getUint32(0, little);
    case 'I64':
      return whole(view.getBigInt64(0, little));
    case 'U64':
      return whole(view.getBigUint64(0, little));
    case 'F16':
      return new PyFloat(view.getFloat16(0, little));
    case 'F32':
      return new PyFloat(view.getFloat32(0, little));
    case 'F64':
      return new PyFloat(view.getFloat64(0, little));
    case 'BF16':
    case 'C64':
    case 'F8_E4M3':
    case 'F8_E5M2':
      return outside(`a number of type ${type}`);
  }
}

// ---- PyTorch ----

function rebuildTensor(args: Arguments, most: number): PyValue {
  const [storage, offset, size, stride, , hooks] = args;
  if (!(storage instanceof PyStorage) || args.length < 4 || args.length > most) {
    return outside('a tensor is made of odd parts');
  }
  if (hooks !== undefined && !(hooks instanceof PyDict && hooks.keys.length === 0)) {
    return outside('a tensor has hooks');
  }
  const shape = asCounts(size);
  const strides = asCounts(stride);
  if (shape.length !== strides.length) return outside('a tensor has odd strides');
  return new PyArray(storage.type, shape, strides, asCount(offset), storage);
}

function rebuildParameter(args: Arguments): PyValue {
  const [data, , hooks] = args;
  const plain = hooks instanceof PyDict && hooks.keys.length === 0;
  if (!(data instanceof PyArray) || !plain) return outside('a parameter has hooks');
  return data;
}

const DATES = ['datetime', 'date', 'time', 'timedelta', 'timezone'];

const PRODUCTIONS = new Map<string, Production>([
  ...['builtins', '__builtin__'].flatMap((module): [string, Production][] => [
    [`${module} set`, (args) => emptyOr(args, 'set')],
    [`${module} frozenset`, (args) => emptyOr(args, 'set')],
    [`${module} bytearray`, makeBytes],
    [`${module} bytes`, makeBytes],
    [
      `${module} complex`,
      (args) => new PyTagged('complex', new PyList('list', [...numbers(args, 2, 2)])),
    ],
    [
      `${module} range`,
      (args) => new PyTagged('range', new PyList('list', [...numbers(args, 1, 3)])),
    ],
    [
      `${module} xrange`,
      (args) => new PyTagged('range', new PyList('list', [...numbers(args, 1, 3)])),
    ],
    [
      `${module} slice`,
      (args) => new PyTagged('slice', new PyList('list', [...numbers(args, 1, 3)])),
    ],
  ]),
  ['collections OrderedDict', makeDict],
  ['collections Counter', makeDict],
  ['collections defaultdict', makeDefaultDict],
  ['collections deque', makeDeque],
  ['_codecs encode', encode],
  ['decimal Decimal', tagText('decimal')],
  [
    'fractions Fraction',
    (args) =>
      args.length === 1
        ? tagText('fraction')(args)
        : new PyTagged('fraction', numbers(args, 2, 2).map(String).join('/')),
  ],
  [
    'uuid UUID',
    (args) => (args.length === 0 ? new PyTagged('uuid', null) : outside('an odd uuid')),
  ],
  ...['pathlib', 'pathlib._local'].flatMap((module) =>
    ['Path', 'PosixPath', 'PurePath', 'PurePosixPath', 'WindowsPath', 'PureWindowsPath'].map(
      (name): [string, Production] => [`${module} ${name}`, makePath],
    ),
  ),
  ...DATES.map((name): [string, Production] => [
    `datetime ${name}`,
    (args) => spellDate(name, args),
  ]),
  ...['numpy.core', 'numpy._core'].flatMap((module): [string, Production][] => [
    [`${module}.multiarray _reconstruct`, reconstruct],
    [`${module}.multiarray scalar`, scalar],
    [`${module}.numeric _frombuffer`, frombuffer],
  ]),
  ['numpy dtype', makeDtype],
  ['torch._utils _rebuild_tensor', (args) => rebuildTensor(args, 4)],
  ['torch._utils _rebuild_tensor_v2', (args) => rebuildTensor(args, 7)],
  ['torch._utils _rebuild_parameter', rebuildParameter],
  ['torch Size', (args) => new PyList('tuple', asCounts(args[0]))],
  [
    'torch device',
    (args) =>
      new PyTagged('device', args.map((each) => asText(each) ?? String(asCount(each))).join(':')),
  ],
]);

/** The value of a call, by the grammar. Throws `OutsideGrammar`. */
export function callByGrammar(name: PyName, args: Arguments): PyValue {
  const production = PRODUCTIONS.get(`${name.module} ${name.name}`);
  if (production === undefined) return outside(`a call of ${name.text}`);
  return production(args);
}

/** Sets the state of what a call made. Throws `OutsideGrammar`. */
export function buildByGrammar(target: PyValue, state: PyValue): void {
  if (target instanceof PyDict && state instanceof PyDict) {
    target.attributes = state;
  } else if (target instanceof PyDtype && state instanceof PyList) {
    setDtype(target, state.items);
  } else if (target instanceof PyArrayShell && state instanceof PyList) {
    setArray(target, state.items);
  } else if (target instanceof PyTagged && target.tag === 'uuid' && state instanceof PyDict) {
    const at = state.keys.findIndex((key) => asText(key) === 'int');
    const value = state.values[at];
    if (typeof value !== 'bigint' && typeof value !== 'number') outside('an odd uuid');
    const digits = value.toString(16).padStart(32, '0');
    target.value = digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  } else outside('a state for a plain value');
}

function setDtype(target: PyDtype, state: readonly PyValue[]): void {
  const [version, order, subtype, names, fields] = state;
  const plain =
    typeof version === 'number' &&
    (subtype ?? null) === null &&
    (names ?? null) === null &&
    (fields ?? null) === null;
  if (!plain || state.length < 5) outside('an array of records');
  target.bigEndian = asText(order) === '>';
}

/** An array of objects that are data: lists in lists. */
function nestItems(
  dtype: PyDtype,
  shape: readonly number[],
  { items }: PyList,
  fortran: PyValue | undefined,
): PyValue {
  const isRowMajor = shape.length < 2 || fortran === false || fortran === 0;
  const isWhole = countElements(shape) === items.length && shape.length > 0;
  if (!dtype.code.startsWith('O') || !isRowMajor || !isWhole) return outside('an array of objects');
  let level: PyValue[] = [...items];
  for (const side of shape.slice(1).reverse()) {
    if (side === 0) return outside('an array of objects');
    const next: PyValue[] = [];
    for (let at = 0; at < level.length; at += side) {
      next.push(new PyList('list', level.slice(at, at + side)));
    }
    level = next;
  }
  return new PyList('list', level);
}

function setArray(target: PyArrayShell, state: readonly PyValue[]): void {
  const [, shape, dtype, fortran, data] = state.length === 4 ? [1, ...state] : state;
  if (!(dtype instanceof PyDtype)) outside('an array of an odd type');
  if (target.content !== undefined) outside('an array that is filled twice');
  if (data instanceof PyList) {
    target.content = nestItems(dtype, asCounts(shape), data, fortran);
    return;
  }
  const bytes = typeof data === 'string' ? encode([data, 'latin1']) : data;
  if (!(bytes instanceof PyBytes)) outside('an array without bytes');
  target.content = makeArray(dtype, asCounts(shape), bytes, fortran === true || fortran === 1);
}
