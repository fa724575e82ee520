/**
 * The scan process: the only place where bytes from outside are parsed. It is limited from outside in memory, time,
 * files and network, may die at any moment, and is not believed: whoever reads its answer checks the form of it.
 */
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { serveJobs } from '../core/index.ts';
import type { Json } from '../core/index.ts';
import { memorySource } from '../formats/index.ts';
import type { ByteSource } from '../formats/index.ts';
import { find, keepWorst } from './decoded.ts';
import type { Decoded, EnterMember, SafeForm } from './decoded.ts';
import type { ScanAnswer, ScanJob, ScannedForm, ScanProgress } from './protocol.ts';
import { scanSource } from './scan.ts';

/** Files up to this size are read at once. */
const WHOLE_BYTES_MAX = 64 << 20;
const FINDINGS_MAX = 200;

/** A file as a source: read piece by piece, whatever its size. */
function fileSource(descriptor: number, size: number): ByteSource {
  const readInto = (target: Uint8Array, from: number): void => {
    if (!(from >= 0 && from + target.length <= size)) {
      throw new RangeError(`bytes ${String(from)}.. of ${String(size)}`);
    }
    for (let done = 0; done < target.length;) {
      const count = readSync(descriptor, target, done, target.length - done, from + done);
      // The file became shorter while it was read; what was read before is not the file any more.
      if (count === 0) throw new Error('the file changed while it was read');
      done += count;
    }
  };
  const read = (from: number, to: number): Uint8Array => {
    const bytes = Buffer.allocUnsafe(Math.max(0, to - from));
    readInto(bytes, from);
    return bytes;
  };
  return size <= WHOLE_BYTES_MAX ? memorySource(read(0, size)) : { size, read, readInto };
}

function writeForm(form: SafeForm, number: number, outDir: string | undefined): ScannedForm {
  const { name, type } = form;
  let bytes = 0;
  if (outDir === undefined) {
    for (const piece of form.pieces()) bytes += piece.length;
    return { name, type, bytes };
  }
  const file = String(number);
  const descriptor = openSync(`${outDir}/${file}`, 'wx', 0o600);
  try {
    for (const piece of form.pieces()) {
      for (let done = 0; done < piece.length;) done += writeSync(descriptor, piece, done);
      bytes += piece.length;
    }
  } finally {
    closeSync(descriptor);
  }
  return { name, type, bytes, file };
}

const NAME_LENGTH_MAX = 256;

/** Tells which member comes next, so that whoever waits can name the one on which this process ended. */
function watchMembers(job: ScanJob, tell: (progress: ScanProgress) => void): EnterMember {
  let number = -1;
  return (name) => {
    number++;
    const ended = job.ended?.find((each) => each.number === number);
    if (ended === undefined) tell({ member: { number, name: name.slice(0, NAME_LENGTH_MAX) } });
    return ended?.why;
  };
}

function scan(job: ScanJob, tell: (progress: ScanProgress) => void): ScanAnswer {
  let descriptor: number;
  try {
    const { path, pathBytes } = job;
    descriptor = openSync(pathBytes === undefined ? path : Buffer.from(pathBytes, 'base64'), 'r');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    const findings = [find('hold', 'FILE_UNREADABLE', { why })];
    return { type: 'unknown', bytes: 0, findings, forms: [] };
  }
  try {
    const { size } = fstatSync(descriptor);
    const enter = watchMembers(job, tell);
    const decoded: Decoded = scanSource(job.name, fileSource(descriptor, size), 1, enter);
    tell({ member: null });
    const clash = findClash(decoded.forms);
    if (clash !== undefined) {
      const all = [...decoded.findings, find('hold', 'NAME_TWICE', { name: clash })];
      const findings = keepWorst(all, FINDINGS_MAX);
      return { type: decoded.type, bytes: size, findings, forms: [] };
    }
    const forms = decoded.forms.map((form, i) => writeForm(form, i, job.outDir));
    return {
      type: decoded.type,
      bytes: size,
      findings: keepWorst(decoded.findings, FINDINGS_MAX),
      forms,
    };
  } finally {
    closeSync(descriptor);
  }
}

function findClash(forms: readonly SafeForm[]): string | undefined {
  const names = new Set<string>();
  for (const { name } of forms) {
    if (names.has(name)) return name;
    names.add(name);
  }
  return undefined;
}

serveJobs((job: Json, tools) => {
  const tell = (progress: ScanProgress): void => {
    tools.progress(progress as unknown as Json);
  };
  return scan(job as unknown as ScanJob, tell) as unknown as Json;
});
