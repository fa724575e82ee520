/** Headers of npy as NumPy's own reader takes them: beside it where it is installed. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { memorySource } from './byte-source.ts';
import { readNpyHeader } from './npy.ts';

function npy(header: string, major = 1, data = 48): Buffer {
  const text = Buffer.from(header, 'latin1');
  const length = Buffer.alloc(major === 1 ? 2 : 4);
  if (major === 1) length.writeUInt16LE(text.length);
  else length.writeUInt32LE(text.length);
  const mark = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, major, 0]);
  return Buffer.concat([mark, length, text, Buffer.alloc(data)]);
}

const WRITTEN = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }    \n";

const TAKEN: readonly (readonly [string, number?])[] = [
  [WRITTEN],
  [WRITTEN, 2],
  [WRITTEN, 3],
  ["{'shape': (2, 3), 'fortran_order': True, 'descr': '<f8'}"],
  ['{"descr": "<f8", "fortran_order": False, "shape": (2,3)}\n'],
  [`{'descr':"<f8",\n'fortran_order':\tFalse ,'shape':( 2 , 3 , ),}`],
  ["  {'descr': '<f8', 'fortran_order': False, 'shape': (6,)}"],
  ["{'descr': '>i2', 'fortran_order': False, 'shape': (24,), }"],
  ["{'descr': '|u1', 'fortran_order': False, 'shape': (48,), }"],
  ["{'descr': '<f8', 'fortran_order': False, 'shape': (0, 5), }"],
  ["{'descr': '<f8', 'fortran_order': False, 'shape': (2L, 3L), }"],
];

const REFUSED: readonly (readonly [string, number?])[] = [
  ["{'descr': '<f8', 'fortran_order': False, 'shape': (2L, 3L), }", 3],
  ["{'descr': '<f8', 'fortran_order': False, 'shape': (6), }"],
  ["{'descr': '<f8', 'fortran_order': False, 'shape': [2, 3], }"],
  ["{'descr': '<f8', 'fortran_order': False, 'shape': (02, 3), }"],
  ["{'descr': '<f8', 'fortran_order': False, 'shape': (-2, -3), }"],
  ["{'descr': '<f8', 'fortran_order': False, 'shape': (2., 3), }"],
  ["{'descr': '<f8', 'fortran_order': False, 'shape': (2,, 3), }"],
  ["{'descr': '<f8', 'fortran_order': 0, 'shape': (2, 3), }"],
  ["{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), 'x': 1}"],
  ["{'descr': '<f8', 'fortran_order': False, }"],
  ["{'descr': '<f8', 'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}"],
  ["{'descr': '<' 'f8', 'fortran_order': False, 'shape': (2, 3), }"],
  ["{'descr': '\\x3cf8', 'fortran_order': False, 'shape': (2, 3), }"],
  ["{'descr': '<f8', 'fortran_order': False, 'shape': (1+1, 3), }"],
  ["{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), } # x"],
  ["{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }; x"],
  ["{'descr': '<f8' 'fortran_order': False, 'shape': (2, 3), }"],
  ["{,'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }"],
  ["{'descr': '<f8', 'fortran_order': False, 'shape': (2,\xa03), }"],
  ["\n{'descr': '<f8', 'fortran_order': __import__('os').system('id'), 'shape': (2, 3)}"],
  [`{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }${' '.repeat(10_000)}`],
  [WRITTEN, 4],
];

const read = ([header, major = 1]: readonly [string, number?]) =>
  readNpyHeader(memorySource(npy(header, major)));

test('a header is taken in each spelling, with its order', () => {
  for (const each of TAKEN) assert.ok(read(each).ok, each[0]);
  const turned = read(TAKEN[3]!);
  assert.ok(turned.ok);
  const { descr, fortran, shape } = turned.value;
  assert.deepEqual([descr, fortran, shape], ['<f8', true, [2, 3]]);
});

test('everything else is refused', () => {
  for (const each of REFUSED) assert.equal(read(each).ok, false, each[0]);
});

const hasNumpy = spawnSync('python3', ['-c', 'import numpy']).status === 0;

test('what is taken here NumPy takes too', { skip: !hasNumpy }, () => {
  const script = `
import base64, io, json, sys, warnings
import numpy
warnings.simplefilter('ignore')
out = []
for line in sys.stdin:
    try:
        array = numpy.load(io.BytesIO(base64.b64decode(line)))
        out.append([list(array.shape), bool(array.flags.f_contiguous and not array.flags.c_contiguous)])
    except Exception as error:
        out.append(None)
print(json.dumps(out))`;
  const input = TAKEN.map(([header, major]) => `${npy(header, major).toString('base64')}\n`).join(
    '',
  );
  const { stdout } = spawnSync('python3', ['-c', script], { input, encoding: 'utf8' });
  const theirs = JSON.parse(stdout) as (readonly [number[], boolean] | null)[];
  const ours = TAKEN.map((each) => {
    const header = read(each);
    return header.ok ? [header.value.shape, header.value.fortran] : null;
  });
  assert.deepEqual(theirs, ours);
});
