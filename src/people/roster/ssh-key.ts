/** A line of OpenSSH as a key of the roster. */
import { isFidoKey, parsePublicKey, printPublicKey } from '../signature/index.ts';
import type { RosterKey } from './document.ts';

/** A key before it is in a roster. */
export type NewKey = Omit<RosterKey, 'addedAt'>;

/** Reads the line; throws `SIGNATURE_…` for keys that are not supported. */
export function readSshKey(line: string, label: string): NewKey {
  const key = parsePublicKey(line);
  const security = isFidoKey(key);
  return {
    id: key.fingerprint,
    publicKey: printPublicKey(key),
    label: label === '' ? 'SSH key' : label,
    kind: security ? 'security-key' : 'ssh',
    credential: null,
    deviceBound: security,
    until: null,
  };
}
