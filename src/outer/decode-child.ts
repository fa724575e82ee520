/**
 * The decoder process: frame file and history files in, emitted files out. It holds no key, no database and no
 * socket; whatever a hostile frame does to it ends with it.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Json } from '../core/index.ts';
import { SallyportError, serveJobs } from '../core/index.ts';
import { CODECS, decodeBody, encodeBody, openFrame, sampleTables } from '../wire/index.ts';
import type { DecodeJob, DecodeResult } from './decode.ts';

/** Runs one job. A typed error of the decoder is a result: the same frame gives it on every machine. */
function decode(job: DecodeJob): DecodeResult {
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
    return { name, type, sha256, bytes: bytes.length, ...(form === undefined ? {} : { form }) };
  });
  return { ok: true, files: decoded };
}

/** Decodes tables of common sizes, one a step. */
function* warmUp(): Generator<void> {
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

serveJobs((job) => decode(job as unknown as DecodeJob) as unknown as Json, warmUp());
