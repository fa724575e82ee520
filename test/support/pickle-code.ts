/** Writes pickles opcode by opcode, so that tests can say what no serialiser would. */
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

function little(value: number, width: number): Buffer {
  const out = Buffer.alloc(width);
  for (let i = 0, rest = value; i < width; i++, rest = Math.floor(rest / 256)) out[i] = rest % 256;
  return out;
}

/** Parts of a pickle: texts are opcodes and lines as they stand. */
export type PickleCode = string | Uint8Array;

/** Joins parts. */
export function joinCode(...parts: readonly PickleCode[]): Buffer {
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? latin1(part) : part)));
}

/** SHORT_BINUNICODE or BINUNICODE. */
export function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  return bytes.length < 256
    ? joinCode('\x8c', little(bytes.length, 1), bytes)
    : joinCode('X', little(bytes.length, 4), bytes);
}

/** BINBYTES. */
export function bytes(value: Uint8Array): Buffer {
  return joinCode('B', little(value.length, 4), value);
}

/** STACK_GLOBAL with both names spelled out. */
export function name(module: string, attribute: string): Buffer {
  return joinCode(text(module), text(attribute), '\x93');
}

/** A call with one text. */
export function call(module: string, attribute: string, argument: string): Buffer {
  return joinCode(name(module, attribute), text(argument), '\x85R');
}

/** A pickle of protocol 4 without frames. */
export function pickle(...parts: readonly PickleCode[]): Buffer {
  return joinCode('\x80\x04', ...parts, '.');
}

/** A FRAME that says a length of its own choosing. */
export function frame(length: number, ...parts: readonly PickleCode[]): Buffer {
  return joinCode('\x95', little(length, 8), ...parts);
}

/** A small PyTorch file of the present form, as members of a ZIP. */
export function torchMembers(dataPkl: Uint8Array, storage: Uint8Array): [string, Uint8Array][] {
  return [
    ['archive/data.pkl', dataPkl],
    ['archive/byteorder', latin1('little')],
    ['archive/data/0', storage],
    ['archive/version', latin1('3\n')],
  ];
}

/** The call that makes a tensor over storage `0`. */
export function tensorCode(
  elements: number,
  shape: readonly number[],
  strides: readonly number[],
  offset = 0,
  type = 'FloatStorage',
): Buffer {
  const counts = (values: readonly number[]): Buffer =>
    joinCode('(', ...values.map((value) => joinCode('J', little(value, 4))), 't');
  return joinCode(
    ...[name('torch._utils', '_rebuild_tensor_v2'), '('],
    ...['(', text('storage'), name('torch', type), text('0'), text('cpu')],
    ...['J', little(elements, 4), 'tQ', 'J', little(offset, 4), counts(shape), counts(strides)],
    ...['\x89', name('collections', 'OrderedDict'), ')R', 'tR'],
  );
}
