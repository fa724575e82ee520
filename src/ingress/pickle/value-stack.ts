/** The stack, the marks and the memo of the interpreter. What does not fit ends the pickle. */
import { outside, PyDict, PyList, PyOpaque } from './values.ts';
import type { PyValue } from './values.ts';

const VALUES_MAX = 6_000_000;

/** See the top of this file. */
export class ValueStack {
  readonly #values: PyValue[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PyValue>();
  #pushed = 0;

  get isEmpty(): boolean {
    return this.#values.length === 0 && this.#marks.length === 0;
  }

  push(value: PyValue): void {
    if (++this.#pushed > VALUES_MAX) outside(`more than ${String(VALUES_MAX)} values`);
    this.#values.push(value);
  }

  mark(): void {
    this.#marks.push(this.#values.length);
  }

  #need(count: number): void {
    if (this.#values.length - count < (this.#marks.at(-1) ?? 0)) outside('a value is missing');
  }

  pop(): PyValue {
    this.#need(1);
    return this.#values.pop() ?? null;
  }

  /** The last values, in their order. */
  popMany(count: number): PyValue[] {
    this.#need(count);
    return this.#values.splice(-count);
  }

  /** Everything above the last mark. */
  popMark(): PyValue[] {
    const mark = this.#marks.pop();
    return mark === undefined ? outside('a mark is missing') : this.#values.splice(mark);
  }

  top(): PyValue {
    this.#need(1);
    return this.#values.at(-1) ?? null;
  }

  replaceTop(value: PyValue): void {
    this.#need(1);
    this.#values[this.#values.length - 1] = value;
  }

  /** Adds items to the list or set on top. */
  append(items: readonly PyValue[]): void {
    const target = this.top();
    if (target instanceof PyOpaque) return;
    if (!(target instanceof PyList) || target.kind === 'tuple') {
      outside('an item for what is no list');
    }
    for (const item of items) target.items.push(item);
    // Readers drop the first ones; no serialiser of a queue writes more.
    if (target.items.length > target.most) outside('a queue holds more than it has room for');
  }

  /** Adds keys and values to the dictionary on top. */
  set(items: readonly PyValue[]): void {
    const target = this.top();
    if (target instanceof PyOpaque) return;
    if (!(target instanceof PyDict) || items.length % 2 !== 0) {
      outside('an entry for what is no dictionary');
    }
    for (let i = 0; i < items.length; i += 2) {
      target.keys.push(items[i] ?? null);
      target.values.push(items[i + 1] ?? null);
    }
  }

  memoize(): void {
    this.put(this.#memo.size);
  }

  put(index: number): void {
    this.#memo.set(index, this.top());
  }

  get(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) outside('a memo entry is missing');
    this.push(value);
  }
}
