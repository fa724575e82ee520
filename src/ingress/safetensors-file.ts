/** safetensors files: every rule checked, then written anew with tensors in order and plain metadata only. */
import { partOf, readPieces, readSafetensors, writeSafetensors } from '../formats/index.ts';
import type { ByteSource } from '../formats/index.ts';
import type { Finding } from '../inspect/index.ts';
import { find, refused } from './decoded.ts';
import type { Decoded } from './decoded.ts';
import { judgeKept } from './dropped.ts';
import { isPlainText } from './plain-text.ts';

/** Whether a file may be safetensors by its first bytes: a length that fits, then `{`. */
export function looksLikeSafetensorsHead(head: Uint8Array, size: number): boolean {
  if (head.length < 9 || head[8] !== 0x7b) return false;
  const view = new DataView(head.buffer, head.byteOffset, 8);
  const length = view.getUint32(0, true);
  return view.getUint32(4, true) === 0 && length >= 2 && 8 + length <= size;
}

/** Decodes a safetensors file. */
export function decodeSafetensors(name: string, source: ByteSource): Decoded {
  const read = readSafetensors(source);
  if (!read.ok) {
    const { why, place } = read;
    return refused('safetensors', find('hold', 'SAFETENSORS_BROKEN', { why }, place));
  }
  const { tensors, metadata } = read.value;
  const findings: Finding[] = [];
  const kept = new Map<string, string>();
  for (const [key, text] of metadata) {
    findings.push(...judgeKept(key, '`__metadata__`'), ...judgeKept(text, '`__metadata__`'));
    if (isPlainText(key) && isPlainText(text)) kept.set(key, text);
    else
      findings.push(find('hold', 'METADATA_UNPLAIN', { name: key.slice(0, 64) }, '`__metadata__`'));
  }
  for (const tensor of tensors) findings.push(...judgeKept(tensor.name, 'the name of a tensor'));
  const toWrite = tensors.map((tensor) => ({
    name: tensor.name,
    type: tensor.type,
    shape: tensor.shape,
    bytes: tensor.to - tensor.from,
    pieces: () => readPieces(partOf(source, tensor.from, tensor.to)),
  }));
  const pieces = (): Iterable<Uint8Array> => writeSafetensors(toWrite, kept);
  return { type: 'safetensors', findings, forms: [{ name, type: 'safetensors', pieces }] };
}
