/**
 * The sender's decoder: bodies to the digests of what they emit, in sandboxed children. What somebody waits for and what
 * is done beforehand have a child each, so that the second never delays the first.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readChunks, systemRandom } from '../../core/index.ts';
import { ChildDecoder } from '../../outer/index.ts';
import type { EmittedDigest, GuardParts } from '../../release/index.ts';
import { openBlobs } from '../../store/index.ts';
import type { Blobs } from '../../store/index.ts';
import { BODY_LIMITS, CONTENT_TYPES, sealFrame } from '../../wire/index.ts';
import type { ContentType } from '../../wire/index.ts';
import { Ahead, decodingKey } from './ahead.ts';

const CHILD = new URL(`./decode-child${path.extname(import.meta.url)}`, import.meta.url);
const BODY_BYTES_MAX = 512 * 1024 * 1024;
const FILE_BYTES_MAX = 1024 * 1024 * 1024;
/** On a machine with few processors whoever waits for a decision would else pay for what nobody waits for. */
const LATER_NICENESS = 10;

type Frame = Parameters<GuardParts['decode']>[0];

function typeOf(type: string): ContentType {
  return CONTENT_TYPES.find((each) => each === type) ?? 'text';
}

/** One child with a folder of its own, one job after the other. */
class Lane {
  readonly #dirs: { readonly blobs: string; readonly work: string };
  readonly #files: Blobs;
  readonly #niceness: number;
  #child: Promise<ChildDecoder> | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(blobs: string, work: string, files: Blobs, niceness: number) {
    this.#niceness = niceness;
    this.#dirs = { blobs: path.resolve(blobs), work: path.resolve(work) };
    this.#files = files;
  }

  /** Its start takes as long as a hundred decisions; nobody should wait for it after the last signature. */
  warm(): void {
    this.#open().catch(() => {
      this.#child = undefined;
    });
  }

  /** Decodes, looks at what it emits if asked to, and gives the result to `keep` while its files are there. */
  run<T>(
    frame: Frame,
    history: readonly EmittedDigest[],
    look: boolean,
    keep: (
      emitted: readonly EmittedDigest[],
      read: (position: number) => AsyncIterable<Uint8Array>,
    ) => Promise<T>,
  ): Promise<T> {
    const mine = this.#turn.then(() => this.#decode(frame, history, look, keep));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  close(): void {
    this.#child?.then(
      (child) => {
        child.close();
      },
      () => undefined,
    );
  }

  #open(): Promise<ChildDecoder> {
    return (this.#child ??= ChildDecoder.open(this.#dirs, undefined, this.#niceness, CHILD));
  }

  async #decode<T>(
    frame: Frame,
    history: readonly EmittedDigest[],
    look: boolean,
    keep: Parameters<typeof this.run<T>>[3],
  ): Promise<T> {
    const job = path.join(this.#dirs.work, 'job');
    await rm(job, { recursive: true, force: true });
    await mkdir(job, { recursive: true, mode: 0o700 });
    const framePath = path.join(job, 'frame');
    await writeFile(framePath, sealFrame({ slotGap: 0, ...frame }), { mode: 0o600 });
    const outDir = path.join(job, 'out');
    const child = await this.#open();
    const result = await child.decode({
      framePath,
      history: history.map((file) => ({
        name: file.name,
        type: typeOf(file.type),
        path: path.resolve(this.#files.pathOf(file.sha256)),
      })),
      outDir,
      limits: BODY_LIMITS,
      look,
    });
    if (!result.ok) throw new Error(result.code);
    const emitted = result.files.map((file) => ({ ...file, form: file.form ?? null }));
    return keep(emitted, (position) => readChunks(path.join(outDir, String(position))));
  }
}

/** Decodes bodies in sandboxed children, which are started when there is somebody who can approve. */
export async function openDecoder(dir: string): Promise<
  Pick<GuardParts, 'decode' | 'decodeLater' | 'lookAhead' | 'keepBody' | 'readBody'> & {
    warm(): void;
    close(): void;
  }
> {
  const blobsDir = path.join(dir, 'blobs');
  const blobs = openBlobs(blobsDir, systemRandom);
  const now = new Lane(blobsDir, path.join(dir, 'work', 'now'), blobs, 0);
  const later = new Lane(blobsDir, path.join(dir, 'work', 'later'), blobs, LATER_NICENESS);
  const ahead = await Ahead.open(path.join(dir, 'work', 'ahead'), blobs);
  const keepAll = async (
    emitted: readonly EmittedDigest[],
    read: (position: number) => AsyncIterable<Uint8Array>,
  ): Promise<readonly EmittedDigest[]> => {
    for (const [position, file] of emitted.entries()) {
      // What the child wrote is hashed here again: it may have been anything.
      const kept = await blobs.put(read(position), FILE_BYTES_MAX);
      if (kept.sha256 !== file.sha256) throw new Error('the decoder’s digest is wrong');
    }
    return emitted;
  };
  return {
    warm: () => {
      now.warm();
      later.warm();
    },
    keepBody: async (digest, body) => {
      if (!(await blobs.has(digest))) await blobs.put([body], BODY_BYTES_MAX);
    },
    readBody: (digest) => blobs.read(digest),
    decode: async (frame, history) => {
      const found = await ahead.take(decodingKey(frame, history));
      return found ?? now.run(frame, history, true, keepAll);
    },
    // What left already is history: nobody asks what was found in it.
    decodeLater: (frame, history) => later.run(frame, history, false, keepAll),
    lookAhead: async (frame, history) => {
      const key = decodingKey(frame, history);
      if (ahead.has(key)) return;
      await later.run(frame, history, true, (emitted, read) => ahead.put(key, emitted, read));
    },
    close: () => {
      now.close();
      later.close();
    },
  };
}
