/** What training and measuring share: how the method is chosen, and which rows of the sets are taken. */
import { documentId, RowRules } from '../ingress/index.ts';
import type { ExclusionList } from '../ingress/index.ts';
import { monitorErrors } from '../monitor/index.ts';
import type { SetRow, VoteOptions } from '../monitor/index.ts';
import type { SallyportError } from '../core/index.ts';
import { cliErrors } from './errors.ts';
import { openTextSet } from './text-sets.ts';
import type { SetFields } from './text-sets.ts';

/** Options of whatever applies the method. */
export interface MethodOptions extends SetFields {
  readonly positive: string;
  readonly partitions: string;
  readonly fpr: string;
  readonly quorum: string;
  readonly voteRate?: string;
  /** Sets of clean texts that whoever trains vouches for. */
  readonly vouched?: readonly string[];
  readonly json?: boolean;
}

/** Reads the value of an option as a number within bounds. */
export function readNumber(
  option: string,
  value: string,
  low: number,
  high: number,
  whole = false,
): number {
  const number = Number(value);
  const inside = value.trim() !== '' && number >= low && number <= high;
  if (inside && (!whole || Number.isInteger(number))) return number;
  const kind = whole ? 'a whole number' : 'a number';
  const why = `it must be ${kind} from ${low} to ${high}`;
  throw cliErrors.error('OPTION_INVALID', { option, value, why });
}

/** How votes are made and counted. */
export function readVoteOptions(options: MethodOptions): VoteOptions {
  const { fpr, quorum, voteRate } = options;
  return {
    falsePositiveRateMax: readNumber('--fpr', fpr, 0.0001, 0.5),
    voteRate: voteRate === undefined ? null : readNumber('--vote-rate', voteRate, 0.0001, 0.5),
    quorumShare: readNumber('--quorum', quorum, 0.01, 1),
  };
}

/** What to leave out, and which of it was there. */
export interface Excluded {
  readonly lists: readonly ExclusionList[];
  /** Digests of the lists that stand for one set each: what these say of rows is said of rows of that set only. */
  readonly bound: Set<string>;
  readonly found: Set<string>;
}

/** Lists with the one that stands for the set that is read, if there is one. */
export interface SetExclusions {
  readonly excluded: Excluded;
  readonly own: string | null;
}

/** Rows with text, label and source; training takes every row that is not excluded, or none. */
export async function* readRows(
  path: string,
  fields: SetFields,
  source: ((text: string) => string) | undefined,
  exclusions?: SetExclusions,
): AsyncGenerator<SetRow> {
  const rules = exclusions === undefined ? new RowRules([]) : rulesFor(exclusions);
  const set = await openTextSet(path, fields, rules.fields);
  for await (const { number, values, whole, problem } of set.rows()) {
    const refuse = (why: string): SallyportError =>
      monitorErrors.error('SET_UNREADABLE', { set: path, row: number, why });
    if (problem !== undefined) throw refuse(problem);
    const [text, label, sent, ...ruled] = values;
    const rule = rules.find(ruled);
    if (exclusions !== undefined && rule !== undefined) {
      // A document that was excluded by itself before its source was is met as well.
      const { excluded } = exclusions;
      excluded.found.add(rule);
      isExcluded(excluded, { text: text ?? '', label, source: sent, whole });
      continue;
    }
    if (text === undefined) throw refuse(`no field "${fields.text}"`);
    if (label === undefined) throw refuse(`no field "${fields.label}"`);
    const from = source === undefined ? sent : source(text);
    if (from === undefined || from === '') throw refuse(`no field "${fields.source}"`);
    const document = { text, label, source: sent, whole };
    if (exclusions !== undefined && isExcluded(exclusions.excluded, document)) continue;
    yield { row: number, text, label, source: from };
  }
}

/** Rules for the rows of one set: of its own list, and of lists that stand for no other set. */
function rulesFor({ excluded, own }: SetExclusions): RowRules {
  const lists = excluded.lists.filter(
    ({ digest }) => digest === own || !excluded.bound.has(digest),
  );
  return new RowRules(lists.flatMap((list) => list.rules.all));
}

function isExcluded({ lists, found }: Excluded, row: Parameters<typeof documentId>[0]): boolean {
  if (lists.length === 0) return false;
  const id = documentId(row);
  if (!lists.some((list) => list.reasons.has(id))) return false;
  found.add(id);
  return true;
}
