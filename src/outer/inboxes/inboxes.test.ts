/** Inboxes outside: what is taken, what is refused, and what is sent however the other side behaves. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import {
  link,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { openTestOuter, seededRandom } from '../../../test/support/two-doors.ts';
import type { TestOuter } from '../../../test/support/two-doors.ts';
import { SallyportError, sha256, systemClock } from '../../core/index.ts';
import { DeliveryReader } from '../../wire/index.ts';
import { DEFAULT_INBOXES } from '../settings.ts';
import { startOuterProcess } from '../spawn.ts';
import { DeliverySender } from './delivery-sender.ts';
import { Spool } from './spool.ts';

const code =
  (wanted: string) =>
  (error: unknown): boolean =>
    error instanceof SallyportError && error.code === wanted;

describe('the spool of deliveries', () => {
  let root: string;
  let inbox: string;
  let spool: Spool;
  const take = (name: string, isFolder = true, room = 1_000_000) =>
    spool.take(
      { inbox: 'lab', dir: inbox, found: path.join(inbox, name), isFolder },
      { roomBytes: room },
    );

  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'sallyport-inbox-'));
    inbox = path.join(root, 'in');
    await mkdir(path.join(inbox, 'set', 'deep'), { recursive: true });
    await writeFile(path.join(inbox, 'set', 'b.csv'), 'b\n');
    await writeFile(path.join(inbox, 'set', 'deep', 'a.csv'), 'a\n');
    spool = await Spool.open(path.join(root, 'spool'), seededRandom('spool'), []);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('names a delivery by what it holds', async () => {
    const first = await take('set');
    assert.equal(first.files, 2);
    assert.equal(first.id, sha256(await readFile(spool.manifestOf(first.id))));
    assert.deepEqual(await take('set'), first);
    await writeFile(path.join(inbox, 'set', 'b.csv'), 'B\n');
    assert.notEqual((await take('set')).id, first.id);
    assert.equal(await readFile(spool.fileOf(first.id, sha256('b\n')), 'utf8'), 'b\n');
  });

  it('keeps what it took, whatever becomes of where it came from', async () => {
    await link(path.join(inbox, 'set', 'b.csv'), path.join(root, 'mine'));
    const { id } = await take('set');
    await writeFile(path.join(root, 'mine'), 'changed afterwards\n');
    assert.equal(await readFile(spool.fileOf(id, sha256('b\n')), 'utf8'), 'b\n');
  });

  it('refuses links to files and to folders, and what is reached through one', async () => {
    await writeFile(path.join(root, 'secret'), 'of the outer door');
    await symlink(path.join(root, 'secret'), path.join(inbox, 'set', 'l'));
    await assert.rejects(take('set'), code('OUTER_DELIVERY_REFUSED'));
    await rm(path.join(inbox, 'set', 'l'));
    await symlink('/etc', path.join(inbox, 'set', 'l'));
    await assert.rejects(take('set'), code('OUTER_DELIVERY_REFUSED'));
    await rename(path.join(inbox, 'set'), path.join(root, 'elsewhere'));
    await symlink(path.join(root, 'elsewhere', 'deep'), path.join(inbox, 'set'));
    await assert.rejects(take('set'), code('OUTER_DELIVERY_REFUSED'));
    await symlink(path.join(root, 'secret'), path.join(inbox, 'one.csv'));
    await assert.rejects(take('one.csv', false), code('OUTER_DELIVERY_REFUSED'));
    assert.deepEqual(await readdir(path.join(root, 'spool')), []);
  });

  it('refuses names that no path may have, and what is empty', async () => {
    await writeFile(path.join(inbox, 'set', 'back\\slash.csv'), 'x');
    await assert.rejects(take('set'), code('OUTER_DELIVERY_REFUSED'));
    await mkdir(path.join(inbox, 'empty'));
    await assert.rejects(take('empty'), code('OUTER_DELIVERY_REFUSED'));
  });

  it('lets wait what it has no room for, and keeps nothing of it', async () => {
    await assert.rejects(take('set', true, 3), code('OUTER_DELIVERY_WAITS'));
    assert.equal((await take('set', true, 4)).bytes, 4);
  });

  it('copies nothing of what it has no room for', async () => {
    const seeded = seededRandom('counted');
    let names = 0;
    const counted = { bytes: (length: number) => ((names += 1), seeded.bytes(length)) };
    spool = await Spool.open(path.join(root, 'spool'), counted, []);
    await assert.rejects(take('set', true, 3), code('OUTER_DELIVERY_WAITS'));
    // The name of its folder; every copy would have had another one.
    assert.equal(names, 1);
    await take('set');
    assert.equal(names, 4);
  });
});

describe('the outer end of the delivery link', () => {
  let root: string;
  let door: TestOuter;
  let inbox: string;
  const drop = async (name: string, text: string): Promise<void> => {
    await writeFile(path.join(root, name), text);
    await rename(path.join(root, name), path.join(inbox, name));
    const answer = path.join(inbox, 'taken', `${name}.sallyport-result.json`);
    while (!existsSync(answer) || existsSync(path.join(inbox, name)))
      await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(await readFile(answer, 'utf8'), '{"taken":true}\n');
    for (const each of [name, `${name}.sallyport-result.json`])
      await rm(path.join(inbox, 'taken', each));
  };

  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'sallyport-inbox-'));
    door = await openTestOuter({
      ...{ dir: path.join(root, 'outer'), clock: systemClock },
      inboxes: { ...DEFAULT_INBOXES, stableMs: 50, rescanMs: 50 },
    });
  });
  afterEach(async () => {
    await door.close();
    await rm(root, { recursive: true, force: true });
  });

  it('answers the same and shows the same whether anybody reads, or nobody, or there is no link', async () => {
    const shown: string[] = [];
    const kept = async (): Promise<string> => {
      const { deliveries } = await door.outer.inboxes.list();
      return JSON.stringify(deliveries.map((each) => ({ ...each, takenMs: 0 })));
    };
    for (const way of ['none', 'stuck', 'gone', 'read']) {
      const wire = new PassThrough({ highWaterMark: 1 });
      if (way === 'read') wire.resume();
      if (way === 'gone') wire.destroy();
      await door.outer.inboxes.start(way === 'none' ? undefined : wire);
      if (way === 'none') ({ dir: inbox } = await door.outer.inboxes.add('lab'));
      await drop('rows.csv', 'a\n'.repeat(100_000));
      shown.push(await kept());
      await door.close();
      door = await openTestOuter({
        ...{ dir: path.join(root, 'outer'), clock: systemClock },
        inboxes: { ...DEFAULT_INBOXES, stableMs: 50, rescanMs: 50 },
      });
    }
    assert.equal(new Set(shown).size, 1);
  });

  it('removes nothing and puts nothing anywhere, wherever its folders are made to lead', async () => {
    await door.outer.inboxes.start(undefined);
    ({ dir: inbox } = await door.outer.inboxes.add('lab'));
    const before = await readdir(path.join(root, 'outer'));
    for (const folder of ['taken', 'refused']) {
      await rm(path.join(inbox, folder), { recursive: true });
      await symlink(path.join(root, 'outer'), path.join(inbox, folder));
    }
    for (const name of ['deliveries', 'outer.db-journal']) {
      await mkdir(path.join(root, name));
      await writeFile(path.join(root, name, 'a.csv'), 'a\n');
    }
    await symlink('/etc', path.join(root, 'deliveries', 'l'));
    for (const name of ['deliveries', 'outer.db-journal'])
      await rename(path.join(root, name), path.join(inbox, name));
    while ((await door.outer.inboxes.list()).deliveries.length === 0)
      await new Promise((resolve) => setTimeout(resolve, 20));
    await door.close();
    assert.deepEqual(door.alarms, ['the inbox lab holds something that cannot be moved away']);
    assert.deepEqual((await readdir(inbox)).sort(), [
      'deliveries',
      'outer.db-journal',
      'refused',
      'taken',
    ]);
    const after = await readdir(path.join(root, 'outer'));
    assert.deepEqual(
      after.filter((name) => !before.includes(name)),
      [],
    );
  });

  it('keeps no more deliveries than it may, however small; the others wait where they are', async () => {
    await door.close();
    door = await openTestOuter({
      ...{ dir: path.join(root, 'outer'), clock: systemClock },
      inboxes: { ...DEFAULT_INBOXES, stableMs: 50, rescanMs: 50, deliveriesMax: 1 },
    });
    await door.outer.inboxes.start(undefined);
    ({ dir: inbox } = await door.outer.inboxes.add('lab'));
    await drop('first.csv', '');
    await writeFile(path.join(inbox, 'second.csv'), '');
    while (door.alarms.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.match(door.alarms.join(), /^the inbox lab waits: the spool of deliveries has no room/);
    const { deliveries } = await door.outer.inboxes.list();
    assert.deepEqual(
      deliveries.map(({ name }) => name),
      ['first.csv'],
    );
    assert.ok(existsSync(path.join(inbox, 'second.csv')));
  });

  it('forgets a delivery after its days, whatever was sent of it', async () => {
    await door.outer.inboxes.start(undefined);
    ({ dir: inbox } = await door.outer.inboxes.add('lab'));
    await drop('rows.csv', 'a\n1\n');
    const [{ id, takenMs } = { id: '', takenMs: 0 }] = (await door.outer.inboxes.list()).deliveries;
    for (const [afterMs, kept] of [
      [0, [id]],
      [1, []],
    ] as const) {
      await door.close();
      const nowMs = takenMs + DEFAULT_INBOXES.keepDays * 86_400_000 + afterMs;
      door = await openTestOuter({
        ...{ dir: path.join(root, 'outer'), clock: { nowMs: () => nowMs } },
      });
      await door.outer.inboxes.start(undefined);
      const { deliveries } = await door.outer.inboxes.list();
      assert.deepEqual(
        deliveries.map((each) => each.id),
        kept,
      );
      assert.deepEqual(await readdir(path.join(root, 'outer', 'deliveries')), kept);
    }
  });

  it('sends what is kept whenever the link starts anew, manifest first', async () => {
    await door.outer.inboxes.start(undefined);
    ({ dir: inbox } = await door.outer.inboxes.add('lab'));
    await drop('rows.csv', 'a\n1\n');
    await door.close();
    door = await openTestOuter({ dir: path.join(root, 'outer'), clock: systemClock });
    const wire = new PassThrough();
    await door.outer.inboxes.start(wire);
    const reader = new DeliveryReader();
    const kinds: string[] = [];
    const [{ id } = { id: '' }] = (await door.outer.inboxes.list()).deliveries;
    for await (const chunk of wire) {
      for (const record of reader.push(chunk as Uint8Array)) {
        assert.equal(record.delivery, id);
        kinds.push(record.kind);
      }
      if (kinds.length === 2) await door.outer.inboxes.resend(id);
      if (kinds.length >= 4) break;
    }
    assert.deepEqual(kinds, ['manifest', 'file', 'manifest', 'file']);
    await assert.rejects(door.outer.inboxes.resend('0'.repeat(64)), code('OUTER_DELIVERY_UNKNOWN'));
  });

  it('writes no faster than it may', async () => {
    const inside = path.join(root, 'in');
    await mkdir(inside);
    await writeFile(path.join(inside, 'x.csv'), 'x'.repeat(600_000));
    const spool = await Spool.open(path.join(root, 'spool'), seededRandom('s'), []);
    const found = path.join(inside, 'x.csv');
    const { id } = await spool.take(
      { inbox: 'lab', dir: inside, found, isFolder: false },
      { roomBytes: 1e9 },
    );
    const wire = new PassThrough();
    const sender = new DeliverySender({
      ...{ spool, link: wire, bytesPerSecond: 1_000_000 },
      onFault: (cause) => {
        throw cause;
      },
    });
    const began = performance.now();
    sender.send(id);
    let bytes = 0;
    for await (const chunk of wire) {
      bytes += (chunk as Uint8Array).length;
      if (bytes >= 600_000) break;
    }
    // The last record may have been written early, by its own length.
    assert.ok(performance.now() - began > 450);
    await sender.stop();
  });

  it('cannot be written to from inside once the outer process runs', async () => {
    const started = await startOuterProcess({
      ...{ dir: path.join(root, 'process'), host: '127.0.0.1', port: 0 },
    });
    const { deliveries } = started as unknown as { deliveries: PassThrough };
    assert.equal(deliveries.writable, false);
    assert.equal(deliveries.writableFinished, true);
    deliveries.resume();
    await started.stop();
  });
});
