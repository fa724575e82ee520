/** The calls of the closed grammar that make arrays and numbers of NumPy; see `productions.ts`. */
import { memorySource } from '../../formats/index.ts';
import { countElements, DENSE_BYTES, denseStrides, findNumpyType } from '../arrays.ts';
import type { DenseType } from '../arrays.ts';
import {
  asCounts,
  asText,
  encodeLatin1,
  outside,
  PyArray,
  PyArrayShell,
  PyBytes,
  PyDtype,
  PyFloat,
  PyList,
  PyName,
  PyStorage,
  PyTagged,
} from './values.ts';
import type { Arguments, PyValue } from './values.ts';

/** The type of elements by its code. Throws `OutsideGrammar`. */
export function makeDtype(args: Arguments): PyValue {
  const code = asText(args[0]);
  if (code === undefined || !/^[<>|=]?[a-zA-Z]\d{0,9}$/.test(code) || args.length > 3) {
    return outside('an array has an odd type');
  }
  const dtype = new PyDtype(code.replace(/^[<>|=]/, ''));
  dtype.bigEndian = code.startsWith('>');
  return dtype;
}

/** An array that its state will fill. Throws `OutsideGrammar`. */
export function reconstruct(args: Arguments): PyValue {
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
  if (type === undefined) return makeTexts(dtype, shape, bytes, fortran);
  if (count * DENSE_BYTES[type] !== source.size) {
    return outside('an array has more or fewer bytes than its shape says');
  }
  const storage = new PyStorage('', type, count);
  storage.bytes = source;
  storage.bigEndian = dtype.bigEndian;
  return new PyArray(type, shape, denseStrides(shape, fortran), 0, storage);
}

const TEXTS_MAX = 1_000_000;

/** Why elements of a type have no safe form, with the way forward. */
export function explainType(code: string): string {
  if (/^[Mm]8/.test(code))
    return 'an array of dates or spans of time (datetime64); ask for whole numbers with their unit named, or for texts';
  const what = `an array of elements of type ${code}`;
  if (/^[cG]\d*$/.test(code)) return `${what} (complex long double); ask for \`a.astype("c16")\``;
  if (/^[fg](?:12|16)?$/.test(code))
    return `${what} (long double, which differs between machines); ask for \`a.astype("f8")\``;
  return /^V/.test(code) ? `${what}; ${RECORDS_INSTEAD}` : what;
}

/** What to ask for where elements have parts. */
export const RECORDS_INSTEAD = 'ask for an array of each field (`a["name"]`), or for CSV';

function makeTexts(
  dtype: PyDtype,
  shape: readonly number[],
  { source }: PyBytes,
  fortran: boolean,
): PyValue {
  const match = /^([US])(\d+)$/.exec(dtype.code);
  const letters = Number(match?.[2] ?? 0);
  const width = letters * (match?.[1] === 'U' ? 4 : 1);
  const count = countElements(shape);
  if (match === null || count > TEXTS_MAX) return outside(explainType(dtype.code));
  if (count * width !== source.size) {
    return outside('an array has more or fewer bytes than its shape says');
  }
  const items: PyValue[] = [];
  const places = fortran ? placesByColumn(shape) : undefined;
  for (let row = 0; row < count; row++) {
    const i = places?.[row] ?? row;
    const cell = source.read(i * width, (i + 1) * width);
    items.push(match[1] === 'U' ? readWide(cell, dtype.bigEndian) : readNarrow(cell));
  }
  return shape.length === 0 ? (items[0] ?? null) : nestLevels(items, shape);
}

/** Where the elements of an array lie that is column by column, in their order row by row. */
function placesByColumn(shape: readonly number[]): number[] {
  let places = [0];
  let step = 1;
  const steps = shape.map((side) => {
    const own = step;
    step *= side;
    return own;
  });
  for (const [axis, side] of shape.entries()) {
    places = places.flatMap((place) =>
      Array.from({ length: side }, (_, i) => place + i * (steps[axis] ?? 0)),
    );
  }
  return places;
}

/** Items in the lists of a shape, row by row. Throws `OutsideGrammar`. */
function nestLevels(items: readonly PyValue[], shape: readonly number[]): PyValue {
  const empty = shape.indexOf(0);
  if (empty >= 0) return nestEmpty(shape.slice(0, empty));
  let level: PyValue[] = [...items];
  for (const side of shape.slice(1).reverse()) {
    const next: PyValue[] = [];
    for (let at = 0; at < level.length; at += side) {
      next.push(new PyList('list', level.slice(at, at + side)));
    }
    level = next;
  }
  return new PyList('list', level);
}

const EMPTY_MAX = 10_000;

/** Empty lists in the lists of a shape. Throws `OutsideGrammar`. */
function nestEmpty(shape: readonly number[]): PyValue {
  const [side, ...rest] = shape;
  if (countElements(shape) > EMPTY_MAX)
    return outside('an array of many texts that has an empty side');
  const items = Array.from({ length: side ?? 0 }, () => nestEmpty(rest));
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

/** An array over bytes, as protocol 5 writes it. Throws `OutsideGrammar`. */
export function frombuffer(args: Arguments): PyValue {
  const [bytes, dtype, shape, order] = args;
  if (!(bytes instanceof PyBytes) || !(dtype instanceof PyDtype) || args.length !== 4) {
    return outside('an array of an odd class');
  }
  const letter = asText(order);
  if (letter !== 'C' && letter !== 'F') return outside('an array of an odd order');
  return makeArray(dtype, asCounts(shape), bytes, letter === 'F');
}

/** One number or text. Throws `OutsideGrammar`. */
export function scalar(args: Arguments): PyValue {
  const [dtype, bytes] = args;
  if (!(dtype instanceof PyDtype) || !(bytes instanceof PyBytes) || args.length !== 2) {
    return outside('a number of an odd class');
  }
  const type = findNumpyType(dtype.code);
  if (type === undefined) {
    return makeTexts(dtype, [], bytes, false);
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
    case 'C64':
    case 'C128': {
      const isWide = type === 'C128';
      const part = (at: number): PyFloat =>
        new PyFloat(isWide ? view.getFloat64(at, little) : view.getFloat32(at, little));
      return new PyTagged('complex', new PyList('list', [part(0), part(isWide ? 8 : 4)]));
    }
    case 'BF16':
    case 'F8_E4M3':
    case 'F8_E5M2':
      return outside(`a number of type ${type}`);
  }
}

/** Sets the byte order of a type. Throws `OutsideGrammar`. */
export function setDtype(target: PyDtype, state: readonly PyValue[]): void {
  const [version, order, subtype, names, fields] = state;
  const plain =
    typeof version === 'number' &&
    (subtype ?? null) === null &&
    (names ?? null) === null &&
    (fields ?? null) === null;
  if (!plain || state.length < 5) outside(`an array of records; ${RECORDS_INSTEAD}`);
  target.bigEndian = asText(order) === '>';
}

/** An array of objects that are data: lists in lists. They are written row by row, however they lay in memory. */
function nestItems(dtype: PyDtype, shape: readonly number[], { items }: PyList): PyValue {
  const isWhole = countElements(shape) === items.length;
  if (!dtype.code.startsWith('O') || !isWhole) return outside('an array of objects');
  return shape.length === 0 ? (items[0] ?? null) : nestLevels(items, shape);
}

/** Fills an array by its state. Throws `OutsideGrammar`. */
export function setArray(target: PyArrayShell, state: readonly PyValue[]): void {
  const [, shape, dtype, fortran, data] = state.length === 4 ? [1, ...state] : state;
  if (!(dtype instanceof PyDtype)) outside('an array of an odd type');
  if (target.content !== undefined) outside('an array that is filled twice');
  if (data instanceof PyList) {
    target.content = nestItems(dtype, asCounts(shape), data);
    return;
  }
  const bytes = typeof data === 'string' ? encodeLatin1(data) : data;
  if (!(bytes instanceof PyBytes)) outside('an array without bytes');
  target.content = makeArray(dtype, asCounts(shape), bytes, fortran === true || fortran === 1);
}
