/** A source: somebody who signs for what arrives, and what they say about it. Pure. */
import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson, sha256, sayIssue } from '../../core/index.ts';
import type { Json } from '../../core/index.ts';
import { bareFingerprint, parsePublicKey, printPublicKey } from '../../people/index.ts';
import { sourceErrors } from './errors.ts';

/**
 * Who signs: `ssh`, a key of the sender's; `oms`, a key that signs OpenSSF Model Signing bundles; `person`, somebody of
 * the gate who vouches.
 */
export const SOURCE_KINDS = ['ssh', 'oms', 'person'] as const;

/** One of {@link SOURCE_KINDS}. */
export type SourceKind = (typeof SOURCE_KINDS)[number];

const text = z.string().trim().min(1).max(4_000);
const line = z.string().trim().min(1).max(500);

/** What a source says about its data. */
export const INTAKE_FORM = z.strictObject({
  origin: text.describe('where the data come from: the place, the people, the system'),
  licence: line.describe('the licence, best as an SPDX identifier'),
  collection: text.describe('how the data were collected'),
  consent: z
    .enum(['yes', 'no', 'unknown', 'not-needed'])
    .describe('whether those whom the data are about agreed to publication'),
  /** A Croissant file or data card from which parts of the form were taken. */
  card: z
    .strictObject({
      kind: z.enum(['croissant', 'data-card']),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      name: line.nullable(),
      version: line.nullable(),
      url: line.nullable(),
    })
    .nullable()
    .default(null),
});

/** A filled-in form. */
export type IntakeForm = z.infer<typeof INTAKE_FORM>;

/** A stored source. */
export interface Source {
  readonly id: string;
  readonly project: string;
  readonly name: string;
  readonly kind: SourceKind;
  /** A public key as text, or the id of the person who vouches. */
  readonly identity: string;
  /** Of a key: what people compare. Of a person: the id. */
  readonly fingerprint: string;
  readonly form: IntakeForm;
  readonly addedBy: string;
  readonly addedMs: number;
  readonly recalledMs: number | null;
}

/** The key or person behind a source, in its one spelling. */
export interface SourceIdentity {
  readonly identity: string;
  readonly fingerprint: string;
  /** The one name of the key, whatever it is wrapped in, or of the person; two sources never have the same. */
  readonly signer: string;
}

/** Reads who signs; throws `SOURCE_INVALID`. */
export function readIdentity(kind: SourceKind, given: string, project: string): SourceIdentity {
  try {
    switch (kind) {
      case 'ssh': {
        const key = parsePublicKey(given.trim());
        const { fingerprint } = key;
        return { identity: printPublicKey(key), fingerprint, signer: bareFingerprint(key) };
      }
      case 'oms': {
        const key = createPublicKey(given);
        const der = key.export({ type: 'spki', format: 'der' });
        return {
          identity: key.export({ type: 'spki', format: 'pem' }).toString(),
          fingerprint: `sha256:${sha256(new Uint8Array(der))}`,
          signer: bareFingerprint(key),
        };
      }
      case 'person':
        if (!/^[a-z0-9][a-z0-9._-]{0,79}$/.test(given))
          throw new Error('that is no id of a person');
        // Somebody who works in two projects vouches in each; a key belongs to one.
        return { identity: given, fingerprint: given, signer: `${given}@${project}` };
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'its key cannot be read';
    throw sourceErrors.error('INVALID', { why });
  }
}

/** The fingerprint of a public key given as an SSH line or as PEM; throws `SOURCE_INVALID`. */
export function readFingerprint(text: string): string {
  return readIdentity(text.includes('-----BEGIN ') ? 'oms' : 'ssh', text, '').fingerprint;
}

/** Reads a form; throws `SOURCE_INVALID` with every bad field named. */
export function readForm(value: unknown): IntakeForm {
  const parsed = INTAKE_FORM.safeParse(value);
  if (parsed.success) return parsed.data;
  const why = parsed.error.issues.map((issue) => sayIssue(issue, 'form')).join('; ');
  throw sourceErrors.error('INVALID', { why: why.slice(0, 500) });
}

/** The digest of everything that approvers rely on when they trust a source. */
export function sourceDigest(
  source: Pick<Source, 'kind' | 'identity' | 'form' | 'name' | 'project'>,
): string {
  const { project, name, kind, identity, form } = source;
  return sha256(canonicalJson({ project, name, kind, identity, form: form as unknown as Json }));
}
