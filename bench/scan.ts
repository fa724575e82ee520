/**
 * Speed of the way in on one core: the pickle walk beside picklescan's published method (a loop over Python's
 * `pickletools.genops`) on the same file in the same run, the check of safetensors, and the walk of a ZIP.
 */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  memorySource,
  readPieces,
  readSafetensors,
  walkZip,
  writeSafetensors,
} from '../src/formats/index.ts';
import type { ByteSource } from '../src/formats/index.ts';
import { judgePickle } from '../src/ingress/pickle/judge.ts';
import { interpretPickle } from '../src/ingress/pickle/machine.ts';
import { scanSource } from '../src/ingress/scan.ts';
import { joinCode, pickle, text } from '../test/support/pickle-code.ts';
import { makeZip } from '../test/support/zip-files.ts';
import type { BenchTable } from './table.ts';

const MB = 1_000_000;
const ROUNDS = 3;

/** picklescan's method, without its lists: every opcode, and the strings before STACK_GLOBAL. */
const GENOPS = `
import pickletools, sys, time
data = open(sys.argv[1], 'rb')
started = time.perf_counter()
ops = 0
for op, arg, pos in pickletools.genops(data):
    ops += 1
seconds = time.perf_counter() - started
# The peak of getrusage would count the process that started this one.
peak = next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM'))
print(seconds, ops, peak)
`;

const ODD_NUMBER = Buffer.from('3f8a12c45b9e7d60a1b2c3d4e5f60718', 'hex');
const key = (index: number): Buffer => joinCode('h', Buffer.from([index]));

/** A pickle of rows as \`pickle.dumps\` writes them: keys by memo, values spelled out; \`more\` is at the end of each. */
function makeRows(rows: number, ...more: (string | Uint8Array)[]): Buffer {
  const head = joinCode(
    ']\x94(',
    text('id'),
    '\x94',
    text('name'),
    '\x94',
    text('score'),
    '\x94',
    '1](',
  );
  const row = joinCode(
    '}\x94(',
    key(1),
    'M\x39\x30',
    key(2),
    text('row number 12345'),
    '\x94',
    key(3),
    'G\x3f\xe0\0\0\0\0\0\0',
    ...more,
    'u',
  );
  return pickle(head, Buffer.alloc(row.length * rows, row), 'e');
}

/** A file as the scan's processes read large ones. */
function openFile(path: string): { source: ByteSource; close: () => void } {
  const descriptor = openSync(path, 'r');
  const { size } = fstatSync(descriptor);
  const readInto = (target: Uint8Array, from: number): void => {
    readSync(descriptor, target, 0, target.length, from);
  };
  const read = (from: number, to: number): Uint8Array => {
    const bytes = Buffer.allocUnsafe(to - from);
    readInto(bytes, from);
    return bytes;
  };
  return {
    source: { size, read, readInto },
    close: () => {
      closeSync(descriptor);
    },
  };
}

/** The best of some rounds, in milliseconds. */
function best(work: () => void): number {
  let least = Infinity;
  for (let i = 0; i < ROUNDS; i++) {
    const started = performance.now();
    work();
    least = Math.min(least, performance.now() - started);
  }
  return least;
}

function drain(pieces: Iterable<Uint8Array>): number {
  let total = 0;
  for (const piece of pieces) total += piece.length;
  return total;
}

const rate = (bytes: number, ms: number): string =>
  `${(bytes / MB / (ms / 1000)).toFixed(ms < 1 ? 0 : 1)} MB/s`;

function row(what: string, bytes: number, ms: number, more = ''): string[] {
  return [what, (bytes / MB).toFixed(0), ms.toFixed(ms < 10 ? 2 : 0), rate(bytes, ms), more];
}

function benchPickle(dir: string): string[][] {
  const bytes = makeRows(1_000_000);
  const path = join(dir, 'rows.pkl');
  writeFileSync(path, bytes);
  const { source, close } = openFile(path);
  const before = process.memoryUsage();
  let opcodes = 0;
  const walkMs = best(() => {
    opcodes = judgePickle(source).opcodes;
  });
  const after = process.memoryUsage();
  const grown = (after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers) / MB;
  close();
  const rows = [
    row(
      'pickle: symbolic walk, file read in windows',
      bytes.length,
      walkMs,
      `${(opcodes / 1e6).toFixed(1)} M opcodes, memory grew by ${Math.max(0, grown).toFixed(0)} MB`,
    ),
  ];
  // An identifier and a number of 128 bits: either may spell a pickle, and is decoded to see that it does not.
  const odd = joinCode(
    ...[key(1), text('row_number_12345_of_a_set'), key(2), '\x8a\x10', ODD_NUMBER],
  );
  const spelled = makeRows(200_000, odd);
  rows.push(
    row(
      'pickle: the same with identifiers and long numbers',
      spelled.length,
      best(() => {
        judgePickle(memorySource(spelled));
      }),
    ),
  );
  const small = makeRows(200_000);
  rows.push(
    row(
      'pickle: walk, interpretation and JSON',
      small.length,
      best(() => {
        for (const form of scanSource('x.pkl', memorySource(small)).forms) drain(form.pieces());
      }),
    ),
  );
  rows.push(
    row(
      'pickle: interpretation alone',
      small.length,
      best(() => {
        interpretPickle(memorySource(small));
      }),
    ),
  );
  const python = spawnSync('python3', ['-c', GENOPS, path], { encoding: 'utf8' });
  const [seconds = 0, ops = 0, kib = 0] =
    python.status === 0 ? python.stdout.trim().split(' ').map(Number) : [];
  if (seconds > 0) {
    rows.push(
      row(
        'peer: pickletools.genops (picklescan)',
        bytes.length,
        seconds * 1000,
        `${(ops / 1e6).toFixed(1)} M opcodes, ${(kib / 1000).toFixed(0)} MB resident`,
      ),
    );
    rows.push([
      'ratio of the walk to the peer',
      '',
      '',
      `${((seconds * 1000) / walkMs).toFixed(0)} ×`,
      '',
    ]);
  } else rows.push(['peer: pickletools.genops', '', '', 'Python is not here', '']);
  return rows;
}

function benchSafetensors(): string[][] {
  const data = new Uint8Array(4 * MB);
  const tensors = Array.from({ length: 100 }, (_, i) => ({
    ...{ name: `layer.${String(i)}.weight`, type: 'F32', shape: [1000, 1000], bytes: data.length },
    pieces: () => [data],
  }));
  const file = Buffer.concat([...writeSafetensors(tensors)]);
  const many = Buffer.concat([
    ...writeSafetensors(
      Array.from({ length: 50_000 }, (_, i) => ({
        name: `t${String(i)}`,
        type: 'F32',
        shape: [1],
        bytes: 4,
        pieces: () => [data.subarray(0, 4)],
      })),
    ),
  ]);
  return [
    row(
      'safetensors: check of a file of 100 tensors',
      file.length,
      best(() => {
        readSafetensors(memorySource(file));
      }),
      'every rule; tensors are numbers and need no look',
    ),
    row(
      'safetensors: check and writing anew',
      file.length,
      best(() => {
        for (const form of scanSource('x.safetensors', memorySource(file)).forms)
          drain(form.pieces());
      }),
    ),
    row(
      'safetensors: check of a header of 50,000 tensors',
      many.length,
      best(() => {
        readSafetensors(memorySource(many));
      }),
    ),
  ];
}

function benchZip(): string[][] {
  const data = new Uint8Array(2 * MB).map((_, i) => i % 251);
  const file = makeZip(Array.from({ length: 100 }, (_, i) => [`data/${String(i)}`, data]));
  const walk = (open: boolean) => (): void => {
    const walked = walkZip(memorySource(file), { bytesMax: Infinity });
    if (!walked.ok) throw new Error(walked.message);
    if (!open) return;
    for (const member of walked.value) {
      const opened = member.open();
      if (opened.ok) drain(readPieces(opened.value));
    }
  };
  return [
    row('ZIP: headers of 100 stored members', file.length, best(walk(false))),
    row('ZIP: headers and check values of every byte', file.length, best(walk(true))),
  ];
}

/** The table of the way in. */
export function benchScan(): BenchTable {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  try {
    return {
      title: 'The way in',
      note: `One core, best of ${String(ROUNDS)} rounds; the peer one round. Targets: walk 100 MB/s, safetensors 1,000 MB/s, ZIP 200 MB/s.`,
      columns: ['what', 'MB', 'ms', 'rate', 'and'],
      rows: [...benchPickle(dir), ...benchSafetensors(), ...benchZip()],
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
