/** What a decoder process does with one job: frame file and history files in, emitted files out. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SallyportError } from '../core/index.ts';
import { CODECS, decodeBody, encodeBody, openFrame, sampleTables } from '../wire/index.ts';
import type { ContentType } from '../wire/index.ts';
import type { DecodeJob, DecodeResult } from './decode.ts';

/** Looks at an emitted file; the codes of what a person has to see in it. */
export type Look = (type: ContentType, bytes: Uint8Array) => readonly string[];

/** Runs one job. A typed error of the decoder is a result: the same frame gives it on every machine. */
export function decodeFrame(job: DecodeJob, look?: Look): DecodeResult {
  const frame = openFrame(new Uint8Array(readFileSync(job.framePath)));
  const files = job.history.map(({ name, type, path: file }) => ({
    name,
    type,
    load: () => new Uint8Array(readFileSync(file)),
  }));
  let members;
  try {
    members = decodeBody(frame.body, { prefix: frame.historyPrefix, files }, job.limits);
  } catch (error) {
    if (error instanceof SallyportError) return { ok: false, code: error.code };
    throw error;
  }
  mkdirSync(job.outDir, { recursive: true });
  const decoded = members.map(({ name, type, form, bytes }, index) => {
    writeFileSync(path.join(job.outDir, String(index)), bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return {
      ...{ name, type, sha256, bytes: bytes.length },
      ...(form === undefined ? {} : { form }),
      ...(look === undefined ? {} : { findings: look(type, bytes) }),
    };
  });
  return { ok: true, files: decoded };
}

/** Decodes tables of common sizes, one a step. */
export function* warmDecoder(): Generator<void> {
  for (const bytes of sampleTables()) {
    const parsed = CODECS.table.parse(bytes);
    if (!parsed.ok) continue;
    const member = { name: 'sample.csv', type: 'table', value: parsed.value } as const;
    const { body } = encodeBody([member], { prefix: 0, files: [] });
    yield;
    decodeBody(body, { prefix: 0, files: [] });
    yield;
  }
}
