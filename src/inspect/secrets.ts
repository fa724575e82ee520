/**
 * Strings that are, or look like, keys: small secrets pass any bit budget, so they are held for a person whatever
 * their size. Reads the canonical bytes in overlapping windows; every pattern is bounded, so the time is linear.
 */
import { searchEnded } from './finding.ts';
import type { Finding } from './finding.ts';

interface Pattern {
  readonly code: string;
  readonly what: string;
  readonly expression: RegExp;
  /** Rejects a match that only has the shape. */
  readonly accept?: (match: string) => boolean;
}

/** Shannon entropy in bits per character. */
export function measureEntropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values())
    bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

const PATTERNS: readonly Pattern[] = [
  {
    code: 'INSPECT_KEY_PEM',
    what: 'a private key in PEM form',
    expression: /-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g,
  },
  {
    code: 'INSPECT_KEY_PEM',
    what: 'a key or certificate in PEM form',
    expression:
      /-----BEGIN (?!(?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY)[A-Z0-9]{1,20}(?: [A-Z0-9]{1,20}){0,4}-----/g,
  },
  {
    code: 'INSPECT_KEY_SSH',
    what: 'an SSH key',
    expression:
      /\b(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp\d{3}|sk-[a-z0-9-]{5,40}@openssh\.com) AAAA[A-Za-z0-9+/]{40}/g,
  },
  {
    code: 'INSPECT_KEY_AGE',
    what: 'an age secret key',
    expression: /\bAGE-SECRET-KEY-1[A-Z0-9]{50,60}\b/g,
  },
  {
    code: 'INSPECT_KEY_CLOUD',
    what: 'a cloud access key',
    expression:
      /\b(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA)[A-Z2-7]{16}\b|\bAIza[\w-]{35}\b|\bya29\.[\w-]{40,200}/g,
  },
  {
    code: 'INSPECT_KEY_TOKEN',
    what: 'an access token',
    expression:
      /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{60,90}|glpat-[\w-]{20}|xox[abeprs]-[A-Za-z0-9-]{10,200}|hf_[A-Za-z]{34}|sk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,200}|[rs]k_(?:live|test)_[A-Za-z0-9]{16,99}|npm_[A-Za-z0-9]{36}|pypi-AgEIcHlwaS5vcmc[\w-]{50,200}|SG\.[\w-]{22}\.[\w-]{43})/g,
    accept: (match) => measureEntropy(match) > 3,
  },
  {
    code: 'INSPECT_KEY_JWT',
    what: 'a signed web token (JWT)',
    expression: /\beyJ[\w-]{10,4000}\.eyJ[\w-]{10,8000}\.[\w-]{16,1000}/g,
  },
  {
    code: 'INSPECT_KEY_ASSIGNED',
    what: 'a secret that is given a name',
    expression:
      /\b(?:secret|passw(?:or)?d|passphrase|api[_-]?key|access[_-]?key|auth[_-]?token|private[_-]?key)["']{0,2} {0,4}[:=] {0,4}["']{0,2}[^\s"',;<>]{16,200}/gi,
    accept: (match) =>
      /\d/.test(match) && measureEntropy(match.slice(match.search(/[:=]/) + 1)) > 3.3,
  },
  {
    code: 'INSPECT_KEY_HEX',
    what: '256 bits in hexadecimal, the size of a key',
    expression: /(?<![0-9a-fA-F])(?:0x)?(?:[0-9a-f]{64}|[0-9A-F]{64})(?![0-9a-fA-F])/g,
    accept: (match) => measureEntropy(match.replace(/^0x/, '').toLowerCase()) > 3.2,
  },
  {
    code: 'INSPECT_KEY_HEX',
    what: '256 bits in hexadecimal pairs, the size of a key',
    expression: /(?<![0-9a-fA-F:])(?:[0-9a-fA-F]{2}[: -]){31}[0-9a-fA-F]{2}(?![0-9a-fA-F:])/g,
    accept: (match) =>
      /[a-f]/i.test(match) && measureEntropy(match.replace(/[: -]/g, '').toLowerCase()) > 3.2,
  },
  {
    code: 'INSPECT_KEY_BASE64',
    what: '256 bits in base64, the size of a key',
    expression:
      /(?<![A-Za-z0-9+/=_-])(?:[A-Za-z0-9+/]{43}=|[A-Za-z0-9_-]{43}=?)(?![A-Za-z0-9+/=_-])/g,
    accept: (match) =>
      /[0-9]/.test(match) &&
      /[A-Z]/.test(match) &&
      /[a-z]/.test(match) &&
      measureEntropy(match) > 4.3 &&
      !looksLikeWords(match),
  },
];

/** An identifier such as `estimates_timesincevax_in70s_Model2` has the alphabet of base64url and is none. */
function looksLikeWords(text: string): boolean {
  const words = text
    .split(/[_\-/+=]|(?<=[a-z])(?=[A-Z])|(?<=\D)(?=\d)|(?<=\d)(?=\D)/)
    .filter((word) => word !== '');
  const long = words.filter((word) => /^[A-Za-z][a-z]{3,}$|^\d+$|^[A-Z]{4,}$/.test(word));
  return long.reduce((sum, word) => sum + word.length, 0) > text.length * 0.6;
}

const WINDOW = 1 << 20;
const OVERLAP = 1 << 14;
const FINDINGS_MAX = 20;

/** Finds key-shaped strings; the place is a line, counted from 1. */
export function findSecrets(bytes: Uint8Array): Finding[] {
  const findings: Finding[] = [];
  const seen = new Set<number>();
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let line = 1;
  for (let from = 0; from < bytes.length && findings.length <= FINDINGS_MAX; from += WINDOW) {
    const text = buffer.toString('latin1', from, Math.min(bytes.length, from + WINDOW + OVERLAP));
    for (const pattern of PATTERNS) {
      for (const match of text.matchAll(pattern.expression)) {
        const at = from + match.index;
        if (match.index >= WINDOW || seen.has(at) || findings.length > FINDINGS_MAX) continue;
        if (pattern.accept !== undefined && !pattern.accept(match[0])) continue;
        seen.add(at);
        const place = `line ${String(line + countLines(text, 0, match.index))}`;
        if (findings.length === FINDINGS_MAX) {
          findings.push(
            searchEnded(place, `there are more than ${String(FINDINGS_MAX)} strings like keys`),
          );
          continue;
        }
        findings.push({
          code: pattern.code,
          severity: 'hold',
          place,
          sentence: `${pattern.what} stands here`,
        });
      }
    }
    line += countLines(text, 0, Math.min(WINDOW, text.length));
  }
  return findings;
}

function countLines(text: string, from: number, to: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1))
    lines++;
  return lines;
}
