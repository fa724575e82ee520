import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { manualClock, seededRandom } from '../../test/support/ledger.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import type { FileOps, Json } from './index.ts';
import {
  BoundedQueue,
  canonicalJson,
  FolderWatch,
  fromBase64,
  fromHex,
  fromUtf8,
  newId,
  parseJsonStrict,
  readVarint,
  systemFiles,
  toBase64,
  toHex,
  utf8,
  writeFileDurable,
  writeVarint,
} from './index.ts';

describe('bytes', () => {
  it('have exactly one accepted spelling', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        assert.deepEqual(fromHex(toHex(bytes)), bytes);
        assert.deepEqual(fromBase64(toBase64(bytes)), bytes);
      }),
    );
    for (const bad of ['A', 'AA', 'AA=', 'AB==', 'AA==\n', ' AA==', 'A-==']) {
      assert.equal(fromBase64(bad), null, bad);
    }
    for (const bad of ['0', '0G', 'AB']) assert.equal(fromHex(bad), null, bad);
    assert.equal(fromUtf8(Uint8Array.of(0xc0, 0x80)), null);
    assert.equal(fromUtf8(utf8('\ufeffx')), '\ufeffx');
  });

  it('varints round trip in their shortest form only', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n }), (value) => {
        const bytes = writeVarint(value);
        assert.deepEqual(readVarint(bytes), { value, next: bytes.length });
        assert.equal(readVarint(bytes.slice(0, -1)), null);
      }),
    );
    assert.equal(readVarint(Uint8Array.of(0x80, 0)), null);
    assert.equal(readVarint(new Uint8Array(11).fill(0x80)), null);
  });

  it('ids hold the random bits that they were given', () => {
    const random = seededRandom('ids');
    const ids = new Set(Array.from({ length: 100 }, () => newId('req', random)));
    assert.equal(ids.size, 100);
    for (const id of ids) assert.match(id, /^req_[0-7][0-9a-z]{25}$/);
  });
});

describe('canonical JSON', () => {
  it('reads back as the same value and writes the same bytes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
        const json = JSON.parse(JSON.stringify(value)) as Json;
        let text: string;
        try {
          text = canonicalJson(json);
        } catch (cause) {
          assert.match(String(cause), /2\^53|surrogate/);
          return;
        }
        const parsed = parseJsonStrict(text);
        assert.ok(parsed.ok, text);
        assert.equal(canonicalJson(parsed.value), text);
      }),
    );
  });

  it('refuses what has no canonical form', () => {
    for (const bad of [1n, undefined, NaN, Infinity, '\ud800', new Date(0), { a: undefined }]) {
      assert.throws(() => canonicalJson(bad as unknown as Json), {
        code: 'CORE_JSON_VALUE_UNSUPPORTED',
      });
    }
  });

  it('is read strictly', () => {
    const bad = [
      '',
      '{"a":1,"a":2}',
      '"\\ud800"',
      '9007199254740993',
      '01',
      '[1,]',
      '1 2',
      '\ufeff1',
    ];
    for (const text of [...bad, '['.repeat(100), '{"a" 1}', '"\u0001"', "'a'", '1e999', '-']) {
      assert.ok(!parseJsonStrict(text).ok, text);
    }
    const parsed = parseJsonStrict('{"__proto__":{"x":1}}');
    assert.ok(parsed.ok);
    assert.deepEqual(Object.keys(parsed.value as object), ['__proto__']);
  });
});

describe('bounded queue', () => {
  it('keeps order and its limit', async () => {
    const queue = new BoundedQueue<number>('test', 2);
    const early = queue.take();
    queue.push(1);
    queue.push(2);
    queue.push(3);
    assert.throws(
      () => {
        queue.push(4);
      },
      { code: 'CORE_QUEUE_FULL' },
    );
    assert.deepEqual([await early, await queue.take(), await queue.take()], [1, 2, 3]);
    const last = queue.take();
    queue.close();
    assert.equal(await last, undefined);
    assert.equal(queue.tryPush(5), false);
  });
});

describe('durable files', () => {
  it('are there whole or not at all, whichever step fails', async (t) => {
    const dir = await tempDir(t);
    const file = path.join(dir, 'a', 'file');
    await writeFileDurable(file, utf8('old'));
    let fails = 0;
    for (const step of ['open', 'write', 'sync', 'close', 'rename', 'syncDir'] as const) {
      for (const persisted of [false, true]) {
        let armed = true;
        const files: FileOps = { ...systemFiles };
        const real = systemFiles[step] as (...parts: unknown[]) => Promise<unknown>;
        (files as unknown as Record<string, unknown>)[step] = async (...parts: unknown[]) => {
          // Opening is also how folders are looked for; only the opening of the new file is to fail.
          const ours = step !== 'open' || String(parts[0]).includes('.tmp-');
          if (!armed || !ours) return real(...parts);
          armed = false;
          fails++;
          if (step === 'close') await real(...parts);
          else if (persisted && step !== 'open') await real(...parts);
          throw new Error('injected');
        };
        await assert.rejects(writeFileDurable(file, utf8('new'), { files }), {
          code: 'CORE_FILE_WRITE_FAILED',
        });
        assert.ok(['old', 'new'].includes(await readFile(file, 'utf8')));
        await writeFileDurable(file, utf8('old'));
      }
    }
    assert.equal(fails, 12);
  });
});

describe('folder watch', () => {
  it('reports each file once, when it has stood still', async (t) => {
    const dir = await tempDir(t);
    const clock = manualClock();
    const seen: string[] = [];
    const watch = new FolderWatch({
      dir,
      clock,
      stableMs: 100,
      rescanMs: 1_000,
      onFile: (file) => void seen.push(path.basename(file)),
    });
    await writeFile(path.join(dir, 'a.csv'), 'x');
    await writeFile(path.join(dir, '.hidden'), 'x');
    await writeFile(path.join(dir, 'b.part'), 'x');
    await mkdir(path.join(dir, 'folder'));
    await watch.look();
    clock.advance(60);
    await writeFile(path.join(dir, 'a.csv'), 'xy');
    await watch.look();
    clock.advance(60);
    await watch.look();
    assert.deepEqual(seen, []);
    clock.advance(60);
    await watch.look();
    await watch.look();
    assert.deepEqual(seen, ['a.csv']);
    await rename(path.join(dir, 'b.part'), path.join(dir, 'b'));
    await watch.look();
    clock.advance(100);
    await watch.look();
    assert.deepEqual(seen, ['a.csv', 'b']);
    assert.equal((await readdir(dir)).length, 4);
    await watch.close();
  });

  it('looks by itself when something happens', async (t) => {
    const dir = await tempDir(t);
    let found: (file: string) => void = () => undefined;
    const first = new Promise<string>((resolve) => {
      found = resolve;
    });
    const watch = new FolderWatch({
      dir,
      clock: { nowMs: () => performance.now() },
      stableMs: 5,
      rescanMs: 60_000,
      onFile: (file) => {
        found(file);
      },
    });
    watch.start();
    await writeFile(path.join(dir, 'x'), 'x');
    assert.equal(path.basename(await first), 'x');
    await watch.close();
  });
});
