/**
 * Golden frames: the bytes that cross for fixed inputs, on every supported machine and runtime. A difference means another wire
 * format; it is allowed only with another table version. `SALLYPORT_GOLDEN=write` records the digests of such a version.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CODECS, decodeBody, encodeBody, openFrame, sealFrame } from '../../src/wire/index.ts';
import type { Member } from '../../src/wire/index.ts';
import { CODEC_SAMPLES } from '../support/codec-samples.ts';

const path = join(import.meta.dirname, 'golden-frames.json');
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function sealMembers(members: readonly Member[]): Uint8Array {
  const { body } = encodeBody(members, { prefix: 0, files: [] });
  return sealFrame({ slotGap: 3, destination: 1, historyPrefix: 0, body });
}

/** The digest of each sample's frame, of all in one, and of the emitted files. */
function measureFrames(): Record<string, string> {
  const members = CODEC_SAMPLES.map(({ name, type, bytes }): Member => {
    const parsed = CODECS[type].parse(bytes);
    assert.ok(parsed.ok, name);
    return { name, type, value: parsed.value };
  });
  const found: Record<string, string> = {};
  for (const member of members) found[member.name] = digest(sealMembers([member]));
  const all = sealMembers(members);
  found['all'] = digest(all);
  const files = decodeBody(openFrame(all).body, { prefix: 0, files: [] });
  found['all, emitted'] = digest(Buffer.concat(files.map((file) => file.bytes)));
  return found;
}

test('frames of fixed inputs are the recorded bytes', () => {
  const found = measureFrames();
  if (process.env['SALLYPORT_GOLDEN'] === 'write')
    writeFileSync(path, `${JSON.stringify(found, null, 2)}\n`);
  assert.deepEqual(found, JSON.parse(readFileSync(path, 'utf8')));
});
