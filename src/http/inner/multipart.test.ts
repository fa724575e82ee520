import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readBoundary, readParts, readText } from './multipart.ts';

/** Cuts bytes into chunks at given places. */
async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const size of sizes) {
    if (at >= bytes.length) return;
    yield bytes.subarray(at, at + size);
    at += size;
    await Promise.resolve();
  }
  if (at < bytes.length) yield bytes.subarray(at);
}

async function collect(chunks: AsyncIterable<Uint8Array>, boundary: string) {
  const parts: { name: string; filename: string | undefined; body: string }[] = [];
  for await (const part of readParts(chunks, boundary)) {
    const { name, filename } = part;
    parts.push({ name, filename, body: await readText(part.body, 1e6) });
  }
  return parts;
}

function write(boundary: string, parts: readonly { filename: string; body: string }[]): Buffer {
  const lines = parts.map(
    ({ filename, body }) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${filename}"\r\n\r\n${body}\r\n`,
  );
  return Buffer.from(`${lines.join('')}--${boundary}--\r\n`);
}

describe('a streamed form', () => {
  it('is read the same however it is cut into chunks', async () => {
    const body = fc.string({ maxLength: 60 }).map((text) => `${text}\r\n--`);
    const parts = fc.array(fc.record({ filename: fc.constantFrom('a.csv', 'b/ü.txt'), body }), {
      minLength: 1,
      maxLength: 4,
    });
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(parts, sizes, async (list, cuts) => {
        const read = await collect(cut(write('xyz', list), cuts), 'xyz');
        assert.deepEqual(
          read,
          list.map((part) => ({ name: 'file', ...part })),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('refuses what is not a form, and never hangs', async () => {
    const good = write('b', [{ filename: 'a', body: 'hello' }]);
    for (let length = 0; length < good.length - 4; length++) {
      await assert.rejects(collect(cut(good.subarray(0, length), [7]), 'b'), {
        code: 'HTTP_UPLOAD_INVALID',
      });
    }
    await assert.rejects(collect(cut(Buffer.from('junk\r\n--b--'), []), 'b'), {
      code: 'HTTP_UPLOAD_INVALID',
    });
    const endless = Buffer.from(`--b\r\n${'x'.repeat(100_000)}`);
    await assert.rejects(collect(cut(endless, [50_000]), 'b'), { code: 'HTTP_UPLOAD_INVALID' });
    await assert.rejects(
      fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
          await collect(cut(Buffer.from(bytes), [3]), 'b');
        }),
      ),
    );
  });

  it('skips what the caller does not read', async () => {
    const bytes = write('b', [
      { filename: 'a', body: 'x'.repeat(5000) },
      { filename: 'c', body: 'y' },
    ]);
    const names: (string | undefined)[] = [];
    for await (const part of readParts(cut(bytes, [100]), 'b')) names.push(part.filename);
    assert.deepEqual(names, ['a', 'c']);
  });

  it('finds the boundary as clients write it', () => {
    assert.equal(readBoundary('multipart/form-data; boundary=abc'), 'abc');
    assert.equal(readBoundary('multipart/form-data; charset=utf-8; boundary="a b"'), 'a b');
    assert.equal(readBoundary('text/plain'), undefined);
    assert.equal(readBoundary('multipart/form-data'), undefined);
  });
});
