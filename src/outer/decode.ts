/** Decodes frames in a child process with limits, so that a hostile frame can stop a child and nothing else. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { ChildPool } from '../core/index.ts';
import type { Json } from '../core/index.ts';
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
  /** Whether a process that can look at what is emitted does so. */
  readonly look?: boolean;
}

/** One emitted file. */
export interface DecodedFile {
  readonly name: string;
  readonly type: ContentType;
  readonly form?: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Codes of what an inspector holds in it; only of a process that looks. */
  readonly findings?: readonly string[];
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

/** Limits of one job of the decoder. */
export interface DecoderLimits {
  readonly memoryMiB: number;
  readonly wallMs: number;
}

const CHILD = new URL(`./decode-child${path.extname(import.meta.url)}`, import.meta.url);
const DEFAULT_LIMITS: DecoderLimits = { memoryMiB: 1_024, wallMs: 900_000 };
/** A fresh process has to prime its tables, so it serves many jobs. */
const JOBS_PER_CHILD = 1000;
/** Names and digests of the emitted files, not the files themselves. */
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

/** A decoder behind the walls of the child pool: no network, no environment, no files but those of the job. */
export class ChildDecoder implements Decoder {
  readonly #limits: DecoderLimits;
  readonly #pool: ChildPool;

  private constructor(limits: DecoderLimits, pool: ChildPool) {
    this.#limits = limits;
    this.#pool = pool;
  }

  /**
   * Starts a decoder that may read blobs and write work files, and nothing else; `niceness` as of a child pool, `module` what
   * the process runs.
   */
  static async open(
    dirs: { blobs: string; work: string },
    limits: DecoderLimits = DEFAULT_LIMITS,
    niceness = 0,
    module = CHILD,
  ): Promise<ChildDecoder> {
    // A child may only be given folders that exist when it starts.
    for (const dir of [dirs.blobs, dirs.work]) await mkdir(dir, { recursive: true, mode: 0o700 });
    const pool = await ChildPool.open({
      module,
      size: 1,
      jobsPerChild: JOBS_PER_CHILD,
      memoryMiB: limits.memoryMiB,
      niceness,
      readable: [dirs.blobs, dirs.work],
      writable: [dirs.work],
    });
    return new ChildDecoder(limits, pool);
  }

  async decode(job: DecodeJob): Promise<DecodeResult> {
    const { wallMs } = this.#limits;
    const result = await this.#pool.run(job as unknown as Json, {
      wallMs,
      cpuMs: wallMs,
      outputBytes: ANSWER_BYTES_MAX,
    });
    if (!result.ok) throw outerErrors.error('DECODER_FAILED', { reason: result.message });
    return result.value as unknown as DecodeResult;
  }

  close(): void {
    this.#pool.close();
  }
}
