/** What becomes of pickles: problems as findings, values as safe forms. */
import type { Finding } from '../inspect/index.ts';
import { find } from './decoded.ts';
import type { SafeForm } from './decoded.ts';
import { emitData, ExpansionExcess } from './pickle/emit.ts';
import type { EmittedData } from './pickle/emit.ts';
import { EXPANSION_MAX } from './pickle/expansion.ts';
import type { NestedPickle } from './pickle/nested.ts';
import type { PickleProblem } from './pickle/problems.ts';
import { OutsideGrammar } from './pickle/values.ts';
import type { PyValue } from './pickle/values.ts';
import { makeTensorsForm, makeTextForm } from './tensors-form.ts';

/** The findings of a judged or interpreted pickle. */
export function describeProblems(problems: readonly PickleProblem[]): Finding[] {
  return problems.map(({ code, severity, at, detail }) =>
    find(severity, code, { name: detail, why: detail, limit: EXPANSION_MAX }, `byte ${String(at)}`),
  );
}

/** The finding about a value that hides a pickle, or may. */
export function describeNested({ code, severity, detail }: NestedPickle, place: string): Finding {
  return find(severity, code, { name: detail, why: detail }, place);
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
