/** What a safe form has otherwise than the file is shown, and decides nothing but where readers differ. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from 'jpeg-js';
import * as code from '../../test/support/pickle-code.ts';
import { greyPixel } from '../../test/support/png-files.ts';
import { leastThreadMs } from '../../test/support/thread-time.ts';
import { memorySource } from '../formats/index.ts';
import { judgeScan } from './decoded.ts';
import { scanSource } from './scan.ts';

function scan(name: string, bytes: string | Uint8Array) {
  const { findings, forms } = scanSource(name, memorySource(Buffer.from(bytes)));
  const told = findings.filter((each) => each.code === 'SCAN_CONTENT_CHANGED');
  for (const { severity } of told) assert.equal(severity, 'info');
  return {
    verdict: judgeScan(findings),
    codes: findings.map((each) => `${each.severity} ${each.code}`),
    told: told.map(({ sentence }) => sentence).join(),
    form: String(Buffer.concat([...(forms[0]?.pieces() ?? [])])),
  };
}

test('numbers that a table or JSON spells otherwise are counted, and the first is shown', () => {
  const table = scan('a.csv', 'a,b\n1.10,x\n2,y\n3.50,z\n');
  assert.equal(table.form, 'a,b\n1.1,x\n2,y\n3.5,z\n');
  assert.equal(table.verdict, 'clean');
  assert.match(table.told, /2 numbers spelled anew \(`1\.10` became `1\.1`\)/);
  const json = scan('a.json', '{"a": [1.0, 2, 1e3]}');
  assert.match(json.told, /2 numbers spelled anew \(`1\.0` became `1`\)/);
  assert.match(scan('a.jsonl', '{"a":1}\n{"a":1.50}\n').told, /one number .*`1\.50` became `1\.5`/);
  // A column of equal decimals keeps them; so does text.
  for (const [name, text] of [
    ['a.csv', 'a,b\n1.10,x\n2.00,y\n'],
    ['a.csv', 'version,b\n1.10,x\n1.10.2,y\n'],
    ['a.json', '{"a": "1.10", "b": 1.5}'],
    ['a.txt', '1.10 and 1.0\n'],
  ] as const)
    assert.deepEqual(scan(name, text).codes, [], text);
});

test('a name that is given two values is for a person, one that is given a value twice is shown', () => {
  for (const [name, text] of [
    ['a.json', '{"a":1,"a":2}'],
    ['a.json', '{"x":[{"a":[1],"b":2,"a":[1,1]}]}'],
    ['a.jsonl', '{"a":1}\n{"a":"x","\\u0061":"y"}\n'],
  ] as const) {
    const { verdict, codes } = scan(name, text);
    assert.deepEqual([verdict, codes], ['inconclusive', ['hold SCAN_KEYS_TWICE']], text);
  }
  const same = scan('a.json', '{"a":{"b":[1,null]},"a":{"b":[1, null]}}');
  assert.equal(same.verdict, 'clean');
  assert.match(same.told, /kept once/);
});

test('names given twice at every depth are compared in time that grows with the file', () => {
  const time = (depths: number): number => {
    let text = '[1,2,3]';
    for (let depth = 0; depth < depths; depth++) text = `{"a":${text},"a":${text}}`;
    return leastThreadMs(() => {
      assert.equal(scan('a.json', text).verdict, 'clean');
    });
  };
  // Each depth doubles the text; comparing it anew at every depth would take 8 x 15 / 12 times as long at least.
  const [small, large] = [time(12), time(15)];
  assert.ok(large < 8 * 3 * small, `${String(small)} ms, then ${String(large)} ms`);
});

test('what a page and a document lose is shown', () => {
  const page = scan(
    'a.html',
    '<style>p{position:fixed}</style><p onclick="x()">a<script>b</script><!-- c -->',
  );
  assert.equal(page.verdict, 'clean');
  for (const what of [/`script` elements dropped/, /event attributes dropped/, /comments dropped/])
    assert.match(page.told, what);
  assert.match(scan('a.xml', '<a><!-- b --><b/></a>').told, /comments dropped/);
});

test('what a picture says beside its pixels is left out and shown', () => {
  assert.deepEqual(scan('a.png', greyPixel(8)).codes, []);
  const { verdict, told } = scan(
    'a.png',
    greyPixel(8, [
      ['tEXt', Buffer.from('Author\0somebody')],
      ['iTXt', Buffer.from('more')],
      ['eXIf', Buffer.alloc(9)],
      ['iCCP', Buffer.alloc(7)],
      ['prVt', Buffer.alloc(3)],
    ]),
  );
  assert.equal(verdict, 'clean');
  assert.match(
    told,
    /left out: texts \(19 bytes\), camera data \(Exif\) \(9 bytes\), a colour profile \(7 bytes\), chunk `prVt` \(3 bytes\)/,
  );
  assert.match(scan('a.png', greyPixel(16)).told, /16 bits a sample rounded to 8/);
  const plain = encode({ width: 8, height: 8, data: Buffer.alloc(256, 99) }, 90).data;
  assert.deepEqual(scan('a.jpg', plain).codes, []);
  const segment = (mark: number, text: string): Buffer =>
    Buffer.concat([Buffer.from([0xff, mark, 0, text.length + 2]), Buffer.from(text, 'latin1')]);
  const photo = Buffer.concat([
    ...[plain.subarray(0, 2), segment(0xe1, 'Exif\0\0MM'), segment(0xfe, 'by me')],
    ...[segment(0xe5, 'any'), plain.subarray(2)],
  ]);
  const read = scan('a.jpg', photo);
  assert.equal(read.verdict, 'clean');
  assert.match(
    read.told,
    /left out: camera data \(Exif\) \(8 bytes\), a comment \(5 bytes\), segment APP5 \(3 bytes\)/,
  );
});

test('bytes behind a picture are for a person, and a pickle that runs code is named', () => {
  const shell = code.pickle(code.call('os', 'system', 'id'));
  const photo = encode({ width: 8, height: 8, data: Buffer.alloc(256, 99) }, 90).data;
  for (const [name, bytes] of [
    ['a.png', greyPixel(8)],
    ['a.jpg', photo],
  ] as const) {
    assert.equal(scan(name, Buffer.concat([bytes, Buffer.from('hello')])).verdict, 'inconclusive');
    assert.equal(scan(name, Buffer.concat([bytes, shell])).verdict, 'malicious');
  }
});
