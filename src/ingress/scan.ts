/**
 * The one decision: what a file is, decoded whole by its grammar. Content decides; a name can only make a verdict worse.
 * Pure: it reads a source and gives findings and safe forms. It runs in the scan's child process.
 */
import { looksLikeTar, looksLikeZip } from '../formats/index.ts';
import type { ByteSource } from '../formats/index.ts';
import type { Finding } from '../inspect/index.ts';
import {
  decodeGzip,
  decodeTar,
  decodeZlib,
  judgeLoosely,
  looksLikeZlibHead,
} from './archive-file.ts';
import { decodeNpy, looksLikeNpyHead } from './array-file.ts';
import { find, judgeScan, refused } from './decoded.ts';
import type { Decoded, DecodeInner, EnterMember } from './decoded.ts';
import { decodeGguf, looksLikeGgufHead } from './gguf-file.ts';
import { decodeParquet, looksLikeParquetHead } from './parquet-file.ts';
import { decodePickle } from './pickle-file.ts';
import { describeProblems } from './pickle-forms.ts';
import { judgePickle } from './pickle/judge.ts';
import type { PickleJudgement } from './pickle/judge.ts';
import type { PickleProblem } from './pickle/problems.ts';
import { decodePlain } from './plain-file.ts';
import { decodeSafetensors, looksLikeSafetensorsHead } from './safetensors-file.ts';
import { decodeZip } from './zip-file.ts';

/** Files inside files, the outermost counted. */
const DEPTH_MAX = 4;
const HEAD_BYTES = 4096;

/** A name and something behind it: fewer opcodes are two lines of a text that begins with a `c`. */
const LED_ON_OPCODES = 3;
/** What a pickle of data does not have. */
const OUTSIDE: ReadonlySet<PickleProblem['code']> = new Set([
  ...(['PICKLE_REFERENCE', 'PICKLE_OBJECT', 'PICKLE_MASKED'] as const),
]);

/** What a pickle does. */
const DOING: ReadonlySet<PickleProblem['code']> = new Set([
  ...(['PICKLE_CALL', 'PICKLE_CALL_COMPUTED', 'PICKLE_NAME_CHANGED'] as const),
]);

/** Scans one file. Never throws on hostile bytes. `enter` is told of the members of the outermost archive. */
export function scanSource(
  name: string,
  source: ByteSource,
  depth = 1,
  enter?: EnterMember,
): Decoded {
  if (depth > DEPTH_MAX)
    return refused('unknown', find('hold', 'DEPTH_EXCESS', { limit: DEPTH_MAX }));
  const head = source.read(0, Math.min(source.size, HEAD_BYTES));
  // The length of a safetensors header can begin like a pickle, which then breaks off at once.
  const isOther = looksLikeSafetensorsHead(head, source.size);
  const isMarked = head[0] === 0x80 && (head[1] ?? 255) <= 5;
  if (isMarked && !isOther) return close(decodePickle(name, source));
  const judged = judgePickle(source);
  const decoded = decodeByContent(name, source, head, judged, makeInner(depth, enter));
  const doubts = isPickleType(decoded.type) ? [] : judgeDouble(decoded.type, judged);
  return close({ ...decoded, findings: [...decoded.findings, ...doubts] });
}

function isPickleType(type: string): boolean {
  return type === 'pickle' || type === 'joblib' || type === 'torch-legacy';
}

/** Nothing is taken from a malicious file. */
function close(decoded: Decoded): Decoded {
  return judgeScan(decoded.findings) === 'malicious' ? { ...decoded, forms: [] } : decoded;
}

/** Protocols 0 and 1 have no mark: such a pickle ends the file, or names or calls something before it ends. */
function isBarePickle(source: ByteSource, judged: PickleJudgement): boolean {
  if (judged.outcome === 'joblib') return true;
  if (judged.outcome !== 'stopped') return false;
  if (judged.names > 0) return true;
  if (judged.opcodes < 2) return false;
  return judged.end === source.size || areMorePickles(source, judged);
}

/** The fewest opcodes of each of several pickles: some two letters of a text are one of fewer. */
const SEVERAL_OPCODES = 4;
const SEVERAL_MAX = 64;

/** Whether pickles follow one another to the end of the file. Of very many the first ones tell. */
function areMorePickles(source: ByteSource, first: PickleJudgement): boolean {
  let judged = first;
  for (let count = 0; count < SEVERAL_MAX; count++) {
    if (judged.outcome !== 'stopped' || judged.opcodes < SEVERAL_OPCODES) return false;
    if (judged.end >= source.size) return true;
    judged = judgePickle(source, judged.end);
  }
  return true;
}

/**
 * A file of another type that a pickle's reader would run is two files in one. Bytes that only happen to be opcodes name
 * nothing; no honest file of another type names something and goes on to a STOP.
 */
function judgeDouble(type: string, judged: PickleJudgement): Finding[] {
  const { asksOutside, isWords, names, opcodes, outcome } = judged;
  const isWhole = outcome === 'stopped' || outcome === 'joblib';
  // A ZIP and a parquet file begin like a line that asks for something outside, behind which any text may be.
  const goesOn = (isWhole || (opcodes >= LED_ON_OPCODES && !asksOutside)) && !(isWords && !isWhole);
  const told = isWhole
    ? judged.problems
    : judged.problems.flatMap((problem) => weighUnfinished(problem, judged));
  const kept = told.filter(({ code, severity }) => {
    if (severity === 'deny') return names > 0 || code === 'PICKLE_NESTED_CALL';
    if (code === 'PICKLE_BROKEN') return outcome === 'unjudged';
    return names > 0 && ((goesOn && OUTSIDE.has(code)) || DOING.has(code));
  });
  const findings = describeProblems(kept);
  if (names > 0 && isWhole) {
    const isData = kept.length === 0 && outcome === 'stopped';
    // Readers of plain pickles end where one asks for something outside: the line that every ZIP begins with.
    if (!isData || !asksOutside)
      findings.push(find(isData ? 'hold' : 'deny', 'TYPE_DOUBLE', { type }));
  }
  return findings;
}

/**
 * A list of words that begin with a `c` is a stream of names, and one with an `a`, `b` or `s` changes one of them. Readers end
 * where they look for the first module, which nobody has; when it is one that they have, or a text is added to it, a person
 * decides. So does one about what such a stream calls (`R`): for names that nobody has there are no arguments either.
 */
function weighUnfinished(
  problem: PickleProblem,
  { isWords, isLines }: PickleJudgement,
): readonly PickleProblem[] {
  const isChange = problem.code === 'PICKLE_NAME_CHANGED';
  if (isChange && isWords) return [];
  const isHeld = isChange ? isLines : isWords;
  return isHeld && problem.severity === 'deny' ? [{ ...problem, severity: 'hold' }] : [problem];
}

/** Decoders of what is one level deeper: of members, and of what is only packed, whose members are then the outermost. */
interface InnerDecoders {
  readonly inner: DecodeInner;
  readonly unpacked: DecodeInner;
}

function makeInner(depth: number, enter: EnterMember | undefined): InnerDecoders {
  const inner = (own: string, content: ByteSource): Decoded => scanSource(own, content, depth + 1);
  const unpacked = (own: string, content: ByteSource): Decoded =>
    scanSource(own, content, depth + 1, enter);
  return { inner: Object.assign(inner, { enter }), unpacked };
}

function decodeByContent(
  name: string,
  source: ByteSource,
  head: Uint8Array,
  judged: PickleJudgement,
  { inner, unpacked }: InnerDecoders,
): Decoded {
  if (looksLikeZip(head)) return decodeZip(name, source, inner);
  if (looksLikeNpyHead(head)) return decodeNpy(name, source);
  if (looksLikeSafetensorsHead(head, source.size)) return decodeSafetensors(name, source);
  if (looksLikeGgufHead(head)) return decodeGguf(name, source);
  if (looksLikeParquetHead(head)) return decodeParquet(name, source);
  if (looksLikeTar(head)) return decodeTar(name, source, inner);
  if (head[0] === 0x1f && head[1] === 0x8b) return decodeGzip(name, source, unpacked);
  const isZlib = looksLikeZlibHead(head);
  const unwrapped = isZlib ? decodeZlib(name, source, unpacked) : undefined;
  if (unwrapped !== undefined) return unwrapped;
  if (isBarePickle(source, judged)) return decodePickle(name, source);
  const plain = decodePlain(name, source);
  const loose = isZlib ? judgeLoosely(name, source, inner) : [];
  return { ...plain, findings: [...plain.findings, ...loose] };
}
