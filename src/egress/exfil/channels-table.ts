/** Channels in tables: digits, order, quoting, spelling, white space. */
import {
  fromBits,
  groups,
  servedText,
  submit,
  textFile,
  toBits,
  type Channel,
  type Served,
} from './channel.ts';

const ROWS = 64;
const HEADER = 'name,count,score';

function row(i: number): string {
  return `item${i},${100 + ((i * 37) % 83)},0.5`;
}

function lines(served: readonly Served[]): string[] {
  return servedText(served, 't.csv').split(/\r\n|\n|\r/);
}

/** A channel that spells each row in one of two ways which mean the same. */
function spelling(
  name: string,
  spell: (i: number, bit: number) => string,
  read: (line: string) => number,
): Channel {
  return {
    name,
    expected: 'removed',
    payloadBits: ROWS,
    embed: (payload) => [
      submit(
        textFile('t.csv', `${[HEADER, ...payload.map((bit, i) => spell(i, bit))].join('\n')}\n`),
      ),
    ],
    extract: (served) =>
      lines(served)
        .slice(1, ROWS + 1)
        .map((line) => read(line)),
  };
}

const cellDigits: Channel = {
  name: 'table-cell-digits',
  expected: 'charged',
  payloadBits: ROWS * 30,
  embed: (payload) => [
    submit(
      textFile(
        't.csv',
        `name,value\n${groups(payload, 30)
          .map((bits, i) => `item${i},${1_000_000_000 + fromBits(bits)}`)
          .join('\n')}\n`,
      ),
    ),
  ],
  extract: (served) =>
    lines(served)
      .slice(1, ROWS + 1)
      .flatMap((line) => toBits(Number(line.split(',')[1] ?? 1e9) - 1_000_000_000, 30)),
};

const rowOrder: Channel = {
  name: 'table-row-order',
  expected: 'charged',
  payloadBits: ROWS / 2,
  embed: (payload) => {
    const rows = payload.flatMap((bit, i) => {
      const pair = [row(2 * i), row(2 * i + 1)];
      return bit === 1 ? pair.reverse() : pair;
    });
    return [submit(textFile('t.csv', `${[HEADER, ...rows].join('\n')}\n`))];
  },
  extract: (served) => {
    const names = lines(served)
      .slice(1)
      .map((line) => line.split(',')[0]);
    return Array.from({ length: ROWS / 2 }, (_, i) =>
      names.indexOf(`item${2 * i}`) > names.indexOf(`item${2 * i + 1}`) ? 1 : 0,
    );
  },
};

const COLUMNS = 64;
const columnOrder: Channel = {
  name: 'table-column-order',
  expected: 'charged',
  payloadBits: COLUMNS / 2,
  embed: (payload) => {
    const order = payload.flatMap((bit, i) =>
      bit === 1 ? [2 * i + 1, 2 * i] : [2 * i, 2 * i + 1],
    );
    const table = [
      order.map((c) => `col${c}`),
      ...Array.from({ length: 6 }, (_, r) => order.map((c) => String((c * 7 + r * 3) % 50))),
    ];
    return [submit(textFile('t.csv', `${table.map((cells) => cells.join(',')).join('\n')}\n`))];
  },
  extract: (served) => {
    const names = (lines(served)[0] ?? '').split(',');
    return Array.from({ length: COLUMNS / 2 }, (_, i) =>
      names.indexOf(`col${2 * i}`) > names.indexOf(`col${2 * i + 1}`) ? 1 : 0,
    );
  },
};

const lineEnds: Channel = {
  name: 'table-line-ends',
  expected: 'removed',
  payloadBits: ROWS,
  embed: (payload) => [
    submit(
      textFile(
        't.csv',
        `${HEADER}\n${payload.map((bit, i) => row(i) + (bit === 1 ? '\r\n' : '\n')).join('')}`,
      ),
    ),
  ],
  extract: (served) => {
    const text = servedText(served, 't.csv').split('\n').slice(1);
    return Array.from({ length: ROWS }, (_, i) => (text[i]?.endsWith('\r') === true ? 1 : 0));
  },
};

/** Every channel in tables. */
export const TABLE_CHANNELS: readonly Channel[] = [
  cellDigits,
  rowOrder,
  columnOrder,
  spelling(
    'table-quoting',
    (i, bit) => (bit === 1 ? `"item${i}",${row(i).split(',').slice(1).join(',')}` : row(i)),
    (line) => (line.startsWith('"') ? 1 : 0),
  ),
  spelling(
    'table-number-spelling',
    (i, bit) => row(i).replace(/0\.5$/, bit === 1 ? '5e-1' : '0.5'),
    (line) => (line.endsWith('0.5') ? 0 : 1),
  ),
  spelling(
    'table-number-plus-sign',
    (i, bit) => row(i).replace(/,(\d+),/, bit === 1 ? ',+$1,' : ',$1,'),
    (line) => (line.includes('+') ? 1 : 0),
  ),
  lineEnds,
];
