import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  EMPTY_HEAD,
  FrameAssembler,
  LinkReader,
  chunkRecords,
  encodeRecord,
  encodeStatus,
  extendHead,
  parseStatus,
  publicationSlot,
  slotAt,
  slotStartMs,
} from './index.ts';
import type { SlotPlan, WireStatus } from './index.ts';

const PLAN: SlotPlan = { epochMs: 1_000, slotMs: 100, lagSlots: 30, bytesPerSlot: 16_384 };

/** Sends frames over a link, hands the bytes to `damage`, and receives what is left. */
function transmit(
  frames: readonly Uint8Array[],
  damage: (records: Uint8Array[]) => Uint8Array[],
  cut: (bytes: Buffer) => Uint8Array[] = (bytes) => [bytes],
): { received: Uint8Array[]; lost: boolean } {
  const records = frames.flatMap((frame, sequence) => [...chunkRecords(7, sequence, frame)]);
  const payload = new Uint8Array(0);
  const sequence = frames.length;
  records.push(encodeRecord({ kind: 'tick', attempt: 7, sequence, offset: 0, total: 0, payload }));
  const reader = new LinkReader();
  const assembler = new FrameAssembler({ attempt: 7, nextSequence: 0, frameBytesMax: 1_000_000 });
  const received: Uint8Array[] = [];
  let lost = false;
  for (const bytes of cut(Buffer.concat(damage(records)))) {
    for (const record of reader.push(bytes)) {
      const result = assembler.accept(record);
      if (result.outcome === 'frame') received.push(result.frame);
      if (result.outcome === 'lost') lost = true;
    }
  }
  return { received, lost };
}

const someFrames = fc.array(fc.uint8Array({ minLength: 1, maxLength: 200 }), {
  minLength: 1,
  maxLength: 6,
});

function assertPrefix(received: readonly Uint8Array[], sent: readonly Uint8Array[]): void {
  assert.ok(received.length <= sent.length);
  received.forEach((frame, i) => {
    assert.deepEqual(Buffer.from(frame), Buffer.from(sent[i] ?? []));
  });
}

test('frames arrive whole however the stream is cut', () => {
  fc.assert(
    fc.property(someFrames, fc.integer({ min: 1, max: 97 }), (frames, step) => {
      const cut = (bytes: Buffer): Uint8Array[] => {
        const parts: Uint8Array[] = [];
        for (let at = 0; at < bytes.length; at += step) parts.push(bytes.subarray(at, at + step));
        return parts;
      };
      const { received, lost } = transmit(frames, (records) => records, cut);
      assert.equal(received.length, frames.length);
      assertPrefix(received, frames);
      assert.equal(lost, false);
    }),
    { numRuns: 60 },
  );
});

test('a frame longer than one record arrives whole', () => {
  const frame = new Uint8Array(100_000).map((_, i) => (i * 31) & 255);
  assertPrefix(transmit([frame], (records) => records).received, [frame]);
});

test('any bit flip, cut, repetition or exchange gives a prefix of what was sent and is noticed', () => {
  const damages = fc.oneof(
    fc.record({ kind: fc.constant('flip' as const), at: fc.nat(), bit: fc.nat(7) }),
    fc.record({
      kind: fc.constant('cut' as const),
      at: fc.nat(),
      bytes: fc.integer({ min: 1, max: 300 }),
    }),
    fc.record({ kind: fc.constant('repeat' as const), at: fc.nat() }),
    fc.record({ kind: fc.constant('swap' as const), at: fc.nat(), other: fc.nat() }),
    fc.record({
      kind: fc.constant('insert' as const),
      at: fc.nat(),
      junk: fc.uint8Array({ maxLength: 90 }),
    }),
  );
  fc.assert(
    fc.property(someFrames, fc.array(damages, { maxLength: 4 }), (frames, list) => {
      const { received, lost } = transmit(frames, (records) => {
        let parts = [...records];
        for (const damage of list) {
          if (damage.kind === 'repeat') {
            const at = damage.at % parts.length;
            parts.splice(at, 0, parts[at] ?? new Uint8Array(0));
          } else if (damage.kind === 'swap') {
            const [a, b] = [damage.at % parts.length, damage.other % parts.length];
            [parts[a], parts[b]] = [parts[b] ?? new Uint8Array(0), parts[a] ?? new Uint8Array(0)];
          } else {
            const bytes = Buffer.concat(parts);
            const at = damage.at % Math.max(1, bytes.length);
            if (damage.kind === 'flip') bytes[at] = (bytes[at] ?? 0) ^ (1 << damage.bit);
            const end = damage.kind === 'cut' ? at + damage.bytes : at;
            const junk = damage.kind === 'insert' ? damage.junk : new Uint8Array(0);
            parts = [bytes.subarray(0, at), junk, bytes.subarray(end)];
          }
        }
        return parts;
      });
      assertPrefix(received, frames);
      if (list.length === 0) assert.deepEqual([received.length, lost], [frames.length, false]);
    }),
    { numRuns: 300 },
  );
});

test('arbitrary bytes never make a reader throw or hold more than a record', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 400 })), (parts) => {
      const reader = new LinkReader();
      for (const part of parts) assert.deepEqual(reader.push(part), []);
    }),
    { numRuns: 60 },
  );
});

test('records of an older attempt are ignored after a rewind', () => {
  const assembler = new FrameAssembler({ attempt: 1, nextSequence: 4, frameBytesMax: 1_000 });
  const base = { kind: 'chunk', offset: 0, total: 1, payload: Uint8Array.of(9) } as const;
  assert.equal(assembler.accept({ ...base, attempt: 1, sequence: 5 }).outcome, 'lost');
  assert.equal(assembler.accept({ ...base, attempt: 1, sequence: 4 }).outcome, 'ignored');
  assert.equal(assembler.rewind(4), 2);
  assert.equal(assembler.accept({ ...base, attempt: 1, sequence: 4 }).outcome, 'ignored');
  assert.equal(assembler.accept({ ...base, attempt: 2, sequence: 3 }).outcome, 'ignored');
  assert.equal(assembler.accept({ ...base, attempt: 2, sequence: 4 }).outcome, 'frame');
});

test('a frame above the limit is not gathered', () => {
  const assembler = new FrameAssembler({ attempt: 1, nextSequence: 0, frameBytesMax: 10 });
  const payload = Uint8Array.of(1);
  const record = { kind: 'chunk', attempt: 1, sequence: 0, offset: 0, total: 11, payload } as const;
  assert.equal(assembler.accept(record).outcome, 'lost');
});

test('a status survives the link; a false one is a typed error', () => {
  const status: WireStatus = {
    attempt: 3,
    nextSequence: 12,
    lastSlot: 99,
    head: extendHead(EMPTY_HEAD, Uint8Array.of(1)),
    nowMs: 5_000,
    plan: PLAN,
    state: 'running',
    voids: [4],
  };
  const [record] = new LinkReader().push(encodeStatus(status));
  assert.ok(record);
  assert.deepEqual(parseStatus(record), status);
  const breakOne = fc.constantFrom(...Object.keys(status));
  fc.assert(
    fc.property(breakOne, fc.constantFrom(null, -1, 'x', 1.5), (name, value) => {
      const payload = Buffer.from(JSON.stringify({ ...status, [name]: value }));
      assert.throws(() => parseStatus({ ...record, payload }), { name: 'SallyportError' });
    }),
  );
});

test('slots are counted from the epoch and publication never precedes the lag', () => {
  assert.equal(slotAt(PLAN, 999), -1);
  assert.equal(slotAt(PLAN, 1_000), 0);
  assert.equal(slotAt(PLAN, 1_199), 1);
  assert.equal(slotStartMs(PLAN, 2), 1_200);
  assert.equal(publicationSlot(PLAN, 5, 0), 35);
  assert.equal(publicationSlot(PLAN, 5, 1), 36);
  assert.equal(publicationSlot(PLAN, 5, 16_385), 37);
});
