/** Arrays by name as a safetensors file. */
import { writeSafetensors } from '../formats/index.ts';
import { countElements, DENSE_BYTES, readDense } from './arrays.ts';
import type { DenseArray } from './arrays.ts';
import type { SafeForm } from './decoded.ts';

/** The safe form of a set of arrays. */
export function makeTensorsForm(name: string, arrays: ReadonlyMap<string, DenseArray>): SafeForm {
  const tensors = [...arrays].map(([key, array]) => ({
    name: key,
    type: array.type,
    shape: array.shape,
    bytes: countElements(array.shape) * DENSE_BYTES[array.type],
    pieces: () => readDense(array),
  }));
  return { name, type: 'safetensors', pieces: () => writeSafetensors(tensors) };
}

/** A text as a safe form. */
export function makeTextForm(name: string, type: 'json' | 'jsonl', text: string): SafeForm {
  return { name, type, pieces: () => [Buffer.from(text, 'utf8')] };
}
