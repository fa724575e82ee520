/** Decodes frames in a child process with limits, so that a hostile frame can stop a child and nothing else. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BodyLimits, ContentType } from '../wire/index.ts';
import { outerErrors } from './errors.ts';

/** What a decoder child is given. */
export interface DecodeJob {
  readonly framePath: string;
  /** The emitted files of the history that the frame names, oldest first. */
  readonly history: readonly { name: string; type: ContentType; path: string }[];
  /** Where file *i* is written as `i`. */
  readonly outDir: string;
  readonly limits: BodyLimits;
}

/** One emitted file. */
export interface DecodedFile {
  readonly name: string;
  readonly type: ContentType;
  readonly form?: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** The emitted files, or the code of the decoder's typed error. Both are functions of frame and history. */
export type DecodeResult =
  | { readonly ok: true; readonly files: readonly DecodedFile[] }
  | { readonly ok: false; readonly code: string };

/** Runs decode jobs one after the other. */
export interface Decoder {
  /** Throws `OUTER_DECODER_FAILED` when the child crashed or ran out of time or memory: that says nothing final. */
  decode(job: DecodeJob): Promise<DecodeResult>;
  close(): void;
}

/** Limits of one decoder child. */
export interface DecoderLimits {
  readonly heapMiB: number;
  readonly wallMs: number;
}

const CHILD = fileURLToPath(
  new URL(`./decode-child${path.extname(import.meta.url)}`, import.meta.url),
);

/** A decoder that keeps one child warm, because starting one costs more than most frames. */
export class ChildDecoder implements Decoder {
  readonly #limits: DecoderLimits;
  #child: ChildProcess | undefined;
  #closed = false;

  constructor(limits: DecoderLimits = { heapMiB: 1_024, wallMs: 900_000 }) {
    this.#limits = limits;
  }

  /** Starts the child now, so that the first frame does not wait for it. */
  warm(): void {
    if (!this.#closed) this.#child ??= this.#start();
  }

  #start(): ChildProcess {
    const child = fork(CHILD, [], {
      env: {},
      execArgv: [`--max-old-space-size=${String(this.#limits.heapMiB)}`],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const forget = (): void => {
      if (this.#child === child) this.#child = undefined;
    };
    child.once('exit', forget);
    child.on('error', forget);
    return child;
  }

  async decode(job: DecodeJob): Promise<DecodeResult> {
    const child = (this.#child ??= this.#start());
    return await new Promise<DecodeResult>((resolve, reject) => {
      const fail = (reason: string): void => {
        settle();
        child.kill('SIGKILL');
        if (this.#child === child) this.#child = undefined;
        reject(outerErrors.error('DECODER_FAILED', { reason }));
      };
      const onMessage = (result: unknown): void => {
        settle();
        resolve(result as DecodeResult);
      };
      const onExit = (code: number | null, signal: string | null): void => {
        fail(`it ended with ${signal ?? `status ${String(code)}`}`);
      };
      const timer = setTimeout(() => {
        fail(`it took longer than ${String(this.#limits.wallMs)} ms`);
      }, this.#limits.wallMs);
      const settle = (): void => {
        clearTimeout(timer);
        child.off('message', onMessage).off('exit', onExit);
      };
      child.once('message', onMessage).once('exit', onExit);
      child.send(job, (error) => {
        if (error !== null) fail('it does not take jobs');
      });
    });
  }

  close(): void {
    this.#closed = true;
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }
}
