/**
 * What an approval is about to sign, checked before a key signs it: the challenge has to be the SSHSIG message of exactly
 * the text on the screen. It guards against mistakes; against a hijacked gate only a second program helps, which is why
 * the fingerprint is shown and `sallyport approve` computes it by itself.
 */
import { concat, equal, fromBase64Url, sha256, sha512, toHex, utf8 } from './bytes.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** The message of an SSHSIG taken apart. */
export interface ToBeSigned {
  readonly namespace: string;
  readonly hashAlgorithm: 'sha256' | 'sha512';
  readonly digest: Bytes;
}

function readStrings(bytes: Bytes): Bytes[] | null {
  const out: Bytes[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at < bytes.length) {
    if (at + 4 > bytes.length) return null;
    const length = view.getUint32(at);
    at += 4;
    if (at + length > bytes.length) return null;
    out.push(bytes.slice(at, at + length));
    at += length;
  }
  return out;
}

/** Reads `SSHSIG ‖ namespace ‖ reserved ‖ hash algorithm ‖ digest`; null for anything else. */
export function readToBeSigned(challenge: string): ToBeSigned | null {
  const bytes = fromBase64Url(challenge);
  const magic = utf8('SSHSIG');
  if (bytes === null || !equal(bytes.slice(0, magic.length), magic)) return null;
  const strings = readStrings(bytes.slice(magic.length));
  const [namespace, reserved, algorithm, digest] = strings ?? [];
  if (strings?.length !== 4 || reserved?.length !== 0) return null;
  if (namespace === undefined || algorithm === undefined || digest === undefined) return null;
  const decode = (part: Bytes): string => new TextDecoder().decode(part);
  const hashAlgorithm = decode(algorithm);
  if (hashAlgorithm !== 'sha256' && hashAlgorithm !== 'sha512') return null;
  return { namespace: decode(namespace), hashAlgorithm, digest };
}

/** Writes the message of an SSHSIG; the inverse of {@link readToBeSigned}. */
export async function writeToBeSigned(
  namespace: string,
  hashAlgorithm: 'sha256' | 'sha512',
  text: string,
): Promise<Bytes> {
  const digest = await (hashAlgorithm === 'sha512' ? sha512 : sha256)(utf8(text));
  const field = (part: Bytes): Bytes => {
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, part.length);
    return concat(length, part);
  };
  return concat(
    utf8('SSHSIG'),
    field(utf8(namespace)),
    field(new Uint8Array(0)),
    field(utf8(hashAlgorithm)),
    field(digest),
  );
}

/** The result of comparing what is shown with what would be signed. */
export interface SubjectCheck {
  readonly ok: boolean;
  readonly sha256: string;
  readonly sentence: string;
}

/** Compares a request's text, its stated digest and the challenge. */
export async function checkSubject(
  subject: { readonly text: string; readonly sha256: string; readonly challenge: string },
  namespace: string,
): Promise<SubjectCheck> {
  const own = toHex(await sha256(utf8(subject.text)));
  if (own !== subject.sha256) {
    return {
      ok: false,
      sha256: own,
      sentence: 'The text does not have the digest that the gate states.',
    };
  }
  const signed = readToBeSigned(subject.challenge);
  if (signed?.namespace !== namespace) {
    return { ok: false, sha256: own, sentence: 'What the gate asks to sign is not an approval.' };
  }
  const hash = signed.hashAlgorithm === 'sha512' ? sha512 : sha256;
  const matches = equal(await hash(utf8(subject.text)), signed.digest);
  return {
    ok: matches,
    sha256: own,
    sentence: matches
      ? 'This browser computed the same digest from the text below.'
      : 'What the gate asks to sign is not the text below.',
  };
}

/** Clocks of people and of the gate may be so far apart; the command line goes by the same. */
const CLOCKS_APART_MS = 300_000;

function readWrittenAt(text: string): string | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { writtenAt, askedAt } = value as { writtenAt?: unknown; askedAt?: unknown };
  // A text of an earlier version says only when it was asked for.
  const said = writtenAt === undefined ? askedAt : writtenAt;
  return typeof said === 'string' && Number.isFinite(Date.parse(said)) ? said : null;
}

/**
 * Why a text must not be signed at this time, in sentences; null when it may. A signature carries no time: whoever signs a
 * text that says it was made later signs for then, when nobody remembers it.
 */
export function findAgeProblem(text: string, nowMs: number): string | null {
  const at = readWrittenAt(text);
  if (at === null) return 'The text does not say when it was made.';
  if (Date.parse(at) <= nowMs + CLOCKS_APART_MS) return null;
  return `It says that it was made at ${at}, which has not come. Check the clock of this machine; if it is right, tell security: the gate shows a text that would stay good for too long.`;
}

/** Everything that must hold before a key is asked: it is the text on the screen, an approval, and of now. */
export async function checkSigning(
  subject: Parameters<typeof checkSubject>[0],
  namespace: string,
  nowMs: number,
): Promise<SubjectCheck> {
  const check = await checkSubject(subject, namespace);
  if (!check.ok) return check;
  const problem = findAgeProblem(subject.text, nowMs);
  return problem === null ? check : { ...check, ok: false, sentence: problem };
}
