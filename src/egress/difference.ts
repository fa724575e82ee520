/**
 * What changed between two canonical files of one name: lines for everything that has lines, pixels for pictures. Runs in
 * the inspection process; work and output are bounded, and what is cut off is said.
 */
import { fromUtf8, utf8 } from '../core/index.ts';
import { readRow } from '../formats/index.ts';
import type { Raster } from '../formats/index.ts';
import { CODECS } from '../wire/index.ts';
import type { ContentType } from '../wire/index.ts';

/** One line of a difference. */
export interface Hunk {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** What became of one file since the previous release. */
export interface FileDifference {
  readonly name: string;
  readonly state: 'same' | 'changed' | 'new' | 'gone';
  readonly summary: string;
  readonly hunks: readonly Hunk[];
}

/** How much is compared and told. */
export const DIFFERENCE_LIMITS = {
  /** Bytes of a file that is compared line by line. */
  bytes: 4 * 1024 * 1024,
  /** Insertions and deletions that are looked for before only counts are told. */
  edits: 1_000,
  hunks: 400,
  lineLength: 300,
  context: 2,
} as const;

const counted = (count: number, one: string): string =>
  `${count.toLocaleString('en-GB')} ${one}${count === 1 ? '' : 's'}`;

/** Compares two canonical files. */
export function compareFiles(
  name: string,
  type: ContentType,
  before: Uint8Array,
  now: Uint8Array,
): FileDifference {
  if (Buffer.compare(before, now) === 0)
    return { name, state: 'same', summary: 'the same bytes', hunks: [] };
  if (type === 'raster') return comparePictures(name, before, now);
  return compareLines(name, before, now);
}

/** Compares two texts of one thing that is no file. */
export function compareTexts(
  before: string,
  now: string,
): Pick<FileDifference, 'summary' | 'hunks'> {
  const { summary, hunks } = compareLines('', utf8(before), utf8(now));
  return { summary, hunks };
}

function comparePictures(name: string, before: Uint8Array, now: Uint8Array): FileDifference {
  const [old, next] = [before, now].map((bytes) => CODECS.raster.parse(bytes));
  const changed = (summary: string): FileDifference => ({
    name,
    state: 'changed',
    summary,
    hunks: [],
  });
  if (old?.ok !== true || next?.ok !== true) return changed('it cannot be compared');
  const [a, b] = [old.value as Raster, next.value as Raster];
  if (a.width !== b.width || a.height !== b.height) {
    const size = (raster: Raster): string => `${String(raster.width)} × ${String(raster.height)}`;
    return changed(`${size(a)} pixels became ${size(b)}`);
  }
  const rows = [new Uint8Array(a.width * 4), new Uint8Array(a.width * 4)] as const;
  let pixels = 0;
  for (let y = 0; y < a.height; y++) {
    readRow(a, y, rows[0]);
    readRow(b, y, rows[1]);
    for (let x = 0; x < rows[0].length; x += 4)
      if ([0, 1, 2, 3].some((part) => rows[0][x + part] !== rows[1][x + part])) pixels += 1;
  }
  const share = ((100 * pixels) / (a.width * a.height)).toFixed(pixels * 100 < a.width ? 3 : 1);
  return changed(`${counted(pixels, 'pixel')} of ${String(a.width * a.height)} differ, ${share} %`);
}

function compareLines(name: string, before: Uint8Array, now: Uint8Array): FileDifference {
  const changed = (summary: string, hunks: readonly Hunk[]): FileDifference => ({
    name,
    state: 'changed',
    summary,
    hunks,
  });
  if (Math.max(before.length, now.length) > DIFFERENCE_LIMITS.bytes)
    return changed('it is too large to be compared line by line', []);
  const [old, next] = [before, now].map((bytes) =>
    (fromUtf8(bytes) ?? '').replace(/\n$/, '').split('\n'),
  );
  const script = findEdits(old ?? [], next ?? []);
  if (script === null) {
    const [gone, come] = countLines(old ?? [], next ?? []);
    return changed(
      `${counted(come, 'line')} came and ${counted(gone, 'line')} went; too many to list`,
      [],
    );
  }
  const added = script.filter((hunk) => hunk.kind === 'added').length;
  const removed = script.filter((hunk) => hunk.kind === 'removed').length;
  return changed(
    `${counted(added, 'line')} added, ${counted(removed, 'line')} removed`,
    trim(script),
  );
}

function countLines(old: readonly string[], next: readonly string[]): [number, number] {
  const counts = new Map<string, number>();
  for (const line of old) counts.set(line, (counts.get(line) ?? 0) + 1);
  for (const line of next) counts.set(line, (counts.get(line) ?? 0) - 1);
  let gone = 0;
  let come = 0;
  for (const count of counts.values()) {
    if (count > 0) gone += count;
    else come -= count;
  }
  return [gone, come];
}

/** The shortest list of insertions and deletions (Myers), or null when it has more than the limit. */
export function findEdits(
  old: readonly string[],
  next: readonly string[],
  editsMax: number = DIFFERENCE_LIMITS.edits,
): Hunk[] | null {
  let start = 0;
  while (start < old.length && start < next.length && old[start] === next[start]) start += 1;
  let [oldEnd, nextEnd] = [old.length, next.length];
  while (oldEnd > start && nextEnd > start && old[oldEnd - 1] === next[nextEnd - 1]) {
    oldEnd -= 1;
    nextEnd -= 1;
  }
  const middle = walk(old.slice(start, oldEnd), next.slice(start, nextEnd), editsMax);
  if (middle === null) return null;
  const same = (lines: readonly string[]): Hunk[] => lines.map((text) => ({ kind: 'same', text }));
  return [...same(old.slice(0, start)), ...middle, ...same(old.slice(oldEnd))];
}

function walk(a: readonly string[], b: readonly string[], editsMax: number): Hunk[] | null {
  const limit = Math.min(a.length + b.length, editsMax);
  const reach = new Int32Array(2 * limit + 3);
  const middle = limit + 1;
  const trace: Int32Array[] = [];
  for (let edits = 0; edits <= limit; edits++) {
    trace.push(reach.slice(middle - edits - 1, middle + edits + 2));
    for (let k = -edits; k <= edits; k += 2) {
      const down =
        k === -edits || (k !== edits && at(reach, middle + k - 1) < at(reach, middle + k + 1));
      let x = down ? at(reach, middle + k + 1) : at(reach, middle + k - 1) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
      reach[middle + k] = x;
      if (x >= a.length && x - k >= b.length) return goBack(a, b, trace, edits);
    }
  }
  return null;
}

const at = (list: Int32Array, index: number): number => list[index] ?? 0;

function goBack(
  a: readonly string[],
  b: readonly string[],
  trace: readonly Int32Array[],
  edits: number,
): Hunk[] {
  const hunks: Hunk[] = [];
  let x = a.length;
  let y = b.length;
  for (let d = edits; d >= 0; d--) {
    const before = trace[d] ?? new Int32Array(0);
    const middle = d + 1;
    const k = x - y;
    const down = k === -d || (k !== d && at(before, middle + k - 1) < at(before, middle + k + 1));
    const previous = down ? k + 1 : k - 1;
    const fromX = d === 0 ? 0 : at(before, middle + previous);
    const fromY = d === 0 ? 0 : fromX - previous;
    while (x > fromX && y > fromY) {
      hunks.push({ kind: 'same', text: a[--x] ?? '' });
      y -= 1;
    }
    if (d === 0) break;
    if (down) hunks.push({ kind: 'added', text: b[--y] ?? '' });
    else hunks.push({ kind: 'removed', text: a[--x] ?? '' });
  }
  return hunks.reverse();
}

/** Keeps the changes with a little around them. */
function trim(script: readonly Hunk[]): Hunk[] {
  const near = new Uint8Array(script.length);
  const { context, hunks, lineLength } = DIFFERENCE_LIMITS;
  for (const [i, hunk] of script.entries()) {
    if (hunk.kind === 'same') continue;
    near.fill(1, Math.max(0, i - context), Math.min(script.length, i + context + 1));
  }
  return script
    .filter((_, i) => near[i] === 1)
    .slice(0, hunks)
    .map(({ kind, text }) => ({
      kind,
      text: text.length > lineLength ? `${text.slice(0, lineLength)}…` : text,
    }));
}
