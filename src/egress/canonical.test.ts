/** What a sender is told about the way from a file to its canonical form. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { greyPixel } from '../../test/support/png-files.ts';
import { openInput } from './canonical.ts';

function changesOf(name: string, bytes: Uint8Array): string[] {
  return [...openInput(name, bytes, {})].flatMap(({ result }) => {
    assert.ok(result.ok, result.ok ? '' : result.message);
    const infos = result.findings.filter(({ code }) => code === 'INSPECT_CONTENT_CHANGED');
    for (const { severity } of infos) assert.equal(severity, 'info');
    return infos.map(({ sentence }) => sentence);
  });
}

test('what reading leaves out or changes is said, and what it only spells anew is not', () => {
  const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
  assert.deepEqual(changesOf('a.json', utf8('{"a":1,"a":2}')), [
    'keys given twice: the last value kept',
  ]);
  assert.match(changesOf('a.html', utf8('<p>a<script>b</script>')).join(), /script/);
  assert.match(changesOf('a.png', greyPixel(16)).join(), /16 bits/);
  for (const [name, bytes] of [
    ['a.json', utf8('{ "b":1.0, "a":2 }')],
    ['a.html', utf8('<P CLASS=x>a')],
    ['a.csv', utf8('a,b\r\n1.0,"2"\r\n')],
    ['a.png', greyPixel(8)],
  ] as const)
    assert.deepEqual(changesOf(name, bytes), [], name);
});

test('a page that drops many things has one short finding', () => {
  const names = Array.from({ length: 400 }, (_, i) => `<p data-x${String(i)}="1">a`).join('');
  const [sentence = '', ...more] = changesOf('a.html', new TextEncoder().encode(names));
  assert.deepEqual(more, []);
  assert.ok(sentence.length < 1000 && /more$/.test(sentence), sentence);
});
