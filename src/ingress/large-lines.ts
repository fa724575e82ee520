/**
 * JSON lines beyond what is parsed in memory: read, judged and written anew in blocks of whole lines, so that memory is that of a
 * few blocks whatever the size of the file. A block is read by the same grammar and the same judges as a whole file.
 */
import { JSON_LINE_BYTES_MAX, parseJsonLines, recognise } from '../formats/index.ts';
import type { ByteSource, Respelled } from '../formats/index.ts';
import type { Finding } from '../inspect/index.ts';
import { describeChanges } from './changed.ts';
import { fromRefusal, judgeScan, keepWorst, placeInside, refused } from './decoded.ts';
import type { Decoded } from './decoded.ts';
import { judgePlainValues } from './plain-values.ts';
import { judgeTemplates } from './template-file.ts';

/** Bytes of a block; the longest line is half as long. */
const BLOCK_BYTES = 2 * JSON_LINE_BYTES_MAX;
const FINDINGS_MAX = 200;
const NEWLINE = 10;
const HAS_NO_VALUES = 'JSON_LINES_NONE';

/** Blocks of whole lines, in order. A line that fills a block is one by itself, which its reader refuses. */
function* readBlocks(
  source: ByteSource,
  blockBytes: number,
): Generator<{ readonly from: number; readonly bytes: Uint8Array }> {
  for (let from = 0; from < source.size;) {
    const bytes = source.read(from, Math.min(source.size, from + blockBytes));
    const end = from + bytes.length < source.size ? bytes.lastIndexOf(NEWLINE) + 1 : bytes.length;
    const block = end > 0 ? bytes.subarray(0, end) : bytes;
    yield { from, bytes: block };
    from += block.length;
  }
}

/** What the reader of all blocks noted. */
class Noted {
  readonly #notes = new Set<string>();
  #respelled: Respelled | undefined;

  add(notes: readonly string[], respelled: Respelled | undefined): void {
    for (const note of notes) this.#notes.add(note);
    if (respelled === undefined) return;
    const { count = 0 } = this.#respelled ?? {};
    this.#respelled = { ...(this.#respelled ?? respelled), count: count + respelled.count };
  }

  describe(): Finding[] {
    const value = { notes: [...this.#notes] };
    const respelled = this.#respelled === undefined ? {} : { respelled: this.#respelled };
    return describeChanges('jsonl', new Uint8Array(), { value, ...respelled });
  }
}

/** Whether the first lines of a large file are JSON lines, whatever comes behind them. */
function beginsLikeLines(name: string, source: ByteSource): boolean {
  const head = source.read(0, Math.min(source.size, JSON_LINE_BYTES_MAX));
  const found = recognise(head.subarray(0, head.lastIndexOf(NEWLINE) + 1), name);
  return found.ok && found.kind === 'file' && found.candidates[0]?.type === 'jsonl';
}

/** Decodes a large file of JSON lines; undefined when it does not begin like one. */
export function decodeLargeLines(
  name: string,
  source: ByteSource,
  blockBytes = BLOCK_BYTES,
): Decoded | undefined {
  if (!beginsLikeLines(name, source)) return undefined;
  const noted = new Noted();
  let findings: readonly Finding[] = [];
  for (const { from, bytes } of readBlocks(source, blockBytes)) {
    const parsed = parseJsonLines(bytes);
    const place = `from byte ${String(from)}`;
    if (!parsed.ok) {
      if (parsed.code === HAS_NO_VALUES) continue;
      return refused('jsonl', ...findings, ...placeInside(place, [fromRefusal(parsed)]));
    }
    const { value, respelled } = parsed;
    noted.add(value.notes, respelled);
    const own = [
      ...judgeTemplates(name, 'jsonl', value.bytes),
      ...judgePlainValues({ type: 'jsonl', bytes: value.bytes }),
    ];
    findings = keepWorst([...findings, ...placeInside(place, own)], FINDINGS_MAX);
    if (judgeScan(findings) === 'malicious')
      return refused('jsonl', ...noted.describe(), ...findings);
  }
  const all = [...noted.describe(), ...findings];
  function* pieces(): Generator<Uint8Array, void, undefined> {
    for (const { bytes } of readBlocks(source, blockBytes)) {
      const parsed = parseJsonLines(bytes);
      if (parsed.ok) yield parsed.value.bytes;
      else if (parsed.code !== HAS_NO_VALUES) throw new Error('a file changed while it was read');
    }
  }
  return { type: 'jsonl', findings: all, forms: [{ name, type: 'jsonl', pieces }] };
}
