/** Pickles somewhere inside bytes that no decoder here opens: found by how they begin, judged where they lie. */
import { partOf } from '../formats/index.ts';
import type { ByteSource } from '../formats/index.ts';
import type { Finding } from '../inspect/index.ts';
import { find } from './decoded.ts';
import { describeProblems } from './pickle-forms.ts';
import { findPicklePlaces } from './pickle/carve.ts';
import { judgePickle } from './pickle/judge.ts';
import { SearchBudget } from './pickle/nested.ts';

/** Findings that are kept; a place that runs code is never crowded out by broken ones. */
const FOUND_MAX = 8;

/** The findings about whole pickles that run code; those of plain data are not of interest here. */
export function carvePickles(source: ByteSource): Finding[] {
  const findings: Finding[] = [];
  const budget = new SearchBudget(source.size);
  let plain: { readonly from: number; readonly to: number } | undefined;
  for (const at of findPicklePlaces(source)) {
    if (budget.opcodes < 0) {
      const why = 'it has more marks of pickles than are looked at';
      findings.push(find('hold', 'PICKLE_VALUE_UNREAD', { why }));
      break;
    }
    const judged = judgePickle(partOf(source, at, source.size), 0, 1, budget);
    // Bytes that parse by chance name nothing.
    if (judged.names === 0) continue;
    const end = at + judged.end;
    const isStopped = judged.outcome === 'stopped';
    // The end of a name of data is no name: `cnumpy.core` is one, and `core` is not.
    if (isStopped && plain !== undefined && at > plain.from && end === plain.to) continue;
    if (isStopped && judged.problems.length === 0) plain = { from: at, to: end };
    const isCut = judged.outcome === 'unjudged' || judged.wrappers > 0;
    if (isCut && findings.length < FOUND_MAX) {
      const why = 'a pickle in it is not read to its end';
      findings.push(find('hold', 'PICKLE_VALUE_UNREAD', { why }, `byte ${String(at)}`));
    }
    const denied = judged.problems.filter(({ severity }) => severity === 'deny');
    const severity = isStopped ? 'deny' : 'hold';
    if (severity === 'hold' && findings.length >= FOUND_MAX) continue;
    findings.push(
      ...describeProblems(denied.map((problem) => ({ ...problem, severity, at: problem.at + at }))),
    );
    if (findings.filter((finding) => finding.severity === 'deny').length >= FOUND_MAX) break;
  }
  return findings;
}
