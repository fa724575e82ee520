/** Pickles inside values of pickles: bare, in base64, in hexadecimal digits or as escapes, several layers deep. */
import { memorySource, partOf } from '../../formats/index.ts';
import type { ByteSource } from '../../formats/index.ts';
import type { PickleJudgement } from './judge.ts';
import { readLatin1 } from './tape.ts';

/** What a value was found to hold. */
export interface NestedPickle {
  readonly severity: 'hold' | 'deny';
  readonly detail: string;
}

/** Judges a pickle; given by the judge itself. */
export type JudgeInner = (source: ByteSource, start: number, depth: number) => PickleJudgement;

const DEPTH_MAX = 5;
/** Longer values are tensors' bytes; a bare pickle at their start is still seen, an encoding of one is not looked for. */
const ENCODED_BYTES_MAX = 1 << 20;
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}\s*$/;
const HEX = /^(?:[0-9a-fA-F]{2})+\s*$/;
const ESCAPED = /^(?:\\x[0-9a-fA-F]{2}){2}/;

/** Looks at the value in `from..to` of a source. */
export function findNestedPickle(
  source: ByteSource,
  from: number,
  to: number,
  depth: number,
  judge: JudgeInner,
): NestedPickle | undefined {
  const head = source.read(from, Math.min(to, from + 1024));
  // Without a protocol mark a name or a call needs lines, or at least the opcode that takes names from the stack.
  const isCandidate = head[0] === 0x80 || head.includes(10) || head.includes(0x93);
  const bare = isCandidate ? judgeBare(partOf(source, from, to), depth, judge) : undefined;
  if (bare !== undefined || to - from > ENCODED_BYTES_MAX) return bare;
  const text = readLatin1(source.read(from, to));
  const decoded = decodeText(text);
  return decoded === undefined ? undefined : judgeBare(memorySource(decoded), depth, judge);
}

function decodeText(text: string): Uint8Array | undefined {
  if (HEX.test(text)) return Buffer.from(text.trim(), 'hex');
  if (ESCAPED.test(text)) {
    const bytes = text.replace(/\\x([0-9a-fA-F]{2})/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    );
    return Buffer.from(bytes, 'latin1');
  }
  const joined = text.replace(/[\r\n]+/g, '');
  return BASE64.test(joined) ? Buffer.from(joined, 'base64') : undefined;
}

function judgeBare(source: ByteSource, depth: number, judge: JudgeInner): NestedPickle | undefined {
  if (source.size < 4) return undefined;
  if (depth > DEPTH_MAX) return { severity: 'hold', detail: 'values nested too deeply to be read' };
  const judged = judge(source, 0, depth);
  const denied = judged.problems.find((problem) => problem.severity === 'deny');
  if (denied !== undefined) return { severity: 'deny', detail: denied.detail };
  const isWhole = judged.outcome === 'stopped' && judged.hasProto && judged.opcodes > 2;
  return isWhole ? { severity: 'hold', detail: '' } : undefined;
}
