/** Decodes in this process: for tests that are not about the decoder's walls. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { SallyportError, sha256 } from '../../src/core/index.ts';
import type { DecodeJob, DecodeResult, Decoder } from '../../src/outer/index.ts';
import { decodeBody, openFrame } from '../../src/wire/index.ts';

/** See the top of this file. */
export class DirectDecoder implements Decoder {
  async decode(job: DecodeJob): Promise<DecodeResult> {
    const frame = openFrame(new Uint8Array(await readFile(job.framePath)));
    const files = job.history.map(({ name, type, path: file }) => ({
      name,
      type,
      load: () => new Uint8Array(readFileSync(file)),
    }));
    try {
      const members = decodeBody(frame.body, { prefix: frame.historyPrefix, files }, job.limits);
      await mkdir(job.outDir, { recursive: true });
      for (const [index, member] of members.entries()) {
        await writeFile(path.join(job.outDir, String(index)), member.bytes);
      }
      return {
        ok: true,
        files: members.map(({ bytes, ...rest }) => ({
          ...rest,
          sha256: sha256(bytes),
          bytes: bytes.length,
        })),
      };
    } catch (error) {
      if (error instanceof SallyportError) return { ok: false, code: error.code };
      throw error;
    }
  }

  close(): void {
    // Nothing runs between two jobs.
  }
}
