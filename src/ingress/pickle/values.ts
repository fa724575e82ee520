/** What the interpreter makes of a pickle: plain data only. Nothing here has behaviour of the pickle's own. */
import { memorySource } from '../../formats/index.ts';
import type { ByteSource } from '../../formats/index.ts';
import type { DenseType } from '../arrays.ts';

/** A floating-point number; integers are numbers or, beyond 2^53, bigints. */
export class PyFloat {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** Bytes that stay where they are until they are needed. `isText`: a string of Python 2. */
export class PyBytes {
  readonly source: ByteSource;
  readonly isText: boolean;
  constructor(source: ByteSource, isText = false) {
    this.source = source;
    this.isText = isText;
  }
}

/** A list, a set (`kind` tells), or a tuple. */
export class PyList {
  readonly kind: 'list' | 'tuple' | 'set';
  readonly items: PyValue[];
  /** A queue has room for so many. */
  most = Infinity;
  /** Bytes that it unfolds to; 0 until it was measured. */
  weight = 0;
  constructor(kind: 'list' | 'tuple' | 'set', items: PyValue[]) {
    this.kind = kind;
    this.items = items;
  }
}

/** A dictionary in the order of its entries. */
export class PyDict {
  readonly keys: PyValue[] = [];
  readonly values: PyValue[] = [];
  /** State that was set on the dictionary as an object (`_metadata` of a state dict). */
  attributes: PyDict | undefined;
  /** Bytes that it unfolds to; 0 until it was measured. */
  weight = 0;
}

/** A terminal of the grammar that names something. */
export class PyName {
  readonly module: string;
  readonly name: string;
  constructor(module: string, name: string) {
    this.module = module;
    this.name = name;
  }
  get text(): string {
    return `\`${this.module}.${this.name}\``;
  }
}

/** A value that JSON has no type for: its kind and a plain spelling. */
export class PyTagged {
  readonly tag: string;
  value: PyValue;
  constructor(tag: string, value: PyValue) {
    this.tag = tag;
    this.value = value;
  }
}

/** A NumPy type of array elements. */
export class PyDtype {
  readonly code: string;
  bigEndian = false;
  constructor(code: string) {
    this.code = code;
  }
}

/** Where the elements of PyTorch tensors lie; the bytes may become known later than the tensors. */
export class PyStorage {
  readonly key: string;
  readonly type: DenseType;
  readonly elements: number;
  bytes: ByteSource | undefined;
  bigEndian = false;
  constructor(key: string, type: DenseType, elements: number) {
    this.key = key;
    this.type = type;
    this.elements = elements;
  }
}

/** An array of numbers: where its elements lie and how they are counted through. */
export class PyArray {
  readonly type: DenseType;
  readonly shape: readonly number[];
  /** In elements, one per axis. */
  readonly strides: readonly number[];
  /** In elements. */
  readonly offset: number;
  readonly storage: PyStorage;
  constructor(
    type: DenseType,
    shape: readonly number[],
    strides: readonly number[],
    offset: number,
    storage: PyStorage,
  ) {
    this.type = type;
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
    this.storage = storage;
  }
}

/** An array that has a type but no content yet. */
export class PyArrayShell {
  content: PyValue | undefined;
}

/** An object that the grammar does not have; its problem has been reported. */
export class PyOpaque {
  readonly text: string;
  /** joblib's wrapper, behind whose state the bytes of an array follow. */
  readonly isWrapper: boolean;
  constructor(text: string, isWrapper = false) {
    this.text = text;
    this.isWrapper = isWrapper;
  }
}

/** Every value of the grammar. */
export type PyValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | PyFloat
  | PyBytes
  | PyList
  | PyDict
  | PyName
  | PyTagged
  | PyDtype
  | PyStorage
  | PyArray
  | PyArrayShell
  | PyOpaque;

/** Thrown and caught inside this folder: a value is outside the grammar. */
export class OutsideGrammar extends Error {}

/** Throws that the value is outside the grammar. */
export function outside(why: string): never {
  throw new OutsideGrammar(why);
}

/** Texts of both Python versions. */
export function asText(value: PyValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (!(value instanceof PyBytes) || value.source.size > 4096) return undefined;
  return Buffer.from(value.source.read(0, value.source.size)).toString('latin1');
}

/** A count, a size or an offset. */
export function asCount(value: PyValue | undefined): number {
  if (typeof value !== 'number' || value < 0) return outside('a size is not a whole number');
  return value;
}

/** The counts of a tuple or list. */
export function asCounts(value: PyValue | undefined): number[] {
  if (!(value instanceof PyList) || value.items.length > 64) return outside('a shape is no tuple');
  return value.items.map(asCount);
}

/** The array of a shell that was filled; shells stand for arrays in the memo before they have content. */
export function unwrap(value: PyValue): PyValue {
  return value instanceof PyArrayShell ? (value.content ?? value) : value;
}

/** The arguments of a call. */
export type Arguments = readonly PyValue[];

/** The bytes of a text of characters that are a byte each; another would be lost. Throws `OutsideGrammar`. */
export function encodeLatin1(text: string): PyBytes {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 255) return outside('a text does not fit its encoding');
  }
  return new PyBytes(memorySource(Buffer.from(text, 'latin1')));
}
