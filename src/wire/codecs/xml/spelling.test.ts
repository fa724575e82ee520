import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CODECS, decodeBody, encodeBody } from '../../index.ts';

const EMPTY = { prefix: 0, files: [] };

const name = fc.constantFrom(
  'svg',
  'path',
  'text',
  'style',
  'g',
  'td',
  'polyline',
  'x:svg',
  'item',
);
const key = fc.constantFrom(
  'd',
  'points',
  'x',
  'style',
  'transform',
  'viewBox',
  'class',
  'id',
  'textLength',
  'font-size',
  'fill',
);
const value = fc.oneof(
  fc.constantFrom(
    'M0 0 L10 10.50 C1 2 3 4 5 6Z',
    'M0 0L10 10',
    '1,2 3,4.0',
    '-0',
    '1e5',
    '1,2,3',
    'M1 2Q3 4 5 6z',
    'a: b ; c:d',
    'translate(1 2)rotate( 3)',
    '00.50',
    ';;',
    'M',
    '#FFF',
  ),
  fc.string({ unit: fc.constantFrom(...'MLzc0123.-, ;:()#ae'.split('')), maxLength: 24 }),
);
const element: fc.Arbitrary<string> = fc.letrec<{ node: string }>((tie) => ({
  node: fc
    .tuple(
      name,
      fc.uniqueArray(fc.tuple(key, value), { selector: ([k]) => k, maxLength: 4 }),
      fc.array(fc.oneof({ depthSize: 'small' }, value, tie('node')), { maxLength: 3 }),
    )
    .map(([tag, attributes, children]) => {
      const written = attributes.map(([k, v]) => ` ${k}="${v}"`).join('');
      const space = tag.startsWith('x:') ? ' xmlns:x="urn:y"' : '';
      return `<${tag}${space}${written}>${children.join('')}</${tag}>`;
    }),
})).node;

test('any vocabulary comes back byte for byte, also where it borrows the names of drawings', () => {
  let accepted = 0;
  fc.assert(
    fc.property(element, fc.boolean(), (text, drawing) => {
      const whole = drawing ? `<svg xmlns="http://www.w3.org/2000/svg">${text}</svg>` : text;
      const parsed = CODECS.xml.parse(Buffer.from(whole));
      if (!parsed.ok) return;
      accepted++;
      const emitted = Buffer.from(CODECS.xml.emit(parsed.value));
      const { body } = encodeBody([{ name: 'a.xml', type: 'xml', value: parsed.value }], EMPTY);
      const [decoded] = decodeBody(body, EMPTY);
      assert.equal(Buffer.from(decoded!.bytes).toString(), emitted.toString());
    }),
    { numRuns: 200 },
  );
  assert.ok(accepted > 30, `${accepted} documents were accepted`);
});
