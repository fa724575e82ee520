/**
 * The live stream of the console. Each session hears only of what it may see, never with content: what changed, not how.
 * A stream ends when its session does, when its reader is too slow, and when the gate stops.
 */
import type { Context } from 'hono';
import type { Gate, NewsItem } from '../../app/index.ts';
import { isoTime, utf8 } from '../../core/index.ts';
import type { Principal } from '../../people/index.ts';
import { shareInputOf } from '../../requests/index.ts';
import type { Request } from '../../requests/index.ts';
import { httpErrors } from '../errors.ts';
import { visibleTo } from './lock-routes.ts';
import { authenticate, route } from './route.ts';
import type { Route } from './route.ts';
import { inScope, maySee, scopeOf } from './scope.ts';
import { answersFor } from './token-routes.ts';
import { isBlind } from './views.ts';

const HEARTBEAT_MS = 15_000;
const STREAMS_MAX = 1_000;
const STREAMS_EACH_MAX = 12;
/** Events that may wait for a reader. */
const WAITING_MAX = 256;

const streams = new WeakMap<Gate, Map<string, number>>();

/** Events after which others read a share, or do so no longer. */
const READ_EVENTS: ReadonlySet<string> = new Set(['grant', 'end', 'give-back']);

/** Whether something is shared with a principal who sees nothing of the request that shares it. */
async function isReadBy(
  gate: Gate,
  principal: Principal,
  request: Request,
  event: string,
): Promise<boolean> {
  if (request.kind !== 'share' || !READ_EVENTS.has(event)) return false;
  const { from, to } = shareInputOf(request);
  const resource = { kind: 'share', id: request.id, from, to } as const;
  return (await gate.access.can(principal, 'share.read', resource)).allowed;
}

/** What a principal hears of an item; null for nothing. */
async function tell(gate: Gate, principal: Principal, item: NewsItem): Promise<object | null> {
  switch (item.type) {
    case 'request': {
      const { request, event, to } = item.news;
      const named = to.includes(principal.id);
      if (!(await maySee(gate, principal, request, named)))
        return (await isReadBy(gate, principal, request, event)) ? { type: 'share' } : null;
      // A vote is told to whoever has voted: to others even its moment would be one.
      if (event === 'approve') {
        const stood = await gate.requests.approvals.stand(request.id);
        if (isBlind(stood, principal)) return null;
      }
      return { type: 'request', id: request.id, state: request.state, event, forYou: named };
    }
    case 'alarm': {
      const { sentence, atMs, project } = item;
      const heard = inScope(await scopeOf(gate, principal), project);
      return heard ? { type: 'alarm', sentence, at: isoTime(atMs) } : null;
    }
    case 'lock':
      return (await visibleTo(gate, principal))(item.lock) ? { type: 'lock' } : null;
    case 'roster':
      return { type: 'roster' };
    case 'token':
      return answersFor(principal, item.sponsor) ? { type: 'token' } : null;
    case 'end':
      return null;
  }
}

/** One open stream. */
class Stream {
  readonly #gate: Gate;
  readonly #context: Context;
  readonly #onEnd: () => void;
  #principal: Principal;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #stop: () => void = () => undefined;
  #work: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(gate: Gate, context: Context, principal: Principal, onEnd: () => void) {
    this.#gate = gate;
    this.#context = context;
    this.#principal = principal;
    this.#onEnd = onEnd;
  }

  open(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
        this.#write(': open\n\n');
        const beat = setInterval(() => {
          this.#then(() => this.#beat());
        }, HEARTBEAT_MS);
        beat.unref();
        const deaf = this.#gate.news.listen((item) => {
          if (item.type === 'end') this.end();
          else if (++this.#waiting > WAITING_MAX) this.end();
          else this.#then(() => this.#hear(item).finally(() => (this.#waiting -= 1)));
        });
        this.#stop = () => {
          clearInterval(beat);
          deaf();
        };
      },
      cancel: () => {
        this.end();
      },
    });
  }

  end(): void {
    const controller = this.#controller;
    if (controller === null) return;
    this.#controller = null;
    this.#stop();
    this.#onEnd();
    try {
      controller.close();
    } catch {
      // The reader was first.
    }
  }

  /** One after the other, so that events keep their order; a failure ends the stream and nothing else. */
  #then(work: () => Promise<unknown>): void {
    this.#work = this.#work.then(async () => {
      if (this.#controller === null) return;
      try {
        await work();
      } catch {
        this.end();
      }
    });
  }

  /** Somebody whose session or membership is over hears nothing more; the failure ends the stream. */
  async #again(): Promise<void> {
    this.#principal = await authenticate(this.#gate, this.#context, 'principal');
  }

  async #beat(): Promise<void> {
    await this.#again();
    this.#write(`: ${isoTime(this.#gate.clock.nowMs())}\n\n`);
  }

  async #hear(item: NewsItem): Promise<void> {
    await this.#again();
    const told = await tell(this.#gate, this.#principal, item);
    if (told !== null) this.#write(`data: ${JSON.stringify(told)}\n\n`);
  }

  #write(text: string): void {
    const controller = this.#controller;
    if (controller === null) return;
    if ((controller.desiredSize ?? 0) < -WAITING_MAX) this.end();
    else controller.enqueue(utf8(text));
  }
}

function openStream(gate: Gate, context: Context, principal: Principal): Response {
  const open = streams.get(gate) ?? new Map<string, number>();
  streams.set(gate, open);
  const all = [...open.values()].reduce((sum, count) => sum + count, 0);
  const own = open.get(principal.id) ?? 0;
  if (all >= STREAMS_MAX || own >= STREAMS_EACH_MAX)
    throw httpErrors.error('STREAMS_MANY', { limit: STREAMS_EACH_MAX });
  open.set(principal.id, own + 1);
  const stream = new Stream(gate, context, principal, () => {
    const left = (open.get(principal.id) ?? 1) - 1;
    if (left > 0) open.set(principal.id, left);
    else open.delete(principal.id);
  });
  return new Response(stream.open(), {
    headers: {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    },
  });
}

/** The routes. */
export const EVENT_ROUTES: readonly Route[] = [
  route(
    {
      method: 'get',
      path: '/v1/events',
      summary: 'A stream (text/event-stream) of what changes, as far as you may see it',
      access: 'principal',
    },
    ({ gate, context, principal }) => Promise.resolve(openStream(gate, context, principal)),
  ),
];
