/** The inner end of the delivery link against a hostile outer door. */
import assert from 'node:assert/strict';
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Kysely } from 'kysely';
import { openGateStore } from '../../../test/support/gate-store.ts';
import type { GateStore } from '../../../test/support/gate-store.ts';
import { sha256, systemRandom, utf8 } from '../../core/index.ts';
import { encodeDeliveryRecord, writeDeliveryFile, writeDeliveryHead } from '../../wire/index.ts';
import type { DeliveryRecord } from '../../wire/index.ts';
import {
  DELIVERY_STATES,
  changeDelivery,
  countObjects,
  deleteDelivery,
  deleteObjects,
  findDelivery,
  insertObjects,
  listDeliveries,
} from './inbox-store.ts';
import { DeliveryReceiver } from './receiver.ts';
import type { ReceiverLimits } from './receiver.ts';

interface Sent {
  readonly id: string;
  readonly manifest: Uint8Array;
  readonly records: readonly DeliveryRecord[];
}

const PART = 10;

function cut(kind: 'manifest' | 'file', id: string, object: string, bytes: Uint8Array) {
  const records: DeliveryRecord[] = [];
  for (let offset = 0; offset === 0 || offset < bytes.length; offset += PART) {
    const payload = bytes.subarray(offset, offset + PART);
    records.push({ kind, delivery: id, object, offset, total: bytes.length, payload });
  }
  return records;
}

/** What an outer door sends of a set of files. */
function deliver(name: string, contents: Readonly<Record<string, string>>): Sent {
  const files = Object.entries(contents)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, text]) => ({ name: file, sha256: sha256(text), bytes: utf8(text).length }));
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const manifest = utf8(
    writeDeliveryHead({ inbox: 'lab', name, files: files.length, bytes }) +
      files.map((file) => writeDeliveryFile(file)).join(''),
  );
  const id = sha256(manifest);
  return {
    ...{ id, manifest },
    records: [
      ...cut('manifest', id, id, manifest),
      ...Object.values(contents).flatMap((text) => cut('file', id, sha256(text), utf8(text))),
    ],
  };
}

const SET = {
  'a.csv': 'a,b,c,d,e,f\n1,2,3,4,5,6\n',
  'b.csv': 'a longer file than the first one\n',
  'c/d.csv': '',
};

describe('the inner end of the delivery link', () => {
  let gate: GateStore;
  let alarms: string[];
  let whole: number;
  let limits: { -readonly [Name in keyof ReceiverLimits]: ReceiverLimits[Name] };
  const dir = (): string => path.join(gate.dir, 'inboxes');
  const open = async (): Promise<DeliveryReceiver> => {
    const { store, clock } = gate;
    const receiver = new DeliveryReceiver({
      ...{ store, clock, random: systemRandom, dir: dir(), limits },
      onAlarm: (sentence) => alarms.push(sentence),
      onWhole: () => {
        whole += 1;
      },
    });
    await receiver.open();
    return receiver;
  };
  const take = async (
    receiver: DeliveryReceiver,
    records: readonly DeliveryRecord[],
  ): Promise<void> => {
    await receiver.read(ReadableStream.from(records.map((each) => encodeDeliveryRecord(each))));
  };
  const stateOf = (id: string) =>
    gate.store.read(
      async (db: Kysely<unknown>) =>
        [(await findDelivery(db, id))?.state, (await countObjects(db, id)).missing] as const,
    );
  const files = async (): Promise<number> => {
    const entries = await readdir(dir(), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).length;
  };

  beforeEach(async () => {
    gate = await openGateStore();
    [alarms, whole] = [[], 0];
    limits = { bytes: 1_000_000, fileBytes: 100_000, files: 100, deliveries: 5, known: 8 };
  });
  afterEach(() => gate.close());

  it('takes a delivery, once, however often it comes', async () => {
    const sent = deliver('set', SET);
    const receiver = await open();
    for (let round = 0; round < 3; round++) await take(receiver, sent.records);
    assert.deepEqual(await stateOf(sent.id), ['waiting', 0]);
    assert.equal(whole, 1);
    assert.deepEqual(alarms, []);
    for (const text of Object.values(SET))
      assert.equal(
        Buffer.from(await receiver.blobsOf(sent.id).read(sha256(text))).toString(),
        text,
      );
  });

  it('goes on where it was, whenever it is started anew', async () => {
    const sent = deliver('set', SET);
    for (let stop = 0; stop < sent.records.length; stop++) {
      await take(await open(), sent.records.slice(0, stop));
      await take(await open(), sent.records);
      assert.deepEqual(await stateOf(sent.id), ['waiting', 0], `stopped at ${String(stop)}`);
      await gate.store.write((tx: Kysely<unknown>) => deleteDelivery(tx, sent.id));
      await rm(dir(), { recursive: true });
    }
    assert.deepEqual(alarms, []);
  });

  it('says what is missing when records were lost, and takes them when they come again', async () => {
    const sent = deliver('set', SET);
    const receiver = await open();
    const lost = sent.records.findIndex(({ kind }) => kind === 'file');
    await take(receiver, sent.records.toSpliced(lost, 1));
    assert.deepEqual(await stateOf(sent.id), ['receiving', 1]);
    await take(receiver, sent.records);
    assert.deepEqual(await stateOf(sent.id), ['waiting', 0]);
  });

  it('keeps nothing of what was given up while it came', async () => {
    const sent = deliver('set', { 'a.csv': SET['a.csv'] });
    const receiver = await open();
    for (const record of sent.records.slice(0, -1)) await receiver.accept(record);
    await gate.store.write(async (tx: Kysely<unknown>) => {
      await changeDelivery(tx, sent.id, { state: 'expired' });
      await deleteObjects(tx, sent.id);
    });
    await receiver.accept(sent.records.at(-1) as DeliveryRecord);
    assert.deepEqual(await stateOf(sent.id), ['expired', 0]);
    assert.equal(await files(), 0);
    assert.equal(whole, 0);
    await take(receiver, sent.records);
    assert.deepEqual(await stateOf(sent.id), ['waiting', 0]);
  });

  it('takes no file that is not what its manifest says', async () => {
    const sent = deliver('set', SET);
    const receiver = await open();
    const spoiled = sent.records.map((record) =>
      record.kind === 'file' && record.offset === 10
        ? { ...record, payload: record.payload.map((byte) => byte ^ 1) }
        : record,
    );
    await take(receiver, spoiled);
    assert.deepEqual(await stateOf(sent.id), ['receiving', 2]);
    assert.match(alarms.join(), /a file that is not what its manifest says/);
    await take(receiver, sent.records);
    assert.deepEqual(await stateOf(sent.id), ['waiting', 0]);
  });

  it('takes no manifest that is another one or none', async () => {
    const receiver = await open();
    const sent = deliver('set', SET);
    const other = sha256('another');
    await take(receiver, cut('manifest', other, other, sent.manifest));
    assert.match(alarms.join(), /a manifest that is not what it is called/);
    const nonsense = utf8('{"format":"sallyport-delivery@v1","inbox":"../../etc"}\n');
    const id = sha256(nonsense);
    await take(receiver, cut('manifest', id, id, nonsense));
    assert.match(alarms.join(), /the manifest of the delivery cannot be read/);
    await take(receiver, cut('manifest', sent.id, other, sent.manifest));
    assert.match(alarms.join(), /a manifest that cannot be one/);
    assert.deepEqual(await stateOf(sent.id), [undefined, 0]);
    alarms = [];
    gate.clock.now += 60_000;
    const endless = { kind: 'manifest' as const, delivery: id, object: id, offset: 0 };
    await take(receiver, [{ ...endless, total: 2 ** 40, payload: new Uint8Array(1) }]);
    assert.match(alarms.join(), /a manifest that cannot be one/);
    assert.deepEqual(await stateOf(id), [undefined, 0]);
    assert.equal(await files(), 0);
  });

  it('takes nothing that no manifest names', async () => {
    const receiver = await open();
    const sent = deliver('set', SET);
    await take(
      receiver,
      sent.records.filter(({ kind }) => kind === 'file'),
    );
    assert.match(alarms.join(), /whose manifest is not here/);
    await take(
      receiver,
      sent.records.filter(({ kind }) => kind === 'manifest'),
    );
    await take(receiver, cut('file', sent.id, sha256('foreign'), utf8('foreign')));
    assert.match(alarms.join(), /that its manifest does not name/);
    alarms = [];
    gate.clock.now += 60_000;
    await take(receiver, cut('file', sent.id, sha256(SET['a.csv']), utf8('of another length')));
    assert.match(alarms.join(), /that its manifest does not name/);
    assert.deepEqual(await stateOf(sent.id), ['receiving', 3]);
    assert.equal(await files(), 1);
  });

  it('keeps no more than its room, and goes on when there is room again', async () => {
    limits.bytes = 2_000;
    const receiver = await open();
    const sent = deliver('set', { 'x.csv': 'x'.repeat(1_200) });
    await take(receiver, sent.records);
    assert.deepEqual(await stateOf(sent.id), ['waiting', 0]);
    const next = deliver('next', { 'y.csv': 'y'.repeat(900) });
    await take(receiver, next.records);
    assert.deepEqual(await stateOf(next.id), ['receiving', 1]);
    assert.match(alarms.join(), /no room for what comes/);
    await receiver.remove(sent.id);
    await gate.store.write((tx: Kysely<unknown>) => deleteDelivery(tx, sent.id));
    await receiver.recount();
    await take(receiver, next.records);
    assert.deepEqual(await stateOf(next.id), ['waiting', 0]);
    const large = deliver('large', { 'z.csv': 'z'.repeat(2_001) });
    await take(receiver, large.records);
    assert.deepEqual(await stateOf(large.id), ['refused', 0]);
  });

  it('goes on with a file although a record in between says another length', async () => {
    const sent = deliver('set', { 'a.csv': SET['a.csv'] });
    const receiver = await open();
    const at = sent.records.findLastIndex(({ kind, offset }) => kind === 'file' && offset === 10);
    const longer = { ...(sent.records[at] as DeliveryRecord), total: 1_000 };
    await take(
      receiver,
      sent.records.toSpliced(at, 0, { ...longer, payload: utf8('x'.repeat(90)) }),
    );
    assert.deepEqual(await stateOf(sent.id), ['waiting', 0]);
  });

  it('forgets at its start what a crash left of half a manifest', async () => {
    const file = { name: 'a.csv', sha256: sha256('a'), bytes: 1 };
    await gate.store.write((tx: Kysely<unknown>) => insertObjects(tx, sha256('half'), [file]));
    assert.deepEqual(await stateOf(sha256('half')), [undefined, 1]);
    await open();
    assert.deepEqual(await stateOf(sha256('half')), [undefined, 0]);
  });

  it('refuses larger files than it may take, and remembers no more of them than it may', async () => {
    limits.fileBytes = 10;
    const receiver = await open();
    const ids: string[] = [];
    for (let i = 0; i < 20; i++) {
      const sent = deliver(`set-${String(i)}`, { 'a.csv': 'a', 'x.csv': 'x'.repeat(11) });
      await take(receiver, sent.records);
      ids.push(sent.id);
    }
    const states = await Promise.all(ids.map(stateOf));
    assert.deepEqual(
      states,
      ids.map((_, i) => [i < limits.known ? 'refused' : undefined, 0]),
    );
    assert.equal(await files(), 0);
  });

  it('knows no more deliveries than it may', async () => {
    limits.bytes = 1_000_000;
    const receiver = await open();
    for (let i = 0; i < 20; i++)
      await take(receiver, deliver(`set-${String(i)}`, { 'x.csv': String(i) }).records);
    const known = await gate.store.read((db: Kysely<unknown>) =>
      listDeliveries(db, DELIVERY_STATES, 100),
    );
    assert.equal(known.length, limits.deliveries);
    assert.match(alarms.join(), /too many deliveries/);
    assert.equal(
      (await readdir(path.join(dir(), 'arriving', 'whole'), { recursive: true })).filter(
        (name) => name.length > 60,
      ).length,
      0,
    );
  });

  it('notes no more files than it may, and goes on when others are gone', async () => {
    limits.files = 4;
    const receiver = await open();
    const first = deliver('first', { 'a.csv': 'a', 'b.csv': 'b', 'c.csv': 'c' });
    const second = deliver('second', { 'd.csv': 'd', 'e.csv': 'e' });
    for (const { records } of [first, second]) await take(receiver, records);
    assert.deepEqual(await stateOf(first.id), ['waiting', 0]);
    assert.deepEqual(await stateOf(second.id), [undefined, 0]);
    assert.match(alarms.join(), /too many files in deliveries/);
    await take(receiver, deliver('third', { 'f.csv': 'f' }).records);
    assert.equal(await files(), 6);
    await gate.store.write((tx: Kysely<unknown>) => deleteDelivery(tx, first.id));
    await take(receiver, second.records);
    assert.deepEqual(await stateOf(second.id), ['waiting', 0]);
  });

  it('holds one unfinished file, however much is begun', async () => {
    const receiver = await open();
    const contents: Record<string, string> = {};
    for (let i = 0; i < 50; i++) contents[`f${String(i)}.csv`] = `${String(i)} `.repeat(20);
    const sent = deliver('many', contents);
    await take(
      receiver,
      sent.records.filter(({ kind }) => kind === 'manifest'),
    );
    await take(
      receiver,
      sent.records.filter(({ kind, offset }) => kind === 'file' && offset === 0),
    );
    assert.deepEqual(await stateOf(sent.id), ['receiving', 50]);
    assert.equal(await files(), 2);
  });

  it('survives streams of nonsense and records in any order', async () => {
    const receiver = await open();
    const sent = deliver('set', SET);
    let state = 42;
    const next = (below: number): number =>
      (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) % below;
    async function* stream(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 3_000; i++) {
        const record = sent.records[next(sent.records.length)];
        if (record === undefined) continue;
        const offset = next(4) === 0 ? next(50) : record.offset;
        const total = next(4) === 0 ? offset + record.payload.length + next(50) : record.total;
        const object = next(6) === 0 ? sha256(String(next(3))) : record.object;
        const kind = next(8) === 0 ? 'manifest' : record.kind;
        if (offset + record.payload.length > total) continue;
        const bytes = encodeDeliveryRecord({ ...record, offset, total, object, kind });
        if (next(5) === 0) bytes[next(bytes.length)] = next(256);
        yield bytes;
      }
    }
    await receiver.read(stream());
    // What the nonsense had begun is found to be wrong once; then it is taken like any other.
    await take(receiver, sent.records);
    await take(receiver, sent.records);
    await take(receiver, sent.records);
    assert.deepEqual(await stateOf(sent.id), ['waiting', 0]);
    for (const text of Object.values(SET))
      assert.equal((await stat(receiver.blobsOf(sent.id).pathOf(sha256(text)))).size, text.length);
    assert.ok((await files()) <= 6);
  });
});
