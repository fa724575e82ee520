/** How many bytes a value unfolds to when what it shares is written out again and again. Linear in what there is. */
import { PyArrayShell, PyBytes, PyDict, PyList, PyTagged } from './values.ts';
import type { PyValue } from './values.ts';

type Container = PyList | PyDict;

function unwrap(value: PyValue): PyValue {
  if (value instanceof PyTagged) return unwrap(value.value);
  return value instanceof PyArrayShell ? (value.content ?? null) : value;
}

/** Every value takes its time and a place, however short it is. */
const VALUE_BYTES = 16;

/** About as much as JSON takes for it; tensors are weighed when they are written. */
function weighLeaf(value: PyValue): number {
  if (typeof value === 'string') return VALUE_BYTES + value.length;
  if (typeof value === 'bigint') return VALUE_BYTES + value.toString(16).length;
  return value instanceof PyBytes ? VALUE_BYTES + value.source.size : VALUE_BYTES;
}

const isContainer = (value: PyValue): value is Container =>
  value instanceof PyList || value instanceof PyDict;

function* childrenOf(container: Container): Generator<PyValue> {
  if (container instanceof PyList) yield* container.items;
  else {
    yield* container.keys;
    yield* container.values;
  }
}

/** The bytes, Infinity when they are beyond counting; undefined when a value contains itself. */
export function weighValue(root: PyValue): number | undefined {
  const top = unwrap(root);
  if (!isContainer(top)) return weighLeaf(top);
  const open = new Set<Container>();
  const stack: { readonly container: Container; readonly rest: Iterator<PyValue>; sum: number }[] =
    [];
  const enter = (container: Container): void => {
    open.add(container);
    stack.push({ container, rest: childrenOf(container), sum: VALUE_BYTES });
  };
  enter(top);
  for (;;) {
    const frame = stack.at(-1);
    if (frame === undefined) return top.weight;
    const next = frame.rest.next();
    if (next.done === true) {
      frame.container.weight = frame.sum;
      open.delete(frame.container);
      stack.pop();
      const parent = stack.at(-1);
      if (parent !== undefined) parent.sum += frame.sum;
      continue;
    }
    const child = unwrap(next.value);
    if (!isContainer(child)) frame.sum += weighLeaf(child);
    else if (child.weight > 0) frame.sum += child.weight;
    else if (open.has(child)) return undefined;
    else enter(child);
  }
}
