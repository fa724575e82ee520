/** Messages between a pool and its children: JSON after its length in four bytes, big-endian. */
import type { Json } from './canonical-json.ts';

const HEADER_BYTES = 4;

/** Puts a message into its frame. */
export function frameMessage(value: Json): Buffer {
  const body = Buffer.from(JSON.stringify(value), 'utf8');
  const frame = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  frame.writeUInt32BE(body.length, 0);
  body.copy(frame, HEADER_BYTES);
  return frame;
}

/** Cuts a stream into messages and counts its bytes against a limit. */
export class MessageReader {
  #chunks: Buffer[] = [];
  #held = 0;
  #taken = 0;
  /** Bytes that may still come; set before each job. */
  limitBytes: number;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  /** Starts counting anew. */
  allow(limitBytes: number): void {
    this.limitBytes = limitBytes;
    this.#taken = 0;
  }

  /** Adds a chunk; gives the whole messages, or says what is wrong with the stream. */
  push(chunk: Buffer): { messages: unknown[] } | 'too-long' | 'malformed' {
    this.#taken += chunk.length;
    if (this.#taken > this.limitBytes) return 'too-long';
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    const messages: unknown[] = [];
    for (;;) {
      const length = this.#peekLength();
      if (length === null || this.#held < HEADER_BYTES + length) return { messages };
      if (length > this.limitBytes) return 'too-long';
      const all = this.#joined();
      const body = all.subarray(HEADER_BYTES, HEADER_BYTES + length);
      this.#chunks = [all.subarray(HEADER_BYTES + length)];
      this.#held -= HEADER_BYTES + length;
      try {
        messages.push(JSON.parse(body.toString('utf8')));
      } catch {
        return 'malformed';
      }
    }
  }

  #joined(): Buffer {
    if (this.#chunks.length !== 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] ?? Buffer.alloc(0);
  }

  #peekLength(): number | null {
    if (this.#held < HEADER_BYTES) return null;
    const first = this.#chunks[0];
    const head = first !== undefined && first.length >= HEADER_BYTES ? first : this.#joined();
    return head.readUInt32BE(0);
  }
}
