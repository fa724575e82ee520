/**
 * Looking at a request's canonical files: a preview of each, and the difference to what the same destination had before.
 * Both are made of the bytes that would leave, by a sandboxed process, and kept for a while, because several people look
 * at the same request.
 */
import { isoTime } from '../core/index.ts';
import type { ReleaseFile, Releases } from '../release/index.ts';
import type { Request } from '../requests/index.ts';
import type { Blobs } from '../store/index.ts';
import type { FileDifference } from './difference.ts';
import { egressErrors } from './errors.ts';
import { emittedOf } from './export-facts.ts';
import type { EmittedRef } from './export-facts.ts';
import { readExportFacts } from './export-reach.ts';
import type { Preview } from './preview.ts';
import type { InspectionPool, JobOutcome } from './worker-pool.ts';

/** What looking stands on. */
export interface LookHost {
  readonly pool: InspectionPool;
  readonly blobs: Blobs;
  readonly releases: Releases;
}

/** What is new since the previous release to the same destination. */
export interface Difference {
  /** Null when nothing left to this destination before. */
  readonly previous: { readonly request: string; readonly at: string } | null;
  readonly files: readonly FileDifference[];
}

/** Previews and differences. */
export interface Looks {
  /** Null when there is no such file, or its bytes are not kept. */
  preview(request: Request, index: number): Promise<Preview | null>;
  /** The same of a canonical file by its digest, for whoever was let read it. */
  previewOf(file: Pick<ReleaseFile, 'type' | 'sha256'>): Promise<Preview | null>;
  difference(request: Request): Promise<Difference>;
  /** The release before this one at the same destination. */
  previous(request: Request): Promise<Difference['previous']>;
}

const KEPT_MAX = 200;
const FILES_COMPARED_MAX = 50;

function resultOf(outcome: JobOutcome): Extract<JobOutcome, { ok: true }>['result'] {
  if (outcome.ok) return outcome.result;
  throw egressErrors.error('INSPECTION_CRASHED', { how: outcome.message });
}

/** Opens the looks of a gate. */
export function openLooks(host: LookHost): Looks {
  const previews = new Map<string, Promise<Preview>>();
  const differences = new Map<string, Promise<Difference>>();
  const keep = <T>(kept: Map<string, Promise<T>>, key: string, make: () => Promise<T>) => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    const [oldest] = kept.keys();
    if (kept.size >= KEPT_MAX && oldest !== undefined) kept.delete(oldest);
    const made = make();
    kept.set(key, made);
    made.catch(() => kept.delete(key));
    return made;
  };
  const filesOf = (request: Request): readonly EmittedRef[] => {
    const facts = request.kind === 'export' ? readExportFacts(request) : null;
    return facts === null ? [] : emittedOf(facts);
  };
  const previewOf = async (
    file: Pick<ReleaseFile, 'type' | 'sha256'> | undefined,
  ): Promise<Preview | null> => {
    if (file === undefined || !(await host.blobs.has(file.sha256))) return null;
    // The same bytes read as the same type look the same, whoever asks and for whatever request.
    return keep(previews, `${file.type} ${file.sha256}`, async () => {
      const path = host.blobs.pathOf(file.sha256);
      const { preview } = resultOf(await host.pool.run({ kind: 'preview', type: file.type, path }));
      if (preview === undefined) throw egressErrors.error('INSPECTION_STOPPED');
      return preview;
    });
  };
  return {
    preview: (request, index) => previewOf(filesOf(request)[index]),
    previewOf,
    previous: async (request) => {
      const before = await host.releases.previous(request.id, destinationOf(request));
      return before === null ? null : { request: before.request, at: isoTime(before.queuedMs) };
    },
    difference: async (request) => {
      const number = destinationOf(request);
      const before = await host.releases.previous(request.id, number);
      const files = filesOf(request);
      if (before === null) return { previous: null, files: files.map((file) => isNew(file)) };
      return keep(differences, `${request.id} ${String(request.edition)} ${before.request}`, () =>
        compare(host, files, before),
      );
    },
  };
}

/** The destination's number, which the signed text names; null before there is one. */
function destinationOf(request: Request): number | null {
  if (request.subject === null) return null;
  const { destination } = JSON.parse(request.subject) as { destination: { number: number } | null };
  return destination?.number ?? null;
}

const isNew = (file: { name: string }): FileDifference => ({
  name: file.name,
  state: 'new',
  summary: 'it has not been there before',
  hunks: [],
});

async function compare(
  host: LookHost,
  files: readonly EmittedRef[],
  before: { request: string; queuedMs: number; files: readonly ReleaseFile[] },
): Promise<Difference> {
  const old = new Map(before.files.map((file) => [`${file.name} ${file.type}`, file]));
  const lines: FileDifference[] = [];
  const pairs: { name: string; type: EmittedRef['type']; before: string; now: string }[] = [];
  for (const file of files.slice(0, FILES_COMPARED_MAX)) {
    const key = `${file.name} ${file.type}`;
    const other = old.get(key);
    old.delete(key);
    if (other === undefined) lines.push(isNew(file));
    else if (other.sha256 === file.sha256)
      lines.push({ name: file.name, state: 'same', summary: 'the same bytes', hunks: [] });
    else if ((await host.blobs.has(other.sha256)) && (await host.blobs.has(file.sha256)))
      pairs.push({
        name: file.name,
        type: file.type,
        before: host.blobs.pathOf(other.sha256),
        now: host.blobs.pathOf(file.sha256),
      });
    else
      lines.push({
        name: file.name,
        state: 'changed',
        summary: 'the earlier bytes are not kept',
        hunks: [],
      });
  }
  if (pairs.length > 0)
    lines.push(...(resultOf(await host.pool.run({ kind: 'difference', pairs })).differences ?? []));
  const gone = [...old.values()].slice(0, FILES_COMPARED_MAX).map((file) => ({
    name: file.name,
    state: 'gone' as const,
    summary: 'it was there and is not any more',
    hunks: [],
  }));
  const previous = { request: before.request, at: isoTime(before.queuedMs) };
  const order = { changed: 0, new: 1, gone: 2, same: 3 } as const;
  const all = [...lines, ...gone].sort((a, b) => order[a.state] - order[b.state]);
  return { previous, files: all };
}
