/** joblib's arrays: a wrapper's state in the pickle, and right behind it the bytes of the array. */
import { countElements } from '../arrays.ts';
import { explainType, makeArray } from './numpy-productions.ts';
import type { ValueReader } from './value-reader.ts';
import { asCounts, asText, outside, PyBytes, PyDict, PyDtype, unwrap } from './values.ts';
import type { PyValue } from './values.ts';

/** Elements whose code says how many bytes they take. Records may hold objects, which are written otherwise. */
const SIZED = /^[a-zA-Z]\d+$/;

/** An array between opcodes, as it stands there. */
export interface InlineArray {
  readonly dtype: PyDtype;
  readonly shape: readonly number[];
  readonly bytes: PyBytes;
  readonly fortran: boolean;
}

/** Reads the array that follows, or gives undefined when it is one of objects. Throws `OutsideGrammar`. */
export function readInlineArray(tape: ValueReader, state: PyValue): InlineArray | undefined {
  if (!(state instanceof PyDict)) return outside('an array without a shape');
  const field = (key: string): PyValue => {
    const at = state.keys.findIndex((each) => asText(each) === key);
    return unwrap(state.values[at] ?? null);
  };
  const dtype = field('dtype');
  const shape = asCounts(field('shape'));
  if (!(dtype instanceof PyDtype)) return outside('an array of an odd type');
  const { code } = dtype;
  if (code.startsWith('O')) return undefined;
  if (!SIZED.test(code) || code.startsWith('V')) outside(explainType(code));
  passPadding(tape, field('numpy_array_alignment_bytes'));
  const width = Number(code.slice(1)) * (code.startsWith('U') ? 4 : 1);
  const bytes = new PyBytes(tape.part(countElements(shape) * width));
  return { dtype, shape, bytes, fortran: asText(field('order')) === 'F' };
}

/** The array as a value. Throws `OutsideGrammar`. */
export function makeInlineArray({ dtype, shape, bytes, fortran }: InlineArray): PyValue {
  return makeArray(dtype, shape, bytes, fortran);
}

/** joblib fills up to a multiple of a few bytes, by its own length and bytes of ones. */
function passPadding(tape: ValueReader, alignment: PyValue): void {
  if (alignment === null) return;
  const length = tape.count(1);
  if (typeof alignment !== 'number' || length > alignment) outside('an array with odd filling');
  if (tape.bytes(length).some((byte) => byte !== 0xff)) outside('an array with odd filling');
}
