/**
 * What a safe form of text, tables, JSON, markup and pictures has otherwise than the file, told to whoever admits it: numbers
 * spelled anew, active content left out, what a picture says beside its pixels. None of it changes the verdict, but for a name
 * in JSON that is given two values: readers differ in which of them they take.
 */
import { KEYS_DIFFER_NOTE, listLeftOut, noteRaster } from '../formats/index.ts';
import type { Respelled } from '../formats/index.ts';
import type { Finding } from '../inspect/index.ts';
import type { ContentType } from '../wire/index.ts';
import { find } from './decoded.ts';

const NOTES_MAX = 12;

/** A file that its codec has read. */
interface ParsedFile {
  readonly value: unknown;
  readonly respelled?: Respelled;
}

/** The findings about one file: what its reader noted, in one sentence. */
export function describeChanges(
  type: ContentType,
  source: Uint8Array,
  { value, respelled }: ParsedFile,
): Finding[] {
  const { notes = [] } = value as { readonly notes?: readonly string[] };
  const isRaster = type === 'raster';
  const all = [
    ...(isRaster ? [...noteRaster(source), ...describeLeftOut(source)] : notes),
    ...(respelled === undefined ? [] : [describeRespelled(respelled)]),
  ].filter((note) => note !== KEYS_DIFFER_NOTE);
  const findings: Finding[] = [];
  if (notes.includes(KEYS_DIFFER_NOTE)) findings.push(find('hold', 'KEYS_TWICE'));
  if (all.length === 0) return findings;
  const more = all.length > NOTES_MAX ? `; and ${String(all.length - NOTES_MAX)} more` : '';
  const what = all.slice(0, NOTES_MAX).join('; ') + more;
  return [...findings, find('info', 'CONTENT_CHANGED', { what })];
}

const LENGTH_SHOWN = 40;
const show = (text: string): string =>
  `\`${text.length > LENGTH_SHOWN ? `${text.slice(0, LENGTH_SHOWN)}…` : text}\``;

function describeRespelled({ count, from, to }: Respelled): string {
  const what = count === 1 ? 'one number' : `${String(count)} numbers`;
  return `${what} spelled anew (${show(from)} became ${show(to)})`;
}

function describeLeftOut(source: Uint8Array): string[] {
  const parts = listLeftOut(source).map(({ what, bytes }) => `${what} (${String(bytes)} bytes)`);
  return parts.length === 0 ? [] : [`left out: ${parts.join(', ')}`];
}
