/** From a frame file to emitted files among the blobs. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Blobs } from '../store/index.ts';
import type { BodyLimits } from '../wire/index.ts';
import type { DecodeResult, DecodedFile, Decoder } from './decode.ts';
import { outerErrors } from './errors.ts';

/** What staging works with. */
export interface StagingParts {
  readonly blobs: Blobs;
  readonly decoder: Decoder;
  readonly limits: { readonly body: BodyLimits };
}

/** Files copied at the same time: each waits for the disk twice. */
const COPIES_MAX = 8;

/**
 * Decodes a frame in the decoder process and keeps what it wrote. The digests are computed again here, so that a
 * decoder that a hostile frame has taken over cannot name other bytes than it wrote.
 */
export async function decodeToBlobs(
  parts: StagingParts,
  job: { framePath: string; history: readonly DecodedFile[]; outDir: string },
): Promise<DecodeResult> {
  await rm(job.outDir, { recursive: true, force: true });
  const history = job.history.map(({ name, type, sha256 }) => ({
    name,
    type,
    path: parts.blobs.pathOf(sha256),
  }));
  try {
    const result = await parts.decoder.decode({
      framePath: job.framePath,
      outDir: job.outDir,
      history,
      limits: parts.limits.body,
    });
    if (!result.ok) return result;
    for (let at = 0; at < result.files.length; at += COPIES_MAX) {
      const part = result.files.slice(at, at + COPIES_MAX);
      await Promise.all(
        part.map((file, i) => keep(parts, path.join(job.outDir, String(at + i)), file)),
      );
    }
    return result;
  } finally {
    await rm(job.outDir, { recursive: true, force: true });
  }
}

async function keep(parts: StagingParts, file: string, decoded: DecodedFile): Promise<void> {
  const stored = await parts.blobs.putFile(file, parts.limits.body.bytesMax);
  if (stored.sha256 !== decoded.sha256 || stored.bytes !== decoded.bytes) {
    throw outerErrors.error('DECODER_FAILED', { reason: 'it named other bytes than it wrote' });
  }
}
