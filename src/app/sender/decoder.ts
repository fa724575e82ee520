/** The sender's decoder: bodies to the digests of what they emit, in a sandboxed child. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readChunks, systemRandom } from '../../core/index.ts';
import { ChildDecoder } from '../../outer/index.ts';
import type { EmittedDigest, GuardParts } from '../../release/index.ts';
import { openBlobs } from '../../store/index.ts';
import { BODY_LIMITS, CONTENT_TYPES, sealFrame } from '../../wire/index.ts';
import type { ContentType } from '../../wire/index.ts';

const BODY_BYTES_MAX = 512 * 1024 * 1024;
const FILE_BYTES_MAX = 1024 * 1024 * 1024;

function typeOf(type: string): ContentType {
  return CONTENT_TYPES.find((each) => each === type) ?? 'text';
}

/** Decodes bodies in a sandboxed child, which is started when there is somebody who can approve. */
export function openDecoder(
  dir: string,
): Pick<GuardParts, 'decode' | 'keepBody' | 'readBody'> & { warm(): void; close(): void } {
  const blobsDir = path.join(dir, 'blobs');
  const workDir = path.join(dir, 'work');
  const blobs = openBlobs(blobsDir, systemRandom);
  let decoder: Promise<ChildDecoder> | undefined;
  const open = (): Promise<ChildDecoder> =>
    (decoder ??= ChildDecoder.open({ blobs: path.resolve(blobsDir), work: path.resolve(workDir) }));
  let turn: Promise<unknown> = Promise.resolve();
  const decodeOne: GuardParts['decode'] = async (frame, history) => {
    const job = path.resolve(workDir, 'job');
    await rm(job, { recursive: true, force: true });
    await mkdir(job, { recursive: true, mode: 0o700 });
    const framePath = path.join(job, 'frame');
    await writeFile(framePath, sealFrame({ slotGap: 0, ...frame }), { mode: 0o600 });
    const outDir = path.join(job, 'out');
    const child = await open();
    const result = await child.decode({
      framePath,
      history: history.map((file) => ({
        name: file.name,
        type: typeOf(file.type),
        path: path.resolve(blobs.pathOf(file.sha256)),
      })),
      outDir,
      limits: BODY_LIMITS,
    });
    if (!result.ok) throw new Error(result.code);
    const emitted: EmittedDigest[] = [];
    for (const [i, file] of result.files.entries()) {
      // What the child wrote is hashed here again: it may have been anything.
      const kept = await blobs.put(readChunks(path.join(outDir, String(i))), FILE_BYTES_MAX);
      if (kept.sha256 !== file.sha256) throw new Error('the decoder’s digest is wrong');
      emitted.push({ ...file, form: file.form ?? null });
    }
    return emitted;
  };
  return {
    // Its start takes as long as a hundred decisions; nobody should wait for it after the last signature.
    warm: () => {
      open().catch(() => {
        decoder = undefined;
      });
    },
    keepBody: async (digest, body) => {
      if (!(await blobs.has(digest))) await blobs.put([body], BODY_BYTES_MAX);
    },
    readBody: (digest) => blobs.read(digest),
    decode: (frame, history) => {
      // One at a time: the job's folder is the same for all.
      const mine = turn.then(() => decodeOne(frame, history));
      turn = mine.catch(() => undefined);
      return mine;
    },
    close: () => {
      decoder?.then(
        (child) => {
          child.close();
        },
        () => undefined,
      );
    },
  };
}
