/**
 * Walks the opcodes of a Python pickle (protocols 0 to 5) without building any object: only the depth of the stack
 * and the marks are kept, so that the walk is linear in the input and cannot be made to run anything.
 */

/** How an opcode's argument is read: fixed bytes, a length of 1, 4 or 8 bytes and that many bytes, or lines. */
type Argument = number | 'len1' | 'len4' | 'len8' | 'line' | 'lines2';

interface Opcode {
  readonly argument: Argument;
  /** Items taken from the stack; `mark` takes everything down to the last mark. */
  readonly pops: number | 'mark';
  readonly pushes: number;
  readonly check?: RegExp;
}

const OPCODES = new Map<number, Opcode>();
function define(
  code: string | number,
  argument: Argument,
  pops: number | 'mark',
  pushes: number,
  check?: RegExp,
): void {
  const byte = typeof code === 'string' ? code.charCodeAt(0) : code;
  OPCODES.set(byte, { argument, pops, pushes, ...(check === undefined ? {} : { check }) });
}

const MODULE_NAME = /^[A-Za-z_][\w.]* ?[\w.]*$/;
const INTEGER = /^[+-]?\d+L?$/;
const FLOAT = /^[+-]?(?:\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|inf|nan)$/i;
const QUOTED = /^(?:'.*'|".*")$/;
define('F', 'line', 0, 1, FLOAT);
define('I', 'line', 0, 1, INTEGER);
define('L', 'line', 0, 1, INTEGER);
define('S', 'line', 0, 1, QUOTED);
define('V', 'line', 0, 1);
define('P', 'line', 0, 1);
define('g', 'line', 0, 1, /^\d+$/);
define('p', 'line', 1, 1, /^\d+$/);
define('c', 'lines2', 0, 1, MODULE_NAME);
define('i', 'lines2', 'mark', 1, MODULE_NAME);
for (const [code, bytes] of [
  ['J', 4],
  ['K', 1],
  ['M', 2],
  ['G', 8],
  ['h', 1],
  ['j', 4],
] as const) {
  define(code, bytes, 0, 1);
}
for (const code of [0x82, 0x83, 0x84]) define(code, 1 << (code - 0x82), 0, 1);
for (const code of ['N', '}', ']', ')', 0x88, 0x89, 0x8f, 0x97] as const) define(code, 0, 0, 1);
for (const code of ['d', 'l', 'o', 't', 0x91] as const) define(code, 0, 'mark', 1);
for (const code of ['e', 'u', 0x90] as const) define(code, 0, 'mark', 0);
for (const [code, pops] of [
  ['Q', 1],
  ['R', 2],
  ['a', 2],
  ['b', 2],
  ['s', 3],
  [0x81, 2],
  [0x85, 1],
  [0x86, 2],
  [0x87, 3],
  [0x92, 3],
  [0x93, 2],
  [0x94, 1],
  [0x98, 1],
] as const) {
  define(code, 0, pops, 1);
}
define('q', 1, 1, 1);
define('r', 4, 1, 1);
for (const code of ['U', 'C', 0x8c, 0x8a] as const) define(code, 'len1', 0, 1);
for (const code of ['T', 'X', 'B', 0x8b] as const) define(code, 'len4', 0, 1);
for (const code of [0x8d, 0x8e, 0x96]) define(code, 'len8', 0, 1);
define(0x80, 1, 0, 0);
define(0x95, 8, 0, 0);
define('0', 0, 1, 0);
define('1', 0, 'mark', 0);
define('2', 0, 1, 2);
const MARK = 0x28;
const STOP = 0x2e;
const LINE_BYTES_MAX = 1 << 20;

/** What a walk saw before it ended. */
export interface PickleWalk {
  /** The walk reached STOP with a legal stack. */
  readonly stopped: boolean;
  /** Where the walk ended: after STOP, or at the first byte that is not a legal opcode here. */
  readonly end: number;
  readonly opcodes: number;
  /** An opcode was met that names a class or function. */
  readonly names: boolean;
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
}

/** The end of an argument's bytes, or -1 when it is not legal. `at` is the first byte after the opcode. */
function skipArgument(bytes: Uint8Array, at: number, opcode: Opcode): number {
  const { argument } = opcode;
  if (typeof argument === 'number') return at + argument <= bytes.length ? at + argument : -1;
  if (argument === 'line' || argument === 'lines2') {
    let from = at;
    for (let lines = argument === 'line' ? 1 : 2; lines > 0; lines--) {
      const newline = bytes.indexOf(10, from);
      if (newline < 0 || newline - from > LINE_BYTES_MAX) return -1;
      const line = latin1(bytes, from, newline).replace(/\r$/, '');
      if (opcode.check !== undefined && !opcode.check.test(line)) return -1;
      from = newline + 1;
    }
    return from;
  }
  const width = argument === 'len1' ? 1 : argument === 'len4' ? 4 : 8;
  if (at + width > bytes.length) return -1;
  let length = 0;
  for (let i = width - 1; i >= 0; i--) length = length * 256 + (bytes[at + i] ?? 0);
  return at + width + length <= bytes.length ? at + width + length : -1;
}

/** Walks one pickle that starts at `start`. Never throws. */
export function walkPickle(bytes: Uint8Array, start = 0): PickleWalk {
  const marks: number[] = [];
  let depth = 0;
  let at = start;
  let opcodes = 0;
  let names = false;
  const end = (stopped: boolean): PickleWalk => ({ stopped, end: at, opcodes, names });
  while (at < bytes.length) {
    const code = bytes[at] ?? 0;
    if (code === STOP) {
      if (depth < 1) return end(false);
      at++;
      opcodes++;
      return end(true);
    }
    if (code === MARK) {
      marks.push(depth);
      at++;
      opcodes++;
      continue;
    }
    const opcode = OPCODES.get(code);
    if (opcode === undefined) return end(false);
    const floor = marks.at(-1) ?? 0;
    if (opcode.pops === 'mark') {
      // APPENDS, SETITEMS and ADDITEMS also need the container below the mark.
      if (marks.length === 0 || (opcode.pushes === 0 && code !== 0x31 && floor < 1))
        return end(false);
    } else if (depth - opcode.pops < floor && !(code === 0x30 && depth === floor)) {
      return end(false);
    }
    const next = skipArgument(bytes, at + 1, opcode);
    if (next < 0) return end(false);
    if (opcode.pops === 'mark') depth = marks.pop() ?? 0;
    else if (code === 0x30 && depth === floor) marks.pop();
    else depth -= opcode.pops;
    depth += opcode.pushes;
    if (code === 0x63 || code === 0x69 || code === 0x93) names = true;
    at = next;
    opcodes++;
  }
  return end(false);
}

/** Protocols 0 and 1 that break off later still show what they are by the first class or function that they name. */
const FIRST_NAME =
  /^[\s(]*[ci](?:builtins|__builtin__|os|posix|nt|sys|subprocess|torch|numpy|sklearn|joblib|copy_?reg|collections|_codecs|tensorflow|keras|jax|flax|xgboost|lightgbm)[\w.]*\n[A-Za-z_][\w.]*\n/;

/**
 * Whether the bytes are a pickle, whatever follows it. With a PROTO header a few legal opcodes are enough, since
 * tensors and second pickles may follow; without one (protocols 0 and 1, which can be plain ASCII) the whole walk
 * must reach STOP, and either end the file or have built something.
 */
export function looksLikePickle(bytes: Uint8Array): boolean {
  const first = bytes[0];
  if (first === undefined || bytes.length < 4) return false;
  const walk = walkPickle(bytes);
  if (first === 0x80 && (bytes[1] ?? 255) <= 5) return walk.stopped || walk.opcodes >= 3;
  if (!walk.stopped && FIRST_NAME.test(latin1(bytes, 0, Math.min(bytes.length, 256)))) return true;
  if (!walk.stopped || walk.opcodes < 2) return false;
  let end = walk.end;
  while (end < bytes.length && (bytes[end] === 10 || bytes[end] === 13 || bytes[end] === 0)) end++;
  return end === bytes.length || walk.names || walk.opcodes >= 8;
}
