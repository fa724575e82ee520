/**
 * The screening process: reads the safe forms of an import and writes a report. It is limited from outside in memory,
 * time, files and network like the scan process.
 */
import { createReadStream, readFileSync, writeFileSync } from 'node:fs';
import { serveJobs } from '../core/index.ts';
import type { Json } from '../core/index.ts';
import { readTextRowBatches } from '../formats/index.ts';
import type { ScreenJob, ScreenSummary } from './screening/protocol.ts';
import {
  parseExclusions,
  parseReport,
  screenRowOf,
  screenTexts,
  shortLabel,
  writeReport,
} from './screens/index.ts';
import type { ScreenInput, ScreenRow } from './screens/index.ts';

async function* readRows(
  job: ScreenJob,
  ruledFields: readonly string[],
): AsyncGenerator<readonly ScreenRow[]> {
  const { text: textField, label: labelField, source: sourceField } = job.fields;
  for (const { name, path, kind } of job.forms) {
    const chunks = createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Uint8Array>;
    const fields = [textField, labelField, sourceField, ...ruledFields];
    for await (const rows of readTextRowBatches(chunks, kind, fields)) {
      yield rows.map((row) => screenRowOf(name, row));
    }
  }
}

/** What the gate itself wrote before, as text. */
function readOwn(path: string | null): string | null {
  return path === null ? null : readFileSync(path, 'utf8');
}

function readExclusions(path: string | null): ScreenInput['exclusions'] {
  const text = readOwn(path);
  if (text === null) return undefined;
  const parsed = parseExclusions(text);
  // Damage to what the gate wrote is a fault of the job, and never an empty list.
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.list;
}

function readPrevious(path: string | null): ScreenInput['previous'] {
  const text = readOwn(path);
  if (text === null) return undefined;
  const parsed = parseReport(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.report;
}

/** Counts by labels whose names are short enough to keep in a row; those that become one are added. */
function shortenNames(labels: Readonly<Record<string, number>>): Record<string, number> {
  const short = new Map<string, number>();
  for (const [label, count] of Object.entries(labels)) {
    const name = shortLabel(label);
    short.set(name, (short.get(name) ?? 0) + count);
  }
  return Object.fromEntries(short);
}

async function screen(job: ScreenJob): Promise<ScreenSummary> {
  const exclusions = readExclusions(job.exclusions);
  const previous = readPrevious(job.previous);
  const input: ScreenInput = {
    bytes: job.forms.reduce((sum, form) => sum + form.bytes, 0),
    rows: () => readRows(job, exclusions?.rules.fields ?? []),
    signed: job.signed,
    ...(job.monitor === null ? {} : { monitor: job.monitor }),
    ...(exclusions === undefined ? {} : { exclusions }),
    ...(previous === undefined ? {} : { previous }),
  };
  const screened = await screenTexts(input);
  const sets = job.forms.map(({ name, bytes, sha256: digest }) => ({ name, bytes, digest }));
  const { text } = writeReport({ ...screened, sets });
  writeFileSync(job.out, text, { flag: 'wx', mode: 0o600 });
  const { verdict, documents, findings, labels } = screened;
  const held = findings.filter((each) => each.severity === 'hold').length;
  return { verdict, documents, held, labels: shortenNames(labels) };
}

serveJobs(async (job: Json) => (await screen(job as unknown as ScreenJob)) as unknown as Json);
