/** The verdict on an import: pure, from what was decoded, who signed and what is locked. */
import { sayCount } from '../../core/index.ts';
import type { Decision } from '../../requests/index.ts';
import { importErrors } from './errors.ts';
import type { ImportCounts } from './import.ts';

/** A file that stands in the way, for the sentence. */
export interface WorstFile {
  readonly name: string;
  readonly code: string;
  readonly place: string;
  readonly sentence: string;
}

/** What the verdict is made of. */
export interface ImportInput {
  readonly counts: ImportCounts;
  /** Files with a safe form that are not malicious. */
  readonly admissible: number;
  readonly skipRefused: boolean;
  readonly source: { readonly name: string; readonly recalled: boolean };
  /** A file of it that was recalled before. */
  readonly recalledFile: { readonly sha256: string; readonly recall: string } | null;
  /** Why nobody stands for the files; null when somebody does. */
  readonly proofProblem: string | null;
  readonly worst: readonly WorstFile[];
  /** Reasons of locks on the project or the lane. */
  readonly locks: readonly string[];
}

function deny(refusal: { readonly message: string; readonly hint: string }): Decision {
  return { verdict: 'deny', reason: `${refusal.message}; ${refusal.hint}` };
}

/** Decides: nothing enters without a person, and what could not be judged needs more of them. */
export function decideImport(input: ImportInput): Decision {
  const { counts, source, worst } = input;
  const [lock] = input.locks;
  if (lock !== undefined) return deny(importErrors.refuse('STOPPED', { why: lock }));
  if (source.recalled) return { verdict: 'deny', reason: `the source ${source.name} was recalled` };
  if (input.recalledFile !== null) {
    const { sha256, recall } = input.recalledFile;
    return { verdict: 'deny', reason: `the file ${sha256} was recalled by ${recall}` };
  }
  if (input.proofProblem !== null) return { verdict: 'deny', reason: input.proofProblem };
  if (counts.malicious > 0 && !input.skipRefused) {
    const { malicious: count, files } = counts;
    const { name = '', sentence: why = '' } = worst[0] ?? {};
    return deny(importErrors.refuse('MALICIOUS', { count, files, name, why }));
  }
  if (input.admissible === 0) return deny(importErrors.refuse('NOTHING'));
  const left = counts.files - input.admissible;
  const without = left === 0 ? '' : `; ${String(left)} of ${String(counts.files)} stay out`;
  if (counts.inconclusive > 0) {
    const what = `${String(counts.inconclusive)} of ${sayCount(counts.files, 'file')} could not be judged`;
    return {
      verdict: 'hold',
      reason: `${what}: people have to look at them${without}`,
      tier: 'quorum',
    };
  }
  const reason = `all that would be admitted was decoded and is clean; people admit it${without}`;
  return { verdict: 'hold', reason, tier: 'one' };
}
