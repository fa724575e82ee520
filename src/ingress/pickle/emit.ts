/**
 * From plain data to safe forms: arrays of numbers to one set of tensors by name, everything else to JSON. See
 * docs/how-to/import-data.md for the spelling of values that JSON has no type for.
 */
import { countElements, DENSE_BYTES, fitsBytes, splitComplex } from '../arrays.ts';
import type { DenseArray } from '../arrays.ts';
import { hasTwice } from './equality.ts';
import { judgeExpansion, UNFOLDED, unfoldedMax } from './expansion.ts';
import {
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
  PyOpaque,
  PyStorage,
  PyTagged,
} from './values.ts';
import type { PyValue } from './values.ts';

/** The safe forms of one value. */
export interface EmittedData {
  readonly tensors: ReadonlyMap<string, DenseArray>;
  /** Compact JSON, when there is anything besides tensors by name. */
  readonly json: string | undefined;
}

/** Thrown and caught inside the way in: the values unfold to far more than the pickle holds. */
export class ExpansionExcess extends Error {}

const DEPTH_MAX = 200;
const JSON_CHARACTERS_MAX = 1 << 28;
/** Pieces of text that are joined at once: an array of all of them would be larger than the text. */
const PARTS_MAX = 1 << 14;

/** A text, or a string of Python 2 that is one because it is ASCII; bytes are no text, whatever they hold. */
function readKey(key: PyValue): string | undefined {
  if (typeof key === 'string') return key;
  const text = key instanceof PyBytes && key.isText ? asText(key) : undefined;
  // eslint-disable-next-line no-control-regex -- ASCII has control characters.
  return text !== undefined && /^[\x00-\x7f]*$/.test(text) ? text : undefined;
}

class Emitter {
  readonly tensors = new Map<string, DenseArray>();
  readonly #texts: string[] = [];
  #parts: string[] = [];
  readonly #open = new Set<PyValue>();
  readonly #sourceBytes: number;
  readonly #limit: number;
  #characters = 0;
  #tensorBytes = 0;

  constructor(sourceBytes: number) {
    this.#sourceBytes = sourceBytes;
    this.#limit = unfoldedMax(sourceBytes);
  }

  get json(): string {
    return this.#texts.join('') + this.#parts.join('');
  }

  #write(text: string): void {
    this.#characters += text.length;
    // How far all values unfold was weighed before; these only take more letters than bytes.
    if (this.#characters > this.#limit) outside(UNFOLDED);
    if (this.#characters > JSON_CHARACTERS_MAX) outside('more text than is written at once');
    this.#parts.push(text);
    if (this.#parts.length < PARTS_MAX) return;
    this.#texts.push(this.#parts.join(''));
    this.#parts = [];
  }

  #string(text: string): void {
    this.#write(JSON.stringify(text));
  }

  /** A value that is not a plain JSON value: `{"$tag": …}`. */
  #tagged(tag: string, text: string): void {
    this.#write(`{"$${tag}":${JSON.stringify(text)}}`);
  }

  value(value: PyValue, path: readonly string[]): void {
    if (typeof value === 'string') this.#string(value);
    else if (value === null || typeof value === 'boolean' || typeof value === 'number') {
      this.#write(String(value));
    } else if (typeof value === 'bigint') this.#tagged('int', String(value));
    else if (value instanceof PyFloat) this.#float(value.value);
    else if (value instanceof PyBytes) this.#bytes(value);
    else if (value instanceof PyArray || value instanceof PyArrayShell) this.#array(value, path);
    else if (value instanceof PyTagged || value instanceof PyList || value instanceof PyDict) {
      this.#container(value, path);
    } else if (value instanceof PyName) this.#tagged('type', `${value.module}.${value.name}`);
    else if (value instanceof PyDtype) this.#tagged('dtype', value.code);
    else if (value instanceof PyStorage) outside('a storage that is no tensor');
    else if (value instanceof PyOpaque) outside('an object');
  }

  #float(value: number): void {
    if (!Number.isFinite(value))
      this.#tagged('float', String(value).replace('Infinity', 'inf').replace('NaN', 'nan'));
    // `1.0` stays a number that is not an integer.
    else if (Object.is(value, -0)) this.#write('-0.0');
    else
      this.#write(
        Number.isInteger(value) && Math.abs(value) < 1e21 ? `${String(value)}.0` : String(value),
      );
  }

  #bytes(value: PyBytes): void {
    const text = readKey(value);
    if (text !== undefined) {
      this.#string(text);
      return;
    }
    if (value.source.size * 2 > this.#limit - this.#characters) outside(UNFOLDED);
    const bytes = Buffer.from(value.source.read(0, value.source.size));
    this.#tagged('bytes', bytes.toString('base64'));
  }

  #array(value: PyArray | PyArrayShell, path: readonly string[]): void {
    const array = value instanceof PyArrayShell ? value.content : value;
    if (array === undefined) outside('an array without content');
    if (!(array instanceof PyArray)) {
      this.value(array, path);
      return;
    }
    const { bytes, bigEndian } = array.storage;
    if (bytes === undefined) outside('a tensor without data');
    const { type, shape, strides, offset } = array;
    const dense = { type, shape, strides, offset, bytes, bigEndian };
    if (!fitsBytes(dense)) outside('a tensor reaches outside its data');
    const size = countElements(shape) * DENSE_BYTES[type];
    this.#tensorBytes += size;
    if (type === 'C128') {
      const { real, imag } = splitComplex(dense);
      this.#write('{"$complex":[');
      this.#tensor(real, path, '.real');
      this.#write(',');
      this.#tensor(imag, path, '.imag');
      this.#write(']}');
    } else this.#tensor(dense, path);
  }

  #tensor(dense: DenseArray, path: readonly string[], part = ''): void {
    const name = this.#nameOf(path, part);
    this.tensors.set(name, dense);
    this.#tagged('tensor', name);
  }

  /** Tensors take no memory before they are written, so that all of them can be weighed first. */
  weighTensors(): void {
    const judged = judgeExpansion(this.#tensorBytes, this.#sourceBytes);
    if (judged === 'bomb') throw new ExpansionExcess();
    if (judged === 'large') outside(UNFOLDED);
  }

  #nameOf(path: readonly string[], part: string): string {
    const plain = (path.length === 0 ? 'tensor' : path.join('.')) + part;
    let name = plain === '__metadata__' ? '__metadata__~1' : plain;
    for (let i = 2; this.tensors.has(name); i++) name = `${plain}~${String(i)}`;
    return name;
  }

  #container(value: PyTagged | PyList | PyDict, path: readonly string[]): void {
    if (this.#open.has(value)) outside('a value that contains itself');
    if (path.length > DEPTH_MAX || this.#open.size > DEPTH_MAX) outside('values nested too deeply');
    this.#open.add(value);
    if (value instanceof PyTagged) {
      this.#write(`{"$${value.tag}":`);
      this.value(value.value, path);
      this.#write('}');
    } else if (value instanceof PyList) {
      if (value.kind === 'set' && hasTwice(value.items)) outside('a set has an item twice');
      this.#write('[');
      for (const [i, item] of value.items.entries()) {
        if (i > 0) this.#write(',');
        this.value(item, [...path, String(i)]);
      }
      this.#write(']');
    } else this.#dict(value, path);
    this.#open.delete(value);
  }

  #dict(value: PyDict, path: readonly string[]): void {
    const names = value.keys.map(readKey);
    const isPlain = names.every((name) => name !== undefined && !name.startsWith('$'));
    if (!isPlain && hasTwice(value.keys)) outside('a dictionary has a key twice');
    const seen = new Set<string>();
    this.#write(isPlain ? '{' : '{"$dict":[');
    for (const [i, item] of value.values.entries()) {
      if (i > 0) this.#write(',');
      const key = value.keys[i] ?? null;
      const name = names[i] ?? (typeof key === 'number' ? String(key) : undefined);
      const step = name ?? String(i);
      if (isPlain) {
        if (seen.has(step)) outside('a dictionary has a key twice');
        seen.add(step);
        this.#string(step);
        this.#write(':');
      } else {
        this.#write('[');
        this.value(key, [...path, `${step}~key`]);
        this.#write(',');
      }
      this.value(item, [...path, step]);
      if (!isPlain) this.#write(']');
    }
    this.#write(isPlain ? '}' : ']}');
  }
}

/** A mapping of names to tensors and nothing else, or one tensor: it needs no JSON. Numbers in two parts do. */
function isTensorsOnly(value: PyValue): boolean {
  const isArray = (each: PyValue): boolean => {
    const array = each instanceof PyArrayShell ? each.content : each;
    return array instanceof PyArray && array.type !== 'C128';
  };
  if (isArray(value)) return true;
  return (
    value instanceof PyDict &&
    value.keys.every((key) => readKey(key) !== undefined) &&
    value.values.length > 0 &&
    value.values.every(isArray)
  );
}

/** The safe forms of a value from `sourceBytes` of pickle. Throws `OutsideGrammar` and `ExpansionExcess`. */
export function emitData(value: PyValue, sourceBytes: number): EmittedData {
  const emitter = new Emitter(sourceBytes);
  emitter.value(value, []);
  emitter.weighTensors();
  return { tensors: emitter.tensors, json: isTensorsOnly(value) ? undefined : emitter.json };
}
