/** Runs a command on one core and sees what it and its children use, from /proc. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { once } from 'node:events';

const MS_PER_TICK = 10;
const SAMPLE_MS = 50;
const TASKSET = '/usr/bin/taskset';

/** What a command printed and used. */
export interface Measured {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** User and system time of all its processes. */
  readonly cpuSeconds: number;
  /** The highest resident memory that any one of its processes reached. */
  readonly peakMiB: number;
}

interface Process {
  readonly parent: number;
  readonly cpuMs: number;
  readonly peakMiB: number;
}

function readProcess(pid: number): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'));
    return {
      parent: Number(fields[1]),
      cpuMs: (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK,
      peakMiB: Number(peak?.[1] ?? 0) / 1024,
    };
  } catch {
    return undefined;
  }
}

/** All descendants of a process that live now. */
function readFamily(root: number): Map<number, Process> {
  const all = new Map<number, Process>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const found = readProcess(Number(name));
    if (found !== undefined) all.set(Number(name), found);
  }
  const family = new Map<number, Process>();
  const visit = (pid: number): void => {
    const found = all.get(pid);
    if (found === undefined) return;
    family.set(pid, found);
    for (const [child, { parent }] of all) if (parent === pid) visit(child);
  };
  visit(root);
  return family;
}

/** Runs a command on the first core, where the host can pin it, and samples it until it ends. */
export async function measure(
  command: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Measured> {
  const pin = existsSync(TASKSET) ? [TASKSET, '-c', '0'] : [];
  const [program = '', ...args] = [...pin, ...command];
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const seen = new Map<number, Process>();
  const timer = setInterval(() => {
    // A process that has ended but was not reaped yet has its times, and no memory any more.
    for (const [pid, used] of readFamily(child.pid ?? 0)) {
      const peakMiB = Math.max(used.peakMiB, seen.get(pid)?.peakMiB ?? 0);
      seen.set(pid, { ...used, peakMiB });
    }
  }, SAMPLE_MS);
  const [status] = (await once(child, 'close')) as [number | null];
  clearInterval(timer);
  let cpuMs = 0;
  let peakMiB = 0;
  for (const used of seen.values()) {
    cpuMs += used.cpuMs;
    peakMiB = Math.max(peakMiB, used.peakMiB);
  }
  return { status: status ?? -1, stdout, stderr, cpuSeconds: cpuMs / 1000, peakMiB };
}
