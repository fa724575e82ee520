/** Files of one or more pickles: plain data, joblib's with arrays between opcodes, and PyTorch's old form. */
import { partOf } from '../formats/index.ts';
import type { ByteSource } from '../formats/index.ts';
import type { Finding } from '../inspect/index.ts';
import { find, refused } from './decoded.ts';
import type { Decoded, SafeForm } from './decoded.ts';
import { judgeValues } from './kept-values.ts';
import { judgePickle, judgePlainPickle } from './pickle/judge.ts';
import type { PickleJudgement } from './pickle/judge.ts';
import { interpretPickle } from './pickle/machine.ts';
import type { Interpretation } from './pickle/machine.ts';
import { SearchBudget } from './pickle/nested.ts';
import { carvePickles } from './pickle-carve.ts';
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
  if (first.outcome === 'joblib') return decodeJoblib(name, source, first);
  const parts: Part[] = [{ start: 0, judged: first }];
  const findings: Finding[] = describeProblems(first.problems);
  let end = first.end;
  while (parts.at(-1)?.judged.outcome === 'stopped' && end < source.size) {
    const judged = judgePlainPickle(source, end);
    const isPickle = judged.outcome === 'stopped' && judged.opcodes > 1 && judged.wrappers === 0;
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

/**
 * joblib's files have arrays between opcodes, which only the interpreter can step over. It is exact and ends early; the
 * judge is lenient, and walks with the places of the arrays that the interpreter found.
 */
function decodeJoblib(name: string, source: ByteSource, first: PickleJudgement): Decoded {
  const read = interpretPickle(source);
  const judged = judgePickle(source, 0, 0, new SearchBudget(source.size), read.arrays);
  const findings = [...describeProblems(judged.problems), ...describeProblems(read.problems)];
  if (judged.outcome === 'joblib') findings.push(...carveBehind(source, judged.end));
  findings.push(...judgeAsPlain(source, first, read));
  const told = findings.length > 0;
  if (!told && read.end !== judged.end) {
    const why = 'two readings of it end at different places';
    findings.push(find('hold', 'PICKLE_BROKEN', { why }));
  }
  if (read.end < source.size && read.value !== undefined) {
    findings.push(find('hold', 'PICKLE_TRAILING', {}, `byte ${String(read.end)}`));
  }
  // No walk over opcodes has seen the texts of arrays.
  if (read.value !== undefined) findings.push(...judgeValues(read.value, source.size));
  if (findings.length > 0 || read.value === undefined) return refused('joblib', ...once(findings));
  const made = makeForms(name, read.value, source.size);
  if ('finding' in made) return refused('joblib', made.finding);
  return { type: 'joblib', findings: [], forms: made.forms };
}

/** Each finding once: both walks tell what they both see. */
function once(findings: readonly Finding[]): Finding[] {
  const byText = new Map(findings.map((each) => [JSON.stringify(each), each]));
  return [...byText.values()];
}

function carveBehind(source: ByteSource, from: number): Finding[] {
  return carvePickles(partOf(source, from, source.size)).map((finding) => ({
    ...finding,
    place: `${finding.place} behind byte ${String(from)}`,
  }));
}

/**
 * A plain reader of pickles goes on with the bytes of the first array as opcodes; those of numbers name nothing. Objects
 * are a pickle, whose STOP it takes for that of the file: up to there it reads what joblib reads too.
 */
function judgeAsPlain(
  source: ByteSource,
  first: PickleJudgement,
  { arrays, objects }: Interpretation,
): Finding[] {
  const plain = judgePlainPickle(source);
  if (plain.names === first.names) return [];
  const denied = plain.problems.filter(
    ({ severity, at }) => severity === 'deny' && at >= first.end,
  );
  const findings = describeProblems(denied);
  const isObjects = objects.has(first.end) && plain.end === arrays.get(first.end);
  if (plain.outcome === 'stopped' && !isObjects) {
    findings.push(find('deny', 'TYPE_DOUBLE', { type: 'a file of joblib' }));
  }
  return findings;
}
