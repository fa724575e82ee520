/**
 * The one decision: what a file is, decoded whole by its grammar. Content decides; a name can only make a verdict worse.
 * Pure: it reads a source and gives findings and safe forms. It runs in the scan's child process.
 */
import { looksLikeTar, looksLikeZip } from '../formats/index.ts';
import type { ByteSource } from '../formats/index.ts';
import { decodeGzip, decodeTar, decodeZlib, looksLikeZlibHead } from './archive-file.ts';
import { decodeNpy, looksLikeNpyHead } from './array-file.ts';
import { find, judgeScan, refused } from './decoded.ts';
import type { Decoded } from './decoded.ts';
import { decodeGguf, looksLikeGgufHead } from './gguf-file.ts';
import { decodeParquet, looksLikeParquetHead } from './parquet-file.ts';
import { decodePickle } from './pickle-file.ts';
import { describeProblems } from './pickle-forms.ts';
import { judgePickle } from './pickle/judge.ts';
import type { PickleJudgement } from './pickle/judge.ts';
import { decodePlain } from './plain-file.ts';
import { decodeSafetensors, looksLikeSafetensorsHead } from './safetensors-file.ts';
import { decodeZip } from './zip-file.ts';

/** Files inside files, the outermost counted. */
const DEPTH_MAX = 4;
const HEAD_BYTES = 4096;

/** Scans one file. Never throws on hostile bytes. */
export function scanSource(name: string, source: ByteSource, depth = 1): Decoded {
  if (depth > DEPTH_MAX)
    return refused('unknown', find('hold', 'DEPTH_EXCESS', { limit: DEPTH_MAX }));
  const head = source.read(0, Math.min(source.size, HEAD_BYTES));
  if (head[0] === 0x80 && (head[1] ?? 255) <= 5) return close(decodePickle(name, source));
  const judged = judgePickle(source);
  const decoded = decodeByContent(name, source, head, depth, judged);
  // A file of another type that a pickle's reader would run is two files in one.
  const denied = judged.problems.filter(({ severity }) => severity === 'deny');
  const doubts = isPickleType(decoded.type)
    ? []
    : [...describeProblems(denied), ...doubt(decoded, judged)];
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

/** A text that would name something and then break off is not simply a text. */
function doubt(decoded: Decoded, judged: PickleJudgement): ReturnType<typeof describeProblems> {
  const isText = decoded.type === 'text' || decoded.type === 'table';
  if (!isText || judged.names === 0 || judged.opcodes < 3) return [];
  return describeProblems(judged.problems.filter(({ code }) => code === 'PICKLE_REFERENCE'));
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
  if (looksLikeZlibHead(head)) {
    const unwrapped = decodeZlib(name, source, inner);
    if (unwrapped !== undefined) return unwrapped;
  }
  return isBarePickle(source, judged) ? decodePickle(name, source) : decodePlain(name, source);
}
