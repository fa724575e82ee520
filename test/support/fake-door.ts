/**
 * An inner door without a gate behind it, for tests of the console: the same static files and policy as the real one,
 * the same answers in memory, a real ledger with real proofs, and switches for what is rare — nothing there, refusals,
 * silence, ten thousand requests.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Hono } from 'hono';
import { listen } from '../../src/http/serve.ts';
import { mountConsole } from '../../src/http/inner/console-routes.ts';
import { mountActing } from './fake-door/routes-act.ts';
import { mountEntrance } from './fake-door/routes-enter.ts';
import { mountIngress } from './fake-door/routes-ingress.ts';
import { mountPosture } from './fake-door/routes-posture.ts';
import { mountReading } from './fake-door/routes-read.ts';
import { FakeState } from './fake-door/state.ts';
import type { FakeOptions } from './fake-door/state.ts';
import { openTestLedger } from './ledger.ts';
import type { TestLedger } from './ledger.ts';

export { TOKEN } from './fake-door/routes-enter.ts';
export type { FakeOptions, FakeState, Mode } from './fake-door/state.ts';

/** A running fake door. */
export interface FakeDoor {
  readonly url: string;
  readonly state: FakeState;
  close(): Promise<void>;
}

const ENTRIES = 130;
const KINDS = [
  'export.released',
  'export.asked',
  'budget.declared',
  'request.approved',
  'lock.set',
];

async function fillLedger(test: TestLedger, nowMs: number): Promise<void> {
  for (let i = 0; i < ENTRIES; i++) {
    await test.ledger.record({
      kind: KINDS[i % KINDS.length] ?? 'export.asked',
      by: ['ada', 'alan', 'eval-agent', 'gate'][i % 4] ?? 'gate',
      at: new Date(nowMs - (ENTRIES - i) * 420_000).toISOString(),
      request: `req_${String(i).padStart(4, '0')}`,
      chargeBits: String(1000 + i * 37),
    });
  }
}

function mountLedger(app: Hono, { ledger }: TestLedger, state: FakeState): void {
  app.get('/v1/ledger/key', (c) => c.json({ key: ledger.vkey, outerKey: null }));
  app.get('/v1/ledger/checkpoint', (c) => c.text(ledger.checkpoint));
  app.get('/v1/ledger/entries', async (c) => {
    if (state.mode === 'empty') return c.json({ size: 0, entries: [] });
    const [from, limit] = [Number(c.req.query('from') ?? 0), Number(c.req.query('limit') ?? 100)];
    return c.json({ size: ledger.size, entries: await ledger.listCommitted(from, limit) });
  });
  app.get('/v1/ledger/proof/:id', async (c) => {
    const id = c.req.param('id');
    return c.text(await ledger.proof(/^\d+$/.test(id) ? Number(id) : id));
  });
  app.get('/v1/ledger/consistency/:from/:to', async (c) => {
    const proof = await ledger.consistency(Number(c.req.param('from')), Number(c.req.param('to')));
    return c.json({ proof: proof.map((hash) => Buffer.from(hash).toString('base64')) });
  });
}

function openEvents(state: FakeState): Response {
  const encoder = new TextEncoder();
  let listener: ((text: string) => void) | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encoder.encode(': open\n\n'));
      listener = (text) => {
        controller.enqueue(encoder.encode(`data: ${text}\n\n`));
      };
      state.listeners.add(listener);
    },
    cancel() {
      if (listener !== undefined) state.listeners.delete(listener);
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
}

/** Starts a fake door on a port of the system's choice. */
export async function openFakeDoor(options: FakeOptions = {}): Promise<FakeDoor> {
  const state = new FakeState(options);
  await state.prepare();
  const dir = await mkdtemp(path.join(tmpdir(), 'sallyport-fake-door-'));
  const test = await openTestLedger(dir, { clock: { nowMs: () => Date.now() } });
  await fillLedger(test, state.now);
  const app = new Hono();
  mountConsole(app);
  app.use('/v1/*', async (context, next) => {
    const { method, path: route } = context.req;
    const always = ['/v1/start', '/v1/whoami', '/v1/events'].includes(route);
    if (method !== 'GET') {
      if (context.req.header('x-sallyport') !== 'console') {
        return context.json(
          { code: 'HTTP_FORGED', title: 'the call names no console', hint: '' },
          403,
        );
      }
      state.calls.push(`${method} ${route}`);
    }
    if (!always && state.mode === 'hang') return new Promise<Response>(() => undefined);
    if (!always && state.mode === 'error') {
      const title = 'the gate could not answer';
      const hint = 'try again; an administrator finds the cause in the log';
      return context.json({ code: 'HTTP_INTERNAL', title, hint, status: 500 }, 500);
    }
    return next();
  });
  mountEntrance(app, state);
  mountReading(app, state);
  mountActing(app, state);
  mountIngress(app, state);
  const endPosture = mountPosture(app, state);
  mountLedger(app, test, state);
  app.get('/v1/events', () => openEvents(state));
  const listening = await listen({ door: 'inner', host: '127.0.0.1', port: 0, fetch: app.fetch });
  return {
    url: listening.url,
    state,
    close: async () => {
      state.listeners.clear();
      void listening.close();
      await endPosture();
      await test.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
