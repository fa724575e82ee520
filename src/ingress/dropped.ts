/** What a safe form leaves out, and texts that it keeps: either can hide something, and is looked at for it. */
import { memorySource } from '../formats/index.ts';
import type { DroppedBytes } from '../formats/index.ts';
import type { Finding } from '../inspect/index.ts';
import { find } from './decoded.ts';
import { describeNested } from './pickle-forms.ts';
import { judgePickle } from './pickle/judge.ts';
import { findNestedPickle, SearchBudget } from './pickle/nested.ts';
import type { NestedPickle, ValueKind } from './pickle/nested.ts';

/** Comments and extra fields of packers are short. */
const DROPPED_BYTES_MAX = 4096;

function findPickle(bytes: Uint8Array, kind: ValueKind): NestedPickle | undefined {
  const source = memorySource(bytes);
  return findNestedPickle(source, kind, 1, judgePickle, new SearchBudget(bytes.length));
}

/** One finding about everything that is left out: it is told, and held when it is long or holds a pickle. */
export function judgeDropped(dropped: DroppedBytes): Finding[] {
  if (dropped.total === 0) return [];
  const worst = dropped.pieces.find(({ bytes }) => findPickle(bytes, 'bytes') !== undefined);
  const isHeld = worst !== undefined || dropped.total > DROPPED_BYTES_MAX;
  const { where = '' } = worst ?? dropped.pieces[0] ?? {};
  const details = { bytes: dropped.total, where };
  return [find(isHeld ? 'hold' : 'info', 'CONTENT_DROPPED', details)];
}

/** The findings about a text that is kept as it is. */
export function judgeKept(text: string, place: string): Finding[] {
  return judgeKeptBytes(Buffer.from(text, 'utf8'), place);
}

/** The findings about bytes or a UTF-8 text that are kept as they are. */
export function judgeKeptBytes(bytes: Uint8Array, place: string): Finding[] {
  const found = findPickle(bytes, 'text');
  return found === undefined ? [] : [describeNested(found, place)];
}

/** Names that a file system which does not tell case or width apart would make one. */
export function judgeFoldedNames(names: readonly string[]): Finding[] {
  const seen = new Set<string>();
  for (const name of names) {
    const folded = name.normalize('NFKC').toLowerCase().toUpperCase();
    if (seen.has(folded)) return [find('hold', 'NAME_FOLDED', { name })];
    seen.add(folded);
  }
  return [];
}
