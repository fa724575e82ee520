/** Encoded payloads in text: long runs of base64 or hexadecimal, and lines of equal length that are made of them. */
import { searchEnded } from './finding.ts';
import type { Finding } from './finding.ts';
import { measureEntropy } from './secrets.ts';

const WINDOW = 1 << 20;
const OVERLAP = 1 << 12;
const FINDINGS_MAX = 5;
/** Longer than a SHA-512 digest in hexadecimal, and than identifiers and paths. */
const RUN = /[A-Za-z0-9+/_-]{160,}={0,2}/g;
/** Three or more lines of 40 to 128 letters of base64 each. */
const LINES =
  /(?:^|\n)[ \t]*(?:[A-Za-z0-9+/]{40,128}[ \t]*\r?\n[ \t]*){3,}[A-Za-z0-9+/]{4,128}={0,2}/g;

function isPacked(text: string): boolean {
  const letters = text.replace(/\s/g, '');
  const sample = letters.slice(0, 4096);
  if (/^[0-9a-fA-F]+$/.test(sample)) return measureEntropy(sample.toLowerCase()) > 3.5;
  return (
    /[A-Z]/.test(sample) &&
    /[a-z]/.test(sample) &&
    /\d/.test(sample) &&
    measureEntropy(sample) > 4.8
  );
}

/** Finds runs that look like packed bytes; the place is a line, counted from 1. */
export function findBlobs(bytes: Uint8Array): Finding[] {
  const findings: Finding[] = [];
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let line = 1;
  for (let from = 0; from < bytes.length && findings.length <= FINDINGS_MAX; from += WINDOW) {
    const text = buffer.toString('latin1', from, Math.min(bytes.length, from + WINDOW + OVERLAP));
    for (const expression of [RUN, LINES]) {
      for (const match of text.matchAll(expression)) {
        if (match.index >= WINDOW || findings.length > FINDINGS_MAX || !isPacked(match[0]))
          continue;
        const lead = /^\s*/.exec(match[0])?.[0].length ?? 0;
        const before = text.slice(0, match.index + lead).split('\n').length - 1;
        if (findings.length === FINDINGS_MAX) {
          findings.push(
            searchEnded(
              `line ${String(line + before)}`,
              `there are more than ${String(FINDINGS_MAX)} runs like packed bytes`,
            ),
          );
          continue;
        }
        findings.push({
          code: 'INSPECT_BLOB_ENCODED',
          severity: 'hold',
          place: `line ${String(line + before)}`,
          sentence: `${String(match[0].length)} letters here look like packed or encrypted bytes written as text`,
        });
      }
    }
    line += text.slice(0, WINDOW).split('\n').length - 1;
  }
  return findings;
}
