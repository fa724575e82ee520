/**
 * The inspection process: the only place where bytes from inside are parsed. It stays warm between jobs (codecs
 * loaded, engine primed), is limited from outside in memory, time and network, and may die at any moment: whatever it
 * reported before stays valid, and the file that it had started is the one that is blamed.
 */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { SallyportError, serveJobs, sha256 } from '../core/index.ts';
import type { JobTools, Json } from '../core/index.ts';
import { openInput } from './canonical.ts';
import { compareFiles } from './difference.ts';
import { egressErrors } from './errors.ts';
import { decodeHistory, priceChangedRows, priceMembers, primeCodecs, warmUp } from './pricing.ts';
import type { FileAccess } from './pricing.ts';
import { previewFile } from './preview.ts';
import type {
  InspectedFile,
  WorkerAnswer,
  WorkerEvent,
  WorkerJob,
  WorkerResult,
} from './worker-protocol.ts';

const files: FileAccess = {
  read: (path) => readFileSync(path),
  write: (path, bytes) => {
    writeFileSync(path, bytes, { mode: 0o600 });
  },
};

type Report = (event: WorkerEvent) => void;

/** Lets what was reported leave the process, so that a crash on the next file is blamed on that file. */
const flush = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

async function inspect(
  job: Extract<WorkerJob, { kind: 'inspect' }>,
  report: Report,
): Promise<WorkerResult> {
  let number = job.firstNumber;
  for (const [input, { name, path }] of job.inputs.entries()) {
    report({ event: 'started', input });
    await flush();
    const bytes = readInput(path, job.fileBytesMax);
    if (!(bytes instanceof Uint8Array)) {
      report({ event: 'inspected', input, file: { ...bytes, path: name } });
      continue;
    }
    for (const opened of openInput(name, bytes, {
      ...(job.form && { form: job.form }),
      widths: job.widths ?? [],
    })) {
      const { result } = opened;
      const common = {
        path: opened.path,
        sha256: sha256(opened.source),
        bytes: opened.source.length,
      };
      if (!result.ok) {
        const { type, code, message, hint, place } = result;
        const refusal = { code, message, hint, ...(place === undefined ? {} : { place }) };
        const file = { ...common, type: type ?? null, refusal, findings: [], vectors: [] };
        report({ event: 'inspected', input, file });
        continue;
      }
      const { emitted, name: outside, type, form } = result;
      const target = `${job.outDir}/${String(number++)}`;
      files.write(target, emitted);
      const member = {
        name: outside,
        type,
        sha256: sha256(emitted),
        path: target,
        bytes: emitted.length,
      };
      const file: InspectedFile = {
        ...common,
        type,
        findings: result.findings,
        vectors: result.vectors,
        emitted: form === undefined ? member : { ...member, form },
      };
      report({ event: 'inspected', input, file });
    }
  }
  return {};
}

function readInput(path: string, limit: number): Uint8Array | Omit<InspectedFile, 'path'> {
  const empty = { sha256: '', bytes: 0, type: null, findings: [], vectors: [] };
  try {
    const { size } = statSync(path);
    if (size > limit) {
      return {
        ...empty,
        bytes: size,
        refusal: egressErrors.refuse('FILE_TOO_LARGE', { bytes: size, limit }),
      };
    }
    return readFileSync(path);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    return { ...empty, refusal: egressErrors.refuse('FILE_UNREADABLE', { why }) };
  }
}

async function run(work: WorkerJob, report: Report): Promise<WorkerResult> {
  switch (work.kind) {
    case 'inspect':
      return await inspect(work, report);
    case 'price':
      return {
        price: priceMembers(work, files, (done, total) => {
          report({ event: 'priced', done, total });
        }),
      };
    case 'changed-rows':
      return { changedRows: priceChangedRows(work.members, work.history, files) };
    case 'history':
      return { history: decodeHistory(work.frames, work.outDir, files) };
    case 'preview':
      return { preview: previewFile(work.type, files.read(work.path)) };
    case 'difference':
      return {
        differences: work.pairs.map(({ name, type, before, now }) =>
          compareFiles(name, type, files.read(before), files.read(now)),
        ),
      };
  }
}

function explain(error: unknown): { code: string; message: string; hint: string } {
  if (error instanceof SallyportError) {
    return { code: error.code, message: error.message, hint: error.hint };
  }
  const how =
    error instanceof Error ? `${error.name}: ${error.message.slice(0, 200)}` : 'unknown fault';
  const refusal = egressErrors.refuse('INSPECTION_CRASHED', { how });
  return { code: refusal.code, message: refusal.message, hint: refusal.hint };
}

primeCodecs();
serveJobs(answerJob, warmUp());

async function answerJob(job: Json, tools: JobTools): Promise<Json> {
  let answer: WorkerAnswer;
  try {
    const work = job as unknown as WorkerJob;
    answer = {
      result: await run(work, (event) => {
        tools.progress(event as unknown as Json);
      }),
    };
  } catch (error) {
    answer = { error: explain(error) };
  }
  return answer as unknown as Json;
}
