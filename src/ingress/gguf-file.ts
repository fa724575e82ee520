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
  for (const [from, to] of runs) {
    findings.push(...judgeKeptBytes(source.read(from, to), `byte ${String(from)}`));
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
