/**
 * `sallyport scan` on much: 20,000 small files, and one file of JSON lines at three sizes up to 4 GB. Memory is the most that the
 * command and its processes were resident with together, looked at ten times a second.
 */
import { spawn } from 'node:child_process';
import {
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { BenchTable } from './table.ts';

const FILES = 20_000;
const MB = 1_000_000;
const SIZES = [40 * MB, 400 * MB, 4_000 * MB];
const SAMPLE_MS = 100;
const PAGE_KB = 4;

/** Resident pages of a process and all that it started. */
function residentOf(root: number): number {
  const parents = new Map<number, number>();
  const resident = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      parents.set(Number(entry), Number(stat[1]));
      resident.set(Number(entry), Number(stat[21]));
    } catch {
      // It has ended.
    }
  }
  const isOurs = (pid: number): boolean => {
    for (let at = pid; at > 1; at = parents.get(at) ?? 0) if (at === root) return true;
    return false;
  };
  return [...resident].reduce((sum, [pid, pages]) => sum + (isOurs(pid) ? pages : 0), 0);
}

interface Run {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMb: number;
  readonly clean: number;
  readonly results: number;
}

const TICKS_PER_SECOND = 100;

/** Processor time of all processes that this one has waited for, and theirs. */
function cpuOfChildren(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(stat[13]) + Number(stat[14])) / TICKS_PER_SECOND;
}

async function scan(path: string, out: string): Promise<Run> {
  const started = performance.now();
  const cpuBefore = cpuOfChildren();
  const program = resolve('bin', 'sallyport.js');
  const child = spawn(process.execPath, [program, 'scan', path, '--json', '--out', out], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, residentOf(child.pid ?? 0));
  }, SAMPLE_MS);
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString('utf8');
  });
  await once(child, 'close');
  clearInterval(timer);
  const lines = printed.trimEnd().split('\n');
  return {
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: cpuOfChildren() - cpuBefore,
    peakMb: (peak * PAGE_KB * 1024) / MB,
    clean: lines.filter((line) => line.includes('"verdict":"clean"')).length,
    results: lines.length,
  };
}

function writeSmall(dir: string): number {
  let bytes = 0;
  for (let i = 0; i < FILES; i++) {
    const folder = join(dir, String(i % 100));
    mkdirSync(folder, { recursive: true });
    const rows = Array.from(
      { length: 20 },
      (_, r) => `${String(r)},${String(i * r)}.5,name ${String(i)}`,
    );
    const text = i % 2 === 0 ? `id,value,name\n${rows.join('\n')}\n` : JSON.stringify({ rows });
    bytes += text.length;
    writeFileSync(join(folder, `${String(i)}.${i % 2 === 0 ? 'csv' : 'json'}`), text);
  }
  return bytes;
}

async function writeLines(path: string, bytes: number): Promise<void> {
  const stream = createWriteStream(path);
  let written = 0;
  for (let i = 0; written < bytes; i++) {
    let block = '';
    for (let r = 0; r < 4000; r++) {
      const words = `message ${String(i)} of ${String(r)} about the weather of the day`;
      block += `{"id":${String(i * 4000 + r)},"label":"ham","score":0.${String((r * 7919) % 1000)}1,"text":"${words}"}\n`;
    }
    written += block.length;
    if (!stream.write(block)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
}

function row(what: string, bytes: number, run: Run): string[] {
  const mb = bytes / MB;
  const cells = [
    ...[what, mb.toFixed(0), run.seconds.toFixed(0), run.cpuSeconds.toFixed(0)],
    ...[(mb / run.cpuSeconds).toFixed(1), (run.results / run.cpuSeconds).toFixed(1)],
    ...[run.peakMb.toFixed(0), `${String(run.clean)} of ${String(run.results)}`],
  ];
  process.stderr.write(`${cells.join(' | ')}\n`);
  return cells;
}

/** Runs the scans, or with `SALLYPORT_BENCH_LARGE` those of `files` or of `lines` alone; needs twice the largest file on disk. */
export async function benchLarge(): Promise<BenchTable> {
  const wanted = process.env['SALLYPORT_BENCH_LARGE'];
  const rows: string[][] = [];
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-bench-large-'));
  try {
    const small = join(dir, 'small');
    if (wanted !== 'lines') {
      const bytes = writeSmall(small);
      rows.push(row('20,000 small files', bytes, await scan(small, join(dir, 'small-out'))));
    }
    for (const size of wanted === 'files' ? [] : SIZES) {
      const file = join(dir, 'rows.jsonl');
      const out = join(dir, `out-${String(size)}`);
      await writeLines(file, size);
      rows.push(row('one file of JSON lines', size, await scan(file, out)));
      rmSync(out, { recursive: true });
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  return {
    title: 'Scanning much',
    note: '`sallyport scan --out`, with the safe forms written. Memory of the command and its scan processes together.',
    columns: [
      ...['what', 'MB', 's', 'processor s', 'MB per processor s', 'files per processor s'],
      ...['most memory, MB', 'clean'],
    ],
    rows,
  };
}
