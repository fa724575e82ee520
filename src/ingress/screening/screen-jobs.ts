/** Screening as a job: a handler that any worker runs in a process behind walls. It gives the same report when it runs again. */
import { ChildPool } from '../../core/index.ts';
import type { ChildLimits, Json } from '../../core/index.ts';
import type { JobHandler, JobInput } from '../../jobs/index.ts';
import type { ImportForm, Quarantine } from '../imports/index.ts';
import { shortLabel } from '../screens/index.ts';
import type { SignedSource } from '../screens/index.ts';
import type { ScreenJob, ScreenSummary } from './protocol.ts';
import type { Screening } from './screening.ts';

/** The queue of screenings. */
export const SCREEN_QUEUE = 'screen';

interface ScreenPayload {
  readonly fields: Screening['fields'];
  readonly monitor: string | null;
  readonly signed: SignedSource;
  readonly forms: readonly Pick<ImportForm, 'name' | 'type' | 'sha256' | 'bytes'>[];
  readonly exclusions: string | null;
  readonly previous: string | null;
}

/** What a screening gives. */
export interface Screened extends ScreenSummary {
  readonly reportSha256: string;
}

/** Labels that screens tell apart. */
const LABELS_MAX = 16;
const REPORT_BYTES_MAX = 256 * 1024 * 1024;
const OUTPUT_BYTES_MAX = 64 * 1024;

/** The job of a screening. */
export function screenJob(
  { id, fields, monitor }: Screening,
  rest: Pick<ScreenPayload, 'signed' | 'forms' | 'exclusions' | 'previous'>,
): JobInput {
  const payload: ScreenPayload = { fields, monitor, ...rest };
  return {
    ...{ queue: SCREEN_QUEUE, batch: id, key: id },
    payload: payload as unknown as Json,
    weight: Math.max(
      1,
      rest.forms.reduce((sum, form) => sum + form.bytes, 0),
    ),
  };
}

/** Processes that screen. */
export interface ScreenPool {
  screen(job: ScreenJob): Promise<ScreenSummary>;
  close(): void;
}

/** Opens the processes; they read safe forms and write reports, and nothing else. */
export async function openScreenPool(options: {
  readonly memoryMiB: number;
  readonly jobMs: number;
  readonly readable: readonly string[];
  readonly writable: readonly string[];
}): Promise<ScreenPool> {
  const suffix = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const pool = await ChildPool.open({
    module: new URL(`../worker-screen.${suffix}`, import.meta.url),
    ...{ size: 1, memoryMiB: options.memoryMiB, jobsPerChild: 8 },
    ...{ readable: options.readable, writable: options.writable },
  });
  const limits: ChildLimits = {
    ...{ wallMs: options.jobMs, cpuMs: options.jobMs, outputBytes: OUTPUT_BYTES_MAX },
  };
  return {
    screen: async (job) => {
      const answer = await pool.run(job as unknown as Json, limits);
      if (!answer.ok) throw new Error(answer.message);
      return readSummary(answer.value);
    },
    close: () => {
      pool.close();
    },
  };
}

/** The process is not believed: an answer of another form is none. */
function readSummary(value: Json): ScreenSummary {
  const { verdict, documents, held, labels } = value as unknown as Partial<ScreenSummary>;
  const isSound =
    (verdict === 'clean' || verdict === 'inconclusive') &&
    Number.isSafeInteger(documents) &&
    Number.isSafeInteger(held) &&
    areCounts(labels);
  if (!isSound) throw new Error('the screening process gave a malformed answer');
  return value as unknown as ScreenSummary;
}

/** Counts by label, few and short enough for a row. */
function areCounts(labels: unknown): boolean {
  if (typeof labels !== 'object' || labels === null || Array.isArray(labels)) return false;
  const entries = Object.entries(labels);
  return (
    entries.length <= LABELS_MAX &&
    entries.every(
      ([label, count]) => label === shortLabel(label) && Number.isSafeInteger(count) && count >= 0,
    )
  );
}

/** What a worker does with a job: screen in a child process, keep the report. */
export function screenHandler(host: { pool: ScreenPool; quarantine: Quarantine }): JobHandler {
  const { pool, quarantine } = host;
  const { forms } = quarantine;
  return async (job) => {
    const { fields, monitor, signed, ...payload } = job.payload as unknown as ScreenPayload;
    const outDir = await quarantine.scratch.open(job.id);
    const pathOf = (digest: string | null): string | null =>
      digest === null ? null : forms.pathOf(digest);
    try {
      const summary = await pool.screen({
        ...{ fields, monitor, signed, out: `${outDir}/report` },
        forms: payload.forms.map(({ name, type, sha256, bytes }) => ({
          ...{ name, sha256, bytes, path: forms.pathOf(sha256) },
          kind: type === 'table' ? 'csv' : 'jsonl',
        })),
        exclusions: pathOf(payload.exclusions),
        previous: pathOf(payload.previous),
      });
      const report = await forms.putFile(`${outDir}/report`, REPORT_BYTES_MAX);
      return { ...summary, reportSha256: report.sha256 } satisfies Screened;
    } finally {
      await quarantine.scratch.remove(job.id);
    }
  };
}
