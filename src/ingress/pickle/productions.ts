/**
 * The calls of the closed grammar: each is matched by its name and the exact shape of its arguments and becomes plain
 * data. Nothing is looked up; a call that is not here, or has other arguments, is outside the grammar.
 */
import { memorySource } from '../../formats/index.ts';
import type { DenseType } from '../arrays.ts';
import { spellDate } from './dates.ts';
import {
  frombuffer,
  makeDtype,
  reconstruct,
  scalar,
  setArray,
  setDtype,
} from './numpy-productions.ts';
import {
  asCount,
  asCounts,
  asText,
  encodeLatin1,
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
import type { Arguments, PyValue } from './values.ts';

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
  const isLength = typeof length === 'number' && length >= 0;
  if ((length !== null && !isLength) || rest.length > 0) {
    return outside('a queue has odd arguments');
  }
  const queue = emptyOr(args.slice(0, 1), 'list');
  if (queue instanceof PyList && length !== null) {
    queue.most = length;
    if (queue.items.length > length) return outside('a queue holds more than it has room for');
  }
  return queue;
}

function encode(args: Arguments): PyValue {
  const [text, encoding = 'utf-8'] = args;
  const name = asText(encoding)?.toLowerCase().replace('-', '');
  if (typeof text !== 'string') return outside('what is encoded is no text');
  if (name === 'latin1') return encodeLatin1(text);
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

// ---- PyTorch ----

function rebuildTensor(args: Arguments, most: number): PyValue {
  const [storage, offset, size, stride, , hooks, view = null] = args;
  if (!(storage instanceof PyStorage) || args.length < 4 || args.length > most) {
    return outside('a tensor is made of odd parts');
  }
  if (hooks !== undefined && !(hooks instanceof PyDict && hooks.keys.length === 0)) {
    return outside('a tensor has hooks');
  }
  // PyTorch changes the values by what is written here: their sign, or the conjugate of each.
  if (view !== null && !(view instanceof PyDict && view.keys.length === 0)) {
    return outside(
      'a tensor is a negative or conjugate view of its values; save `tensor.resolve_neg().resolve_conj()`',
    );
  }
  const shape = asCounts(size);
  const strides = asCounts(stride);
  if (shape.length !== strides.length) return outside('a tensor has odd strides');
  return new PyArray(storage.type, shape, strides, asCount(offset), storage);
}

const DTYPES: Readonly<Record<string, DenseType>> = {
  ...{ uint8: 'U8', uint16: 'U16', uint32: 'U32', uint64: 'U64', int8: 'I8', int16: 'I16' },
  ...{ int32: 'I32', int64: 'I64', float16: 'F16', bfloat16: 'BF16', float32: 'F32' },
  ...{ float64: 'F64', float8_e4m3fn: 'F8_E4M3', float8_e5m2: 'F8_E5M2', bool: 'BOOL' },
};

/** A tensor over a storage without a type, as newer types of elements are written. */
function rebuildUntyped(args: Arguments): PyValue {
  const [dtype, metadata = null, ...rest] = args.slice(6);
  const isKnown =
    dtype instanceof PyName && dtype.module === 'torch' && Object.hasOwn(DTYPES, dtype.name);
  const type = isKnown ? DTYPES[dtype.name] : undefined;
  if (type === undefined || rest.length > 0) return outside('a tensor of an odd type');
  const tensor = rebuildTensor([...args.slice(0, 6), metadata], 7);
  if (!(tensor instanceof PyArray) || tensor.storage.type !== 'U8')
    return outside('a tensor is made of odd parts');
  const { shape, strides, offset, storage } = tensor;
  return new PyArray(type, shape, strides, offset, storage);
}

/** A tensor of small whole numbers, and what makes the values of them. */
function rebuildQuantised(args: Arguments): PyValue {
  const [storage, offset, size, stride, how, grad, hooks, ...rest] = args;
  if (!(how instanceof PyList) || rest.length > 0)
    return outside('a quantised tensor is made of odd parts');
  const [scheme, scale, zero, ...axis] = how.items;
  const isTensor = scheme instanceof PyName && scheme.name === 'per_tensor_affine';
  const isNamed = scheme instanceof PyName && scheme.module === 'torch';
  if (!isNamed || scale === undefined || zero === undefined || axis.length !== (isTensor ? 0 : 1))
    return outside('a quantised tensor is made of odd parts');
  const values = rebuildTensor(
    [
      storage ?? null,
      offset ?? null,
      size ?? null,
      stride ?? null,
      grad ?? null,
      hooks ?? new PyDict(),
    ],
    6,
  );
  const parts = new PyDict();
  parts.keys.push('scheme', 'scale', 'zero_point', 'values');
  parts.values.push(scheme.name, scale, zero, values);
  if (!isTensor) {
    parts.keys.push('axis');
    parts.values.push(asCount(axis[0]));
  }
  return new PyTagged('quantized', parts);
}

function rebuildParameter(args: Arguments): PyValue {
  const [data, , hooks] = args;
  const plain = hooks instanceof PyDict && hooks.keys.length === 0 && args.length === 3;
  if (!(data instanceof PyArray) || !plain) return outside('a parameter has hooks');
  return data;
}

const LAYOUT = /^torch\.(?:strided|sparse_(?:coo|[cb]s[rc]))$/;

/** The layout of a tensor, by its name. */
function layout(args: Arguments): PyValue {
  const name = asText(args[0]);
  const isLayout = args.length === 1 && name !== undefined && LAYOUT.test(name);
  return isLayout ? new PyTagged('layout', name) : outside('a tensor has an odd layout');
}

/** A sparse tensor: where its values lie, the values, and its shape. */
function rebuildSparse(args: Arguments): PyValue {
  const [kind, data] = args;
  const isWhole = kind instanceof PyTagged && kind.tag === 'layout' && data instanceof PyList;
  if (!isWhole || args.length !== 2) return outside('a sparse tensor is made of odd parts');
  const isPlaced = kind.value === 'torch.sparse_coo';
  const names = isPlaced
    ? ['indices', 'values', 'size', 'is_coalesced']
    : ['compressed_indices', 'plain_indices', 'values', 'size'];
  const parts = new PyDict();
  parts.keys.push('layout');
  parts.values.push(kind.value);
  for (const [i, part] of data.items.entries()) {
    const name = names[i] ?? outside('a sparse tensor is made of odd parts');
    if (name === 'size') asCounts(part);
    else if (name === 'is_coalesced' ? typeof part !== 'boolean' : !(part instanceof PyArray))
      outside('a sparse tensor is made of odd parts');
    parts.keys.push(name);
    parts.values.push(part);
  }
  if (!parts.keys.includes('size')) outside('a sparse tensor is made of odd parts');
  return new PyTagged('sparse', parts);
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
  ['torch._utils _rebuild_tensor_v3', rebuildUntyped],
  ['torch._utils _rebuild_qtensor', rebuildQuantised],
  ['torch._utils _rebuild_sparse_tensor', rebuildSparse],
  ['torch._utils _rebuild_sparse_csr_tensor', rebuildSparse],
  ['torch.serialization _get_layout', layout],
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
