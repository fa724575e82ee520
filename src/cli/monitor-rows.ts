/** What training and measuring share: how the method is chosen, and which rows of the sets are taken. */
import { documentId } from '../ingress/index.ts';
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

/** Documents to leave out, and which of them were there. */
export interface Excluded {
  readonly lists: readonly ExclusionList[];
  readonly found: Set<string>;
}

/** Rows with text, label and source; training takes every row that is not excluded, or none. */
export async function* readRows(
  path: string,
  fields: SetFields,
  source: ((text: string) => string) | undefined,
  excluded?: Excluded,
): AsyncGenerator<SetRow> {
  const set = await openTextSet(path, fields);
  for await (const { number, values, whole, problem } of set.rows()) {
    const refuse = (why: string): SallyportError =>
      monitorErrors.error('SET_UNREADABLE', { set: path, row: number, why });
    if (problem !== undefined) throw refuse(problem);
    const [text, label, sent] = values;
    if (text === undefined) throw refuse(`no field "${fields.text}"`);
    if (label === undefined) throw refuse(`no field "${fields.label}"`);
    const from = source === undefined ? sent : source(text);
    if (from === undefined || from === '') throw refuse(`no field "${fields.source}"`);
    if (
      excluded !== undefined &&
      isExcluded(excluded, documentId({ text, label, source: sent, whole }))
    )
      continue;
    yield { row: number, text, label, source: from };
  }
}

function isExcluded({ lists, found }: Excluded, id: string): boolean {
  if (!lists.some((list) => list.reasons.has(id))) return false;
  found.add(id);
  return true;
}
