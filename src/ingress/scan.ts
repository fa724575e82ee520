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
import type { Decoded } from './decoded.ts';
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

/** Scans one file. Never throws on hostile bytes. */
export function scanSource(name: string, source: ByteSource, depth = 1): Decoded {
  if (depth > DEPTH_MAX)
    return refused('unknown', find('hold', 'DEPTH_EXCESS', { limit: DEPTH_MAX }));
  const head = source.read(0, Math.min(source.size, HEAD_BYTES));
  // The length of a safetensors header can begin like a pickle, which then breaks off at once.
  const isOther = looksLikeSafetensorsHead(head, source.size);
  const isMarked = head[0] === 0x80 && (head[1] ?? 255) <= 5;
  if (isMarked && !isOther) return close(decodePickle(name, source));
  const judged = judgePickle(source);
  const decoded = decodeByContent(name, source, head, depth, judged);
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
  return judged.opcodes > 1 && judged.end === source.size;
}

/**
 * A file of another type that a pickle's reader would run is two files in one. Bytes that only happen to be opcodes name
 * nothing; no honest file of another type names something and goes on to a STOP.
 */
function judgeDouble(type: string, judged: PickleJudgement): Finding[] {
  const { asksOutside, names, opcodes, outcome, problems } = judged;
  const isWhole = outcome === 'stopped' || outcome === 'joblib';
  // A ZIP and a parquet file begin like a line that asks for something outside, behind which any text may be.
  const goesOn = isWhole || (opcodes >= LED_ON_OPCODES && !asksOutside);
  const told = problems.filter(({ code, severity }) => {
    if (severity === 'deny') return names > 0 || code === 'PICKLE_NESTED_CALL';
    if (code === 'PICKLE_BROKEN') return outcome === 'unjudged';
    return names > 0 && goesOn && OUTSIDE.has(code);
  });
  const findings = describeProblems(told);
  if (names > 0 && isWhole) {
    const isData = told.length === 0 && outcome === 'stopped';
    findings.push(find(isData ? 'hold' : 'deny', 'TYPE_DOUBLE', { type }));
  }
  return findings;
}

function decodeByContent(
  name: string,
  source: ByteSource,
  head: Uint8Array,
  depth: number,
  judged: PickleJudgement,
): Decoded {
  const inner = (own: string, content: ByteSource): Decoded => scanSource(own, content, depth + 1);
  if (looksLikeZip(head)) return decodeZip(name, source, inner);
  if (looksLikeNpyHead(head)) return decodeNpy(name, source);
  if (looksLikeSafetensorsHead(head, source.size)) return decodeSafetensors(name, source);
  if (looksLikeGgufHead(head)) return decodeGguf(name, source);
  if (looksLikeParquetHead(head)) return decodeParquet(name, source);
  if (looksLikeTar(head)) return decodeTar(name, source, inner);
  if (head[0] === 0x1f && head[1] === 0x8b) return decodeGzip(name, source, inner);
  const isZlib = looksLikeZlibHead(head);
  const unwrapped = isZlib ? decodeZlib(name, source, inner) : undefined;
  if (unwrapped !== undefined) return unwrapped;
  if (isBarePickle(source, judged)) return decodePickle(name, source);
  const plain = decodePlain(name, source);
  const loose = isZlib ? judgeLoosely(name, source, inner) : [];
  return { ...plain, findings: [...plain.findings, ...loose] };
}
