/** How many values a value unfolds to when what it shares is written out again and again. Linear in what there is. */
import { PyArrayShell, PyDict, PyList, PyTagged } from './values.ts';
import type { PyValue } from './values.ts';

type Container = PyList | PyDict;

function unwrap(value: PyValue): PyValue {
  if (value instanceof PyTagged) return unwrap(value.value);
  return value instanceof PyArrayShell ? (value.content ?? null) : value;
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

/** The number of values; Infinity when a value contains itself. */
export function weighValue(root: PyValue): number {
  const top = unwrap(root);
  if (!isContainer(top)) return 1;
  const open = new Set<Container>();
  const stack: { readonly container: Container; readonly rest: Iterator<PyValue>; sum: number }[] =
    [];
  const enter = (container: Container): void => {
    open.add(container);
    stack.push({ container, rest: childrenOf(container), sum: 1 });
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
    if (!isContainer(child)) frame.sum++;
    else if (child.weight > 0) frame.sum += child.weight;
    else if (open.has(child)) return Infinity;
    else enter(child);
  }
}
