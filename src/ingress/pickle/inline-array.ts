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
  /** What fills up before it is not what joblib writes. */
  readonly isOdd: boolean;
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
  const isOdd = passPadding(tape, field('numpy_array_alignment_bytes'));
  const width = Number(code.slice(1)) * (code.startsWith('U') ? 4 : 1);
  const bytes = new PyBytes(tape.part(countElements(shape) * width));
  return { dtype, shape, bytes, fortran: asText(field('order')) === 'F', isOdd };
}

/** The array as a value. Throws `OutsideGrammar`. */
export function makeInlineArray({ dtype, shape, bytes, fortran, isOdd }: InlineArray): PyValue {
  if (isOdd) return outside('an array with odd filling');
  return makeArray(dtype, shape, bytes, fortran);
}

/**
 * joblib fills up to a multiple of a few bytes, by its own length and bytes of ones. Gives whether it is anything else, which
 * joblib passes over all the same.
 */
function passPadding(tape: ValueReader, alignment: PyValue): boolean {
  if (alignment === null) return false;
  const length = tape.count(1);
  const isLong = typeof alignment !== 'number' || length > alignment;
  return tape.bytes(length).some((byte) => byte !== 0xff) || isLong;
}
