/**
 * Sends deliveries over the delivery link, one after the other, at no more than a fixed rate. Nothing ever answers, so
 * everything that is kept is sent when the link starts anew, and again when somebody outside asks for it.
 *
 * How fast the other side reads changes when bytes are written and nothing else: nothing that anybody outside can see
 * depends on how far a delivery is.
 */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { monotonicMs } from '../../core/index.ts';
import {
  DELIVERY_PAYLOAD_BYTES_MAX,
  encodeDeliveryRecord,
  readDeliveryManifest,
} from '../../wire/index.ts';
import type { DeliveryRecord } from '../../wire/index.ts';
import type { Spool } from './spool.ts';

const TICK_MS = 50;
const PAGE = 500;

/** Sends what it is told to. */
export class DeliverySender {
  readonly #spool: Spool;
  readonly #link: Writable;
  readonly #bytesPerSecond: number;
  readonly #onFault: (cause: unknown) => void;
  /** Ids of deliveries that are to be sent, in their order. */
  readonly #queue = new Set<string>();
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  /** Nothing is written before. */
  #nextMs = 0;

  constructor(parts: {
    spool: Spool;
    link: Writable;
    bytesPerSecond: number;
    onFault: (cause: unknown) => void;
  }) {
    this.#spool = parts.spool;
    this.#link = parts.link;
    this.#bytesPerSecond = parts.bytesPerSecond;
    this.#onFault = parts.onFault;
  }

  /** Sends a delivery after those that wait. */
  send(id: string): void {
    this.#queue.add(id);
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  get #over(): boolean {
    return this.#stopping.signal.aborted || !this.#link.writable;
  }

  async #run(): Promise<void> {
    // Entered after the caller has noted that it runs, and left in the same step in which nothing is queued any more.
    await Promise.resolve();
    for (const id of this.#queue) {
      this.#queue.delete(id);
      try {
        for await (const record of this.#records(id)) {
          if (this.#over) return;
          await this.#write(encodeDeliveryRecord(record));
        }
      } catch (cause) {
        // One that expired meanwhile is gone; the others still go.
        this.#onFault(cause);
      }
    }
    this.#running = undefined;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    const nowMs = monotonicMs();
    this.#nextMs = Math.max(this.#nextMs, nowMs) + (bytes.length * 1000) / this.#bytesPerSecond;
    const { signal } = this.#stopping;
    if (!this.#link.write(bytes)) await this.#drained();
    const waitMs = this.#nextMs - monotonicMs();
    if (waitMs < TICK_MS || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, waitMs);
      signal.addEventListener('abort', done);
    });
  }

  /** Waits until the link takes more, is gone, or nobody wants to send any more. */
  async #drained(): Promise<void> {
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, this.#stopping.signal]);
    const events = ['drain', 'close'].map((event) => once(this.#link, event, { signal }));
    await Promise.race(events).catch(() => undefined);
    over.abort();
    await Promise.allSettled(events);
  }

  async *#records(id: string): AsyncGenerator<DeliveryRecord> {
    const manifest = this.#spool.manifestOf(id);
    yield* records({ kind: 'manifest', delivery: id, object: id }, manifest);
    const pages = readDeliveryManifest(
      createReadStream(manifest) as AsyncIterable<Uint8Array>,
      PAGE,
    );
    for await (const { files } of pages) {
      for (const { sha256 } of files)
        yield* records(
          { kind: 'file', delivery: id, object: sha256 },
          this.#spool.fileOf(id, sha256),
        );
    }
  }
}

async function* records(
  of: Pick<DeliveryRecord, 'kind' | 'delivery' | 'object'>,
  file: string,
): AsyncGenerator<DeliveryRecord> {
  const { size: total } = await stat(file);
  if (total === 0) yield { ...of, offset: 0, total, payload: new Uint8Array(0) };
  let offset = 0;
  const stream = createReadStream(file, { highWaterMark: DELIVERY_PAYLOAD_BYTES_MAX });
  for await (const payload of stream as AsyncIterable<Uint8Array>) {
    yield { ...of, offset, total, payload };
    offset += payload.length;
  }
}
