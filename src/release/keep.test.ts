import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { openGateStore } from '../../test/support/gate-store.ts';
import type { GateStore } from '../../test/support/gate-store.ts';
import { sha256, utf8 } from '../core/index.ts';
import { Releases } from './index.ts';
import type { KeptBody } from './index.ts';

async function open(t: TestContext): Promise<{ gate: GateStore; releases: Releases }> {
  const gate = await openGateStore();
  t.after(() => gate.close());
  return { gate, releases: new Releases(gate) };
}

/** What was kept, without its class. */
const said = ({ sha256: digest, bytes }: KeptBody) => ({ digest, bytes });

describe('keeping a release before it is queued', () => {
  it('makes body and files durable and measures the body itself', async (t) => {
    const { gate, releases } = await open(t);
    const place = path.join(gate.dir, 'body');
    await writeFile(place, 'the body');
    const file = { name: 'a', type: 'text', sha256: sha256('file'), bytes: 4 } as const;
    const filePath = path.join(gate.dir, 'file');
    await writeFile(filePath, 'file');
    const kept = await releases.keep({
      body: { path: place },
      files: [{ ...file, path: filePath }],
    });
    assert.deepEqual(said(kept), { digest: sha256('the body'), bytes: 8 });
    for (const digest of [kept.sha256, file.sha256]) await gate.blobs.read(digest);
    // Again from the blobs alone, and from memory.
    const again = await releases.keep({ body: { sha256: kept.sha256 }, files: [file] });
    assert.deepEqual(said(again), said(kept));
    const third = await releases.keep({ body: utf8('the body'), files: [] });
    assert.deepEqual(said(third), said(kept));
  });

  it('refuses a file with another digest and a kept body that was changed', async (t) => {
    const { gate, releases } = await open(t);
    const { sha256: digest } = await releases.keep({ body: utf8('short'), files: [] });
    await writeFile(gate.blobs.pathOf(digest), 'a longer one');
    await assert.rejects(releases.keep({ body: { sha256: digest }, files: [] }), {
      code: 'RELEASE_INPUT_INVALID',
    });
    const place = path.join(gate.dir, 'file');
    await writeFile(place, 'other');
    const file = {
      name: 'a',
      type: 'text',
      sha256: sha256('file'),
      bytes: 4,
      path: place,
    } as const;
    await assert.rejects(releases.keep({ body: utf8('b'), files: [file] }), {
      code: 'RELEASE_INPUT_INVALID',
    });
  });
});
