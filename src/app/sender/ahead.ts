/**
 * What was decoded before anybody approved it, kept aside so that nobody waits for it after the last signature.
 *
 * Guaranteed: at most so many results and bytes; what is never asked for leaves nothing in the blobs; a result is found
 * only under the same body and the same history, so it is what decoding again would give. Nothing here outlives the
 * process, and nothing here decides.
 */
import { rm } from 'node:fs/promises';
import { canonicalJson, sha256, systemRandom } from '../../core/index.ts';
import type { EmittedDigest } from '../../release/index.ts';
import { openBlobs } from '../../store/index.ts';
import type { Blobs } from '../../store/index.ts';

/** How much may lie aside. */
export interface AheadLimits {
  readonly results: number;
  readonly bytes: number;
}

const LIMITS: AheadLimits = { results: 256, bytes: 1024 * 1024 * 1024 };

/** The name of a decoding: everything that its result depends on. */
export function decodingKey(
  frame: { historyPrefix: number; body: Uint8Array },
  history: readonly EmittedDigest[],
): string {
  const files = history.map((file) => [file.name, file.type, file.sha256]);
  return sha256(canonicalJson([sha256(frame.body), frame.historyPrefix, files]));
}

/** Results kept aside. */
export class Ahead {
  readonly #aside: Blobs;
  readonly #blobs: Blobs;
  readonly #limits: AheadLimits;
  /** In the order in which they came: the oldest goes first. */
  readonly #held = new Map<string, readonly EmittedDigest[]>();
  #bytes = 0;

  private constructor(aside: Blobs, blobs: Blobs, limits: AheadLimits) {
    this.#aside = aside;
    this.#blobs = blobs;
    this.#limits = limits;
  }

  /** Begins with an empty folder. */
  static async open(dir: string, blobs: Blobs, limits: AheadLimits = LIMITS): Promise<Ahead> {
    await rm(dir, { recursive: true, force: true });
    return new Ahead(openBlobs(dir, systemRandom), blobs, limits);
  }

  has(key: string): boolean {
    return this.#held.has(key);
  }

  /** Keeps a result aside; `files` are opened by their position. Too large a result is not kept. */
  async put(
    key: string,
    emitted: readonly EmittedDigest[],
    read: (position: number) => AsyncIterable<Uint8Array>,
  ): Promise<void> {
    const bytes = sizeOf(emitted);
    if (bytes > this.#limits.bytes || this.#held.has(key)) return;
    this.#held.set(key, emitted);
    this.#bytes += bytes;
    for (const oldest of this.#held.keys()) {
      if (this.#held.size <= this.#limits.results && this.#bytes <= this.#limits.bytes) break;
      await this.#drop(oldest);
    }
    for (const [position, file] of emitted.entries()) {
      const kept = await this.#aside.put(read(position), file.bytes);
      if (kept.sha256 !== file.sha256) throw new Error('the decoder’s digest is wrong');
    }
  }

  /** Takes a result and moves its files into the blobs; null when it is not there whole. */
  async take(key: string): Promise<readonly EmittedDigest[] | null> {
    const emitted = this.#held.get(key);
    if (emitted === undefined) return null;
    let whole = true;
    for (const { sha256: digest } of emitted) {
      if (await this.#blobs.has(digest)) continue;
      whole &&= await this.#blobs.adopt(this.#aside.pathOf(digest), digest);
    }
    await this.#drop(key);
    return whole ? emitted : null;
  }

  async #drop(key: string): Promise<void> {
    const emitted = this.#held.get(key);
    if (emitted === undefined) return;
    this.#held.delete(key);
    this.#bytes -= sizeOf(emitted);
    const needed = new Set([...this.#held.values()].flat().map((file) => file.sha256));
    for (const { sha256: digest } of emitted)
      if (!needed.has(digest)) await this.#aside.remove(digest);
  }
}

function sizeOf(emitted: readonly EmittedDigest[]): number {
  return emitted.reduce((sum, file) => sum + file.bytes, 0);
}
