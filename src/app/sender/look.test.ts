/** What the sender finds in an emitted file is a part of what the gate found in it: an honest approval is never refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CODEC_SAMPLES, makePng } from '../../../test/support/codec-samples.ts';
import { openSeeded } from '../../../test/support/poison.ts';
import { weightShaped } from '../../../test/support/tables.ts';
import { openInput } from '../../egress/canonical.ts';
import type { FormOptions } from '../../wire/index.ts';
import { lookAtFile } from './look.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const KEY = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ';

/** What both hold in what one input becomes. */
function held(name: string, bytes: Uint8Array, form: FormOptions = {}): string[] {
  const all: string[] = [];
  for (const { result } of openInput(name, bytes, { form, widths: [24, 64] })) {
    if (!result.ok) continue;
    const told = result.findings.flatMap((each) => (each.severity === 'hold' ? [each.code] : []));
    const found = lookAtFile(result.type, result.emitted);
    for (const code of found) assert.ok(told.includes(code), `${name}: ${code} of ${told.join()}`);
    all.push(...found);
  }
  return all;
}

test('keys, blobs, weights and noise are found again', () => {
  const blob = Buffer.from(Array.from({ length: 3_000 }, (_, i) => (i * i * 7 + (i >> 3)) & 255));
  const random = openSeeded(7);
  const bit = (): number => 254 | (random() < 0.5 ? 1 : 0);
  assert.ok(held('a.txt', utf8(KEY)).some((code) => code.includes('KEY')));
  assert.ok(held('a.json', utf8(JSON.stringify({ a: KEY }))).some((code) => code.includes('KEY')));
  assert.ok(held('a.txt', utf8(blob.toString('base64'))).includes('INSPECT_BLOB_ENCODED'));
  assert.ok(held('a.csv', utf8(weightShaped())).includes('INSPECT_WEIGHTS_MATRIX'));
  const hidden = makePng(160, 160, () => [bit(), bit(), bit()]);
  assert.deepEqual(held('a.png', hidden), ['INSPECT_PIXELS_NOISE']);
});

test('no more than the gate, in every type and form', () => {
  const forms: FormOptions[] = [{}, { digits: 3 }, { palette: 8 }, { scale: 0.5 }];
  for (const { name, bytes } of CODEC_SAMPLES) for (const form of forms) held(name, bytes, form);
  const part = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.constantFrom(KEY, 'AKIA1234567890ABCDEF', 'password = "hunter2hunter2"', '0.1234567,'),
    fc.base64String({ minLength: 100, maxLength: 400 }),
    fc.double().map(String),
  );
  const text = fc.array(part, { maxLength: 12 }).map((parts) => parts.join('\n'));
  fc.assert(
    fc.property(
      text,
      fc.constantFrom('a.txt', 'a.csv', 'a.json', 'a.html', 'a.svg'),
      (body, name) => {
        const wrapped = name === 'a.json' ? JSON.stringify([body]) : body;
        held(name, utf8(wrapped));
      },
    ),
  );
});
