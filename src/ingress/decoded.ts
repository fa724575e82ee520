/** What decoders give: a type, findings, and safe forms that are written only when somebody wants them. */
import type { Refusal } from '../core/index.ts';
import type { ByteSource } from '../formats/index.ts';
import type { Finding, Severity } from '../inspect/index.ts';
import { scanErrors } from './errors.ts';

/** A re-encoded file: made from decoded values only, never a copy of what came in. */
export interface SafeForm {
  /** Relative, with `/`. */
  readonly name: string;
  readonly type: SafeType;
  pieces(): Iterable<Uint8Array>;
}

/** The types of safe forms. */
export type SafeType =
  'safetensors' | 'gguf' | 'json' | 'jsonl' | 'table' | 'text' | 'xml' | 'html' | 'raster';

/** What a file was decoded to. */
export interface Decoded {
  /** What the content is: `pickle`, `torch-zip`, `zip`, `table`, … */
  readonly type: string;
  readonly findings: readonly Finding[];
  /** Empty when a finding forbids that anything is taken from the file. */
  readonly forms: readonly SafeForm[];
}

/** `malicious`: refused. `inconclusive`: a person has to look. `clean`: decoded whole, with a safe form. */
export type ScanVerdict = 'clean' | 'malicious' | 'inconclusive';

/** The verdict of a set of findings: the worst decides. */
export function judgeScan(findings: readonly Finding[]): ScanVerdict {
  if (findings.some(({ severity }) => severity === 'deny')) return 'malicious';
  return findings.some(({ severity }) => severity === 'hold') ? 'inconclusive' : 'clean';
}

/** At most so many findings, the worst ones kept: a verdict never depends on what is left out. */
export function keepWorst(findings: readonly Finding[], limit: number): readonly Finding[] {
  if (findings.length <= limit) return findings;
  const kept = new Set<Finding>();
  for (const severity of ['deny', 'hold', 'info']) {
    for (const finding of findings) {
      if (finding.severity === severity && kept.size < limit) kept.add(finding);
    }
  }
  return findings.filter((finding) => kept.has(finding));
}

type ScanCode = Parameters<typeof scanErrors.refuse>[0];

/** A finding from the table of this module. */
export function find(
  severity: Severity,
  code: ScanCode,
  details: Readonly<Record<string, string | number>> = {},
  place = 'whole file',
): Finding {
  return fromRefusal(scanErrors.refuse(code, details, place), severity);
}

/** A parser's refusal as a finding. */
export function fromRefusal(refusal: Refusal, severity: Severity = 'hold'): Finding {
  const { code, message, hint, place = 'whole file' } = refusal;
  return { code, severity, place, sentence: `${message}; ${hint.replace(/\.$/, '')}` };
}

/** A file of which nothing can be taken. */
export function refused(type: string, ...findings: readonly Finding[]): Decoded {
  return { type, findings, forms: [] };
}

/** Findings of something inside a file, with the place of it before their own. */
export function placeInside(inner: string, findings: readonly Finding[]): Finding[] {
  return findings.map((finding) => ({
    ...finding,
    place: finding.place === 'whole file' ? inner : `${inner}: ${finding.place}`,
  }));
}

/** Decodes what is inside a container, one level deeper. */
export interface DecodeInner {
  (name: string, source: ByteSource): Decoded;
  /** Told of each member of the outermost archive before it is opened; gives why that one is passed over. */
  readonly enter?: EnterMember | undefined;
}

/** Is told the name of a member; gives why it is passed over. */
export type EnterMember = (member: string) => string | undefined;
