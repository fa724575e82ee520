/** Streams of opcodes that mostly load and mostly call something, by ways that no serialiser takes. Seeded. */
import { joinCode } from './pickle-code.ts';

/** A generator of numbers below a bound. */
export type Random = (below: number) => number;

/** Numbers from a seed. */
export function seedRandom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const little = (value: number, width: number): Buffer => {
  const out = Buffer.alloc(8);
  out.writeUInt32LE(value);
  return out.subarray(0, width);
};

const MODULES: readonly (readonly [string, string])[] = [
  ['uuid', 'UUID'],
  ['collections', 'OrderedDict'],
  ['builtins', 'list'],
  ['builtins', 'dict'],
  ['types', 'SimpleNamespace'],
];

const VALUES: readonly string[] = [
  ...['N', 'K\x01', '\x88', 'I5\n', 'I01\n', 'L5L\n', 'F1.5\n', "S'a'\n", 'Vx\n', ']', '}', ')'],
  ...['(t', '(l', '(d', '\x8f', '(\x91', 'G\0\0\0\0\0\0\0\0', '\x8a\x01\x05', 'C\x01a', 'U\x01a'],
  ...['(K\x01K\x02t', 'K\x01\x85', 'M\x01\0', '(0N', '((1N', '((N1K\x02', 'I0x1\n', 'N20'],
  ...[
    'I\n',
    'I-\n',
    'I1\0z\n',
    'I0b1\n',
    'L0xfL\n',
    'L 7\n',
    'F1_0\n',
    'F-inf\n',
    'F nan\n',
    'F1e5\n',
  ],
  ...['](K\x01e', '}(K\x01Nu', '](K\x01K\x02e', 'J\0\0\0\x2e', 'I 7 \n', '\x8b\x01\0\0\0\x07'],
];

class Writer {
  readonly #random: Random;
  readonly #parts: (string | Uint8Array)[] = [];
  /** Entries of the memo that hold a value of no interest. */
  readonly #memo: number[] = [];
  #size = new Set<number>();

  constructor(random: Random) {
    this.#random = random;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.#random(items.length)]!;
  }

  one(of: number): boolean {
    return this.#random(of) === 0;
  }

  add(...parts: readonly (string | Uint8Array)[]): void {
    this.#parts.push(...parts);
  }

  finish(): Buffer {
    return joinCode(...this.#parts, '.');
  }

  /** A number on a line, spelled oddly. */
  line(value: number): string {
    const ways = [
      () => String(value),
      () => '0'.repeat(this.pick([1, 5, 80])) + String(value),
      () => ' '.repeat(this.pick([1, 3, 90])) + String(value),
      () => `${String(value)}${this.pick([' ', '\t', '\v', '\f', '\r'])}`,
      () => `+${String(value)}`,
      () => `${String(value)}\0${this.pick(['', 'z', '9'])}`,
      () => `0_${String(value)}`,
      () => (value === 0 ? '-0' : String(value)),
    ];
    return this.pick(this.one(2) ? ways.slice(0, 1) : ways)();
  }

  /** Stores what is on top and gives the number of the entry. */
  put(): number {
    const index = this.pick([0, 1, 2, 3, 4, 5, 6, 7, 9, 30, 200]);
    const way = this.#random(4);
    const at = way === 0 ? this.#size.size : index;
    this.add(
      ...[['\x94'], ['q', little(index, 1)], ['r', little(index, 4)], [`p${this.line(index)}\n`]][
        way
      ]!,
    );
    this.#size.add(at);
    return at;
  }

  get(index: number): void {
    const way = this.#random(3);
    if (way === 0 && index < 256) this.add('h', little(index, 1));
    else if (way === 1) this.add('j', little(index, 4));
    else this.add(`g${this.line(index)}\n`);
  }

  name(module: string, name: string): void {
    const short = (value: string): Buffer => joinCode('\x8c', little(value.length, 1), value);
    switch (this.#random(6)) {
      case 0: {
        this.add(`c${module}\n${name}\n`);
        return;
      }
      case 1: {
        this.add(`V${module}\nV${name}\n\x93`);
        return;
      }
      case 2: {
        this.add('X', little(module.length, 4), module, short(name), '\x93');
        return;
      }
      case 3: {
        this.add(short(module), '\x94', short(name), '\x94\x93');
        return;
      }
      case 4: {
        this.add(`S'${module}'\n`);
        const at = this.put();
        this.add('0');
        this.get(at);
        this.add(`S"${name}"\n\x93`);
        return;
      }
      default: {
        this.add(short(module), short(name), '\x93');
        return;
      }
    }
  }

  value(): void {
    if (this.one(4)) this.name(...this.pick(MODULES));
    else this.add(this.pick(VALUES));
    if (this.one(12)) this.add('\x85');
  }

  /** Something that leaves the stack as it was, and the memo perhaps not. */
  noise(): void {
    switch (this.#random(9)) {
      case 0:
      case 1:
      case 2:
        this.value();
        this.#memo.push(this.put());
        {
          this.add('0');
          return;
        }
      case 3:
        this.value();
        {
          this.add('200');
          return;
        }
      case 4:
        this.value();
        {
          this.add('(10');
          return;
        }
      case 5:
        this.add('(');
        this.value();
        {
          this.add('1');
          return;
        }
      case 6:
        if (this.#memo.length === 0) return;
        this.get(this.pick(this.#memo));
        if (this.one(2)) this.#memo.push(this.put());
        {
          this.add('0');
          return;
        }
      case 7: {
        this.frame();
        return;
      }
      default: {
        this.add(this.pick(['(0', 'N0', '\x80\x04', '((00', "S'\\x61'\n0"]));
        return;
      }
    }
  }

  /** A frame around nothing, around a value, or over the next opcodes. */
  frame(): void {
    const length = this.pick([0, 2, 2, 7]);
    this.add('\x95', little(length, 8), length === 2 ? 'N0' : '');
  }
}

/** Ways to call something; what is called is on the stack when they begin. */
const CALLS: readonly ((writer: Writer) => void)[] = [
  (writer) => {
    writer.add('K\x01\x85R');
  },
  (writer) => {
    writer.add(')R');
  },
  (writer) => {
    writer.add('20)R');
  },
  (writer) => {
    writer.add('2)R0');
  },
  (writer) => {
    const at = writer.put();
    writer.add('0');
    writer.noise();
    writer.get(at);
    writer.noise();
    writer.add(')R');
  },
  (writer) => {
    const at = writer.put();
    writer.add('0(');
    writer.get(at);
    writer.add('K\x01o');
  },
  (writer) => {
    writer.add('](K\x01eR');
  },
  (writer) => {
    const at = writer.put();
    writer.add('0');
    writer.name('functools', 'partial');
    writer.get(at);
    writer.add('\x85R');
    writer.add(')R');
  },
  (writer) => {
    const at = writer.put();
    writer.add('0');
    writer.name('builtins', writer.pick(['list', 'set', 'tuple']));
    writer.name('builtins', 'iter');
    writer.get(at);
    writer.add('K\0\x86R\x85R');
  },
  (writer) => {
    const at = writer.put();
    writer.add('0');
    writer.name('collections', 'OrderedDict');
    writer.add(")R}S'__setstate__'\n");
    writer.get(at);
    writer.add('sbNb');
  },
  (writer) => {
    const at = writer.put();
    writer.add('0');
    writer.name('types', 'SimpleNamespace');
    writer.add(")\x81}S'append'\n");
    writer.get(at);
    writer.add('sbNa');
  },
  (writer) => {
    const at = writer.put();
    writer.add('0');
    writer.name('builtins', 'dict');
    writer.name('collections', 'ChainMap');
    writer.name('collections', 'defaultdict');
    writer.get(at);
    writer.add('\x85R}(K\x01Nu\x86R\x85R');
  },
];

/** What is called; it only counts. */
const CALLED: readonly (readonly [string, string])[] = [
  ['os', 'system'],
  ['os', 'system'],
  ['subprocess', 'Popen'],
];

/** One stream. */
export function writeStream(random: Random): Buffer {
  const writer = new Writer(random);
  writer.add(writer.pick(['', '', '\x80\x02', '\x80\x04', '\x80\x05']));
  for (let i = random(6); i > 0; i--) writer.noise();
  if (writer.one(8)) {
    writer.add('(K\x01ios\nsystem\n');
  } else {
    writer.name(...writer.pick(CALLED));
    writer.pick(CALLS)(writer);
  }
  for (let i = random(3); i > 0; i--) writer.noise();
  return mangle(writer.finish(), random);
}

/** Some streams are damaged, so that readers end early or read something else. */
function mangle(stream: Buffer, random: Random): Buffer {
  if (random(5) > 0) return stream;
  const at = random(stream.length);
  const byte = Buffer.from([random(256)]);
  switch (random(4)) {
    case 0:
      return Buffer.concat([stream.subarray(0, at), byte, stream.subarray(at)]);
    case 1:
      return Buffer.concat([stream.subarray(0, at), stream.subarray(at + 1)]);
    case 2:
      return stream.subarray(0, at);
    default:
      return Buffer.concat([stream.subarray(0, at), byte, stream.subarray(at + 1)]);
  }
}
