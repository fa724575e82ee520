import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leastThreadMs } from '../../test/support/thread-time.ts';
import { emitMarkup, parseMarkup } from './xml.ts';

const SVG = 'xmlns="http://www.w3.org/2000/svg"';
const parse = (text: string): ReturnType<typeof parseMarkup> =>
  parseMarkup(new TextEncoder().encode(text));
const emit = (text: string): string => {
  const parsed = parse(text);
  return parsed.ok ? new TextDecoder().decode(emitMarkup(parsed.value.root)) : parsed.code;
};
const draw = (inside: string): string => emit(`<svg ${SVG}>${inside}</svg>`);

test('attribute order, quotes, blanks, number and colour spelling leave no trace', () => {
  const plain = draw(
    '<rect x="1.5" y="0" width="10" height="5" style="fill:#ff0000;stroke:none"/>',
  );
  for (const other of [
    "<rect style='stroke: none; fill: RED;' height='5.00' width='10px' y='-0.00' x='+1.50'/>",
    '<rect  x="01.5"\n y="0"\twidth="1e1" height="5." style="fill:rgb(255,0,0) ; stroke:none"></rect><!-- x -->',
    '<rect style="stroke:blue;stroke:none;fill:#F00" x="1.5" y="0" width="10" height="5"/> \n ',
  ]) {
    assert.equal(draw(other), plain);
  }
});

test('ids are named in order, references follow, unused ones vanish', () => {
  const a = draw(
    '<defs><clipPath id="cpQUJD"><path d="M0,0 10-5"/></clipPath></defs><g id="x" clip-path="url(#cpQUJD)"/>',
  );
  const b = draw(
    "<defs><clipPath id='other'><path d='M 0 0 L10,-5'/></clipPath></defs><g clip-path='url( \"#other\" )' />",
  );
  assert.equal(a, b);
  assert.match(a, /id="i1"/);
  assert.doesNotMatch(a, /cpQUJD|"x"/);
});

test('a name whose only use is left out goes with it', () => {
  for (const inside of [
    '<style>.a{fill:#abc}</style><g id="abc" class="a"/>',
    '<g data-x="url(#b)" onclick="url(#b)"/><g id="b"/>',
    '<metadata><a href="#b"/></metadata><g id="b"/>',
    '<a href="#b"><rect/></a><g id="b"/>',
    '<g style="fill:url(#b);fill:red"/><g id="b"/>',
    '<style>@font-face{src:url(#b)}</style><g id="b"/>',
  ]) {
    const drawing = draw(inside);
    assert.doesNotMatch(drawing, /id=/, inside);
    assert.equal(emit(drawing), drawing, inside);
  }
});

test('paths, points and transforms have one spelling', () => {
  assert.match(draw('<path d="m1,2 3,4 5,6zM.5.5h1V-2"/>'), / d="m1 2l3 4l5 6ZM0.5 0.5h1V-2"/);
  assert.match(draw('<polyline points=" 1.00,2 3 4.50 "/>'), /points="1,2 3,4.5"/);
  assert.match(
    draw('<g transform=" translate( 1 , 2.50 )rotate(-90)"/>'),
    /transform="translate\(1,2.5\) rotate\(-90\)"/,
  );
});

test('active and foreign content is refused, and nothing points outside', () => {
  const refused: readonly [string, string][] = [
    ['<script>alert(1)</script>', 'MARKUP_SCRIPT_PRESENT'],
    ['<foreignObject/>', 'MARKUP_SCRIPT_PRESENT'],
    ['<animate attributeName="x"/>', 'MARKUP_SCRIPT_PRESENT'],
    ['<use href="http://example.org/x.svg#a"/>', 'MARKUP_REFERENCE_EXTERNAL'],
    ['<image href="data:image/png;base64,AAAA"/>', 'MARKUP_IMAGE_EMBEDDED'],
    ['<rect fill="url(http://example.org/#a)"/>', 'MARKUP_REFERENCE_EXTERNAL'],
    ['<text>a\u200bb</text>', 'MARKUP_CHARACTER_HIDDEN'],
    ['<unknown/>', 'MARKUP_ELEMENT_UNKNOWN'],
    ['<rect x="abc()"/>', 'MARKUP_VALUE_INVALID'],
  ];
  for (const [inside, code] of refused) assert.equal(draw(inside), code, inside);
  const kept = draw(
    '<style>@import url(http://example.org/a.css);rect{fill:red;background:url(http://example.org/b)}</style>' +
      '<rect onclick="x()" style="fill:url(javascript:x)" x="1"/><metadata><date>now</date></metadata><a href="http://example.org"><text>t</text></a>',
  );
  assert.doesNotMatch(kept, /example|javascript|onclick|now/);
  assert.match(kept, /<text>t<\/text>/);
});

test('entities, document types and malformed documents', () => {
  assert.equal(emit('<!DOCTYPE lolz [<!ENTITY a "ha">]><lolz>&a;</lolz>'), 'MARKUP_DOCTYPE_ACTIVE');
  assert.equal(emit('<a>&foo;</a>'), 'MARKUP_ENTITY_UNKNOWN');
  for (const text of [
    '',
    'x',
    '<a>',
    '<a></b>',
    '<a b></a>',
    '<a b="1" b="2"/>',
    '<a/><b/>',
    '<a b="<"/>',
    '<a>&#0;</a>',
    '<a',
    '<a b="',
  ]) {
    assert.equal(emit(text), 'MARKUP_SYNTAX_INVALID', text);
  }
  const dtd =
    '<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">';
  assert.equal(emit(`${dtd}<svg ${SVG}/>`), emit(`<svg ${SVG}/>`));
});

test('other XML keeps its elements and texts', () => {
  const plain = emit('<a b="1" c="2">\n  <d>x &amp; y</d>\n</a>');
  assert.equal(emit("<a c='2' b='1'><d><![CDATA[x & y]]></d><!-- no --></a>"), plain);
  assert.equal(emit(plain), plain);
  assert.equal(emit('<a><b xmlns="http://www.w3.org/1999/xhtml"/></a>'), 'MARKUP_NAMESPACE_ACTIVE');
});

test('hostile documents end in a refusal in linear time', () => {
  assert.equal(emit('<a>'.repeat(1_000_000)), 'MARKUP_TOO_DEEP');
  const attributes = Array.from({ length: 100_000 }, (_, i) => `a${String(i)}="1"`).join(' ');
  assert.equal(emit(`<a ${attributes}/>`), 'MARKUP_TOO_MANY');
  assert.equal(emit(`<a>${'<!--'.repeat(200_000)}</a>`), 'MARKUP_SYNTAX_INVALID');
  assert.equal(emit(`<a>${'&'.repeat(1_000_000)}</a>`), 'MARKUP_SYNTAX_INVALID');
  const time = (n: number): number => {
    const text = `<svg ${SVG}>${'<rect x="1" style="fill:red;stroke:url(#a)"/><path d="M0,0 1,1"/>'.repeat(n)}<style>${'a{b:c}'.repeat(n)}</style></svg>`;
    return leastThreadMs(() => {
      assert.ok(parse(text).ok);
    });
  };
  assert.ok(time(8000) < time(1000) * 8 * 4);
});
