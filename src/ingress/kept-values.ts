/** Texts and bytes of decoded values: judged where no walk over opcodes has seen them (arrays of texts, joblib's files). */
import { memorySource } from '../formats/index.ts';
import type { ByteSource } from '../formats/index.ts';
import type { Finding } from '../inspect/index.ts';
import { describeNested } from './pickle-forms.ts';
import { judgePickle } from './pickle/judge.ts';
import { findNestedPickle, SearchBudget } from './pickle/nested.ts';
import type { ValueKind } from './pickle/nested.ts';
import { PyArrayShell, PyBytes, PyDict, PyList, PyTagged } from './pickle/values.ts';
import type { PyValue } from './pickle/values.ts';

const LENGTH_MIN = 12;
const FOUND_MAX = 8;

/** Every value once, keys too; arrays of numbers are what they are. */
function* walkValues(root: PyValue): Generator<PyValue, void, undefined> {
  const seen = new Set<PyValue>();
  const open: PyValue[] = [root];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (value instanceof PyTagged) open.push(value.value);
    else if (value instanceof PyArrayShell) open.push(value.content ?? null);
    else if (value instanceof PyList || value instanceof PyDict) {
      if (seen.has(value)) continue;
      seen.add(value);
      if (value instanceof PyList) for (const item of value.items) open.push(item);
      else {
        for (const key of value.keys) open.push(key);
        for (const item of value.values) open.push(item);
        if (value.attributes !== undefined) open.push(value.attributes);
      }
    } else yield value;
  }
}

function bytesOf(value: PyValue): readonly [ByteSource, ValueKind] | undefined {
  if (value instanceof PyBytes) return [value.source, 'bytes'];
  if (typeof value === 'string' && value.length >= LENGTH_MIN) {
    return [memorySource(Buffer.from(value, 'utf8')), 'text'];
  }
  return typeof value === 'bigint'
    ? [memorySource(Buffer.from(String(value), 'latin1')), 'digits']
    : undefined;
}

/** The findings about pickles in the texts, bytes and numbers of a value: the first that runs code, or some that are held. */
export function judgeValues(root: PyValue, sourceBytes: number): Finding[] {
  const budget = new SearchBudget(sourceBytes);
  const held: Finding[] = [];
  for (const value of walkValues(root)) {
    const [source, kind] = bytesOf(value) ?? [];
    if (source === undefined || kind === undefined || source.size < LENGTH_MIN) continue;
    const found = findNestedPickle(source, kind, 1, judgePickle, budget);
    if (found?.severity === 'deny') return [describeNested(found, 'a value')];
    if (found !== undefined && held.length < FOUND_MAX) {
      held.push(describeNested(found, 'a value'));
    }
  }
  return held;
}
