/** Coding time grows at most linearly with the size of the input, also for inputs made to be hard. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CODECS, encodeBody } from '../../src/wire/index.ts';
import type { ContentType } from '../../src/wire/index.ts';
import { leastThreadMs } from '../support/thread-time.ts';

const INPUTS: readonly {
  readonly what: string;
  readonly type: ContentType;
  readonly make: (size: number) => string;
}[] = [
  { what: 'one letter', type: 'text', make: (size) => 'a'.repeat(size) },
  { what: 'short lines', type: 'text', make: (size) => 'ab\n'.repeat(size / 3) },
  {
    what: 'a long period',
    type: 'text',
    make: (size) => `${'abcdefghij'.repeat(40)}x`.repeat(size / 401),
  },
  { what: 'letters with marks', type: 'text', make: (size) => 'e\u0301'.repeat(size / 3) },
];

function measure(type: ContentType, text: string): number {
  const bytes = Buffer.from(text);
  return leastThreadMs(() => {
    const parsed = CODECS[type].parse(bytes);
    assert.ok(parsed.ok);
    encodeBody([{ name: 'x', type, value: parsed.value }], { prefix: 0, files: [] });
  });
}

for (const { what, type, make } of INPUTS) {
  test(`${type} of ${what}: four times the input takes at most about four times the time`, () => {
    const small = measure(type, make(60_000));
    const large = measure(type, make(240_000));
    assert.ok(large < small * 12, `${small.toFixed(0)} ms, then ${large.toFixed(0)} ms`);
  });
}
