/**
 * Notifications: that something waits, by webhook and by mail. They say which request, its state, and that one should
 * look; never what it is about, and never a link that approves.
 *
 * Guaranteed: a notice is tried {@link TRIES} times with growing pauses; what waits to be told is bounded, and what is
 * dropped is said. Assumed: webhook and mail server are inside. Not guaranteed: delivery; the console has everything.
 */
import type { Clock } from '../core/index.ts';
import type { NewsItem } from './news.ts';

/** Something to tell. */
export interface Notice {
  readonly type: 'request' | 'alarm' | 'lock';
  /** What happened, such as `hold`. */
  readonly event: string;
  /** The request's id; null for alarms and locks. */
  readonly request: string | null;
  readonly state: string | null;
  /** People who have to act. */
  readonly to: readonly string[];
  readonly at: string;
}

/** One way to tell. Throws when it did not work. */
export interface Notifier {
  readonly name: string;
  send(notice: Notice): Promise<void>;
}

/** The notices of one gate. */
export interface Notices {
  /** Waits until everything is told or given up. */
  idle(): Promise<void>;
  close(): void;
}

/** How often a notice is tried. */
export const TRIES = 5;
const WAITING_MAX = 1_000;
const TOLD_EVENTS: ReadonlySet<string> = new Set([
  'hold',
  'escalate',
  'remind',
  'return',
  'refuse',
  'break-glass',
  'release',
  'grant',
  'carry-out',
  'expire',
  'deny',
  'fail',
]);

/** What is told of an item of news; null for what nobody has to hear outside the console. */
export function noticeOf(item: NewsItem, at: string): Notice | null {
  switch (item.type) {
    case 'request': {
      const { request, event, to } = item.news;
      if (!TOLD_EVENTS.has(event)) return null;
      // The requester hears how it ended; whoever has to act hears that it waits.
      const people = to.length > 0 ? to : [request.requester];
      return { type: 'request', event, request: request.id, state: request.state, to: people, at };
    }
    case 'alarm':
      return { type: 'alarm', event: 'alarm', request: null, state: null, to: [], at };
    case 'lock':
      return {
        type: 'lock',
        event: item.lock.liftedMs === null ? 'lock' : 'lift',
        request: null,
        state: null,
        to: [],
        at,
      };
    case 'roster':
    case 'end':
      return null;
  }
}

/** Opens the notices of a gate: each way has a queue of its own, so that a dead one holds up no other. */
export function openNotices(host: {
  listen(listener: (item: NewsItem) => void): () => void;
  readonly clock: Clock;
  readonly notifiers: readonly Notifier[];
  readonly log: (sentence: string, cause?: unknown) => void;
  /** Resolves after a pause; a test's ends at once. */
  readonly pause: (ms: number) => Promise<void>;
  readonly pauseMs?: number;
}): Notices {
  const { notifiers, clock, log, pause, pauseMs = 1_000 } = host;
  let closed = false;
  const queues = notifiers.map((notifier) => ({
    notifier,
    waiting: 0,
    work: Promise.resolve(),
  }));
  const tell = async (notifier: Notifier, notice: Notice): Promise<void> => {
    for (let tried = 1; !closed; tried++) {
      try {
        await notifier.send(notice);
        return;
      } catch (cause) {
        if (tried >= TRIES) {
          log(`gave up telling ${notifier.name} of a notice after ${String(tried)} tries`, cause);
          return;
        }
        await pause(pauseMs * 2 ** (tried - 1));
      }
    }
  };
  const deaf = host.listen((item) => {
    const notice = noticeOf(item, new Date(clock.nowMs()).toISOString());
    if (notice === null) return;
    for (const queue of queues) {
      if (queue.waiting >= WAITING_MAX) {
        log(`dropped a notice to ${queue.notifier.name}: ${String(WAITING_MAX)} wait already`);
        continue;
      }
      queue.waiting += 1;
      queue.work = queue.work
        .then(() => tell(queue.notifier, notice))
        .finally(() => (queue.waiting -= 1));
    }
  });
  return {
    idle: async () => {
      await Promise.all(queues.map((queue) => queue.work));
    },
    close: () => {
      closed = true;
      deaf();
    },
  };
}

/** What a notice says, as one line for people. */
export function sayNotice(notice: Notice, gate: string): string {
  if (notice.type === 'alarm') return `${gate}: an alarm was raised; look at the console`;
  if (notice.type === 'lock')
    return `${gate}: something was ${notice.event === 'lock' ? 'locked' : 'unlocked'}; look at the console`;
  const waits =
    notice.state === 'held' || notice.state === 'unreviewed' || notice.state === 'returned';
  const what = waits ? 'waits for you' : `is ${notice.state ?? 'changed'}`;
  return `${gate}: the request ${notice.request ?? ''} ${what}`;
}
