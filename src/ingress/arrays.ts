/** Arrays of numbers on their way to safetensors: types, bounds, and the bytes in row-major little-endian order. */
import type { ByteSource } from '../formats/index.ts';

/** Names of element types as safetensors spells them; it has none for C128, which is written as two arrays. */
export type DenseType =
  | ('BOOL' | 'U8' | 'I8' | 'F8_E4M3' | 'F8_E5M2' | 'I16' | 'U16' | 'F16' | 'BF16')
  | ('I32' | 'U32' | 'F32' | 'C64' | 'F64' | 'I64' | 'U64' | 'C128');

/** Bytes of one element. */
export const DENSE_BYTES: Readonly<Record<DenseType, number>> = {
  ...{ BOOL: 1, U8: 1, I8: 1, F8_E4M3: 1, F8_E5M2: 1, I16: 2, U16: 2, F16: 2, BF16: 2 },
  ...{ I32: 4, U32: 4, F32: 4, C64: 8, F64: 8, I64: 8, U64: 8, C128: 16 },
};

const NUMPY_TYPES: Readonly<Record<string, DenseType>> = {
  ...{ b1: 'BOOL', i1: 'I8', u1: 'U8', i2: 'I16', u2: 'U16', f2: 'F16', i4: 'I32', u4: 'U32' },
  ...{ f4: 'F32', i8: 'I64', u8: 'U64', f8: 'F64', c8: 'C64', c16: 'C128' },
};

/** The element type of a NumPy code without its byte order (`f4`). */
export function findNumpyType(code: string): DenseType | undefined {
  return Object.hasOwn(NUMPY_TYPES, code) ? NUMPY_TYPES[code] : undefined;
}

/** An array of numbers in a source of bytes. Strides and offset count elements. */
export interface DenseArray {
  readonly type: DenseType;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  readonly bytes: ByteSource;
  readonly bigEndian: boolean;
}

/** The real and the imaginary parts of complex numbers of 16 bytes, where they lie. */
export function splitComplex(array: DenseArray): {
  readonly real: DenseArray;
  readonly imag: DenseArray;
} {
  const strides = array.strides.map((stride) => stride * 2);
  const part = (first: number): DenseArray => ({
    ...array,
    type: 'F64',
    strides,
    offset: array.offset * 2 + first,
  });
  return { real: part(0), imag: part(1) };
}

/** The number of elements of a shape; Infinity when it is not exact. */
export function countElements(shape: readonly number[]): number {
  if (shape.includes(0)) return 0;
  const count = shape.reduce((product, side) => product * side, 1);
  return Number.isSafeInteger(count) ? count : Infinity;
}

/** Strides of a shape whose last axis (or, with `fortran`, first axis) runs fastest. */
export function denseStrides(shape: readonly number[], fortran = false): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  let step = 1;
  for (let i = 0; i < shape.length; i++) {
    const axis = fortran ? i : shape.length - 1 - i;
    strides[axis] = step;
    step *= Math.max(1, shape[axis] ?? 1);
  }
  return strides;
}

/** Whether every element that the strides reach lies inside the bytes. */
export function fitsBytes(array: Omit<DenseArray, 'bigEndian'>): boolean {
  if (countElements(array.shape) === 0) return true;
  let last = array.offset;
  for (const [axis, side] of array.shape.entries()) {
    const stride = array.strides[axis] ?? -1;
    if (stride < 0) return false;
    last += (side - 1) * stride;
  }
  return Number.isSafeInteger(last) && (last + 1) * DENSE_BYTES[array.type] <= array.bytes.size;
}

const PIECE_BYTES = 1 << 20;

function isRowMajor(array: DenseArray): boolean {
  const dense = denseStrides(array.shape);
  return array.shape.every((side, axis) => side === 1 || array.strides[axis] === dense[axis]);
}

/** Size of one number for byte order; a complex number is two of them. */
function swapBytes(type: DenseType): number {
  return type === 'C64' ? 4 : DENSE_BYTES[type];
}

function swapInPlace(bytes: Uint8Array, width: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (width === 2) buffer.swap16();
  else if (width === 4) buffer.swap32();
  else if (width === 8) buffer.swap64();
}

/** The elements in row-major little-endian order, in pieces. Truth values are 0 or 1. */
export function* readDense(array: DenseArray): Generator<Uint8Array, void, undefined> {
  const width = DENSE_BYTES[array.type];
  const pieces = isRowMajor(array) ? readRuns(array, width) : gather(array, width);
  for (const piece of pieces) {
    const change = array.bigEndian && width > 1;
    if (!change && array.type !== 'BOOL') {
      yield piece;
      continue;
    }
    const copy = Uint8Array.from(piece);
    if (change) swapInPlace(copy, swapBytes(array.type));
    else for (let i = 0; i < copy.length; i++) if ((copy[i] ?? 0) > 1) copy[i] = 1;
    yield copy;
  }
}

function* readRuns(array: DenseArray, width: number): Generator<Uint8Array> {
  const from = array.offset * width;
  const end = from + countElements(array.shape) * width;
  for (let at = from; at < end; at += PIECE_BYTES) {
    yield array.bytes.read(at, Math.min(end, at + PIECE_BYTES));
  }
}

/** Collects elements that do not lie in order. The span of bytes that they lie in is read once. */
function* gather(array: DenseArray, width: number): Generator<Uint8Array> {
  const total = countElements(array.shape);
  if (total === 0) return;
  const span = array.shape.reduce((sum, side, i) => sum + (side - 1) * (array.strides[i] ?? 0), 1);
  const base = array.offset * width;
  const source = array.bytes.read(base, base + span * width);
  const index = new Array<number>(array.shape.length).fill(0);
  const perPiece = PIECE_BYTES / width;
  let at = 0;
  for (let done = 0; done < total;) {
    const count = Math.min(perPiece, total - done);
    const piece = new Uint8Array(count * width);
    for (let i = 0; i < count; i++) {
      for (let b = 0; b < width; b++) piece[i * width + b] = source[at * width + b] ?? 0;
      at = advance(array, index, at);
    }
    done += count;
    yield piece;
  }
}

/** Moves to the next element in row-major order and gives its place. */
function advance(array: DenseArray, index: number[], at: number): number {
  let place = at;
  for (let axis = index.length - 1; axis >= 0; axis--) {
    const stride = array.strides[axis] ?? 0;
    const next = (index[axis] ?? 0) + 1;
    if (next < (array.shape[axis] ?? 0)) {
      index[axis] = next;
      return place + stride;
    }
    index[axis] = 0;
    place -= (next - 1) * stride;
  }
  return place;
}
