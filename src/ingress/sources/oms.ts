/**
 * OpenSSF Model Signing bundles (Sigstore bundle → DSSE → in-toto, one resource per file), verified with a public key
 * that was registered beforehand. Certificates and keyless signatures are refused: they need roots that are outside. Pure.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { fromBase64, fromUtf8, parseJsonStrict } from '../../core/index.ts';
import { dssePae } from '../imports/dsse.ts';
import type { AnnouncedFile, SumsCheck } from './sums.ts';

const STATEMENT = 'https://in-toto.io/Statement/v1';
const PREDICATE = 'https://model_signing/signature/v1.0';
const PAYLOAD = 'application/vnd.in-toto+json';
const BUNDLE_BYTES_MAX = 64 * 1024 * 1024;

type Fields = Readonly<Record<string, unknown>>;

class Unreadable extends Error {}

function fields(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Unreadable(`${what} is no object`);
  return value as Fields;
}

function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Unreadable(`${what} is no list`);
  return value;
}

function word(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new Unreadable(`${what} is no text`);
  return value;
}

function base64(value: unknown, what: string): Uint8Array {
  const bytes = fromBase64(word(value, what));
  if (bytes === null) throw new Unreadable(`${what} is no base64`);
  return bytes;
}

function json(text: string, what: string): Fields {
  const parsed = parseJsonStrict(text);
  if (!parsed.ok) throw new Unreadable(`${what} is no strict JSON`);
  return fields(parsed.value, what);
}

/** The digest that goes with a curve, as the specification of bundles has it. */
function hashOf(key: KeyObject): string | null {
  const { namedCurve } = key.asymmetricKeyDetails ?? {};
  const hashes: Readonly<Record<string, string>> = {
    prime256v1: 'sha256',
    secp384r1: 'sha384',
    secp521r1: 'sha512',
  };
  if (key.asymmetricKeyType === 'ed25519') return null;
  const hash = namedCurve === undefined ? undefined : hashes[namedCurve];
  if (hash === undefined) throw new Unreadable('a key of this type is not used for bundles');
  return hash;
}

/** The files that a verified bundle names. */
function readResources(payload: Uint8Array): ReadonlyMap<string, string> {
  const statement = json(fromUtf8(payload) ?? '', 'the statement');
  if (statement['_type'] !== STATEMENT) throw new Unreadable('it is no in-toto statement v1');
  if (statement['predicateType'] !== PREDICATE)
    throw new Unreadable('it is no statement of model signing v1.0');
  const predicate = fields(statement['predicate'], 'the predicate');
  const how = fields(predicate['serialization'], 'the serialization');
  if (how['method'] !== 'files' || how['hash_type'] !== 'sha256')
    throw new Unreadable('it hashes files otherwise than whole with SHA-256');
  const resources = new Map<string, string>();
  const root = createHash('sha256');
  for (const each of list(predicate['resources'], 'the list of resources')) {
    const { name, algorithm, digest } = fields(each, 'a resource');
    const hex = word(digest, 'a digest');
    if (algorithm !== 'sha256' || !/^[0-9a-f]{64}$/.test(hex))
      throw new Unreadable('a resource has another digest than SHA-256');
    const path = word(name, 'a name');
    if (resources.has(path)) throw new Unreadable(`\`${path}\` is there twice`);
    resources.set(path, hex);
    root.update(Buffer.from(hex, 'hex'));
  }
  const [subject, more] = list(statement['subject'], 'the subject');
  const digest = fields(fields(subject, 'the subject')['digest'], 'the digest of the subject');
  if (more !== undefined || digest['sha256'] !== root.digest('hex'))
    throw new Unreadable('its subject is not the digest of its resources');
  return resources;
}

/** The name of a file below the folder that was signed. */
function findResource(resources: ReadonlyMap<string, string>, name: string): string | undefined {
  // A single signed file is named `.`; a signed folder may have arrived below a folder of its own.
  if (resources.size === 1 && resources.has('.')) return resources.get('.');
  for (let rest = name; ;) {
    const found = resources.get(rest);
    if (found !== undefined) return found;
    const cut = rest.indexOf('/');
    if (cut < 0) return undefined;
    rest = rest.slice(cut + 1);
  }
}

/** Whether a bundle is signed by this key and names every file with its digest. */
export function checkOmsBundle(
  bundleText: string,
  publicKeyPem: string,
  files: readonly AnnouncedFile[],
): SumsCheck {
  try {
    if (bundleText.length > BUNDLE_BYTES_MAX) throw new Unreadable('it is too long');
    const bundle = json(bundleText, 'the bundle');
    const material = fields(bundle['verificationMaterial'], 'the verification material');
    if (material['publicKey'] === undefined)
      throw new Unreadable(
        'it is signed with a certificate; only bundles of a known key are taken',
      );
    const envelope = fields(bundle['dsseEnvelope'], 'the envelope');
    if (envelope['payloadType'] !== PAYLOAD) throw new Unreadable('its payload is no statement');
    const payload = base64(envelope['payload'], 'the payload');
    const key = createPublicKey(publicKeyPem);
    const hash = hashOf(key);
    const signed = Buffer.from(dssePae(PAYLOAD, payload));
    const signatures = list(envelope['signatures'], 'the list of signatures');
    const holds = signatures.some((each) =>
      verify(hash, signed, key, base64(fields(each, 'a signature')['sig'], 'a signature')),
    );
    if (!holds) throw new Unreadable('it is not signed by the key of the source');
    const resources = readResources(payload);
    for (const { name, sha256 } of files) {
      const listed = findResource(resources, name);
      if (listed === undefined) throw new Unreadable(`\`${name}\` is not in the bundle`);
      if (listed !== sha256) throw new Unreadable(`\`${name}\` has another digest`);
    }
    const der = key.export({ type: 'spki', format: 'der' });
    return { ok: true, fingerprint: `sha256:${createHash('sha256').update(der).digest('hex')}` };
  } catch (cause) {
    if (cause instanceof Unreadable) return { ok: false, why: cause.message };
    return { ok: false, why: 'it cannot be read' };
  }
}
