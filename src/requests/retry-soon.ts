/** Tries approved requests again when a budget is expected to hold them, where that is before the next pass over all. */

/** What is refilled later than this is left to the pass over everything that is approved. */
const SOON_MS = 60_000;
/** A bucket that is full a moment later is asked once, not all the time. */
const WAIT_MS_MIN = 20;

/** The requests that are tried again soon. Forgotten when the process ends: the pass finds them. */
export class RetrySoon {
  readonly #retry: (id: string) => Promise<unknown>;
  readonly #onFault: (id: string, cause: unknown) => void;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(
    retry: (id: string) => Promise<unknown>,
    onFault: (id: string, cause: unknown) => void,
  ) {
    this.#retry = retry;
    this.#onFault = onFault;
  }

  /** Tries a request once, after so many milliseconds; not at all where that is not soon or not known. */
  after(id: string, waitMs: number | null): void {
    if (waitMs === null || waitMs > SOON_MS || this.#timers.has(id)) return;
    const timer = setTimeout(
      () => {
        this.#timers.delete(id);
        this.#retry(id).catch((cause: unknown) => {
          this.#onFault(id, cause);
        });
      },
      Math.max(waitMs, WAIT_MS_MIN),
    );
    timer.unref();
    this.#timers.set(id, timer);
  }

  /** Forgets all of them. */
  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
