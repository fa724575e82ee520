/** Files of one or more pickles: plain data, joblib's with arrays between opcodes, and PyTorch's old form. */
import type { ByteSource } from '../formats/index.ts';
import type { Finding } from '../inspect/index.ts';
import { find, refused } from './decoded.ts';
import type { Decoded, SafeForm } from './decoded.ts';
import { judgeValues } from './kept-values.ts';
import { judgePickle } from './pickle/judge.ts';
import type { PickleJudgement } from './pickle/judge.ts';
import { interpretPickle } from './pickle/machine.ts';
import { describeProblems, makeForms } from './pickle-forms.ts';
import { decodeTorchLegacy, isTorchLegacy } from './torch-legacy.ts';

const PICKLES_MAX = 10_000;

/** One pickle of a file. */
interface Part {
  readonly start: number;
  readonly judged: PickleJudgement;
}

/** Decodes a file that begins with a pickle. */
export function decodePickle(name: string, source: ByteSource): Decoded {
  const first = judgePickle(source);
  if (isTorchLegacy(source, first)) return decodeTorchLegacy(name, source);
  if (first.outcome === 'joblib') return decodeJoblib(name, source);
  const parts: Part[] = [{ start: 0, judged: first }];
  const findings: Finding[] = describeProblems(first.problems);
  let end = first.end;
  while (parts.at(-1)?.judged.outcome === 'stopped' && end < source.size) {
    const judged = judgePickle(source, end);
    const isPickle = judged.outcome === 'stopped' && judged.opcodes > 1;
    if (!isPickle || parts.length >= PICKLES_MAX) {
      const worst = describeProblems(judged.problems.filter(({ severity }) => severity === 'deny'));
      findings.push(...worst, find('hold', 'PICKLE_TRAILING', {}, `byte ${String(end)}`));
      break;
    }
    findings.push(...describeProblems(judged.problems));
    parts.push({ start: end, judged });
    end = judged.end;
  }
  if (findings.length > 0) return refused('pickle', ...findings);
  return interpretParts(name, source, parts);
}

function interpretParts(name: string, source: ByteSource, parts: readonly Part[]): Decoded {
  const forms: SafeForm[] = [];
  for (const [i, { start, judged }] of parts.entries()) {
    const read = interpretPickle(source, start);
    if (read.problems.length > 0) return refused('pickle', ...describeProblems(read.problems));
    if (read.end !== judged.end || read.value === undefined) {
      const why = 'two readings of it end at different places';
      return refused('pickle', find('hold', 'PICKLE_BROKEN', { why }));
    }
    const own = parts.length === 1 ? name : `${name}.${String(i)}`;
    const made = makeForms(own, read.value, judged.end - start);
    if ('finding' in made) return refused('pickle', made.finding);
    forms.push(...made.forms);
  }
  return { type: 'pickle', findings: [], forms };
}

function decodeJoblib(name: string, source: ByteSource): Decoded {
  const read = interpretPickle(source);
  const findings = describeProblems(read.problems);
  if (read.end < source.size && read.value !== undefined) {
    findings.push(find('hold', 'PICKLE_TRAILING', {}, `byte ${String(read.end)}`));
  }
  // The walk over opcodes ended at the first array.
  if (read.value !== undefined) findings.push(...judgeValues(read.value, source.size));
  if (findings.length > 0 || read.value === undefined) return refused('joblib', ...findings);
  const made = makeForms(name, read.value, source.size);
  if ('finding' in made) return refused('joblib', made.finding);
  return { type: 'joblib', findings: [], forms: made.forms };
}
