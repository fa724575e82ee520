/**
 * The test of the law of the wire: replaying the wire's bytes into an empty outer door with the same inputs from outside
 * (clock, randomness, keys, operators, requests) gives every served byte again, however the bytes are cut, however long
 * decoding takes, and although there is no inside at all.
 */
import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import type { DecodeJob, DecodeResult, Decoder } from '../../src/outer/index.ts';
import { ChildDecoder } from '../../src/outer/index.ts';
import { openGateStore } from '../support/gate-store.ts';
import type { HandClock } from '../support/gate-store.ts';
import {
  openTestInner,
  openTestOuter,
  passStatuses,
  queueBody,
  queueText,
} from '../support/two-doors.ts';
import type { TestOuter } from '../support/two-doors.ts';

/** One thing that happens to the outer door. */
type Event =
  | { readonly kind: 'wire'; readonly nowMs: number; readonly bytes: Uint8Array }
  | { readonly kind: 'operator'; readonly nowMs: number; readonly act: string }
  | {
      readonly kind: 'request';
      readonly nowMs: number;
      readonly url: string;
      readonly token: string;
    };

/** Everything of an answer that leaves on the network. */
interface Served {
  readonly url: string;
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

const URLS = [
  '/',
  '/v1/files',
  '/v1/files/1/r1.txt',
  '/v1/files/2/r2.txt',
  '/v1/files/4/r4.txt',
  '/v1/releases/1',
  '/v1/releases/1/receipt',
  '/v1/releases/3/receipt',
  '/v1/releases/5/receipt',
  '/v1/releases/4/manifest',
  '/v1/checkpoint',
  '/v1/key',
  '/v1/tile/0/000.p/3',
  '/v1/tile/entries/000.p/5',
  '/v1/nothing',
];

async function serve(outer: TestOuter, url: string, token: string): Promise<Served> {
  const response = await outer.fetch(url, token === '' ? undefined : token);
  const body = Buffer.from(await response.arrayBuffer()).toString('base64');
  return { url, status: response.status, headers: [...response.headers], body };
}

async function operate(outer: TestOuter, act: string): Promise<string> {
  const [verb, name = '', destination = ''] = act.split(' ');
  const { roster } = outer.outer;
  if (verb === 'destination') await roster.addDestination(name);
  if (verb === 'recipient') return (await roster.addRecipient(name, destination)).token;
  if (verb === 'budget') await outer.outer.declareMeter({ burstBits: 1n << 30n, bitsPerDay: 5n });
  return '';
}

/** Plays events into an outer door; wire bytes are cut into pieces of `cut` bytes. */
async function play(
  outer: TestOuter,
  clock: HandClock,
  events: readonly Event[],
  cut: number,
): Promise<Served[]> {
  const served: Served[] = [];
  for (const event of events) {
    clock.now = event.nowMs;
    if (event.kind === 'operator') await operate(outer, event.act);
    if (event.kind === 'request') served.push(await serve(outer, event.url, event.token));
    if (event.kind !== 'wire') continue;
    for (let at = 0; at < event.bytes.length; at += cut) {
      await outer.outer.receiver.push(event.bytes.subarray(at, at + cut));
    }
  }
  return served;
}

/** A decoder whose answers take their time: nothing that is served may show it. */
class SlowDecoder implements Decoder {
  readonly #inner: Decoder;
  constructor(inner: Decoder) {
    this.#inner = inner;
  }
  async decode(job: DecodeJob): Promise<DecodeResult> {
    await new Promise((resolve) => setTimeout(resolve, 30));
    return this.#inner.decode(job);
  }
  close(): void {
    this.#inner.close();
  }
}

/** A day in the life of both doors: what the outer one was given, and what it served. */
async function record(context: TestContext): Promise<{ events: Event[]; served: Served[] }> {
  const gate = await openGateStore();
  context.after(() => gate.close());
  const inner = await openTestInner(gate);
  const outer = await openTestOuter({ dir: path.join(gate.dir, 'outer'), clock: gate.clock });
  // A test that fails must not be kept alive by the decoder's process.
  context.after(() => outer.close());
  const events: Event[] = [];
  const served: Served[] = [];
  const tokens: string[] = [''];
  const operator = async (act: string): Promise<void> => {
    events.push({ kind: 'operator', nowMs: gate.clock.now, act });
    const token = await operate(outer, act);
    if (token !== '') tokens.push(token);
  };
  const slot = async (waitMs = 100, spoil: (bytes: Buffer) => Buffer = (bytes) => bytes) => {
    gate.clock.now += 100;
    const bytes = spoil(Buffer.concat(await inner.sender.onSlot()));
    gate.clock.now += waitMs - 100;
    events.push({ kind: 'wire', nowMs: gate.clock.now, bytes });
    await outer.outer.receiver.push(bytes);
    await passStatuses(inner, outer);
  };
  const ask = async (): Promise<void> => {
    for (const url of URLS) {
      for (const token of tokens) {
        events.push({ kind: 'request', nowMs: gate.clock.now, url, token });
        served.push(await serve(outer, url, token));
      }
    }
  };
  await operator('destination one');
  await operator('destination two');
  await operator('recipient alice one');
  await operator('recipient bob two');
  await slot();
  await ask();
  await queueText(inner, gate, { id: 'r1', name: 'r1.txt', text: 'first\n' });
  await queueText(inner, gate, { id: 'r2', name: 'r2.txt', text: 'second\n', destination: 2 });
  await slot();
  await ask();
  gate.clock.now += 3_050;
  await ask();
  // A frame that comes after its publication slot, junk on the link, and a frame that nobody can decode.
  await queueText(inner, gate, { id: 'r3', name: 'r3.txt', text: 'late\n'.repeat(300) });
  await slot(9_000);
  await slot();
  await queueText(inner, gate, {
    id: 'r4',
    name: 'r4.txt',
    text: 'spoiled once\n',
    destination: 2,
  });
  await slot(100, (bytes) => Buffer.concat([Buffer.from('SYPWjunk'), bytes.subarray(0, 40)]));
  await slot();
  await slot();
  await queueBody(inner, { id: 'r5', body: Buffer.from('0123456789abcdef') });
  await slot();
  await operator('budget');
  await ask();
  gate.clock.now += 3_000;
  await ask();
  gate.clock.now += 60_000;
  await ask();
  assert.deepEqual(inner.acked, ['r1', 'r2', 'r3', 'r4', 'r5'], outer.alarms.join('\n'));
  return { events, served };
}

describe('the law of the wire', () => {
  it('holds: a replay without any inside serves every byte again', async (context) => {
    const { events, served } = await record(context);
    assert.ok(served.some((answer) => answer.status === 200 && answer.url.includes('receipt')));
    for (const cut of [1 << 20, 17]) {
      const gate = await openGateStore();
      context.after(() => gate.close());
      const dir = path.join(gate.dir, 'outer');
      const decoder = new SlowDecoder(
        await ChildDecoder.open({ blobs: path.join(dir, 'blobs'), work: path.join(dir, 'work') }),
      );
      // The clock of the day on which the wire was made is an input from outside.
      const outer = await openTestOuter({ dir, clock: gate.clock, decoder });
      context.after(() => outer.close());
      const replayed = await play(outer, gate.clock, events, cut);
      assert.equal(replayed.length, served.length);
      for (const [at, answer] of replayed.entries()) {
        assert.deepEqual(answer, served[at], outer.alarms.join('; '));
      }
    }
  });
});
