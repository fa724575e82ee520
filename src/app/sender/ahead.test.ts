import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { tempDir } from '../../../test/support/temp-dir.ts';
import { sha256, systemRandom, utf8 } from '../../core/index.ts';
import type { EmittedDigest } from '../../release/index.ts';
import { openBlobs } from '../../store/index.ts';
import { Ahead, decodingKey } from './ahead.ts';

const NOTHING = { historyPrefix: 0, body: utf8('body') };

function emitted(text: string): EmittedDigest {
  const bytes = utf8(text);
  return { name: 'a.csv', type: 'table', form: null, sha256: sha256(bytes), bytes: bytes.length };
}

function chunks(...texts: readonly string[]): (position: number) => AsyncIterable<Uint8Array> {
  return async function* (position) {
    yield utf8(texts[position] ?? '');
  };
}

async function open(t: TestContext, limits = { results: 2, bytes: 1000 }) {
  const dir = await tempDir(t);
  const blobs = openBlobs(path.join(dir, 'blobs'), systemRandom);
  const ahead = await Ahead.open(path.join(dir, 'ahead'), blobs, limits);
  const aside = async (): Promise<number> =>
    (await readdir(path.join(dir, 'ahead'), { recursive: true, withFileTypes: true })).filter(
      (each) => each.isFile(),
    ).length;
  return { dir, blobs, ahead, aside };
}

describe('what was decoded before anybody approved it', () => {
  it('is named by the body and by every file of the history', () => {
    const [a, b] = [emitted('a'), emitted('b')];
    const keys = [
      decodingKey(NOTHING, []),
      decodingKey({ ...NOTHING, body: utf8('other') }, []),
      decodingKey({ ...NOTHING, historyPrefix: 1 }, []),
      decodingKey({ ...NOTHING, historyPrefix: 1 }, [a]),
      decodingKey({ ...NOTHING, historyPrefix: 1 }, [b]),
      decodingKey({ ...NOTHING, historyPrefix: 1 }, [{ ...a, name: 'c.csv' }]),
      decodingKey({ ...NOTHING, historyPrefix: 1 }, [{ ...a, type: 'text' }]),
      decodingKey({ ...NOTHING, historyPrefix: 1 }, [{ ...a, form: 'digits:4' }]),
    ];
    // A form says how a file was made of another; the decoder never sees it.
    assert.equal(new Set(keys).size, keys.length - 1);
    assert.equal(keys.at(-1), keys[3]);
  });

  it('reaches the blobs only when it is taken, and is taken once', async (t) => {
    const { blobs, ahead, aside } = await open(t);
    const file = emitted('step,loss\n1,2\n');
    await ahead.put('k', [file], chunks('step,loss\n1,2\n'));
    assert.equal(await blobs.has(file.sha256), false);
    assert.deepEqual(await ahead.take('k'), [file]);
    assert.equal(Buffer.from(await blobs.read(file.sha256)).toString(), 'step,loss\n1,2\n');
    assert.equal(await ahead.take('k'), null);
    assert.equal(await aside(), 0);
  });

  it('is not taken when a file was changed meanwhile', async (t) => {
    const { dir, blobs, ahead } = await open(t);
    const file = emitted('12');
    await ahead.put('k', [file], chunks('12'));
    await writeFile(
      path.join(dir, 'ahead', file.sha256.slice(0, 2), file.sha256.slice(2)),
      'spoiled',
    );
    assert.equal(await ahead.take('k'), null);
    assert.equal(await blobs.has(file.sha256), false);
  });

  it('is refused when the decoder lied about a digest', async (t) => {
    const { ahead } = await open(t);
    await assert.rejects(ahead.put('k', [emitted('12')], chunks('13')), /digest is wrong/);
    assert.equal(await ahead.take('k'), null);
  });

  it('is bounded: the oldest goes, and with it the files that no other result needs', async (t) => {
    const { ahead, aside } = await open(t);
    const [a, b, shared] = [emitted('a'), emitted('b'), emitted('shared')];
    await ahead.put('1', [a, shared], chunks('a', 'shared'));
    await ahead.put('2', [shared], chunks('shared'));
    await ahead.put('3', [b], chunks('b'));
    assert.equal(ahead.has('1'), false);
    assert.equal(await aside(), 2);
    assert.deepEqual(await ahead.take('2'), [shared]);
    await ahead.put('4', [{ ...emitted('x'), bytes: 1001 }], chunks('x'));
    assert.equal(ahead.has('4'), false);
    await ahead.put('5', [{ ...emitted('y'), bytes: 1000 }], chunks('y'));
    assert.deepEqual([ahead.has('3'), ahead.has('5')], [false, true]);
  });
});
