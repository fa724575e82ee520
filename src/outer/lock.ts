/** Runs works one after the other, in the order in which they asked. */
export class Lock {
  #last: Promise<unknown> = Promise.resolve();
  #held = 0;

  /** Whether somebody is inside or waits. */
  get busy(): boolean {
    return this.#held > 0;
  }

  /** Runs `work` when everybody before is done; a failure concerns only the one who caused it. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    this.#held += 1;
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.#held -= 1;
    }
  }
}
