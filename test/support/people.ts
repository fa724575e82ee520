/** People with keys, made in the process: for tests of approvals, rosters and the sender. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { concatBytes, utf8 } from '../../src/core/index.ts';
import { SOURCE_NAMESPACE } from '../../src/ingress/index.ts';
import {
  foundRoster,
  parsePublicKey,
  printPublicKey,
  signSshsig,
  writeRoster,
} from '../../src/people/index.ts';
import type { Founder, Founding, Roster, SshSigner } from '../../src/people/index.ts';
import { APPROVAL_NAMESPACE, FOUNDING_NAMESPACE } from '../../src/requests/index.ts';
import type { RosterLink } from '../../src/requests/index.ts';

function sshString(bytes: Uint8Array): Uint8Array {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length);
  return concatBytes([length, bytes]);
}

/** Somebody with an SSH key. */
export interface TestPerson {
  readonly id: string;
  /** The private key as a file of OpenSSH, and the public one as a line. */
  readonly privateText: string;
  readonly publicText: string;
  readonly signer: SshSigner;
  readonly key: Founder['keys'][number];
}

/** Makes a person with a fresh Ed25519 key. */
export function makePerson(id: string): TestPerson {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(String(publicKey.export({ format: 'jwk' }).x), 'base64url');
  const blob = concatBytes([sshString(utf8('ssh-ed25519')), sshString(new Uint8Array(raw))]);
  const parsed = parsePublicKey(blob);
  const signer: SshSigner = {
    publicKey: parsed,
    sign: (data) =>
      Promise.resolve(
        concatBytes([
          sshString(utf8('ssh-ed25519')),
          sshString(new Uint8Array(sign(null, data, privateKey))),
        ]),
      ),
  };
  const secret = Buffer.from(String(privateKey.export({ format: 'jwk' }).d), 'base64url');
  const check = new Uint8Array(8);
  const plain = concatBytes([
    check,
    sshString(utf8('ssh-ed25519')),
    sshString(new Uint8Array(raw)),
    sshString(concatBytes([new Uint8Array(secret), new Uint8Array(raw)])),
    sshString(utf8(id)),
  ]);
  const padding = Uint8Array.from({ length: (8 - (plain.length % 8)) % 8 }, (_, i) => i + 1);
  const file = concatBytes([
    utf8('openssh-key-v1\0'),
    sshString(utf8('none')),
    sshString(utf8('none')),
    sshString(new Uint8Array(0)),
    Uint8Array.of(0, 0, 0, 1),
    sshString(blob),
    sshString(concatBytes([plain, padding])),
  ]);
  const base64 = Buffer.from(file).toString('base64').replace(/.{70}/g, '$&\n');
  const privateText = `-----BEGIN OPENSSH PRIVATE KEY-----\n${base64}\n-----END OPENSSH PRIVATE KEY-----\n`;
  const key = {
    id: parsed.fingerprint,
    publicKey: printPublicKey(parsed),
    label: `key of ${id}`,
    kind: 'ssh',
    credential: null,
    deviceBound: false,
    until: null,
  } as const;
  return { id, privateText, publicText: printPublicKey(parsed), signer, key };
}

/** A person's approval of a subject. */
export function approve(
  person: TestPerson,
  subject: string,
  namespace: string = APPROVAL_NAMESPACE,
): Promise<string> {
  return signSshsig(person.signer, { message: utf8(subject), namespace });
}

/** What a source signs with `sha256sum` and `ssh-keygen`: the list and its signature, as options of `import`. */
export async function signSums(
  sender: TestPerson,
  dir: string,
  files: Readonly<Record<string, Uint8Array | string>>,
): Promise<readonly string[]> {
  const lines = Object.entries(files).map(
    ([name, bytes]) => `${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`,
  );
  const list = path.join(dir, `${sender.id}.sums`);
  await writeFile(list, lines.join(''));
  const message = utf8(lines.join(''));
  const signature = await signSshsig(sender.signer, { message, namespace: SOURCE_NAMESPACE });
  await writeFile(`${list}.sig`, signature);
  return ['--sums', list, '--signature', `${list}.sig`];
}

/** A roster of people with their groups, founded and signed by each. */
export async function foundWith(
  people: readonly { readonly person: TestPerson; readonly groups: readonly string[] }[],
  change: Partial<Founding> = {},
): Promise<{ link: RosterLink; roster: Roster }> {
  const roster = foundRoster({
    gate: 'test.example/log',
    at: '2023-11-14T22:13:20.000Z',
    founders: people.map(({ person, groups }) => ({
      id: person.id,
      name: person.id,
      groups,
      keys: [person.key],
    })),
    sponsored: [],
    projects: [],
    models: [],
    origins: [],
    automatic: { burstBits: 1_000_000, bitsPerDay: 1_000_000 },
    policySha256: '0'.repeat(64),
    ...change,
  });
  const document = writeRoster(roster);
  const signatures = await Promise.all(
    people.map(({ person }) => approve(person, document, FOUNDING_NAMESPACE)),
  );
  return { link: { document, subject: null, signatures }, roster };
}
