/** The child's side of a {@link ChildPool}: reads jobs from descriptor 3, answers there, ends with its parent. */
import { Socket } from 'node:net';
import type { Json } from './canonical-json.ts';
import { frameMessage, MessageReader } from './child-messages.ts';

const CHANNEL = 3;

/** What a handler may do besides answering. */
export interface JobTools {
  /** Tells the pool how far the job is. Counts against the output limit. */
  progress(value: Json): void;
}

/** Serves jobs one after the other until the parent closes the channel. Call it once, at the end of the child's module. */
export function serveJobs(handler: (job: Json, tools: JobTools) => Json | Promise<Json>): void {
  const channel = new Socket({ fd: CHANNEL, readable: true, writable: true });
  const reader = new MessageReader(Number.MAX_SAFE_INTEGER);
  let turn = Promise.resolve();
  const serve = async (job: Json): Promise<void> => {
    try {
      const value = await handler(job, {
        progress: (progress) => {
          channel.write(frameMessage({ progress }));
        },
      });
      channel.write(frameMessage({ value }));
    } catch (cause) {
      const fault = cause instanceof Error ? cause.message : String(cause);
      channel.write(frameMessage({ fault: fault.slice(0, 2_000) }));
    }
  };
  channel.on('data', (chunk: Buffer) => {
    const read = reader.push(chunk);
    // Only our own parent writes here; a broken stream means that it is gone.
    if (typeof read === 'string') process.exit(1);
    for (const message of read.messages) {
      const { job } = message as { job: Json };
      turn = turn.then(() => serve(job));
    }
  });
  channel.on('error', () => process.exit(1));
  channel.on('end', () => process.exit(0));
  channel.write(frameMessage({ ready: true }));
}
