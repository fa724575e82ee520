/** Writes a small parquet file: one row group, plain pages, enough of Thrift's compact protocol for its headers. */

type Field = readonly [
  id: number,
  type: 'i32' | 'i64' | 'text' | 'list' | 'struct',
  value: unknown,
];
const TYPE_CODES = { i32: 5, i64: 6, text: 8, list: 9, struct: 12 } as const;

function varint(value: number): number[] {
  const out: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...out, rest];
    out.push((rest % 128) + 128);
  }
}

const zigzag = (value: number): number[] => varint(value < 0 ? -2 * value - 1 : 2 * value);
const bytesOf = (text: string): number[] => [...Buffer.from(text, 'utf8')];

function writeValue(type: Field[1], value: unknown): number[] {
  switch (type) {
    case 'i32':
    case 'i64':
      return zigzag(value as number);
    case 'text':
      return [...varint(bytesOf(value as string).length), ...bytesOf(value as string)];
    case 'struct':
      return writeStruct(value as readonly Field[]);
    case 'list': {
      const [items, values] = value as readonly [Field[1], readonly unknown[]];
      const head = (values.length << 4) | TYPE_CODES[items];
      return [head, ...values.flatMap((each) => writeValue(items, each))];
    }
  }
}

function writeStruct(fields: readonly Field[]): number[] {
  const out: number[] = [];
  let last = 0;
  for (const [id, type, value] of fields) {
    out.push(((id - last) << 4) | TYPE_CODES[type], ...writeValue(type, value));
    last = id;
  }
  return [...out, 0];
}

/** One required column of plain values. */
interface Column {
  readonly name: string;
  /** Number of the physical type: 1 INT32, 5 DOUBLE, 6 BYTE_ARRAY. */
  readonly type: number;
  readonly converted?: number;
  readonly data: Buffer;
}

const texts = (values: readonly (string | Buffer)[]): Buffer =>
  Buffer.concat(
    values.map((value) => {
      const head = Buffer.alloc(4);
      const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
      head.writeUInt32LE(bytes.length);
      return Buffer.concat([head, bytes]);
    }),
  );

/** A file of rows of a number, a decimal of two digits, a real number and a text, or the bytes that are given for it. */
export function makeParquet(rows = 3, cells: readonly (string | Buffer)[] = []): Buffer {
  const numbers = Array.from({ length: rows }, (_, i) => i);
  const columns: readonly Column[] = [
    { name: 'id', type: 1, data: Buffer.from(Int32Array.from(numbers).buffer) },
    {
      name: 'price',
      type: 1,
      converted: 5,
      data: Buffer.from(Int32Array.from(numbers, (i) => i * 5 - 5).buffer),
    },
    { name: 'score', type: 5, data: Buffer.from(Float64Array.from(numbers, (i) => i / 4).buffer) },
    {
      name: 'name',
      type: 6,
      converted: 0,
      data: texts(numbers.map((i) => cells[i] ?? `row ${String(i)}`)),
    },
  ];
  const parts: Buffer[] = [Buffer.from('PAR1', 'latin1')];
  const chunks: (readonly Field[])[] = [];
  let at = 4;
  for (const { name, type, data } of columns) {
    const header = Buffer.from(
      writeStruct([
        [1, 'i32', 0],
        [2, 'i32', data.length],
        [3, 'i32', data.length],
        [
          5,
          'struct',
          [
            [1, 'i32', rows],
            [2, 'i32', 0],
            [3, 'i32', 3],
            [4, 'i32', 3],
          ],
        ],
      ]),
    );
    const size = header.length + data.length;
    const meta: readonly Field[] = [
      ...([
        [1, 'i32', type],
        [2, 'list', ['i32', [0]]],
        [3, 'list', ['text', [name]]],
      ] as const),
      ...([
        [4, 'i32', 0],
        [5, 'i64', rows],
        [6, 'i64', size],
        [7, 'i64', size],
        [9, 'i64', at],
      ] as const),
    ];
    chunks.push([
      [2, 'i64', at],
      [3, 'struct', meta],
    ]);
    parts.push(header, data);
    at += size;
  }
  const schema: (readonly Field[])[] = [
    [
      [4, 'text', 'schema'],
      [5, 'i32', columns.length],
    ],
    ...columns.map(({ name, type, converted }): readonly Field[] => [
      ...([
        [1, 'i32', type],
        [3, 'i32', 0],
        [4, 'text', name],
      ] as const),
      ...(converted === undefined ? [] : ([[6, 'i32', converted]] as const)),
      ...(converted === 5
        ? ([
            [7, 'i32', 2],
            [8, 'i32', 9],
          ] as const)
        : []),
    ]),
  ];
  const footer = Buffer.from(
    writeStruct([
      ...([
        [1, 'i32', 1],
        [2, 'list', ['struct', schema]],
        [3, 'i64', rows],
      ] as const),
      [
        4,
        'list',
        [
          'struct',
          [
            [
              [1, 'list', ['struct', chunks]],
              [2, 'i64', at],
              [3, 'i64', rows],
            ],
          ],
        ],
      ],
    ]),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return Buffer.concat([...parts, footer, length, Buffer.from('PAR1', 'latin1')]);
}
