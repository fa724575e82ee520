/** Bytes on their way to the link, given out at slot boundaries and at most so many a slot. */
import { chunkRecords } from '../wire/index.ts';

/** Records of frames that have a slot and are not written yet. */
export class Outbox {
  #frames: { sequence: number; records: Generator<Uint8Array> }[] = [];

  /** Whether everything is written. */
  get empty(): boolean {
    return this.#frames.length === 0;
  }

  /** The number of the first frame that is not fully written. */
  get first(): number | undefined {
    return this.#frames[0]?.sequence;
  }

  /** Adds a frame. */
  add(attempt: number, sequence: number, frame: Uint8Array): void {
    this.#frames.push({ sequence, records: chunkRecords(attempt, sequence, frame) });
  }

  /** Forgets everything: the other side wants to begin again. */
  clear(): void {
    this.#frames = [];
  }

  /** Takes records until so many bytes are reached; the last one may go beyond. */
  take(bytesMax: number): Uint8Array[] {
    const taken: Uint8Array[] = [];
    let bytes = 0;
    while (bytes < bytesMax) {
      const [first] = this.#frames;
      if (first === undefined) break;
      const step = first.records.next();
      if (step.done === true) {
        this.#frames.shift();
      } else {
        taken.push(step.value);
        bytes += step.value.length;
      }
    }
    // A frame whose last record was just taken is done, although its generator was not asked once more.
    return taken;
  }
}
