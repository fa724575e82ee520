/** What happens to releases when the wire, a door, a budget or a database is not as it should be. */
import assert from 'node:assert/strict';
import { cp, rm } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import fc from 'fast-check';
import type { Debit } from '../../src/release/index.ts';
import { sealFrame, chunkRecords } from '../../src/wire/index.ts';
import { DirectDecoder } from '../support/direct-decoder.ts';
import { openGateStore } from '../support/gate-store.ts';
import type { GateStore } from '../support/gate-store.ts';
import {
  allowAll,
  openTestInner,
  openTestOuter,
  passSlot,
  passStatuses,
  queueBody,
  queueText,
} from '../support/two-doors.ts';
import type { TestInner, TestOuter } from '../support/two-doors.ts';

interface Doors {
  readonly gate: GateStore;
  readonly inner: TestInner;
  readonly outer: TestOuter;
  readonly token: string;
  readonly dir: string;
}

async function openOuter(gate: GateStore, context: TestContext): Promise<TestOuter> {
  const dir = path.join(gate.dir, 'outer');
  const decoder = new DirectDecoder();
  const outer = await openTestOuter({ dir, clock: gate.clock, decoder });
  context.after(() => outer.close());
  return outer;
}

async function openDoors(context: TestContext, debit: Debit = allowAll): Promise<Doors> {
  const gate = await openGateStore();
  context.after(() => gate.close());
  const inner = await openTestInner(gate, debit);
  const outer = await openOuter(gate, context);
  await outer.outer.roster.addDestination('one');
  const { token } = await outer.outer.roster.addRecipient('alice', 'one');
  await passSlot(inner, outer);
  return { gate, inner, outer, token, dir: path.join(gate.dir, 'outer') };
}

async function listNames(doors: Pick<Doors, 'outer' | 'token'>): Promise<string[]> {
  const answer = await doors.outer.fetch('/v1/files', doors.token);
  const { releases } = (await answer.json()) as { releases: { files: { name: string }[] }[] };
  return releases.flatMap((release) => release.files.map((file) => file.name));
}

async function nextSlot(doors: Doors, waitMs = 100): Promise<void> {
  doors.gate.clock.now += waitMs;
  await passSlot(doors.inner, doors.outer);
}

test('a request that is queued twice at the same time is one release with one debit', async (context) => {
  let debits = 0;
  const { gate, inner } = await openDoors(context, () => {
    debits += 1;
    return Promise.resolve({ ok: true });
  });
  const release = { id: 'r1', name: 'a.txt', text: 'once\n' };
  const verdicts = await Promise.all([1, 2, 3].map(() => queueText(inner, gate, release)));
  assert.equal(new Set(verdicts.map((each) => (each.queued ? each.sequence : 0))).size, 1);
  assert.equal(new Set(verdicts.map((each) => (each.queued ? each.receipt : ''))).size, 1);
  assert.ok(debits >= 1);
  const { prefix } = await inner.releases.history(1);
  assert.equal(prefix, 1);
});

test('a refused debit leaves no release and no entry', async (context) => {
  const refused: Debit = () =>
    Promise.resolve({
      ok: false,
      bucket: 'enclave',
      obstacle: 'rate',
      neededBits: 9n,
      leftBits: 1n,
      wholeBits: 1n,
      passesAtMs: null,
    });
  const { gate, inner } = await openDoors(context, refused);
  const before = gate.ledger.size;
  const verdict = await queueText(inner, gate, { id: 'r1', name: 'a.txt', text: 'x\n' });
  assert.equal(verdict.queued, false);
  assert.equal(gate.ledger.size, before);
  assert.equal(await inner.releases.releaseState('r1'), undefined);
});

test('a longer gap than expected is debited before the frame is sent, or the frame waits', async (context) => {
  const taken: bigint[] = [];
  let allow = true;
  const debit: Debit = (_tx, _path, bits) => {
    if (allow) taken.push(bits);
    return Promise.resolve(
      allow
        ? { ok: true }
        : {
            ok: false,
            bucket: 'enclave',
            obstacle: 'rate',
            neededBits: bits,
            leftBits: 0n,
            wholeBits: 1n,
            passesAtMs: null,
          },
    );
  };
  const doors = await openDoors(context, debit);
  const { gate, inner } = doors;
  await queueText(inner, gate, { id: 'r0', name: 'a.txt', text: 'x\n' });
  await nextSlot(doors);
  await queueText(inner, gate, { id: 'r1', name: 'b.txt', text: 'x\n' });
  allow = false;
  await nextSlot(doors, 2_000_000);
  assert.deepEqual(inner.acked, ['r0']);
  assert.match(inner.alarms.join(), /waits: bucket `enclave`/);
  allow = true;
  await nextSlot(doors);
  assert.deepEqual(inner.acked, ['r0', 'r1']);
  const state = await inner.releases.releaseState('r1');
  assert.equal(state?.chargeBits, (taken[1] ?? 0n) + (taken[2] ?? 0n));
  assert.ok((taken[2] ?? 0n) > 0n);
});

test('a frame that comes after its publication slot is sent again and published at a later slot', async (context) => {
  const doors = await openDoors(context);
  const { gate, inner, outer } = doors;
  await queueText(inner, gate, { id: 'r1', name: 'a.txt', text: 'late\n' });
  gate.clock.now += 100;
  const records = await inner.sender.onSlot();
  gate.clock.now += 10_000;
  await outer.outer.receiver.push(Buffer.concat(records));
  assert.deepEqual(await listNames(doors), []);
  await passStatuses(inner, outer);
  assert.deepEqual(inner.acked, []);
  await nextSlot(doors);
  assert.deepEqual(inner.acked, ['r1']);
  assert.deepEqual(await listNames(doors), []);
  gate.clock.now += 3_200;
  assert.deepEqual(await listNames(doors), ['a.txt']);
});

test('the outer meter stops the wire, and goes on when a person has looked', async (context) => {
  const doors = await openDoors(context);
  const { gate, inner, outer } = doors;
  await outer.outer.declareMeter({ burstBits: 200n, bitsPerDay: 0n });
  await queueText(inner, gate, { id: 'r1', name: 'a.txt', text: 'small\n' });
  await queueText(inner, gate, { id: 'r2', name: 'b.txt', text: 'and this is too much\n' });
  await nextSlot(doors);
  await nextSlot(doors);
  assert.deepEqual(inner.acked, ['r1']);
  assert.equal(inner.sender.state, 'outer-stopped');
  assert.match(outer.alarms.join(), /above the outer meter/);
  await outer.outer.declareMeter({ burstBits: 1_000n, bitsPerDay: 86_400_000_000n });
  await outer.outer.resume();
  await passStatuses(inner, outer);
  await nextSlot(doors);
  assert.deepEqual(inner.acked, ['r1', 'r2']);
});

test('bytes that are no frame stop the wire; a body that nobody encodes is void and does not', async (context) => {
  const doors = await openDoors(context);
  const { gate, inner, outer, token } = doors;
  await queueBody(inner, { id: 'r1', body: Buffer.from('no encoder wrote this') });
  await queueText(inner, gate, { id: 'r2', name: 'a.txt', text: 'after\n' });
  await nextSlot(doors);
  gate.clock.now += 3_200;
  assert.deepEqual(inner.acked, ['r1', 'r2']);
  assert.deepEqual(await listNames(doors), ['a.txt']);
  const receipt = await (await outer.fetch('/v1/releases/1/receipt', token)).text();
  assert.match(receipt, /^c2sp.org\/tlog-proof/);
  const { attempt, nextSequence } = outer.outer.receiver.status();
  const frame = sealFrame({ slotGap: 1, destination: 1, historyPrefix: 0, body: Buffer.from('x') });
  const broken = Buffer.from(frame);
  broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 1;
  const records = [...chunkRecords(attempt, nextSequence, broken)];
  await outer.outer.receiver.push(Buffer.concat(records));
  assert.equal(outer.outer.receiver.status().state, 'stopped-by-fault');
  assert.deepEqual(await listNames(doors), ['a.txt']);
});

test('an inner database that is older than the wire sends nothing', async (context) => {
  const doors = await openDoors(context);
  const { gate, inner, outer } = doors;
  await queueText(inner, gate, { id: 'r1', name: 'a.txt', text: 'first\n' });
  await nextSlot(doors);
  const empty = await openGateStore();
  context.after(() => empty.close());
  empty.clock.now = gate.clock.now;
  const older = await openTestInner(empty);
  await queueText(older, empty, { id: 'r9', name: 'z.txt', text: 'again\n' });
  await outer.outer.receiver.push(Buffer.concat(await older.sender.onSlot()));
  await assert.rejects(passStatuses(older, outer), { code: 'RELEASE_WIRE_FORKED' });
  assert.equal(older.sender.state, 'refused');
  await outer.outer.receiver.push(Buffer.concat(await older.sender.onSlot()));
  assert.equal(outer.outer.receiver.status().nextSequence, 2);
});

test('an empty database meets a wire that has frames', async (context) => {
  const doors = await openDoors(context);
  const { gate, inner, outer } = doors;
  await queueText(inner, gate, { id: 'r1', name: 'a.txt', text: 'first\n' });
  await nextSlot(doors);
  const empty = await openGateStore();
  context.after(() => empty.close());
  empty.clock.now = gate.clock.now;
  const older = await openTestInner(empty);
  outer.outer.receiver.announce();
  await assert.rejects(passStatuses(older, outer), { code: 'RELEASE_DATABASE_OLDER' });
});

test('outer data that is older than what was acknowledged is not filled again', async (context) => {
  const doors = await openDoors(context);
  const { gate, inner, outer, dir } = doors;
  await outer.close();
  const copy = path.join(gate.dir, 'copy');
  await cp(dir, copy, { recursive: true });
  const second = await openOuter(gate, context);
  second.outer.receiver.announce();
  await passStatuses(inner, second);
  await queueText(inner, gate, { id: 'r1', name: 'a.txt', text: 'first\n' });
  gate.clock.now += 100;
  await passSlot(inner, second);
  assert.deepEqual(inner.acked, ['r1']);
  await second.close();
  await rm(dir, { recursive: true });
  await cp(copy, dir, { recursive: true });
  const third = await openOuter(gate, context);
  third.outer.receiver.announce();
  await assert.rejects(passStatuses(inner, third), { code: 'RELEASE_OUTER_OLDER' });
});

test('whatever the link does to the bytes, each release arrives exactly once', async (context) => {
  const damage = fc.record({
    flips: fc.array(fc.nat(), { maxLength: 2 }),
    cutFrom: fc.option(fc.nat(), { freq: 4 }),
    repeat: fc.boolean(),
    loseStatus: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { maxLength: 8 }), async (list) => {
      const doors = await openDoors(context);
      const { gate, inner, outer } = doors;
      for (const id of ['r1', 'r2', 'r3']) {
        await queueText(inner, gate, { id, name: `${id}.txt`, text: `${id}\n` });
      }
      for (const each of list) {
        gate.clock.now += 100;
        const bytes = Buffer.concat(await inner.sender.onSlot());
        for (const at of each.flips) bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ 4;
        const kept = each.cutFrom === null ? bytes : bytes.subarray(0, each.cutFrom % bytes.length);
        await outer.outer.receiver.push(kept);
        if (each.repeat) await outer.outer.receiver.push(bytes);
        if (each.loseStatus) outer.statuses.splice(0);
        await passStatuses(inner, outer);
      }
      for (let slots = 0; inner.acked.length < 3 && slots < 20; slots++) {
        outer.outer.receiver.announce();
        await passStatuses(inner, outer);
        await nextSlot(doors);
      }
      assert.deepEqual(inner.acked, ['r1', 'r2', 'r3'], outer.alarms.join('; '));
      gate.clock.now += 60_000;
      assert.deepEqual(await listNames(doors), ['r1.txt', 'r2.txt', 'r3.txt']);
      await outer.close();
    }),
    { numRuns: 5 },
  );
});
