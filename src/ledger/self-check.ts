/** The continuous self-check: audits the log in small steps while the gate works, and stops it on the first mismatch. */
import { ledgerErrors } from './errors.ts';
import type { LogAudit } from './audit.ts';

const BUNDLES_PER_STEP = 4;

/** What the self-check needs. */
export interface SelfCheckParts {
  readonly log: string;
  /** Milliseconds between steps of four bundles. */
  readonly everyMs: number;
  /** Begins a new pass. */
  begin(): LogAudit;
  /** Called with the mismatch; the ledger stops. */
  onMismatch(cause: Error): void;
}

/** Runs passes one after the other until closed. */
export class SelfCheck {
  readonly #parts: SelfCheckParts;
  #audit: LogAudit;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #closed = false;
  #passes = 0;

  constructor(parts: SelfCheckParts) {
    this.#parts = parts;
    this.#audit = parts.begin();
    this.#schedule();
  }

  /** Whole passes that found nothing. */
  get passes(): number {
    return this.#passes;
  }

  /** Stops and waits for the step in progress. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#step().finally(() => {
        this.#running = undefined;
        this.#schedule();
      });
    }, this.#parts.everyMs);
    this.#timer.unref();
  }

  async #step(): Promise<void> {
    try {
      for (let i = 0; i < BUNDLES_PER_STEP && !this.#audit.done; i++) await this.#audit.step();
    } catch (cause) {
      this.#mismatch(cause instanceof Error ? cause.message : String(cause));
      return;
    }
    const [problem] = this.#audit.problems;
    if (problem !== undefined) this.#mismatch(problem);
    else if (this.#audit.done) {
      this.#passes++;
      this.#audit = this.#parts.begin();
    }
  }

  #mismatch(why: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#parts.onMismatch(ledgerErrors.error('ROOT_MISMATCH', { log: this.#parts.log, why }));
  }
}
