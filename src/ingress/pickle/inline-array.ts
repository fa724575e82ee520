/** joblib's arrays: a wrapper's state in the pickle, and right behind it the bytes of the array. */
import { countElements } from '../arrays.ts';
import { makeArray } from './numpy-productions.ts';
import type { ValueReader } from './value-reader.ts';
import { asCounts, asText, outside, PyBytes, PyDict, PyDtype, unwrap } from './values.ts';
import type { PyValue } from './values.ts';

/** Reads the array that follows, or gives undefined when it is one of objects. Throws `OutsideGrammar`. */
export function readInlineArray(tape: ValueReader, state: PyValue): PyValue | undefined {
  if (!(state instanceof PyDict)) return outside('an array without a shape');
  const field = (key: string): PyValue => {
    const at = state.keys.findIndex((each) => asText(each) === key);
    return unwrap(state.values[at] ?? null);
  };
  const dtype = field('dtype');
  const shape = asCounts(field('shape'));
  if (!(dtype instanceof PyDtype)) return outside('an array of an odd type');
  if (dtype.code.startsWith('O')) return undefined;
  passPadding(tape, field('numpy_array_alignment_bytes'));
  const letters = dtype.code.startsWith('U') ? 4 : 1;
  const width = Number(/\d+$/.exec(dtype.code)?.[0] ?? 0) * letters;
  const bytes = new PyBytes(tape.part(countElements(shape) * width));
  return makeArray(dtype, shape, bytes, asText(field('order')) === 'F');
}

/** joblib fills up to a multiple of a few bytes, by its own length and bytes of ones. */
function passPadding(tape: ValueReader, alignment: PyValue): void {
  if (alignment === null) return;
  const length = tape.count(1);
  if (typeof alignment !== 'number' || length > alignment) outside('an array with odd filling');
  if (tape.bytes(length).some((byte) => byte !== 0xff)) outside('an array with odd filling');
}
