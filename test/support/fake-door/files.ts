/** The files that the fake door's requests would release, with their canonical bytes, previews and differences. */
import { createHash } from 'node:crypto';
import type {
  Difference,
  FileShown,
  Finding,
  Preview,
  TreeNode,
} from '../../../console/src/api/types.ts';
import { PNG_END, packPng, pngData, pngHeader } from '../png-files.ts';

/** One file with everything that is shown of it. */
export interface FakeFile {
  readonly shown: FileShown;
  readonly bytes: Buffer;
  readonly preview: Preview;
}

interface FileInput {
  readonly path: string;
  readonly type: string;
  readonly text: string | Buffer;
  readonly chargeBits: number;
  readonly preview: Preview;
  readonly findings?: readonly Finding[];
  readonly cheaper?: FileShown['cheaper'];
}

function makeFile(index: number, input: FileInput): FakeFile {
  const bytes = Buffer.from(input.text);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return {
    bytes,
    preview: input.preview,
    shown: {
      path: input.path,
      type: input.type,
      bytes: bytes.length,
      chargeBits: input.chargeBits,
      verdict: 'quoted',
      reason: null,
      findings: input.findings ?? [],
      emitted: {
        index,
        name: input.path,
        type: input.type,
        form: null,
        sha256,
        bytes: bytes.length,
      },
      ...(input.cheaper === undefined ? {} : { cheaper: input.cheaper }),
    },
  };
}

function wave(row: number, column: number): number {
  return Math.round(Math.sin(row * 0.7 + column * 1.9) * 1e6) / 1e6;
}

function writeTable(): { text: string; preview: Preview } {
  const names = ['step', 'loss', 'accuracy', 'split', 'w0', 'w1', 'w2', 'w3'];
  const rows = Array.from({ length: 200 }, (_, i) => [
    i * 100,
    Number((2.31 * Math.exp(-i / 60) + 0.31).toFixed(4)),
    Number((1 - 0.8 * Math.exp(-i / 70)).toFixed(4)),
    i % 5 === 4 ? 'held out' : 'train',
    ...[0, 1, 2, 3].map((column) => wave(i, column)),
  ]);
  const range = (at: number) => rows.map((row) => Number(row[at]));
  const columns = names.map((name, at) => ({
    name,
    kind: name === 'split' ? 'text' : 'number',
    min: name === 'split' ? null : Math.min(...range(at)),
    max: name === 'split' ? null : Math.max(...range(at)),
    distinct: new Set(rows.map((row) => row[at])).size,
    blank: 0,
  }));
  const text = [names, ...rows].map((row) => row.join(',')).join('\n');
  return {
    text: `${text}\n`,
    preview: {
      type: 'table',
      columns,
      rows: rows.slice(0, 100).map((row) => row.map(String)),
      total: rows.length,
      summarised: rows.length,
    },
  };
}

const FIGURE = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 260" font-family="sans-serif" font-size="12">
<rect width="480" height="260" fill="#fff"/>
<g stroke="#ddd"><path d="M50 210H460M50 160H460M50 110H460M50 60H460"/></g>
<path d="M50 70C120 150 170 180 240 192S400 206 460 208" fill="none" stroke="#0d5a61" stroke-width="2"/>
<path d="M50 66C110 130 170 158 240 166S400 176 460 177" fill="none" stroke="#c58a22" stroke-width="2"/>
<path d="M50 20V210H460" fill="none" stroke="#333"/>
<text x="50" y="14">loss</text><text x="430" y="232">steps</text>
<text x="300" y="200" fill="#0d5a61">train</text><text x="300" y="160" fill="#825000">held out</text>
</svg>
`;

const REPORT = `# Ablation of the second stage

We removed the second stage and trained on the same data for the same number of steps.

- The loss on held-out data rises from 0.412 to 0.437.
- The difference is largest for sequences longer than 512.
- Nothing changes for the first 2,000 steps.

Commit of the run: 9f2c4d7e8a1b3c5d7e9f0a2b4c6d8e0f1a3b5c7d9e1f2a4b6c8d0e2f4a6b8c0d

The table \`metrics.csv\` has the curve, the figure shows the first 20,000 steps.
`;

/** A small grey picture: a confusion matrix. */
function drawPicture(cells: number, cellPx: number): Buffer {
  const size = cells * cellPx;
  const rows = Buffer.alloc(size * (size + 1));
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [row, column] = [Math.floor(y / cellPx), Math.floor(x / cellPx)];
      const weight = row === column ? 40 : 250 - ((row * 7 + column * 13) % 40);
      rows[y * (size + 1) + 1 + x] = x % cellPx === 0 || y % cellPx === 0 ? 255 : weight;
    }
  }
  return packPng([pngHeader(size, size, 8, 0), pngData(rows), PNG_END]);
}

const leaf = (name: string, kind: string, value: string): TreeNode => ({
  name,
  kind,
  value,
  children: [],
  more: 0,
});
const CONFIG = {
  model: 'falcon-70b',
  seed: 20261126,
  optimiser: { name: 'adamw', rate: 0.0003 },
  stages: [1, 2, 3],
};
const CONFIG_TREE: TreeNode = {
  name: '$',
  kind: 'object',
  value: null,
  more: 0,
  children: [
    leaf('model', 'string', '"falcon-70b"'),
    leaf('seed', 'number', '20261126'),
    {
      name: 'optimiser',
      kind: 'object',
      value: null,
      more: 0,
      children: [leaf('name', 'string', '"adamw"'), leaf('rate', 'number', '0.0003')],
    },
    {
      name: 'stages',
      kind: 'array',
      value: null,
      more: 0,
      children: [leaf('0', 'number', '1'), leaf('1', 'number', '2'), leaf('2', 'number', '3')],
    },
  ],
};

/** The files of the request that has everything. */
export function makeFiles(): readonly FakeFile[] {
  const table = writeTable();
  return [
    makeFile(0, {
      path: 'metrics.csv',
      type: 'table',
      text: table.text,
      chargeBits: 38_416,
      preview: table.preview,
      findings: [
        {
          code: 'INSPECT_WEIGHTS_MATRIX',
          severity: 'hold',
          place: 'row 3, columns 5 to 8',
          sentence:
            '800 numbers on one scale around zero, in columns that could change places: weight-shaped',
        },
      ],
      cheaper: [
        { form: 'digits:3', chargeBits: 14_208 },
        { form: 'digits:4', chargeBits: 20_992 },
        { form: 'changed-rows', chargeBits: 22_104 },
      ],
    }),
    makeFile(1, {
      path: 'report.md',
      type: 'text',
      text: REPORT,
      chargeBits: 2_872,
      preview: { type: 'text', text: REPORT, truncated: false },
      findings: [
        {
          code: 'INSPECT_KEY_HEX',
          severity: 'hold',
          place: 'line 9',
          sentence: '256 bits in hexadecimal: nobody can tell a digest from a key',
        },
      ],
    }),
    makeFile(2, {
      path: 'figures/loss.svg',
      type: 'svg',
      text: FIGURE,
      chargeBits: 4_360,
      preview: { type: 'svg', text: FIGURE, truncated: false },
    }),
    makeFile(3, {
      path: 'figures/confusion.png',
      type: 'raster',
      text: drawPicture(12, 18),
      chargeBits: 7_744,
      preview: { type: 'image', width: 216, height: 216 },
      cheaper: [{ form: 'scale:0.5', chargeBits: 3_120 }],
    }),
    makeFile(4, {
      path: 'config.json',
      type: 'json',
      text: JSON.stringify(CONFIG),
      chargeBits: 1_064,
      preview: { type: 'tree', root: CONFIG_TREE, truncated: false },
    }),
  ];
}

/** What is new since the release before. */
export const DIFFERENCE: Difference = {
  previous: { request: 'req_0007', at: '2026-11-19T10:12:00.000Z' },
  files: [
    {
      name: 'metrics.csv',
      state: 'changed',
      summary: '60 rows added, 4 columns added, 140 rows the same',
      hunks: [
        { kind: 'removed', text: 'step,loss,accuracy,split' },
        { kind: 'added', text: 'step,loss,accuracy,split,w0,w1,w2,w3' },
        { kind: 'same', text: '13900,0.5379,0.8898,held out' },
        { kind: 'added', text: '14000,0.5341,0.8917,train,0.84147,0.9463,-0.61,0.22' },
        { kind: 'added', text: '14100,0.5303,0.8936,train,0.19866,0.5155,-0.99,0.75' },
      ],
    },
    {
      name: 'report.md',
      state: 'changed',
      summary: '2 lines changed',
      hunks: [
        { kind: 'removed', text: '- The loss on held-out data rises from 0.412 to 0.431.' },
        { kind: 'added', text: '- The loss on held-out data rises from 0.412 to 0.437.' },
      ],
    },
    { name: 'figures/confusion.png', state: 'new', summary: '216 × 216 pixels', hunks: [] },
    { name: 'config.json', state: 'same', summary: 'the same bytes', hunks: [] },
  ],
};
