/** Prices as lengths of real frames: canonical files and a history in, bits per member out. Runs in the inspection process. */
import {
  chargeBits,
  CODECS,
  decodeBody,
  encodeBody,
  openFrame,
  sampleTables,
  sealFrame,
  shareCharge,
} from '../wire/index.ts';
import type { History, HistoryFile, Member } from '../wire/index.ts';
import { openInput } from './canonical.ts';
import { egressErrors } from './errors.ts';
import { formOfType } from './form.ts';
import type { EmittedFile, HistoryView, PriceResult, WorkerJob } from './worker-protocol.ts';

/** The only file access that pricing has. */
export interface FileAccess {
  read(path: string): Uint8Array;
  write(path: string, bytes: Uint8Array): void;
}

const CACHE_BYTES_MAX = 64 * 1024 * 1024;

/** Opens a history; files are read when asked for and kept while they fit, since references are looked at often. */
function openHistory(view: HistoryView, files: FileAccess): History {
  let kept = 0;
  const open = view.files.map(({ name, type, path }): HistoryFile => {
    let cached: Uint8Array | undefined;
    return {
      name,
      type,
      load: () => {
        if (cached !== undefined) return cached;
        const bytes = files.read(path);
        if (kept + bytes.length <= CACHE_BYTES_MAX) {
          cached = bytes;
          kept += bytes.length;
        }
        return bytes;
      },
    };
  });
  return { prefix: view.prefix, files: open };
}

function loadMember(
  file: EmittedFile,
  job: Extract<WorkerJob, { kind: 'price' }>,
  files: FileAccess,
): Member {
  const form = job.form && formOfType(job.form, file.type);
  const bytes = files.read(file.path);
  const parsed = CODECS[file.type].parse(bytes, form === undefined ? undefined : job.form);
  if (!parsed.ok) {
    throw egressErrors.error('CANONICAL_REFUSED', { why: parsed.message });
  }
  const stated = form ?? file.form;
  return {
    name: file.name,
    type: file.type,
    value: parsed.value,
    // What is coded is the file that was inspected, unless a cheaper form is being priced.
    ...(form === undefined ? { sha256: file.sha256 } : {}),
    ...(stated === undefined ? {} : { form: stated }),
  };
}

/** The frame of these members with slot gap 0: what a quote states. */
function priceRelease(
  members: readonly Member[],
  history: History,
  onMember?: (done: number, total: number) => void,
): { body: Uint8Array; bits: bigint; memberBits: bigint[] } {
  const { body, memberCostBits } = encodeBody(members, history, onMember && { onMember });
  const frame = sealFrame({ slotGap: 0, destination: 0, historyPrefix: history.prefix, body });
  const bits = chargeBits(frame);
  return { body, bits, memberBits: shareCharge(memberCostBits, bits) };
}

/** Prices canonical files as one release, or each as a release of its own. */
export function priceMembers(
  job: Extract<WorkerJob, { kind: 'price' }>,
  files: FileAccess,
  onMember: (done: number, total: number) => void,
): PriceResult {
  const history = openHistory(job.history, files);
  if (job.each) {
    let total = 0n;
    let bodyBytes = 0;
    const memberBits = job.members.map((file, i) => {
      const { bits, body } = priceRelease([loadMember(file, job, files)], history);
      total += bits;
      bodyBytes += body.length;
      onMember(i + 1, job.members.length);
      return Number(bits);
    });
    return { memberBits, totalBits: Number(total), bodyBytes };
  }
  const members = job.members.map((file) => loadMember(file, job, files));
  const priced = priceRelease(members, history, onMember);
  if (job.bodyPath !== undefined) files.write(job.bodyPath, priced.body);
  return {
    memberBits: priced.memberBits.map(Number),
    totalBits: Number(priced.bits),
    bodyBytes: priced.body.length,
  };
}

/** For each table whose previous version is in the history: the price of its new and changed rows alone. */
export function priceChangedRows(
  members: readonly EmittedFile[],
  view: HistoryView,
  files: FileAccess,
): (number | null)[] {
  const history = openHistory(view, files);
  return members.map((file) => {
    const before = history.files.findLast(
      (other) => other.name === file.name && other.type === file.type,
    );
    if (file.type !== 'table' || before === undefined) return null;
    const rows = keepNewRows(files.read(file.path), before.load());
    if (rows === undefined) return null;
    const parsed = CODECS.table.parse(rows);
    if (!parsed.ok) return null;
    return Number(
      priceRelease([{ name: file.name, type: 'table', value: parsed.value }], history).bits,
    );
  });
}

/** The header and the rows that the earlier table lacks; undefined when nothing is saved. */
function keepNewRows(now: Uint8Array, before: Uint8Array): Uint8Array | undefined {
  const lines = Buffer.from(now).toString('latin1').split('\n');
  const known = new Set(Buffer.from(before).toString('latin1').split('\n'));
  const [header = '', ...rows] = lines;
  const changed = rows.filter((row) => row !== '' && !known.has(row));
  if (changed.length === 0 || changed.length >= rows.length - 1 || header.includes('"'))
    return undefined;
  return new Uint8Array(Buffer.from([header, ...changed, ''].join('\n'), 'latin1'));
}

/** Decodes a destination's frames in order; each is decoded against the files of those that it names. */
export function decodeHistory(
  frames: readonly string[],
  outDir: string,
  files: FileAccess,
): HistoryView {
  const known: { name: string; type: EmittedFile['type']; path: string; frame: number }[] = [];
  for (const [index, path] of frames.entries()) {
    const frame = openFrame(files.read(path));
    if (frame.historyPrefix > index) {
      throw egressErrors.error('HISTORY_INVALID', {
        path,
        why: `it builds on ${String(frame.historyPrefix)} earlier frames and ${String(index)} are there`,
      });
    }
    const prefix = known.filter((file) => file.frame < frame.historyPrefix);
    const history = openHistory({ prefix: frame.historyPrefix, files: prefix }, files);
    for (const [i, member] of decodeBody(frame.body, history).entries()) {
      const target = `${outDir}/h${String(index)}-${String(i)}`;
      files.write(target, member.bytes);
      known.push({ name: member.name, type: member.type, path: target, frame: index });
    }
  }
  return {
    prefix: frames.length,
    files: known.map(({ name, type, path }) => ({ name, type, path })),
  };
}

/** Samples of the types whose tables are primed once per process, so that the first real file does not wait for it. */
const SAMPLES: readonly (readonly [EmittedFile['type'], string])[] = [
  ['text', 'a line\n'],
  ['table', 'a,b\n1,2.5\n'],
  ['json', '{"a":1}\n'],
  ['jsonl', '{"a":1}\n{"a":2}\n'],
  ['xml', '<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>\n'],
  ['html', '<!DOCTYPE html><html><head><title>a</title></head><body><p>a</p></body></html>\n'],
];

/** Encodes one small file of each type; a type that refuses its sample is left unprimed. */
export function primeCodecs(): void {
  const utf8 = new TextEncoder();
  for (const [type, sample] of SAMPLES) {
    const parsed = CODECS[type].parse(utf8.encode(sample));
    if (parsed.ok)
      priceRelease([{ name: 'sample', type, value: parsed.value }], { prefix: 0, files: [] });
  }
}

/** Inspects and encodes tables of common sizes, one a step. */
export function* warmUp(): Generator<void> {
  for (const bytes of sampleTables()) {
    for (const { result } of openInput('sample.csv', bytes, {})) {
      if (result.ok) priceRelease([result], { prefix: 0, files: [] });
    }
    yield;
  }
}
