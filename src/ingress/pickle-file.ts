/** Files of one or more pickles: plain data, joblib's with arrays between opcodes, and PyTorch's old form. */
import type { ByteSource } from '../formats/index.ts';
import type { Finding } from '../inspect/index.ts';
import { find, refused } from './decoded.ts';
import type { Decoded, SafeForm } from './decoded.ts';
import { emitData, ExpansionExcess } from './pickle/emit.ts';
import type { EmittedData } from './pickle/emit.ts';
import { judgePickle } from './pickle/judge.ts';
import type { PickleJudgement } from './pickle/judge.ts';
import type { PickleProblem } from './pickle/problems.ts';
import { EXPANSION_MAX, interpretPickle } from './pickle/machine.ts';
import { OutsideGrammar } from './pickle/values.ts';
import type { PyValue } from './pickle/values.ts';
import { makeTensorsForm, makeTextForm } from './tensors-form.ts';
import { decodeTorchLegacy, isTorchLegacy } from './torch-legacy.ts';

const PICKLES_MAX = 10_000;

/** The findings of a judged or interpreted pickle. */
export function describeProblems(problems: readonly PickleProblem[]): Finding[] {
  return problems.map(({ code, severity, at, detail }) =>
    find(severity, code, { name: detail, why: detail, limit: EXPANSION_MAX }, `byte ${String(at)}`),
  );
}

/** The safe forms of a value under a name; throws nothing. */
export function makeForms(
  name: string,
  value: PyValue,
  sourceBytes: number,
): { readonly forms: SafeForm[] } | { readonly finding: Finding } {
  let data: EmittedData;
  try {
    data = emitData(value, sourceBytes);
  } catch (error) {
    if (error instanceof ExpansionExcess) {
      return { finding: find('deny', 'PICKLE_EXPANSION', { limit: EXPANSION_MAX }) };
    }
    if (!(error instanceof OutsideGrammar)) throw error;
    return { finding: find('hold', 'PICKLE_UNSUPPORTED', { why: error.message }) };
  }
  const forms: SafeForm[] = [];
  if (data.tensors.size > 0) forms.push(makeTensorsForm(`${name}.safetensors`, data.tensors));
  if (data.json !== undefined) forms.push(makeTextForm(`${name}.json`, 'json', `${data.json}\n`));
  return { forms };
}

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
  if (findings.length > 0 || read.value === undefined) return refused('joblib', ...findings);
  const made = makeForms(name, read.value, source.size);
  if ('finding' in made) return refused('joblib', made.finding);
  return { type: 'joblib', findings: [], forms: made.forms };
}
