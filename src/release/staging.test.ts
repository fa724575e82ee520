import assert from 'node:assert/strict';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import type { Kysely } from 'kysely';
import { openGateStore } from '../../test/support/gate-store.ts';
import type { GateStore } from '../../test/support/gate-store.ts';
import { allowAll } from '../../test/support/two-doors.ts';
import { sha256, utf8 } from '../core/index.ts';
import { Releases } from './index.ts';
import type { Debit, ReleaseInput } from './index.ts';
import type { Blobs } from '../store/index.ts';
import { readStagedOrBlob } from './staging.ts';

interface Staged {
  release_staged: { sha256: string; bytes: Uint8Array };
}

interface World {
  readonly gate: GateStore;
  readonly releases: Releases;
  /** Digests whose bytes are in the database. */
  readonly staged: () => Promise<readonly string[]>;
  readonly queue: (request: string, body: string, more?: Partial<ReleaseInput>) => Promise<boolean>;
}

async function open(
  t: TestContext,
  debit: Debit = allowAll,
  wrap: (blobs: Blobs) => Blobs = (blobs) => blobs,
): Promise<World> {
  const gate = await openGateStore();
  t.after(() => gate.close());
  const releases = new Releases({ ...gate, blobs: wrap(gate.blobs), debit });
  return {
    gate,
    releases,
    staged: async () => {
      const rows = await gate.store.read((db: Kysely<Staged>) =>
        db.selectFrom('release_staged').select('sha256').orderBy('sha256').execute(),
      );
      return rows.map((row) => row.sha256);
    },
    queue: async (requestId, body, more = {}) => {
      const verdict = await releases.queueRelease({
        requestId,
        destination: 1,
        historyPrefix: 0,
        body: utf8(body),
        files: [],
        buckets: [],
        entry: { kind: 'export.released', by: 'test', request: requestId },
        ...more,
      });
      return verdict.queued;
    },
  };
}

/** What a power cut does to a file that nobody synced: its name may be there, with nothing behind it. */
async function tear(gate: GateStore, text: string): Promise<void> {
  await writeFile(gate.blobs.pathOf(sha256(text)), '');
}

describe('what is released in one transaction', () => {
  it('is in its place with the answer, and there again after a power cut', async (t) => {
    const { gate, staged, queue } = await open(t);
    const file = path.join(gate.dir, 'file');
    await writeFile(file, 'the file');
    const digest = sha256('the file');
    const files = [{ name: 'a', type: 'text', sha256: digest, bytes: 8, path: file }] as const;
    assert.ok(await queue('r1', 'the body', { files }));
    for (const text of ['the body', 'the file'])
      assert.equal(Buffer.from(await gate.blobs.read(sha256(text))).toString(), text);
    assert.deepEqual(await staged(), [digest, sha256('the body')].sort());
    await tear(gate, 'the body');
    await rm(gate.blobs.pathOf(digest));
    // The sender's loop reads it wherever it is.
    assert.equal(
      Buffer.from(await readStagedOrBlob(gate, sha256('the body'))).toString(),
      'the body',
    );
    await new Releases(gate).recover();
    for (const text of ['the body', 'the file'])
      assert.equal(await readFile(gate.blobs.pathOf(sha256(text)), 'utf8'), text);
    assert.deepEqual(await staged(), []);
  });

  it('leaves the database when its files are durable', async (t) => {
    const { gate, releases, staged, queue } = await open(t);
    await queue('r1', 'the body');
    await releases.close();
    assert.deepEqual(await staged(), []);
    assert.equal(Buffer.from(await gate.blobs.read(sha256('the body'))).toString(), 'the body');
  });

  it('stays in the database while a file cannot be made durable', async (t) => {
    const { gate, releases, staged, queue } = await open(t);
    await queue('r1', 'the body');
    assert.ok(await gate.blobs.has(sha256('the body')));
    await rm(gate.blobs.pathOf(sha256('the body')));
    await releases.close();
    assert.deepEqual(await staged(), [sha256('the body')]);
    await new Releases(gate).recover();
    assert.equal(Buffer.from(await gate.blobs.read(sha256('the body'))).toString(), 'the body');
  });

  it('is tried again while it cannot be put in its place, and nobody waits for that', async (t) => {
    const inPlace: Promise<void>[] = [];
    const hold = Promise.withResolvers<undefined>();
    let broken = true;
    const { gate, releases, staged, queue } = await open(t, allowAll, (blobs) => ({
      ...blobs,
      stage: async (chunks, limit) => {
        const blob = (await blobs.stage(chunks, limit))!;
        const place = async (): Promise<void> => {
          if (broken) {
            await hold.promise;
            throw new Error('the disk is away');
          }
          await blob.place();
        };
        return {
          ...blob,
          place: () => {
            const placed = place();
            inPlace.push(placed);
            return placed;
          },
        };
      },
    }));
    // Its answer is there while its file is not.
    assert.ok(await queue('r1', 'the body'));
    assert.equal(await gate.blobs.has(sha256('the body')), false);
    assert.equal(inPlace.length, 1);
    hold.resolve(undefined);
    await assert.rejects(inPlace[0]!);
    assert.deepEqual(await staged(), [sha256('the body')]);
    broken = false;
    await releases.close();
    assert.deepEqual(await staged(), []);
    assert.equal(Buffer.from(await gate.blobs.read(sha256('the body'))).toString(), 'the body');
  });

  it('stays in the database while another release with the same bytes is not in its place', async (t) => {
    const inside = Promise.withResolvers<undefined>();
    const queued = Promise.withResolvers<undefined>();
    let second: Promise<boolean> | undefined;
    const debit: Debit = async (...all) => {
      if (second !== undefined) {
        inside.resolve(undefined);
        await queued.promise;
      }
      return allowAll(...all);
    };
    const { gate, releases, staged, queue } = await open(t, debit, (blobs) => ({
      ...blobs,
      // The files of the first are durable; before its bytes leave the database, the second is in its transaction.
      settle: async (digests) => {
        await blobs.settle(digests);
        second = queue('r2', 'the body');
        await inside.promise;
        setImmediate(() => {
          queued.resolve(undefined);
        });
      },
      has: () => Promise.resolve(false),
    }));
    await queue('r1', 'the body');
    await releases.close();
    assert.ok(await second);
    assert.deepEqual(await staged(), [sha256('the body')]);
    await tear(gate, 'the body');
    await new Releases(gate).recover();
    assert.equal(Buffer.from(await gate.blobs.read(sha256('the body'))).toString(), 'the body');
  });

  it('is nowhere when it was refused, failed, or was there before', async (t) => {
    let refuse = true;
    const debit: Debit = (...all) =>
      refuse
        ? Promise.resolve({
            ok: false,
            bucket: 'enclave',
            neededBits: 1n,
            passesAtMs: null,
          } as never)
        : allowAll(...all);
    const { gate, staged, queue } = await open(t, debit);
    assert.equal(await queue('r1', 'the body'), false);
    refuse = false;
    await assert.rejects(queue('r1', 'the body', { historyPrefix: 7 }), {
      code: 'RELEASE_INPUT_INVALID',
    });
    const file = path.join(gate.dir, 'file');
    await writeFile(file, 'other');
    const wrong = { name: 'a', type: 'text', sha256: sha256('a'), bytes: 5, path: file } as const;
    await assert.rejects(queue('r1', 'the body', { files: [wrong] }), {
      code: 'RELEASE_INPUT_INVALID',
    });
    assert.equal(await gate.blobs.has(sha256('the body')), false);
    assert.deepEqual(await staged(), []);
    // Nothing was written at all.
    await assert.rejects(readdir(path.join(gate.dir, 'blobs', 'incoming')), { code: 'ENOENT' });
    // The same request twice: the second has the answer of the first, and its copy is forgotten.
    assert.ok(await queue('r1', 'the body'));
    assert.ok(await gate.blobs.has(sha256('the body')));
    await rm(gate.blobs.pathOf(sha256('the body')));
    assert.ok(await queue('r1', 'the body'));
    assert.equal(await gate.blobs.has(sha256('the body')), false);
    assert.deepEqual(await readdir(path.join(gate.dir, 'blobs', 'incoming')), []);
  });

  it('that is long is durable before its transaction', async (t) => {
    const { gate, staged, queue } = await open(t);
    const body = 'x'.repeat(64 * 1024 + 1);
    await queue('r1', body);
    assert.deepEqual(await staged(), []);
    assert.equal(await gate.blobs.has(sha256(body)), true);
  });

  it('is not taken from rows whose bytes have another digest', async (t) => {
    const { gate, queue } = await open(t);
    await queue('r1', 'the body');
    await gate.store.write((tx: Kysely<Staged>) =>
      tx
        .updateTable('release_staged')
        .set({ bytes: utf8('another') })
        .execute(),
    );
    await new Releases(gate).recover();
    assert.equal(Buffer.from(await gate.blobs.read(sha256('the body'))).toString(), 'the body');
    assert.equal(await gate.blobs.has(sha256('another')), false);
  });
});
