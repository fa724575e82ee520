/** What somebody says about a measure in an environment, with the evidence, and until when it may be believed. */
import { z } from 'zod';
import { environmentsSchema } from './environment.ts';
import { momentMs, momentSchema } from './moment.ts';

/** How a measure stands. `unknown` is the default and never a pass. */
export type Status = 'met' | 'partly' | 'not-met' | 'not-applicable' | 'unknown';

/** Every status, from best to worst. */
export const STATUSES: readonly Status[] = [
  'met',
  'not-applicable',
  'partly',
  'not-met',
  'unknown',
];

const text = z.string().min(1).max(4000).regex(/\S/, 'says nothing');

const evidenceSchema = z.strictObject({
  what: text,
  file: z
    .string()
    .regex(/^evidence\/[^\p{Cc}\p{Cs}]{1,300}$/u, 'must be under evidence/')
    .optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  link: z.url({ protocol: /^https?$/ }).optional(),
});

const environments = z.union([z.literal('all'), environmentsSchema]);

const shape = {
  environments: environments.optional(),
  owner: z.string().min(1).max(200).regex(/\S/, 'names nobody').optional(),
  evidence: z.array(evidenceSchema).max(50).optional(),
  effective: momentSchema.optional(),
  received: momentSchema.optional(),
  expires: momentSchema.optional(),
};

const claimSchema = z.strictObject({
  measure: z.string().min(1).max(64),
  status: z.enum(['met', 'partly', 'not-met', 'not-applicable', 'unknown']),
  reason: text.optional(),
  ...shape,
});

/** A file of claims. What `defaults` says holds for every claim that does not say it itself. */
export const claimsFileSchema = z.strictObject({
  kind: z.literal('claims'),
  defaults: z.strictObject(shape).default({}),
  claims: z.array(claimSchema).max(20_000),
});

/** Evidence that a claim rests on. */
export type Evidence = z.infer<typeof evidenceSchema>;

/** A claim with everything filled in. */
export interface Claim {
  readonly measure: string;
  readonly status: Status;
  readonly reason: string | null;
  readonly environments: 'all' | readonly string[];
  readonly owner: string;
  readonly evidence: readonly Evidence[];
  /** From when on it describes how things are. */
  readonly effectiveMs: number;
  /** When the organisation got to know it. */
  readonly receivedMs: number;
  /** From this moment on it says nothing any more. */
  readonly expiresMs: number;
  /** The file it is in. */
  readonly file: string;
}

/** Fills in defaults and checks what a schema cannot: returns the claims and every problem found. */
export function readClaims(
  value: z.infer<typeof claimsFileSchema>,
  file: string,
): { readonly claims: readonly Claim[]; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const claims: Claim[] = [];
  for (const [index, given] of value.claims.entries()) {
    const all = { ...value.defaults, ...given };
    const place = `${file}: claim ${index + 1} (${given.measure})`;
    const { owner, effective, received, expires } = all;
    const missing = Object.entries({ owner, effective, received, expires })
      .filter(([, each]) => each === undefined)
      .map(([name]) => name);
    if (missing.length > 0) problems.push(`${place} has no ${missing.join(', ')}`);
    if ((all.status === 'met' || all.status === 'partly') && (all.evidence ?? []).length === 0) {
      problems.push(`${place} is ${all.status} without evidence`);
    }
    if ((all.evidence ?? []).some((each) => each.sha256 !== undefined && each.file === undefined)) {
      problems.push(`${place} has a digest without the file that it is of`);
    }
    if (all.status === 'not-applicable' && all.reason === undefined) {
      problems.push(`${place} is not applicable without a reason`);
    }
    if (
      owner === undefined ||
      effective === undefined ||
      received === undefined ||
      expires === undefined
    ) {
      continue;
    }
    if (momentMs(expires) <= momentMs(effective)) {
      problems.push(`${place} expires before it is effective`);
    }
    claims.push({
      measure: all.measure,
      status: all.status,
      reason: all.reason ?? null,
      environments: all.environments ?? 'all',
      owner,
      evidence: all.evidence ?? [],
      effectiveMs: momentMs(effective),
      receivedMs: momentMs(received),
      expiresMs: momentMs(expires),
      file,
    });
  }
  return { claims, problems };
}
