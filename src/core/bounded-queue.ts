/** A first-in first-out queue with a stated limit and an error when it is hit. */
import { coreErrors } from './core-errors.ts';

/** Holds at most `limit` items; readers may wait for the next one. */
export class BoundedQueue<T> {
  readonly #name: string;
  readonly #limit: number;
  readonly #items: T[] = [];
  readonly #waiting: ((item: T | undefined) => void)[] = [];
  #closed = false;

  constructor(name: string, limit: number) {
    this.#name = name;
    this.#limit = limit;
  }

  /** How many items wait. */
  get length(): number {
    return this.#items.length;
  }

  /** Adds an item; throws `CORE_QUEUE_FULL` at the limit or after {@link close}. */
  push(item: T): void {
    if (!this.tryPush(item)) {
      throw coreErrors.error('QUEUE_FULL', { name: this.#name, limit: this.#limit });
    }
  }

  /** Adds an item if there is room; says whether it did. */
  tryPush(item: T): boolean {
    if (this.#closed) return false;
    const reader = this.#waiting.shift();
    if (reader !== undefined) {
      reader(item);
      return true;
    }
    if (this.#items.length >= this.#limit) return false;
    this.#items.push(item);
    return true;
  }

  /** Takes the oldest item without waiting; undefined if there is none. */
  tryTake(): T | undefined {
    return this.#items.shift();
  }

  /** Takes the oldest item, waiting for one; undefined once the queue is closed and empty. */
  take(): Promise<T | undefined> {
    const item = this.#items.shift();
    if (item !== undefined || this.#closed) return Promise.resolve(item);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Refuses further items and lets waiting readers go. */
  close(): void {
    this.#closed = true;
    for (const reader of this.#waiting.splice(0)) reader(undefined);
  }
}
