/** Keys on disk, mode 0600, in the `PRIVATE+KEY+name+id+base64` spelling that tlog tools share. */
import { stat } from 'node:fs/promises';
import type { FileOps, Random } from '../core/index.ts';
import {
  concatBytes,
  fromBase64,
  fromUtf8,
  systemFiles,
  toBase64,
  utf8,
  writeFileDurable,
} from '../core/index.ts';
import { ledgerErrors } from './errors.ts';
import type { Signer } from './note.ts';
import { ED25519, ED25519_COSIGNATURE, makeSigner } from './note.ts';

const PREFIX = 'PRIVATE+KEY+';

function parseKey(text: string): Signer {
  const match = /^PRIVATE\+KEY\+([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})\n?$/.exec(text);
  const [, name = '', keyId = '', body = ''] = match ?? [];
  const typed = fromBase64(body);
  const type = typed?.[0];
  if (typed === null || (type !== ED25519 && type !== ED25519_COSIGNATURE)) {
    throw ledgerErrors.error('KEY_INVALID', { why: 'the file is not a private key' });
  }
  const signer = makeSigner(name, type, typed.slice(1));
  if (signer.verifier.keyId !== keyId) {
    throw ledgerErrors.error('KEY_INVALID', { why: 'its id does not match' });
  }
  return signer;
}

/**
 * Opens a key file, or makes one with fresh bytes if there is none. Also keeps the public key beside it in `<file>.pub`.
 * Refuses a file that others can read, and one made for another name.
 */
export async function openKeyFile(
  file: string,
  want: { name: string; random: Random; type?: number; files?: FileOps },
): Promise<Signer> {
  const files = want.files ?? systemFiles;
  const type = want.type ?? ED25519;
  const held = await files.read(file);
  if (held === null) {
    const seed = want.random.bytes(32);
    const signer = makeSigner(want.name, type, seed);
    const body = toBase64(concatBytes([Uint8Array.of(type), seed]));
    const text = `${PREFIX}${want.name}+${signer.verifier.keyId}+${body}\n`;
    await writeFileDurable(file, utf8(text), { files, mode: 0o600 });
    await writeFileDurable(`${file}.pub`, utf8(`${signer.verifier.vkey}\n`), { files });
    return signer;
  }
  if (((await stat(file)).mode & 0o077) !== 0) {
    throw ledgerErrors.error('KEY_INVALID', { why: 'others can read its file' });
  }
  const signer = parseKey(fromUtf8(held) ?? '');
  if (signer.verifier.name !== want.name || signer.verifier.type !== type) {
    throw ledgerErrors.error('KEY_INVALID', { why: 'it was made for another name or purpose' });
  }
  return signer;
}
