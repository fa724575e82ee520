/**
 * Notifications: that something waits, by webhook and by mail. They say which request, its state, and that one should
 * look; never what it is about, and never a link that approves.
 *
 * Guaranteed: a notice is tried {@link TRIES} times with growing pauses; what waits to be told is bounded, and what is
 * dropped is said. Assumed: webhook and mail server are inside. Not guaranteed: delivery; the console has everything.
 */
import { SallyportError } from '../core/index.ts';
import type { Clock } from '../core/index.ts';
import type { NewsItem } from './news.ts';

/** Something to tell. */
export interface Notice {
  readonly type: 'request' | 'alarm' | 'lock' | 'token';
  /** What happened, such as `hold`. */
  readonly event: string;
  /** The request's id; null for everything else. */
  readonly request: string | null;
  readonly state: string | null;
  /** People who are told. */
  readonly to: readonly string[];
  /** Those of them who can do something about it. */
  readonly act: readonly string[];
  readonly at: string;
}

/** A part of a notice that is told by itself: what keeps one lane waiting keeps no other. */
export interface NoticePart {
  readonly lane: string;
  readonly notice: Notice;
}

/** One way to tell. Throws when it did not work. */
export interface Notifier {
  readonly name: string;
  /** Parts to be told each by itself; all of it at once when left out. */
  split?(notice: Notice): readonly NoticePart[];
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
  'impossible',
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

/** What is told to whoever has to act, and to nobody where there is no such person. */
const ASKS: ReadonlySet<string> = new Set(['escalate', 'remind', 'return']);

/**
 * What is told of an item of news; null for what nobody has to hear outside the console. `audience` are the people who hear
 * of alarms and locks.
 */
export function noticeOf(
  item: NewsItem,
  at: string,
  audience: readonly string[] = [],
): Notice | null {
  switch (item.type) {
    case 'request': {
      const { request, event, to } = item.news;
      if (!TOLD_EVENTS.has(event)) return null;
      if (to.length === 0 && ASKS.has(event)) return null;
      // The requester hears how it stands; whoever has to act hears that it waits.
      const people = to.length > 0 ? to : [request.requester];
      const act = to.length > 0 ? (item.news.act ?? to) : [];
      const { id, state } = request;
      return { type: 'request', event, request: id, state, to: people, act, at };
    }
    case 'alarm':
      return {
        ...{ type: 'alarm', event: 'alarm', request: null, state: null },
        ...{ to: audience, act: audience, at },
      };
    case 'lock':
      return {
        type: 'lock',
        event: item.lock.liftedMs === null ? 'lock' : 'lift',
        request: null,
        state: null,
        to: audience,
        act: audience,
        at,
      };
    case 'token':
      if (!item.waits) return null;
      return {
        ...{ type: 'token', event: 'wait', request: null, state: null },
        ...{ to: [item.sponsor], act: [item.sponsor], at },
      };
    case 'roster':
    case 'end':
      return null;
  }
}

/** How many parts of a way are told at the same moment. */
const AT_ONCE = 4;

/** Lets a few run at a time; what waits for its pause is not running. */
function openGateway(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

/** What is tried again would only be refused again. */
function isFinal(cause: unknown): boolean {
  return cause instanceof SallyportError && cause.code === 'APP_MAIL_REFUSED';
}

/**
 * Opens the notices of a gate: each way has a queue of its own, and in it each lane, so that a dead one holds up no other.
 */
export function openNotices(host: {
  listen(listener: (item: NewsItem) => void): () => void;
  readonly clock: Clock;
  readonly notifiers: readonly Notifier[];
  /** Who hears of an alarm or a lock; nobody when left out. */
  readonly audience?: (item: NewsItem) => readonly string[];
  readonly log: (sentence: string, cause?: unknown) => void;
  /** Resolves after a pause; a test's ends at once. */
  readonly pause: (ms: number) => Promise<void>;
  readonly pauseMs?: number;
}): Notices {
  const { notifiers, clock, log, pause, audience = () => [], pauseMs = 1_000 } = host;
  let closed = false;
  const queues = notifiers.map((notifier) => ({
    notifier,
    waiting: 0,
    lanes: new Map<string, Promise<void>>(),
    through: openGateway(AT_ONCE),
  }));
  type Queue = (typeof queues)[number];
  const tell = async ({ notifier, through }: Queue, notice: Notice): Promise<void> => {
    for (let tried = 1; !closed; tried++) {
      try {
        await through(() => notifier.send(notice));
        return;
      } catch (cause) {
        if (tried >= TRIES || isFinal(cause)) {
          const tries = tried === 1 ? '1 try' : `${String(tried)} tries`;
          log(`gave up telling ${notifier.name} of a notice after ${tries}`, cause);
          return;
        }
        await pause(pauseMs * 2 ** (tried - 1));
      }
    }
  };
  const queue = (into: Queue, { lane, notice }: NoticePart): void => {
    if (into.waiting >= WAITING_MAX) {
      log(`dropped a notice to ${into.notifier.name}: ${String(WAITING_MAX)} wait already`);
      return;
    }
    into.waiting += 1;
    const before = into.lanes.get(lane) ?? Promise.resolve();
    const work = before
      .then(() => tell(into, notice))
      .finally(() => {
        into.waiting -= 1;
        if (into.lanes.get(lane) === work) into.lanes.delete(lane);
      });
    into.lanes.set(lane, work);
  };
  const deaf = host.listen((item) => {
    const at = new Date(clock.nowMs()).toISOString();
    const notice = noticeOf(item, at, audience(item));
    if (notice === null) return;
    for (const each of queues) {
      const parts = each.notifier.split?.(notice) ?? [{ lane: '', notice }];
      for (const part of parts) queue(each, part);
    }
  });
  return {
    idle: async () => {
      await Promise.all(queues.flatMap(({ lanes }) => [...lanes.values()]));
    },
    close: () => {
      closed = true;
      deaf();
    },
  };
}

/** What a notice says, as one line for people; to one of them, where it is told to each alone. */
export function sayNotice(notice: Notice, gate: string, person?: string): string {
  if (notice.type === 'alarm') return `${gate}: an alarm was raised; look at the console`;
  if (notice.type === 'lock')
    return `${gate}: something was ${notice.event === 'lock' ? 'locked' : 'unlocked'}; look at the console`;
  if (notice.type === 'token')
    return `${gate}: a token of an agent or workload that you answer for waits for your word; look at the console`;
  const { state, act } = notice;
  const acts = person === undefined ? act.length > 0 : act.includes(person);
  const waits = state === 'held' || state === 'unreviewed' || state === 'returned';
  const stands =
    notice.event === 'impossible' && state === 'held'
      ? 'waits for an approver, and nobody left can be one'
      : `is ${state ?? 'changed'}`;
  const what = waits && acts && notice.event !== 'impossible' ? 'waits for you' : stands;
  return `${gate}: the request ${notice.request ?? ''} ${what}`;
}
