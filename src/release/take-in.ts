/** Takes a release's body and files into the blobs: durable at once, or staged for the transaction that queues it. */
import { sha256, sha256Stream } from '../core/index.ts';
import type { BlobRef, Blobs, StagedBlob } from '../store/index.ts';
import { releaseErrors } from './errors.ts';
import type { ReleaseFile } from './store.ts';

/** A body in memory, in a file, or in the blobs already. */
export type ReleaseBody = Uint8Array | { readonly path: string } | { readonly sha256: string };

/**
 * A body that `Releases.keep` made durable together with its files, or `Releases.stage` holds until the
 * transaction; hashed and measured there.
 */
export class KeptBody {
  readonly sha256: string;
  readonly bytes: number;
  /** What the transaction has to keep: small, and not durable yet. */
  readonly staged: readonly StagedBlob[];

  /** Only {@link takeIn} makes one: the charge follows from `bytes`. */
  constructor(sha256: string, bytes: number, staged: readonly StagedBlob[] = []) {
    this.sha256 = sha256;
    this.bytes = bytes;
    this.staged = staged;
  }
}

/** An emitted file; one that has a `path` is taken into the blobs, the others must be there already. */
export type TakenFile = ReleaseFile & { readonly path?: string };

/** A body and the files that it stands for. */
export interface ReleaseContent {
  readonly body: ReleaseBody;
  readonly files: readonly TakenFile[];
}

const BODY_BYTES_MAX = 512 * 1024 * 1024;
const FILE_BYTES_MAX = 1024 * 1024 * 1024;
/** Each may wait for its own fsync; more than a few only queue in the disk. */
const TAKEN_AT_ONCE = 8;

/**
 * Takes everything in; what is at most `stagedBytesMax` long is only staged, nothing if that is null. Throws `RELEASE_INPUT_INVALID` for a file with
 * another digest than it is said to have, and stages nothing then.
 */
export async function takeIn(
  blobs: Blobs,
  content: ReleaseContent,
  stagedBytesMax: number | null,
): Promise<KeptBody> {
  const files = [...content.files];
  const staged: StagedBlob[] = [];
  const takeFiles = async (): Promise<void> => {
    for (let file = files.shift(); file !== undefined; file = files.shift()) {
      const blob = await takeFile(blobs, file, stagedBytesMax);
      if (blob === null) continue;
      staged.push(blob);
      if (blob.sha256 !== file.sha256) throw otherDigest(file.name);
    }
  };
  const takeBodyToo = async (): Promise<BlobRef> => {
    const body = await takeBody(blobs, content.body, stagedBytesMax);
    if (!('place' in body)) return body;
    staged.push(body);
    return { sha256: body.sha256, bytes: body.bytes.length };
  };
  const taking = takeBodyToo();
  const all = await Promise.allSettled([
    taking,
    ...Array.from({ length: TAKEN_AT_ONCE }, takeFiles),
  ]);
  const failed = all.find((each) => each.status === 'rejected');
  if (failed === undefined) {
    const body = await taking;
    return new KeptBody(body.sha256, body.bytes, staged);
  }
  throw failed.reason;
}

function otherDigest(name: string): Error {
  return releaseErrors.error('INPUT_INVALID', { reason: `\`${name}\` has another digest` });
}

async function takeFile(
  blobs: Blobs,
  file: TakenFile,
  stagedBytesMax: number | null,
): Promise<StagedBlob | null> {
  if (file.path === undefined || (await blobs.has(file.sha256))) return null;
  const staged =
    stagedBytesMax === null || file.bytes > stagedBytesMax
      ? null
      : await blobs.stageFile(file.path, stagedBytesMax);
  if (staged !== null) return staged;
  const stored = await blobs.putFile(file.path, FILE_BYTES_MAX);
  if (stored.sha256 !== file.sha256) throw otherDigest(file.name);
  return null;
}

async function takeBody(
  blobs: Blobs,
  body: ReleaseBody,
  stagedBytesMax: number | null,
): Promise<BlobRef | StagedBlob> {
  if (body instanceof Uint8Array) {
    const digest = sha256(body);
    if (await blobs.has(digest)) return { sha256: digest, bytes: body.length };
    const staged = stagedBytesMax === null ? null : await blobs.stage([body], stagedBytesMax);
    return staged ?? blobs.put([body], BODY_BYTES_MAX);
  }
  if ('path' in body) {
    const staged =
      stagedBytesMax === null ? null : await blobs.stageFile(body.path, stagedBytesMax);
    return staged ?? blobs.putFile(body.path, BODY_BYTES_MAX);
  }
  // The charge follows from what is really there, not from what somebody noted about it.
  const state = sha256Stream();
  let bytes = 0;
  for await (const chunk of await blobs.open(body.sha256)) {
    state.update(chunk);
    bytes += chunk.length;
  }
  if (state.hex() !== body.sha256)
    throw releaseErrors.error('INPUT_INVALID', { reason: 'its body is not the one that was kept' });
  return { sha256: body.sha256, bytes };
}
