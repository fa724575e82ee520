import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emitPage, parsePage } from './html.ts';

const parse = (text: string): ReturnType<typeof parsePage> =>
  parsePage(new TextEncoder().encode(text));
const emit = (text: string): string => {
  const parsed = parse(text);
  return parsed.ok ? new TextDecoder().decode(emitPage(parsed.value.root)) : parsed.code;
};

test('spelling, layout, random ids and unused names leave no trace', () => {
  const a = emit(
    '<!DOCTYPE html><html><head><style>#abc .t{color:red}</style></head><body><div id="abc"><table class="t u"><tr><td>1 &ndash; 2</td></tr></table></div></body></html>',
  );
  const b = emit(
    "<HTML>\n<style> #xyz  .t { color : #F00; } </style><DIV ID=xyz>\n<TABLE CLASS='t' ><TR>\n<TD>1 &#8211; 2</TABLE></DIV>",
  );
  assert.equal(a, b);
  assert.match(a, /#i1 \.t\{color:#ff0000\}/);
  assert.equal(emit(a), a);
});

test('a name whose only use is left out goes with it', () => {
  for (const text of [
    '<link rel="start" href="#T"><p id="T">x',
    '<foo href="#T"><p id="T">x',
    '<style>p{color:#abc}</style><p id="abc">x',
    '<style>.a{behavior:x}</style><p class="a">x',
  ])
    assert.doesNotMatch(emit(text), /id=|class=/, text);
  // Ids that are left are numbered as if the others had never been there.
  const page = emit('<link href="#T"><p id="T">x</p><p id="U">y <a href="#U">z</a>');
  assert.match(page, /<p>x<\/p>\n<p id="i1">/);
  assert.equal(emit(page), page);
});

test('an empty id names nothing', () => {
  for (const text of ['<p id="">a</p>', '<p id>a</p><a href="#">top</a>', '<td headers="" id="">a'])
    assert.doesNotMatch(emit(text), /id=/);
  assert.equal(emit('<p id="">a</p>'), emit('<p>a</p>'));
  for (const text of ['<p id>a</p><a href="#">top</a>', '<td headers="" id="">a'])
    assert.equal(emit(emit(text)), emit(text));
});

test('active content and links to outside are dropped and reported', () => {
  const text =
    '<p onclick="x()">a<script>alert(1)</script><a href="https://example.org">link</a><img src="data:image/png;base64,AA" alt="plot"><iframe src="x"></iframe>' +
    '<a href="javascript:x">j</a><form action="http://example.org"><input></form><svg><script>x</script></svg><b style="background:url(http://example.org)">b</b>';
  const parsed = parse(text);
  assert.ok(parsed.ok);
  const page = new TextDecoder().decode(emitPage(parsed.value.root));
  assert.doesNotMatch(page, /script|example|javascript|data:|iframe|form|onclick/);
  assert.match(page, /linkplot/);
  assert.ok(parsed.value.notes.length >= 5);
});

test('text that looks like markup stays text', () => {
  const page = emit('<td><0.001</td><p>a < b &lt;script&gt;alert(1)&lt;/script&gt;');
  assert.match(page, /&lt;0\.001/);
  assert.match(page, /&lt;script&gt;/);
  assert.equal(emit(page), page);
});

test('implied ends', () => {
  assert.match(emit('<ul><li>a<li>b</ul>'), /<li>a<\/li>\n<li>b<\/li>/);
  assert.match(
    emit('<table><tr><td>1<td>2<tr><td>3</table>'),
    /<td>1<\/td>\n<td>2<\/td>\n<\/tr>\n<tr>\n<td>3/,
  );
  assert.match(emit('<p>a<p>b'), /<p>a<\/p>\n<p>b<\/p>/);
});

test('preformatted text keeps its blanks', () => {
  const page = emit('<pre>\n\n a\n  b </pre><p> c\n d </p>');
  assert.match(page, /<pre>\n\n a\n {2}b <\/pre>/);
  assert.match(page, /<p>c d<\/p>/);
  assert.equal(emit(page), page);
});

test('hostile pages end in a refusal or a page, in linear time', () => {
  assert.equal(emit('<div>'.repeat(1_000_000)), 'MARKUP_TOO_DEEP');
  assert.match(emit('<'.repeat(500_000)), /^<!DOCTYPE/);
  assert.match(emit('</a>'.repeat(300_000)), /^<!DOCTYPE/);
  assert.equal(emit(`<a ${'b '.repeat(10)}`), 'MARKUP_SYNTAX_INVALID');
  assert.match(emit(`<p>${'<!--'.repeat(300_000)}`), /^<!DOCTYPE/);
  assert.match(emit('<script>'.repeat(200_000)), /^<!DOCTYPE/);
  assert.equal(
    emit(`<p ${Array.from({ length: 5000 }, (_, i) => `a${String(i)}`).join(' ')}>`),
    'MARKUP_TOO_MANY',
  );
});
