/** ZIP files: PyTorch's, NumPy's, Keras's, and ordinary ones, whose members are decoded one by one. */
import { inflateRawSync } from 'node:zlib';
import { findNameClash, looksLikeZip, memorySource, walkZip } from '../formats/index.ts';
import type { ByteSource, ZipMember } from '../formats/index.ts';
import type { Finding } from '../inspect/index.ts';
import { decodeNpz } from './array-file.ts';
import { find, fromRefusal, placeInside, refused } from './decoded.ts';
import type { Decoded, DecodeInner, SafeForm } from './decoded.ts';
import { describeProblems } from './pickle-forms.ts';
import { judgePlainPickle } from './pickle/judge.ts';
import { judgeDropped, judgeFoldedNames } from './dropped.ts';
import { decodeTorchZip, findTorchFolder } from './torch-zip.ts';

/** Unpacked bytes may be this many times the file, besides a small allowance. */
const RATIO_MAX = 100;
const ALLOWANCE_BYTES = 16 << 20;

const KERAS = /^(?:model\.weights\.h5|saved_model\.pb|.+\/saved_model\.pb|keras_metadata\.pb)$/;
const TORCH_SERVE = /^MAR-INF\/MANIFEST\.json$/i;
const OFFICE = /^(?:word|xl|ppt)\/|^\[Content_Types\]\.xml$|^META-INF\/MANIFEST\.MF$/;

/** Decodes a ZIP. */
export function decodeZip(name: string, source: ByteSource, decodeInner: DecodeInner): Decoded {
  const walked = walkZip(source, { bytesMax: source.size * RATIO_MAX + ALLOWANCE_BYTES });
  if (!walked.ok) return refused('zip', fromRefusal(walked), ...judgeBrokenZip(source));
  const aside = [
    ...judgeDropped(walked.dropped),
    ...judgeFoldedNames(walked.value.map((member) => member.name)),
  ];
  const decoded = decodeWalked(name, source, walked.value, decodeInner);
  return { ...decoded, findings: [...decoded.findings, ...aside] };
}

function decodeWalked(
  name: string,
  source: ByteSource,
  members: readonly ZipMember[],
  decodeInner: DecodeInner,
): Decoded {
  const clash = findNameClash(
    members.map((member) => member.name),
    'ZIP',
  );
  if (clash !== undefined) return refused('zip', fromRefusal(clash), ...judgeBrokenZip(source));
  const folder = findTorchFolder(members);
  if (folder !== undefined)
    return lookLoosely(decodeTorchZip(name, source, members, folder, decodeInner), source);
  if (members.length > 0 && members.every((member) => member.name.endsWith('.npy'))) {
    return lookLoosely(decodeNpz(name, members), source);
  }
  const inner = decodeMembers(name, members, decodeInner);
  const whole = describeWhole(members);
  const decoded =
    whole === undefined
      ? { type: 'zip', ...inner }
      : refused(whole[0], whole[1], ...inner.findings);
  return lookLoosely(decoded, source);
}

/** PyTorch reads members whatever their check values say: what is in a broken one is judged all the same. */
function lookLoosely(decoded: Decoded, source: ByteSource): Decoded {
  const isBroken = decoded.findings.some(({ code }) => code === 'ARCHIVE_BROKEN');
  return isBroken
    ? { ...decoded, forms: [], findings: [...decoded.findings, ...judgeBrokenZip(source)] }
    : decoded;
}

/** ZIPs that are one document or model rather than a list of files. */
function describeWhole(members: readonly ZipMember[]): readonly [string, Finding] | undefined {
  const has = (pattern: RegExp): boolean => members.some((member) => pattern.test(member.name));
  const isKeras = has(KERAS) || (has(/^config\.json$/) && has(/^metadata\.json$/) && has(/\.h5$/));
  const hint = 'ask for the weights as safetensors, and for the architecture as source code';
  if (isKeras)
    return ['keras', find('hold', 'FORMAT_REFUSED', { what: 'a Keras or TensorFlow model', hint })];
  if (has(TORCH_SERVE)) {
    const what = 'an archive of TorchServe, whose handler is code';
    return ['torch-serve', find('hold', 'FORMAT_REFUSED', { what, hint })];
  }
  if (!has(OFFICE)) return undefined;
  const what = 'an office document or a program';
  return ['office', find('hold', 'FORMAT_REFUSED', { what, hint: 'send text, CSV or JSON' })];
}

/** Decodes members one by one; safe forms lie in a folder that is called like the archive. */
export function decodeMembers(
  name: string,
  members: readonly Pick<ZipMember, 'name' | 'open'>[],
  decodeInner: DecodeInner,
): { readonly findings: Finding[]; readonly forms: SafeForm[] } {
  const findings: Finding[] = [];
  const forms: SafeForm[] = [];
  for (const member of members) {
    const why = decodeInner.enter?.(member.name);
    if (why !== undefined) {
      findings.push(find('hold', 'DECODER_ENDED', { why }, member.name));
      continue;
    }
    const opened = member.open();
    if (!opened.ok) {
      findings.push(fromRefusal(opened));
      continue;
    }
    const decoded = decodeGuarded(decodeInner, `${name}/${member.name}`, opened.value);
    findings.push(...placeInside(member.name, decoded.findings));
    forms.push(...decoded.forms);
  }
  return { findings, forms };
}

/** A member on which its decoder ends does not hide what the others are. */
function decodeGuarded(decodeInner: DecodeInner, name: string, source: ByteSource): Decoded {
  try {
    return decodeInner(name, source);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'no reason given';
    return refused('unknown', find('hold', 'DECODER_ENDED', { why }));
  }
}

const LOOSE_MEMBERS_MAX = 256;
const LOOSE_BYTES_MAX = 16 << 20;
const LOOSE_LOOK_BYTES = 256 << 20;

/**
 * A ZIP that is refused for its structure may still be loaded by a reader that is less strict: whatever lies behind
 * anything like a member's header is judged, so that a call in it is named.
 */
function judgeBrokenZip(source: ByteSource): Finding[] {
  const bytes = source.read(0, Math.min(source.size, LOOSE_LOOK_BYTES));
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const findings: Finding[] = [];
  let at = buffer.indexOf('PK\x03\x04', 0, 'latin1');
  for (let count = 0; at >= 0 && count < LOOSE_MEMBERS_MAX; count++) {
    if (at + 30 > buffer.length) break;
    const from = at + 30 + buffer.readUInt16LE(at + 26) + buffer.readUInt16LE(at + 28);
    for (const content of openLoosely(buffer.subarray(from), buffer.readUInt16LE(at + 8))) {
      if (looksLikeZip(content)) continue;
      const judged = judgePlainPickle(memorySource(content));
      const denied = judged.problems.filter(({ severity }) => severity === 'deny');
      findings.push(...placeInside(`member at byte ${String(at)}`, describeProblems(denied)));
    }
    at = buffer.indexOf('PK\x03\x04', at + 4, 'latin1');
  }
  return findings;
}

/** The bytes as they lie, and as they would be when inflated, as far as that goes. */
function openLoosely(data: Uint8Array, method: number): Uint8Array[] {
  if (method === 0) return [data];
  try {
    const inflated = inflateRawSync(data.subarray(0, LOOSE_BYTES_MAX), {
      maxOutputLength: LOOSE_BYTES_MAX,
      finishFlush: 2,
    });
    return [data, inflated];
  } catch {
    return [data];
  }
}
