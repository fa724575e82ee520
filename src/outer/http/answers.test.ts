import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dispositionOf, fileAddress, mediaTypeOf, problem } from './answers.ts';
import { renderPage } from './page.ts';

const RECIPIENT = { id: 'rcp_1', name: 'alice', destination: 1, destinationName: '<b>"one"</b>' };

test('a name of any characters gives a header without line ends or quotes of its own', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (name) => {
      const header = dispositionOf(name.toWellFormed());
      assert.match(
        header,
        /^attachment; filename="[A-Za-z0-9._-]*"; filename\*=UTF-8''[\x21-\x7e]*$/,
      );
    }),
  );
  assert.equal(
    dispositionOf('a/b c.csv'),
    `attachment; filename="b_c.csv"; filename*=UTF-8''b%20c.csv`,
  );
});

test('addresses of files keep their folders and encode the rest', () => {
  const address = fileAddress({ release: 3, name: 'a.zip!/x y/ü#.csv' });
  assert.equal(address, '/v1/files/3/a.zip!/x%20y/%C3%BC%23.csv');
});

test('the media type comes from what was decoded, never from the name alone', () => {
  assert.equal(mediaTypeOf({ type: 'text', name: 'x.html' }), 'text/plain; charset=utf-8');
  assert.equal(mediaTypeOf({ type: 'raster', name: 'x.jpg' }), 'image/png');
  assert.equal(mediaTypeOf({ type: 'xml', name: 'x.svg' }), 'image/svg+xml');
});

test('errors are the same bytes every time', async () => {
  const texts = await Promise.all([1, 2].map(() => problem('NOT_FOUND').text()));
  assert.equal(texts[0], texts[1]);
});

test('the page writes names as text and allows no script', async () => {
  const file = {
    release: 1,
    name: '<script>alert(1)</script>.txt',
    type: 'text',
    bytes: 1,
    sha256: 'ab',
  } as const;
  const page = renderPage(RECIPIENT, [
    {
      release: 1,
      slot: 1,
      publishedSlot: 2,
      publishedAt: '2026-01-01T00:00:00.000Z',
      chargeBits: 1_234n,
      frameSha256: 'cd',
      outcome: 'stored',
      logIndex: 0,
      files: [file],
    },
  ]);
  const text = await page.text();
  assert.ok(!text.includes('<script'));
  assert.ok(!text.includes('<b>'));
  assert.match(page.headers.get('Content-Security-Policy') ?? '', /^default-src 'none'; style-src/);
});
