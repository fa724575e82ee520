/** Work on one thing at a time, by id; work on different things runs side by side. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs after everything that was given before for the same id, whatever came of it. */
  take<T>(id: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(id) ?? Promise.resolve();
    const turn = before.then(work, work);
    const settled = turn.catch(() => undefined);
    this.#last.set(id, settled);
    void settled.then(() => {
      if (this.#last.get(id) === settled) this.#last.delete(id);
    });
    return turn;
  }

  /** Resolves when what was given for an id until now is over. */
  async idle(id: string): Promise<void> {
    await this.#last.get(id);
  }

  /** Resolves when everything that was given until now is over. */
  async allIdle(): Promise<void> {
    await Promise.all(this.#last.values());
  }
}
