/**
 * The admission statement: an in-toto Statement v1 with a SLSA Verification Summary (VSA v1). Its subjects are the safe
 * forms by digest, each annotated with the original that it was made from. Pure.
 */
import { isoTime, parseJsonStrict } from '../../core/index.ts';
import type { Json, JsonObject } from '../../core/index.ts';
import type { ManifestFile } from './manifest.ts';

/** The types of the statement. */
export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
export const VSA_TYPE = 'https://slsa.dev/verification_summary/v1';
/** What was verified; no level of SLSA is claimed. */
const VERIFIED = 'SALLYPORT_DECODED_AND_APPROVED';

/** What a statement says besides its subjects. */
export interface Admission {
  readonly gate: string;
  readonly import: string;
  readonly request: string;
  readonly project: string;
  readonly source: JsonObject;
  readonly atMs: number;
  /** SHA-256 of the canonical request that people signed, and of the manifest that it names. */
  readonly subjectSha256: string;
  readonly manifestSha256: string;
  readonly approvedBy: readonly string[];
  readonly scanner: string;
  readonly rules: number;
}

/** A safe form as a subject. */
export function describeForms(entry: ManifestFile): readonly JsonObject[] {
  return entry.forms.map((form): JsonObject => ({
    name: form.name,
    digest: { sha256: form.sha256 },
    annotations: {
      original: { name: entry.file.name, digest: { sha256: entry.file.sha256 } },
      type: form.type,
      verdict: entry.file.verdict,
      rules: entry.file.rules,
    },
  }));
}

/** The statement as a value. */
export function buildStatement(admission: Admission, subjects: readonly JsonObject[]): JsonObject {
  const { gate, atMs, manifestSha256, subjectSha256 } = admission;
  return {
    _type: STATEMENT_TYPE,
    subject: subjects,
    predicateType: VSA_TYPE,
    predicate: {
      verifier: { id: `sallyport:${gate}`, version: { sallyport: admission.scanner } },
      timeVerified: isoTime(atMs),
      resourceUri: `sallyport:${gate}/imports/${admission.import}`,
      policy: {
        uri: `sallyport:${gate}/requests/${admission.request}`,
        digest: { sha256: subjectSha256 },
      },
      inputAttestations: [
        {
          uri: `sallyport:${gate}/imports/${admission.import}/manifest`,
          digest: { sha256: manifestSha256 },
        },
      ],
      verificationResult: 'PASSED',
      verifiedLevels: [VERIFIED],
      slsaVersion: '1.0',
      sallyport: {
        import: admission.import,
        project: admission.project,
        source: admission.source,
        approvedBy: admission.approvedBy,
        scanRules: admission.rules,
      },
    },
  };
}

/** A subject of a statement that somebody shows. */
export interface StatedSubject {
  readonly name: string;
  readonly sha256: string;
}

/** What a statement says to whoever uses the set. */
export interface StatedAdmission {
  readonly subjects: readonly StatedSubject[];
  /** Who signed for the set. */
  readonly source: {
    readonly name: string;
    /**
     * The key or person, as `kind:fingerprint`. Two names of one signer, also in two projects, have one identity, and count as one
     * source wherever sources are counted.
     */
    readonly identity: string;
  };
}

/** Reads a statement whose signature was verified; null when it is no admission. */
export function readAdmission(text: string): StatedAdmission | null {
  const parsed = parseJsonStrict(text);
  if (!parsed.ok) return null;
  const statement = parsed.value as Readonly<Record<string, Json>> | null;
  const { predicate, subject } = statement ?? {};
  const passed = predicate as Readonly<Record<string, Json>> | undefined;
  const isAdmission =
    statement?.['_type'] === STATEMENT_TYPE &&
    statement['predicateType'] === VSA_TYPE &&
    passed?.['verificationResult'] === 'PASSED' &&
    Array.isArray(passed['verifiedLevels']) &&
    passed['verifiedLevels'].includes(VERIFIED);
  if (!isAdmission || !Array.isArray(subject)) return null;
  const stated = passed['sallyport'] as { readonly source?: JsonObject } | undefined;
  const { name, kind, fingerprint } = stated?.source ?? {};
  if (typeof name !== 'string' || typeof kind !== 'string' || typeof fingerprint !== 'string')
    return null;
  const subjects = (subject as readonly { name?: Json; digest?: { sha256?: Json } }[]).flatMap(
    (each) =>
      typeof each.name === 'string' && typeof each.digest?.sha256 === 'string'
        ? [{ name: each.name, sha256: each.digest.sha256 }]
        : [],
  );
  return { subjects, source: { name, identity: `${kind}:${fingerprint}` } };
}
