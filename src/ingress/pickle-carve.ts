/** Pickles somewhere inside bytes that no decoder here opens: found by their mark, judged where they lie. */
import { partOf } from '../formats/index.ts';
import type { ByteSource } from '../formats/index.ts';
import type { Finding } from '../inspect/index.ts';
import { describeProblems } from './pickle-forms.ts';
import { judgePickle } from './pickle/judge.ts';

const LOOK_BYTES = 64 << 20;
const CANDIDATES_MAX = 20_000;
const FOUND_MAX = 8;
/** What one candidate may take, so that many marks in a row do not make the search quadratic. */
const CANDIDATE_BYTES = 4096;

/** The findings about pickles that run code; those of plain data are not of interest here. */
export function carvePickles(source: ByteSource): Finding[] {
  const bytes = source.read(0, Math.min(source.size, LOOK_BYTES));
  const findings: Finding[] = [];
  let candidates = 0;
  for (let at = bytes.indexOf(0x80); at >= 0; at = bytes.indexOf(0x80, at + 1)) {
    const version = bytes[at + 1] ?? 255;
    if (version < 2 || version > 5) continue;
    if (++candidates > CANDIDATES_MAX || findings.length >= FOUND_MAX) break;
    const part = partOf(source, at, Math.min(source.size, at + CANDIDATE_BYTES));
    const denied = judgePickle(part).problems.filter(({ severity }) => severity === 'deny');
    findings.push(
      ...describeProblems(denied.map((problem) => ({ ...problem, at: problem.at + at }))),
    );
  }
  return findings;
}
