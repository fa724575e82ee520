import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { sha256 } from '../core/index.ts';
import { CODECS, encodeBody, sealFrame } from '../wire/index.ts';
import type { ContentType, Member } from '../wire/index.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { ChildDecoder } from './decode.ts';

const OUT = new URL('../../examples/tiny-lm/out/', import.meta.url);

const FILES: readonly (readonly [string, ContentType])[] = [
  ['metrics.csv', 'table'],
  ['accuracy.csv', 'table'],
  ['train.log', 'text'],
  ['run.json', 'json'],
  ['loss.svg', 'xml'],
  ['loss.png', 'raster'],
];

async function readMembers(): Promise<{ members: Member[]; digests: Map<string, string> }> {
  const members: Member[] = [];
  const digests = new Map<string, string>();
  for (const [name, type] of FILES) {
    const bytes = await readFile(new URL(name, OUT));
    const parsed = CODECS[type].parse(new Uint8Array(bytes));
    assert.ok(parsed.ok, parsed.ok ? '' : `${name}: ${parsed.message}`);
    members.push({ name, type, value: parsed.value });
    digests.set(name, sha256(CODECS[type].emit(parsed.value)));
  }
  return { members, digests };
}

test('every content type decodes behind the walls of the decoder, and against a history', async (context) => {
  const dir = await tempDir(context);
  const dirs = { blobs: path.join(dir, 'blobs'), work: path.join(dir, 'work') };
  const decoder = await ChildDecoder.open(dirs);
  context.after(() => {
    decoder.close();
  });
  const { members, digests } = await readMembers();
  const limits = { membersMax: 100, bytesMax: 1 << 26 };
  const first = encodeBody(members, { prefix: 0, files: [] });
  const framePath = path.join(dirs.blobs, 'frame');
  const outDir = path.join(dirs.work, 'first');
  await writeFile(
    framePath,
    sealFrame({ slotGap: 0, destination: 1, historyPrefix: 0, body: first.body }),
  );
  const result = await decoder.decode({ framePath, history: [], outDir, limits });
  assert.ok(result.ok, result.ok ? '' : result.code);
  assert.deepEqual(new Map(result.files.map((file) => [file.name, file.sha256])), digests);
  const history = result.files.map(({ name, type }, i) => ({
    name,
    type,
    path: path.join(outDir, String(i)),
  }));
  const loaded = await Promise.all(
    history.map(async (file) => {
      const bytes = new Uint8Array(await readFile(file.path));
      return { name: file.name, type: file.type, load: () => bytes };
    }),
  );
  const second = encodeBody(members, { prefix: 1, files: loaded });
  await writeFile(
    framePath,
    sealFrame({ slotGap: 0, destination: 1, historyPrefix: 1, body: second.body }),
  );
  const again = await decoder.decode({
    framePath,
    history,
    outDir: path.join(dirs.work, 'second'),
    limits,
  });
  assert.ok(again.ok, again.ok ? '' : again.code);
  assert.deepEqual(new Map(again.files.map((file) => [file.name, file.sha256])), digests);
  assert.ok(second.body.length * 4 < first.body.length);
});

test('a hostile body is a typed result, and the decoder goes on', async (context) => {
  const dir = await tempDir(context);
  const dirs = { blobs: path.join(dir, 'blobs'), work: path.join(dir, 'work') };
  const decoder = await ChildDecoder.open(dirs);
  context.after(() => {
    decoder.close();
  });
  const framePath = path.join(dirs.blobs, 'frame');
  for (let round = 0; round < 4; round++) {
    const body = Buffer.alloc(100 + round, sha256(String(round)), 'hex');
    await writeFile(framePath, sealFrame({ slotGap: 0, destination: 1, historyPrefix: 0, body }));
    const outDir = path.join(dirs.work, String(round));
    const limits = { membersMax: 100, bytesMax: 1 << 20 };
    const result = await decoder.decode({ framePath, history: [], outDir, limits });
    assert.equal(typeof result.ok, 'boolean');
  }
});
