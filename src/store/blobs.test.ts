import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import { seededRandom } from '../../test/support/ledger.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { sha256, utf8 } from '../core/index.ts';
import { openBlobs } from './index.ts';

describe('blobs', () => {
  it('are named by their content, written once and checked when read', async (t) => {
    const dir = await tempDir(t);
    const blobs = openBlobs(dir, seededRandom(dir));
    const chunks = [utf8('hello '), utf8('world')];
    const ref = await blobs.put(chunks, 100);
    assert.deepEqual(ref, { sha256: sha256('hello world'), bytes: 11 });
    assert.deepEqual(await blobs.put(chunks, 100), ref);
    assert.equal(Buffer.from(await blobs.read(ref.sha256)).toString(), 'hello world');
    let streamed = '';
    for await (const chunk of await blobs.open(ref.sha256))
      streamed += Buffer.from(chunk).toString();
    assert.equal(streamed, 'hello world');
    await writeFile(blobs.pathOf(ref.sha256), 'spoiled');
    await assert.rejects(blobs.read(ref.sha256), { code: 'STORE_BLOB_MISSING' });
    await blobs.put(chunks, 100);
    await blobs.read(ref.sha256);
    await blobs.remove(ref.sha256);
    assert.equal(await blobs.has(ref.sha256), false);
    await assert.rejects(blobs.open('../../etc/passwd'), { code: 'STORE_BLOB_MISSING' });
  });

  it('past the limit are refused and leave nothing', async (t) => {
    const dir = await tempDir(t);
    const blobs = openBlobs(dir, seededRandom(dir));
    await assert.rejects(blobs.put([utf8('0123456789')], 9), { code: 'STORE_BLOB_TOO_LARGE' });
    assert.deepEqual(await readdir(path.join(dir, 'incoming')), []);
  });
});
