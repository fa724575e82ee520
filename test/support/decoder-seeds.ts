/** Small sound inputs of every decoder of the way in, for mutations. Nothing is from a corpus. */
import { deflateSync, gzipSync } from 'node:zlib';
import { writeSafetensors } from '../../src/formats/index.ts';
import { CODEC_SAMPLES } from './codec-samples.ts';
import { makeGguf } from './gguf-files.ts';
import { makeParquet } from './parquet-files.ts';
import * as code from './pickle-code.ts';
import { makeZip } from './zip-files.ts';

const { call, joinCode, name, pickle, text } = code;
const utf8 = (value: string): Buffer => Buffer.from(value, 'utf8');
const floats = (...values: number[]): Buffer => Buffer.from(Float32Array.from(values).buffer);

const ARRAY = joinCode(
  ...[
    name('numpy._core.multiarray', '_reconstruct'),
    name('numpy', 'ndarray'),
    'K\0\x85C\x01b\x87R',
  ],
  ...['(K\x01K\x02\x85', name('numpy', 'dtype'), text('f4'), '\x89\x88\x87R'],
  ...[
    '(K\x03',
    text('<'),
    'NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb',
    '\x89C\x08',
    floats(1, 2),
    'tb',
  ],
);

const PICKLES = [
  pickle('}(', text('a'), '](K\x01K\x02e', text('b'), 'G\x3f\xf0\0\0\0\0\0\0', 'u'),
  pickle(ARRAY),
  pickle(call('a.b', 'c', 'x')),
  pickle(name('collections', 'OrderedDict'), ')R', text('k'), '\x8c\x01v\x94s', 'h\0\x86'),
  joinCode('\x80\x04', code.frame(4, ']\x94(N'), 'e.'),
  joinCode("(lp0\nVa\np1\naS'b'\np2\naI01\naF1.5\naL7L\na."),
  joinCode('(iapp\nModel\np0\n(dp1\nVx\nI1\nsb.'),
];

function npy(descr: string, shape: string, data: Uint8Array): Buffer {
  const header =
    `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117) + '\n';
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\0\x76\0', 'latin1'), utf8(header), data]);
}

const NPY = npy('<f4', '(2,)', floats(1, 2));

function legacy(): Buffer {
  const tensor = pickle('}(', text('w'), code.tensorCode(2, [2], [1]), 'u');
  const magic = joinCode('\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.');
  const system = pickle('}(', text('little_endian'), '\x88u');
  const count = Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]);
  return Buffer.concat([
    magic,
    pickle('M\xe9\x03'),
    system,
    tensor,
    pickle('](', text('0'), 'e'),
    count,
    floats(1, 2),
  ]);
}

function tar(): Buffer {
  const header = Buffer.alloc(512);
  header.write('a.csv', 'latin1');
  header.write('0000644\0', 100, 'latin1');
  header.write('00000000010\0', 124, 'latin1');
  header.write('        ', 148, 'latin1');
  header.write('0ustar\0' + '00', 156, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  const data = Buffer.alloc(512);
  data.write('a,b\n1,2\n');
  return Buffer.concat([header, data, Buffer.alloc(1024)]);
}

const TENSORS = [
  { name: 'a', type: 'F32', shape: [2], bytes: 8, pieces: () => [floats(1, 2)] },
  { name: 'b', type: 'U8', shape: [4, 1], bytes: 4, pieces: () => [new Uint8Array(4)] },
];
const TEMPLATE =
  "{% for m in messages %}{% if m['role'] == 'user' %}{{ bos_token + m.content | trim }}{% endif %}{% endfor %}";

/** Seeds by decoder: the name under which they are scanned, and the inputs. */
export const DECODER_SEEDS: Readonly<
  Record<string, readonly [file: string, seeds: readonly Uint8Array[]]>
> = {
  pickle: ['x.pkl', PICKLES],
  'torch-zip': [
    'x.pt',
    [
      makeZip(
        code.torchMembers(pickle('}(', text('w'), code.tensorCode(2, [2], [1]), 'u'), floats(1, 2)),
      ),
    ],
  ],
  'torch-legacy': ['x.bin', [legacy()]],
  npy: [
    'x.npy',
    [
      NPY,
      npy('<U2', '(2,)', Buffer.alloc(16, 'a\0\0\0', 'latin1')),
      npy('|O', '(1,)', PICKLES[0] ?? NPY),
    ],
  ],
  npz: [
    'x.npz',
    [
      makeZip([
        ['a.npy', NPY],
        ['b.npy', NPY],
      ]),
    ],
  ],
  safetensors: [
    'x.safetensors',
    [Buffer.concat([...writeSafetensors(TENSORS, new Map([['format', 'pt']]))])],
  ],
  gguf: ['x.gguf', [makeGguf(), makeGguf({ template: TEMPLATE })]],
  parquet: ['x.parquet', [makeParquet()]],
  zip: [
    'x.zip',
    [
      makeZip([
        ['a.csv', utf8('a,b\n1,2\n')],
        ['d/b.txt', utf8('text\n')],
      ]),
    ],
  ],
  tar: ['x.tar', [tar()]],
  wrapped: ['x.gz', [gzipSync(utf8('a,b\n1,2\n')), deflateSync(PICKLES[0] ?? NPY)]],
  template: [
    'chat_template.jinja',
    [utf8(TEMPLATE), utf8("{%- set ns = namespace(a=1) -%}{{ raise_exception('x') }}")],
  ],
  plain: ['x', CODEC_SAMPLES.map(({ bytes }) => bytes).filter((bytes) => bytes.length < 4096)],
};
