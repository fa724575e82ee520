/** NumPy's npy and npz files. */
import { findNpyData, partOf, readNpyHeader } from '../formats/index.ts';
import type { ByteSource, ZipMember } from '../formats/index.ts';
import type { DenseArray } from './arrays.ts';
import { find, fromRefusal, placeInside, refused } from './decoded.ts';
import type { Decoded, SafeForm } from './decoded.ts';
import type { Finding } from '../inspect/index.ts';
import { judgeValues } from './kept-values.ts';
import { describeProblems, makeForms } from './pickle-forms.ts';
import { emitData } from './pickle/emit.ts';
import { judgePlainPickle } from './pickle/judge.ts';
import { explainType, makeArray, RECORDS_INSTEAD } from './pickle/numpy-productions.ts';
import { OutsideGrammar, PyArray, PyBytes, PyDtype } from './pickle/values.ts';
import type { PyValue } from './pickle/values.ts';
import { makeTensorsForm } from './tensors-form.ts';

/** Whether the bytes begin like an npy file. */
export function looksLikeNpyHead(head: Uint8Array): boolean {
  return head[0] === 0x93 && Buffer.from(head.subarray(1, 6)).toString('latin1') === 'NUMPY';
}

function readArray(
  source: ByteSource,
): { readonly value: PyValue } | { readonly findings: Finding[] } {
  const header = readNpyHeader(source);
  if (!header.ok) {
    // NumPy writes records too; the file is sound and only has no safe form.
    const isRecords = header.why === 'its elements are records';
    const code = isRecords ? 'ARRAY_UNSUPPORTED' : 'ARRAY_BROKEN';
    const why = isRecords ? `${header.why}; ${RECORDS_INSTEAD}` : header.why;
    return { findings: [find('hold', code, { why }), ...judgeBehind(source)] };
  }
  const { descr, fortran, shape, dataAt } = header.value;
  if (/^[|<>=]?O/.test(descr)) return { findings: judgeObjects(source, dataAt) };
  const code = /^[<>|=]?([a-zA-Z]\d{0,9})$/.exec(descr)?.[1];
  if (code === undefined) {
    return {
      findings: [
        find('hold', 'ARRAY_UNSUPPORTED', { why: explainType(descr.replace(/^[<>|=]/, '')) }),
        ...judgeBehind(source),
      ],
    };
  }
  const dtype = new PyDtype(code);
  dtype.bigEndian = descr.startsWith('>');
  try {
    const bytes = new PyBytes(partOf(source, dataAt, source.size));
    const value = makeArray(dtype, shape, bytes, fortran);
    const findings = judgeValues(value, source.size);
    return findings.length > 0 ? { findings } : { value };
  } catch (error) {
    if (!(error instanceof OutsideGrammar)) throw error;
    return { findings: [find('hold', 'ARRAY_UNSUPPORTED', { why: error.message })] };
  }
}

/** NumPy reads a pickle behind every header that speaks of objects, in records or however it spells them. */
function judgeBehind(source: ByteSource): Finding[] {
  const at = findNpyData(source);
  if (at === undefined) return [];
  const { names, problems } = judgePlainPickle(source, at);
  return names === 0
    ? []
    : describeProblems(problems.filter(({ severity }) => severity === 'deny'));
}

/** An array of objects is a pickle behind a header. */
function judgeObjects(source: ByteSource, at: number): Finding[] {
  const judged = judgePlainPickle(source, at);
  const findings = [
    find('hold', 'ARRAY_UNSUPPORTED', { why: 'its elements are objects' }),
    ...describeProblems(judged.problems),
  ];
  if (judged.outcome === 'stopped' && judged.end < source.size) {
    const rest = judgePlainPickle(source, judged.end);
    findings.push(
      ...describeProblems(rest.problems.filter(({ severity }) => severity === 'deny')),
      find('hold', 'PICKLE_TRAILING', {}, `byte ${String(judged.end)}`),
    );
  }
  return findings;
}

/** Decodes one array. */
export function decodeNpy(name: string, source: ByteSource): Decoded {
  const read = readArray(source);
  if ('findings' in read) return refused('npy', ...read.findings);
  const made = makeForms(name, read.value, source.size);
  if ('finding' in made) return refused('npy', made.finding);
  return { type: 'npy', findings: [], forms: made.forms };
}

/** A safetensors file keeps one name for itself. */
function nameOfTensor(member: string, members: readonly ZipMember[]): string {
  let name = member.slice(0, -'.npy'.length);
  if (name !== '__metadata__') return name;
  while (name === '__metadata__' || members.some((each) => each.name === `${name}.npy`))
    name += '_';
  return name;
}

/** A part of complex numbers must not be called like another array. */
function nameOfPart(
  plain: string,
  tensors: ReadonlyMap<string, DenseArray>,
  members: readonly ZipMember[],
): string {
  const isTaken = (name: string): boolean =>
    tensors.has(name) || members.some((each) => each.name === `${name}.npy`);
  let name = plain;
  for (let i = 2; isTaken(name); i++) name = `${plain}~${String(i)}`;
  return name;
}

/** Decodes a ZIP whose members are all arrays: one safetensors file, texts as JSON. */
export function decodeNpz(name: string, members: readonly ZipMember[]): Decoded {
  const findings: Finding[] = [];
  const tensors = new Map<string, DenseArray>();
  const forms: SafeForm[] = [];
  for (const member of members) {
    const key = nameOfTensor(member.name, members);
    const opened = member.open();
    if (!opened.ok) {
      findings.push(fromRefusal(opened));
      continue;
    }
    const read = readArray(opened.value);
    if ('findings' in read) findings.push(...placeInside(member.name, read.findings));
    else if (read.value instanceof PyArray) {
      const data = emitData(read.value, opened.value.size);
      for (const [own, array] of data.tensors) {
        const part = own.slice('tensor'.length);
        tensors.set(part === '' ? key : nameOfPart(key + part, tensors, members), array);
      }
    } else {
      const made = makeForms(`${name}.${key}`, read.value, opened.value.size);
      if ('finding' in made) findings.push(...placeInside(member.name, [made.finding]));
      else forms.push(...made.forms);
    }
  }
  if (findings.length > 0) return refused('npz', ...findings);
  if (tensors.size > 0) forms.unshift(makeTensorsForm(`${name}.safetensors`, tensors));
  return { type: 'npz', findings, forms };
}
