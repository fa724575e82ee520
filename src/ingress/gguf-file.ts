/** GGUF files: every bound checked, templates read by their grammar, then written with empty gaps. */
import { DroppedBytes, partOf, readGguf, readPieces } from '../formats/index.ts';
import type { ByteSource } from '../formats/index.ts';
import type { Finding } from '../inspect/index.ts';
import { find, refused } from './decoded.ts';
import type { Decoded } from './decoded.ts';
import { judgeDropped, judgeKeptBytes } from './dropped.ts';
import { isPlainText } from './plain-text.ts';
import { judgeTemplate } from './template-file.ts';

/** Whether the bytes begin like a GGUF file. */
export function looksLikeGgufHead(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(0, 4)).toString('latin1') === 'GGUF';
}

/** A block of a template with something in it; pieces of words of a vocabulary have the signs at most beside one another. */
const BLOCK = /\{\{-?\s*[^\s{}]|\{%-?\s*[^\s{}%]/;
const BLOCK_END = /[^\s{}%]\s*-?(?:\}\}|%\})/;
/** Longer than the pieces of words that vocabularies hold. */
const PIECE_LENGTH_MAX = 64;

/** Whether a text of an array may be markup or code, which nobody expects in lists of words. */
function mayBeCode(text: string): boolean {
  if (BLOCK.test(text) && BLOCK_END.test(text)) return true;
  // Vocabularies have long runs of one sign, and pairs of them.
  const spelled = text.replace(/([^])\1{3,}/gu, '$1');
  return spelled.length > PIECE_LENGTH_MAX && !isPlainText(spelled);
}

/** Decodes a GGUF file. */
export function decodeGguf(name: string, source: ByteSource): Decoded {
  const read = readGguf(source);
  if (!read.ok) return refused('gguf', find('hold', 'GGUF_BROKEN', { why: read.why }));
  const { headerEnd, alignment, tensors, texts, odd, keys, runs } = read.value;
  const findings: Finding[] = [];
  for (const [key, text] of texts) {
    if (key.includes('template')) findings.push(...judgeTemplate(text, true, `\`${key}\``));
    else if (!isPlainText(text)) {
      findings.push(
        find('hold', 'METADATA_KEPT', { name: key.slice(0, 64) }, `\`${key.slice(0, 64)}\``),
      );
    }
  }
  const oddNames = [
    ...odd,
    ...keys.filter((key) => !isPlainText(key)),
    ...tensors
      .map((tensor) => tensor.name)
      .filter((each) => !/^[\w.:/-]*$/.test(each) || /\.\./.test(each)),
  ];
  const [first] = oddNames;
  if (first !== undefined)
    findings.push(find('hold', 'METADATA_KEPT', { name: first.slice(0, 64) }));
  const hiding = new Set<string>();
  for (const { from, to, key } of runs) {
    const bytes = source.read(from, to);
    findings.push(...judgeKeptBytes(bytes, `byte ${String(from)}`));
    if (key === undefined || hiding.has(key) || !mayBeCode(Buffer.from(bytes).toString('utf8')))
      continue;
    hiding.add(key);
    findings.push(
      find('hold', 'METADATA_KEPT', { name: key.slice(0, 64) }, `byte ${String(from)}`),
    );
  }
  const padding = new DroppedBytes();
  let end = headerEnd;
  for (const { from, to } of tensors) {
    padding.addPadding('padding', source.read(end, from));
    end = to;
  }
  padding.addPadding('padding', source.read(end, source.size));
  // Writers fill padding with zeros; anything else was put there.
  findings.push(...judgeDropped(padding).map((each) => ({ ...each, severity: 'hold' as const })));
  function* pieces(): Generator<Uint8Array, void, undefined> {
    yield* readPieces(partOf(source, 0, headerEnd));
    let at = headerEnd;
    for (const tensor of tensors) {
      yield new Uint8Array(tensor.from - at);
      yield* readPieces(partOf(source, tensor.from, tensor.to));
      at = tensor.to;
    }
    yield new Uint8Array(Math.ceil(at / alignment) * alignment - at);
  }
  return { type: 'gguf', findings, forms: [{ name, type: 'gguf', pieces }] };
}
