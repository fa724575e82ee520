/** Both doors in one process on a pipe, with a clock that is moved by hand: for tests of queue, wire and outer door. */
import path from 'node:path';
import type { Clock, Random } from '../../src/core/index.ts';
import { sha256Bytes } from '../../src/core/index.ts';
import { makeSigner } from '../../src/ledger/index.ts';
import { ChildDecoder, Outer, buildOuterHttp } from '../../src/outer/index.ts';
import type { Decoder, InboxSettings, ReceiverLimits } from '../../src/outer/index.ts';
import { Sender } from '../../src/release/sender.ts';
import { Releases, SENDER_LIMITS, entryId } from '../../src/release/index.ts';
import type { Debit } from '../../src/release/index.ts';
import { OUTER_MIGRATIONS, openBlobs, openStore } from '../../src/store/index.ts';
import { LinkReader, encodeStatus, parseStatus } from '../../src/wire/links/index.ts';
import type { SlotPlan, WireStatus } from '../../src/wire/links/index.ts';
import { encodeFiles } from './encode-files.ts';
import type { GateStore } from './gate-store.ts';

/** Random bytes that are the same in every run. */
export function seededRandom(seed: string): Random {
  let count = 0;
  return {
    bytes: (length) => {
      const out = new Uint8Array(length);
      for (let at = 0; at < length; at += 32) {
        out.set(sha256Bytes(`${seed} ${String(count++)}`).subarray(0, length - at), at);
      }
      return out;
    },
  };
}

/** A slot plan whose lag is long enough for a slow machine where the clock is moved by hand. */
export const TEST_PLAN: SlotPlan = {
  epochMs: 1_700_000_000_000,
  slotMs: 100,
  lagSlots: 30,
  bytesPerSlot: 16_384,
};

/** An outer door in this process. */
export interface TestOuter {
  readonly outer: Outer;
  readonly statuses: WireStatus[];
  readonly alarms: string[];
  fetch(path: string, token?: string): Promise<Response>;
  close(): Promise<void>;
}

/** Opens an outer door on a folder, with everything that comes from outside given by the seed. */
export async function openTestOuter(options: {
  dir: string;
  clock: Clock;
  seed?: string;
  decoder?: Decoder;
  limits?: ReceiverLimits;
  inboxes?: InboxSettings;
  plan?: SlotPlan;
}): Promise<TestOuter> {
  const seed = options.seed ?? 'outer';
  const random = seededRandom(seed);
  const statuses: WireStatus[] = [];
  const alarms: string[] = [];
  const store = await openStore(path.join(options.dir, 'outer.db'), {
    migrations: OUTER_MIGRATIONS,
  });
  const outer = await Outer.open({
    dir: options.dir,
    store,
    blobs: openBlobs(path.join(options.dir, 'blobs'), random),
    decoder:
      options.decoder ??
      (await ChildDecoder.open({
        blobs: path.join(options.dir, 'blobs'),
        work: path.join(options.dir, 'work'),
      })),
    clock: options.clock,
    random,
    plan: options.plan ?? TEST_PLAN,
    key: makeSigner('outer.example/log', 1, sha256Bytes(`${seed} key`)),
    saltSecret: sha256Bytes(`${seed} salt`),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...(options.inboxes === undefined ? {} : { inboxes: options.inboxes }),
    sendStatus: (status) => statuses.push(status),
    alarm: (sentence) => alarms.push(sentence),
    onFault: (error) => alarms.push(String(error)),
  });
  let closing: Promise<void> | undefined;
  const app = buildOuterHttp(outer.view, (error) => alarms.push(String(error)));
  return {
    outer,
    statuses,
    alarms,
    fetch: async (url, token) => {
      const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
      return app.fetch(new Request(`http://outer${url}`, { headers }));
    },
    close: () => (closing ??= outer.close()),
  };
}

/** The inner side: queue and sender over the gate's store. */
export interface TestInner {
  readonly releases: Releases;
  readonly sender: Sender;
  readonly acked: string[];
  readonly alarms: string[];
}

/** Allows every debit. */
export const allowAll: Debit = () => Promise.resolve({ ok: true });

/** Opens queue and sender. */
export async function openTestInner(gate: GateStore, debit: Debit = allowAll): Promise<TestInner> {
  const host = { ...gate, debit };
  const acked: string[] = [];
  const alarms: string[] = [];
  const sender = await Sender.open({
    ledger: gate.ledger,
    clock: gate.clock,
    debit,
    readDb: (work) => gate.store.read(work),
    writeDb: (work) => gate.store.write(work),
    readBody: (digest) => gate.blobs.read(digest),
    indexOf: async (release) => (await gate.ledger.show(entryId(release.requestId)))?.index,
    onAcked: (list) => acked.push(...list.map((release) => release.requestId)),
    alarm: (sentence) => alarms.push(sentence),
    limits: SENDER_LIMITS,
  });
  return { releases: new Releases(host), sender, acked, alarms };
}

/** Moves what one slot brings over the link, both ways. */
export async function passSlot(inner: TestInner, outer: TestOuter): Promise<Uint8Array> {
  const records = await inner.sender.onSlot();
  const bytes = Buffer.concat(records);
  await outer.outer.receiver.push(bytes);
  await passStatuses(inner, outer);
  return bytes;
}

/** Moves the statuses that wait. */
export async function passStatuses(inner: TestInner, outer: TestOuter): Promise<void> {
  const reader = new LinkReader();
  for (const status of outer.statuses.splice(0)) {
    for (const record of reader.push(encodeStatus(status))) {
      await inner.sender.onStatus(parseStatus(record));
    }
  }
}

/** Queues a release of one text file under a request id. */
export async function queueText(
  inner: TestInner,
  gate: GateStore,
  request: { id: string; name: string; text: string; destination?: number },
) {
  const destination = request.destination ?? 1;
  const history = await inner.releases.history(destination);
  const loaded = await Promise.all(
    history.files.map(async ({ name, type, sha256: digest }) => {
      const bytes = await gate.blobs.read(digest);
      return { name, type, load: () => bytes };
    }),
  );
  const encoded = encodeFiles([{ name: request.name, type: 'text', text: request.text }], {
    prefix: history.prefix,
    files: loaded,
  });
  for (const bytes of encoded.emitted.values()) await gate.blobs.put([bytes], bytes.length);
  return inner.releases.queueRelease({
    requestId: request.id,
    destination,
    historyPrefix: history.prefix,
    body: encoded.body,
    files: encoded.files,
    buckets: [],
    entry: ({ sequence, chargeBits }) => ({
      kind: 'export.released',
      by: 'test',
      request: request.id,
      release: sequence,
      chargeBits: String(chargeBits),
    }),
  });
}

/** Queues bytes that no encoder wrote, as a taken-over gate could. */
export async function queueBody(
  inner: TestInner,
  request: { id: string; body: Uint8Array; destination?: number },
) {
  return inner.releases.queueRelease({
    requestId: request.id,
    destination: request.destination ?? 1,
    historyPrefix: 0,
    body: request.body,
    files: [],
    buckets: [],
    entry: { kind: 'export.released', by: 'test', request: request.id },
  });
}
