/**
 * From hostile bytes to canonical files: recognise, parse whole, emit, inspect. Pure and synchronous; it runs in the
 * inspection process. One input gives one file, or the members of an archive, or a refusal.
 */
import { SallyportError } from '../core/index.ts';
import type { Refusal } from '../core/index.ts';
import { noteRaster, recognise } from '../formats/index.ts';
import type { Candidate } from '../formats/index.ts';
import { inspectContent } from '../inspect/index.ts';
import type { ContentReport, Finding, InspectOptions } from '../inspect/index.ts';
import { checkName, CODECS } from '../wire/index.ts';
import type { ContentType, FormOptions } from '../wire/index.ts';
import { expandArchive } from './archive.ts';
import { egressErrors } from './errors.ts';
import { formOfType } from './form.ts';

/** A file that may cross: its canonical value, the bytes the outside will have, and what inspectors say. */
export interface CanonicalFile extends ContentReport {
  readonly ok: true;
  /** The name outside; a JPEG becomes a PNG and its name says so. */
  readonly name: string;
  readonly type: ContentType;
  readonly form?: string;
  readonly value: unknown;
  readonly emitted: Uint8Array;
}

/** One result of opening an input. `path` is the input's, with `!/member` for members of an archive. */
export interface OpenedFile {
  readonly path: string;
  readonly source: Uint8Array;
  readonly result: CanonicalFile | (Refusal & { readonly type?: ContentType });
}

/** What applies to every file of one inspection. */
export interface CanonicalOptions extends InspectOptions {
  readonly form?: FormOptions;
}

/** Opens one input; yields one result per file in it. Never throws on hostile bytes. */
export function* openInput(
  path: string,
  bytes: Uint8Array,
  options: CanonicalOptions,
): Generator<OpenedFile> {
  const recognition = recognise(bytes, path);
  if (!recognition.ok || recognition.kind === 'file') {
    const result = recognition.ok
      ? canonicalise(path, bytes, recognition.candidates, options)
      : recognition;
    yield { path, source: bytes, result };
    return;
  }
  yield* expandArchive(path, bytes, (member, content) => {
    const inner = recognise(content, member);
    if (!inner.ok) return inner;
    if (inner.kind === 'archive') return egressErrors.refuse('ARCHIVE_NESTED');
    return canonicalise(member, content, inner.candidates, options);
  });
}

/** The name outside: what a raster is emitted as is a PNG. */
function nameOutside(path: string, type: ContentType): string {
  if (type !== 'raster' || /\.png$/i.test(path)) return path;
  return /\.jpe?g$/i.test(path) ? path.replace(/\.jpe?g$/i, '.png') : `${path}.png`;
}

const DROPPED_MAX = 12;

/** What the reader left out or changed, as one finding that is only shown: whoever sends the file should know. */
function sayDropped(type: ContentType, source: Uint8Array, value: unknown): Finding[] {
  const { notes = [] } = value as { readonly notes?: readonly string[] };
  const all = type === 'raster' ? noteRaster(source) : notes;
  if (all.length === 0) return [];
  const more = all.length > DROPPED_MAX ? `; and ${String(all.length - DROPPED_MAX)} more` : '';
  const sentence = all.slice(0, DROPPED_MAX).join('; ') + more;
  return [{ code: 'INSPECT_CONTENT_CHANGED', severity: 'info', place: 'whole file', sentence }];
}

function canonicalise(
  path: string,
  bytes: Uint8Array,
  candidates: readonly Candidate[],
  options: CanonicalOptions,
): CanonicalFile | Refusal {
  let refusal: (Refusal & { type?: ContentType }) | undefined;
  try {
    checkName(nameOutside(path, candidates[0]?.type ?? 'text'));
    for (const candidate of candidates) {
      const codec = CODECS[candidate.type];
      const parsed = codec.parse(bytes, options.form);
      if (parsed.ok) {
        const emitted = codec.emit(parsed.value);
        const form = options.form && formOfType(options.form, candidate.type);
        const report = inspectContent(candidate.type, emitted, options, parsed.value);
        const name = nameOutside(path, candidate.type);
        const findings = [...report.findings, ...sayDropped(candidate.type, bytes, parsed.value)];
        const file = { name, type: candidate.type, value: parsed.value, emitted };
        const said = { findings, vectors: report.vectors };
        return { ok: true, ...file, ...said, ...(form === undefined ? {} : { form }) };
      }
      refusal ??= { ...parsed, type: candidate.type };
      if (candidate.binding) {
        // The text parser is the last resort; what it says (not UTF-8, hidden character) is the better reason.
        refusal = { ...parsed, type: candidate.type };
        break;
      }
    }
  } catch (error) {
    if (!(error instanceof SallyportError)) throw error;
    return { ok: false, code: error.code, message: error.message, hint: error.hint };
  }
  return refusal as Refusal;
}
