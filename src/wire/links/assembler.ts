/**
 * Puts chunk records together to frames, strictly in the order of the wire.
 *
 * Whatever is not the next byte of the next frame is either old (ignored) or a sign of loss; after a loss everything is
 * ignored until the sender begins the next attempt.
 */
import type { LinkRecord } from './records.ts';

/** What one record brought. */
export type Assembled =
  | { readonly outcome: 'frame'; readonly sequence: number; readonly frame: Uint8Array }
  | { readonly outcome: 'progress' | 'ignored' | 'lost' };

/** The receiving end of a link; holds at most one unfinished frame. */
export class FrameAssembler {
  readonly #frameBytesMax: number;
  #attempt: number;
  #next: number;
  #lost = false;
  #parts: Uint8Array[] = [];
  #total = 0;
  #received = 0;

  constructor(start: { attempt: number; nextSequence: number; frameBytesMax: number }) {
    this.#attempt = start.attempt;
    this.#next = start.nextSequence;
    this.#frameBytesMax = start.frameBytesMax;
  }

  /** The attempt whose records are accepted. */
  get attempt(): number {
    return this.#attempt;
  }

  /** The sequence number of the next frame to be received. */
  get nextSequence(): number {
    return this.#next;
  }

  /** Asks for everything from `nextSequence` on once more; records of earlier attempts are ignored from now on. */
  rewind(nextSequence: number): number {
    // 0 means that a sender has just started, so it is never an attempt.
    this.#attempt = (this.#attempt % 0xffff_ffff) + 1;
    this.#next = nextSequence;
    this.#lost = false;
    this.#drop();
    return this.#attempt;
  }

  /** Takes one chunk or tick. */
  accept(record: LinkRecord): Assembled {
    if (record.attempt !== this.#attempt || this.#lost) return { outcome: 'ignored' };
    if (record.kind === 'tick') {
      return record.sequence > this.#next ? this.#lose() : { outcome: 'ignored' };
    }
    if (record.kind !== 'chunk' || record.sequence < this.#next) return { outcome: 'ignored' };
    if (record.sequence > this.#next) return this.#lose();
    return this.#take(record);
  }

  #take(record: LinkRecord): Assembled {
    const { offset, total, payload } = record;
    if (payload.length === 0 || total > this.#frameBytesMax) return this.#lose();
    if (offset < this.#received && total === this.#total) return { outcome: 'ignored' };
    const follows = offset === this.#received && (offset === 0 || total === this.#total);
    if (!follows || offset + payload.length > total) return this.#lose();
    this.#total = total;
    this.#parts.push(payload);
    this.#received += payload.length;
    if (this.#received < total) return { outcome: 'progress' };
    const frame = Buffer.concat(this.#parts);
    const sequence = this.#next;
    this.#next += 1;
    this.#drop();
    return { outcome: 'frame', sequence, frame };
  }

  #lose(): Assembled {
    this.#lost = true;
    this.#drop();
    return { outcome: 'lost' };
  }

  #drop(): void {
    this.#parts = [];
    this.#total = 0;
    this.#received = 0;
  }
}
