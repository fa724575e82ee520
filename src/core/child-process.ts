/** One child: started inside its walls, given one job at a time, killed when it oversteps a limit. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { setPriority } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Json } from './canonical-json.ts';
import { frameMessage, MessageReader } from './child-messages.ts';
import { readChildUsage } from './child-usage.ts';
import type { ChildWalls } from './child-walls.ts';
import { limitChildData } from './child-walls.ts';
import { coreErrors } from './core-errors.ts';
import type { Refusal } from './errors.ts';

/** What one job may use. */
export interface ChildLimits {
  readonly wallMs: number;
  readonly cpuMs: number;
  /** All messages of the job together. */
  readonly outputBytes: number;
}

/** The answer of a job: a value that is not to be trusted, or why there is none. */
export type ChildResult = { readonly ok: true; readonly value: Json } | Refusal;

/** How children of a pool are started. */
export interface ChildSpec {
  /** The module that calls `serveJobs`. */
  readonly module: URL;
  /** Memory beyond what a fresh child has. */
  readonly memoryMiB: number;
  /** Paths that children may read besides the program itself. */
  readonly readable: readonly string[];
  readonly writable: readonly string[];
  /** 0 to 19: how far the children stand back from everything else that runs. */
  readonly niceness: number;
}

/** Starting takes a second or two of processor time; a host that is busy may need long to give it. */
const READY_MS = 120_000;
const SAMPLE_MS = 50;
const START_OUTPUT_BYTES = 4_096;
const OUT_OF_MEMORY =
  /out of memory|allocation failed|Invalid array buffer length|bad_alloc|cannot allocate memory/i;
const STDERR_KEPT = 4_096;
const MIB = 1024 * 1024;
/** A fresh Node process is resident with about this much before it does anything. */
const FRESH_RESIDENT_MIB = 96;
const ROOT = path.resolve(fileURLToPath(import.meta.url), '../../..');
/** The program, and where its dependencies are when it is installed as a dependency itself. */
const PROGRAM =
  path.basename(path.dirname(ROOT)) === 'node_modules' ? [path.dirname(ROOT)] : [ROOT];

interface Running {
  readonly limits: ChildLimits;
  readonly onProgress: ((value: Json) => void) | undefined;
  readonly settle: (result: ChildResult) => void;
  readonly wallTimer: NodeJS.Timeout;
  sampleTimer: NodeJS.Timeout | undefined;
  startCpuMs: number;
}

function nodeArguments(spec: ChildSpec): string[] {
  const readable = [...PROGRAM, ...spec.readable, ...spec.writable];
  return [
    `--max-old-space-size=${String(spec.memoryMiB)}`,
    '--permission',
    ...readable.map((dir) => `--allow-fs-read=${dir}`),
    ...spec.writable.map((dir) => `--allow-fs-write=${dir}`),
    '--disallow-code-generation-from-strings',
    '--no-warnings',
    fileURLToPath(spec.module),
  ];
}

/** Before it has started any thread of its own, which would keep the priority of before. */
function standBack(pid: number | undefined, niceness: number): void {
  if (pid === undefined || niceness === 0) return;
  try {
    setPriority(pid, niceness);
  } catch {
    // It has ended already, or the host does not let us; then it only is less polite.
  }
}

/** A running child process. */
export class Child {
  readonly ready: Promise<boolean>;
  jobsDone = 0;
  #dead = false;
  #wasReady = false;
  /** Killed, but the host has not said so yet. */
  #doomed = false;
  #stderr = '';
  /** Whether the engine, or the library below it, said that it got no more memory. */
  #saidMemory = false;
  #running: Running | undefined;
  readonly #process: ChildProcess;
  readonly #channel: Socket;
  readonly #reader = new MessageReader(START_OUTPUT_BYTES);
  readonly #spec: ChildSpec;
  readonly #onExit: () => void;
  #markReady: (ok: boolean) => void = () => undefined;

  constructor(spec: ChildSpec, walls: ChildWalls, onExit: () => void) {
    this.#spec = spec;
    this.#onExit = onExit;
    const [file = process.execPath, ...rest] = [
      ...walls.prefix,
      process.execPath,
      ...nodeArguments(spec),
    ];
    // The environment is empty on purpose: it may hold secrets, and locale or time zone must not change a result.
    this.#process = spawn(file, rest, {
      env: { TZ: 'UTC', LANG: 'C' },
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    });
    this.#channel = this.#process.stdio[3] as Socket;
    standBack(this.#process.pid, spec.niceness);
    this.ready = new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.kill();
      }, READY_MS);
      this.#markReady = (ok) => {
        clearTimeout(timer);
        resolve(ok);
      };
    });
    this.#process.stderr?.on('data', (chunk: Buffer) => {
      const said = this.#stderr + chunk.toString('utf8');
      // A trace of the engine's stack follows and may be longer than what is kept.
      this.#saidMemory ||= OUT_OF_MEMORY.test(said);
      this.#stderr = said.slice(-STDERR_KEPT);
    });
    this.#channel.on('data', (chunk: Buffer) => {
      this.#read(chunk, walls);
    });
    this.#channel.on('error', () => {
      this.kill();
    });
    this.#process.on('error', () => {
      this.#exited(null, null);
    });
    this.#process.on('close', (code, signal) => {
      this.#exited(code, signal);
    });
  }

  /** The process id, for tests that kill it. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  get alive(): boolean {
    return !this.#dead && !this.#doomed;
  }

  /** Whether it has ever been ready. */
  get started(): boolean {
    return this.alive && this.#wasReady;
  }

  get busy(): boolean {
    return this.#running !== undefined;
  }

  /** The end of what the child wrote to its standard error, for the log only. */
  get lastWords(): string {
    return this.#stderr;
  }

  /** Runs one job. Never rejects. */
  run(
    job: Json,
    limits: ChildLimits,
    onProgress: ((value: Json) => void) | undefined,
  ): Promise<ChildResult> {
    return new Promise((settle) => {
      const wallTimer = setTimeout(() => {
        this.#stop(coreErrors.refuse('CHILD_WALL_EXCEEDED', { limitMs: limits.wallMs }));
      }, limits.wallMs);
      const running: Running = {
        limits,
        onProgress,
        settle,
        wallTimer,
        sampleTimer: undefined,
        startCpuMs: -1,
      };
      this.#running = running;
      this.#reader.allow(limits.outputBytes);
      this.#sample(running);
      this.#channel.write(frameMessage({ job }));
    });
  }

  /** Ends the child at once. */
  kill(): void {
    this.#doomed = true;
    this.#process.kill('SIGKILL');
  }

  #read(chunk: Buffer, walls: ChildWalls): void {
    const read = this.#reader.push(chunk);
    if (read === 'too-long') {
      const limitBytes = this.#running?.limits.outputBytes ?? START_OUTPUT_BYTES;
      this.#stop(coreErrors.refuse('CHILD_OUTPUT_EXCEEDED', { limitBytes }));
      return;
    }
    if (read === 'malformed') {
      this.#stop(coreErrors.refuse('CHILD_ANSWER_INVALID', { why: 'not JSON' }));
      return;
    }
    for (const message of read.messages) this.#take(message, walls);
  }

  #take(message: unknown, walls: ChildWalls): void {
    const record = typeof message === 'object' && message !== null ? message : {};
    if (this.#running === undefined) {
      if ('ready' in record) void this.#started(walls);
      else this.kill();
      return;
    }
    if ('progress' in record) {
      this.#running.onProgress?.(record.progress as Json);
    } else if ('value' in record) {
      this.#finish({ ok: true, value: record.value as Json });
    } else if ('fault' in record && typeof record.fault === 'string') {
      this.#finish(this.#explain(record.fault, 'CHILD_FAILED'));
    } else {
      this.#stop(coreErrors.refuse('CHILD_ANSWER_INVALID', { why: 'an unknown message' }));
    }
  }

  /** Data pages are limited only now, because V8 reserves many while it starts. */
  async #started(walls: ChildWalls): Promise<void> {
    const pid = this.#process.pid;
    if (walls.memory && pid !== undefined) {
      const usage = await readChildUsage(pid);
      if (usage !== null) await limitChildData(pid, usage.dataBytes + this.#spec.memoryMiB * MIB);
    }
    this.#wasReady = true;
    this.#markReady(this.alive);
  }

  #sample(running: Running): void {
    const pid = this.#process.pid;
    if (pid === undefined) return;
    void readChildUsage(pid).then((usage) => {
      if (usage === null || this.#running !== running) return;
      if (running.startCpuMs < 0) running.startCpuMs = usage.cpuMs;
      const { cpuMs } = running.limits;
      const limitMiB = this.#spec.memoryMiB;
      if (usage.cpuMs - running.startCpuMs > cpuMs) {
        this.#stop(coreErrors.refuse('CHILD_CPU_EXCEEDED', { limitMs: cpuMs }));
      } else if (usage.residentBytes > (limitMiB + FRESH_RESIDENT_MIB) * MIB) {
        this.#stop(coreErrors.refuse('CHILD_MEMORY_EXCEEDED', { limitMiB }));
      } else {
        running.sampleTimer = setTimeout(() => {
          this.#sample(running);
        }, SAMPLE_MS);
      }
    });
  }

  #explain(text: string, otherwise: 'CHILD_FAILED' | 'CHILD_KILLED'): Refusal {
    return OUT_OF_MEMORY.test(text)
      ? coreErrors.refuse('CHILD_MEMORY_EXCEEDED', { limitMiB: this.#spec.memoryMiB })
      : coreErrors.refuse(otherwise, { why: text });
  }

  #stop(result: Refusal): void {
    this.kill();
    this.#finish(result);
  }

  #finish(result: ChildResult): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    this.jobsDone++;
    clearTimeout(running.wallTimer);
    clearTimeout(running.sampleTimer);
    running.settle(result);
  }

  #exited(code: number | null, signal: string | null): void {
    if (this.#dead) return;
    this.#dead = true;
    const why = signal === null ? `it exited with status ${String(code)}` : `signal ${signal}`;
    this.#finish(this.#explain(this.#saidMemory ? 'out of memory' : why, 'CHILD_KILLED'));
    this.#markReady(false);
    this.#onExit();
  }
}
