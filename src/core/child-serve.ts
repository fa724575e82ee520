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

/** A child that was without a job for so long does one step of what makes later jobs quicker. */
const IDLE_MS = 500;

/** Runs the steps of `work` one by one, each only after a while without a job. */
function workWhenIdle(work: Iterator<void>): () => void {
  let timer: NodeJS.Timeout | undefined;
  const step = (): void => {
    if (work.next().done !== true) timer = setTimeout(step, 1);
    else timer = undefined;
  };
  timer = setTimeout(step, IDLE_MS);
  return () => {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = setTimeout(step, IDLE_MS);
  };
}

/**
 * Serves jobs one after the other until the parent closes the channel. Call it once, at the end of the child's module.
 * `whenIdle` is work in short steps that may stay undone; a job that comes in waits for one step at most.
 */
export function serveJobs(
  handler: (job: Json, tools: JobTools) => Json | Promise<Json>,
  whenIdle?: Iterator<void>,
): void {
  const postpone = whenIdle === undefined ? () => undefined : workWhenIdle(whenIdle);
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
      turn = turn.then(() => {
        postpone();
        return serve(job);
      });
    }
  });
  channel.on('error', () => process.exit(1));
  channel.on('end', () => process.exit(0));
  channel.write(frameMessage({ ready: true }));
}
