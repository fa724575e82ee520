/** `SHA256SUMS` as `sha256sum` writes it, signed with `ssh-keygen -Y sign`: what a source signs. Pure. */
import { utf8 } from '../../core/index.ts';
import { verifySshsig } from '../../people/index.ts';

/** The SSHSIG namespace in which sources sign. */
export const SOURCE_NAMESPACE = 'sallyport-source@v1';
/** The longest list of digests that is read. */
export const SUMS_BYTES_MAX = 32 * 1024 * 1024;

/** A file as its sender announced it. */
export interface AnnouncedFile {
  readonly name: string;
  readonly sha256: string;
}

/** The result of a check: whose key signed, or why it does not hold, without full stop. */
export type SumsCheck =
  | { readonly ok: true; readonly fingerprint: string }
  | { readonly ok: false; readonly why: string };

/** Reads the lines; the reason when one is not as `sha256sum` writes it. */
function readSums(text: string): ReadonlyMap<string, string> | string {
  const sums = new Map<string, string>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '') continue;
    const match = /^([0-9a-f]{64}) [ *](?:\.\/)?(.+)$/.exec(line);
    if (match === null) return `line ${String(index + 1)} is not "digest  name"`;
    const [, digest = '', name = ''] = match;
    if (sums.has(name)) return `line ${String(index + 1)} names a file a second time`;
    sums.set(name, digest);
  }
  return sums;
}

/** Whether a signed list names every file with its digest. It may name more: what is listed need not all be sent. */
export function checkSums(
  text: string,
  signature: string,
  files: readonly AnnouncedFile[],
): SumsCheck {
  if (text.length > SUMS_BYTES_MAX) return { ok: false, why: 'the list is too long' };
  const verified = verifySshsig({
    signature,
    message: utf8(text),
    namespace: SOURCE_NAMESPACE,
  });
  if (!verified.ok) return { ok: false, why: verified.sentence };
  const sums = readSums(text);
  if (typeof sums === 'string') return { ok: false, why: sums };
  for (const { name, sha256 } of files) {
    const listed = sums.get(name);
    if (listed === undefined) return { ok: false, why: `\`${name}\` is not in the signed list` };
    if (listed !== sha256) return { ok: false, why: `\`${name}\` has another digest` };
  }
  return { ok: true, fingerprint: verified.publicKey.fingerprint };
}
