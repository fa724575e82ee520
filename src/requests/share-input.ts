/**
 * What a share asks for and what its signed text says: canonical files of one result of a project, which another project
 * may read. Pure, and read from what people sign.
 */
import { z } from 'zod';
import { canonicalJson, sayIssue } from '../core/index.ts';
import { ADMINISTRATORS, SECURITY, peopleOf, peopleWithRole } from '../people/index.ts';
import type { Roster } from '../people/index.ts';
import { errors } from './errors.ts';
import type { Subject } from './subject.ts';

/** Files that one share may hold. */
export const SHARED_FILES_MAX = 1_000;

const project = z.string().min(1).max(80);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const result = z.strictObject({
  /** The request whose canonical files they are. */
  request: z.string().min(1).max(80),
  /** One file of it by its digest; null for all of them. */
  file: sha256.nullable(),
});
const until = z.iso.datetime({ precision: 3 }).nullable();

const INPUT = z.strictObject({ from: project, to: project, result, until });

const SIGNED = z.strictObject({
  from: project,
  to: project,
  result,
  until,
  files: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        type: z.string().min(1),
        bytes: z.number().int().min(0),
        sha256,
      }),
    )
    .min(1)
    .max(SHARED_FILES_MAX),
});

/** What a share asks for. */
export type ShareInput = z.infer<typeof INPUT>;

/** What people sign of it. */
export type SignedShare = z.infer<typeof SIGNED>;

/** One canonical file of a share. */
export type SharedFile = SignedShare['files'][number];

/** Reads the input; throws `REQUEST_INPUT_INVALID`. */
export function readShare(value: unknown): ShareInput {
  const parsed = INPUT.safeParse(value);
  const why = parsed.success
    ? parsed.data.from === parsed.data.to
      ? 'a project has its own results already'
      : null
    : parsed.error.issues.map((issue) => sayIssue(issue)).join('; ');
  if (parsed.success && why === null) return parsed.data;
  throw errors.error('SHARE_INVALID', { why: why ?? '' });
}

/** The input in its one spelling. */
export function writeShare(input: ShareInput): string {
  return canonicalJson(input);
}

/** What a signed share says; null for a subject that says something else than its own scope. */
export function shareOf(subject: Subject): SignedShare | null {
  if (subject.kind !== 'share') return null;
  const parsed = SIGNED.safeParse(subject.facts['share']);
  if (!parsed.success) return null;
  const { from, to, files } = parsed.data;
  const names = new Set(files.map((file) => file.name));
  const sound = subject.project === from && from !== to && names.size === files.length;
  return sound && subject.grantMs === null ? parsed.data : null;
}

/**
 * Who speaks for a project that somebody else asks about: its owners; where nobody but the requester owns it, or where it is
 * not there, security, and administrators where there is no security: somebody can always say no.
 */
export function ownersOrSecurity(
  owners: ReadonlySet<string>,
  roster: Roster,
  { requester, sponsor }: Pick<Subject, 'requester' | 'sponsor'>,
  nowMs: number,
): ReadonlySet<string> {
  for (const people of [owners, peopleOf(roster, SECURITY, nowMs)]) {
    if ([...people].some((id) => id !== requester && id !== sponsor)) return people;
  }
  return peopleOf(roster, ADMINISTRATORS, nowMs);
}

/** The people of `owners(target)` of a share: those who speak for the project that would read. */
export function readersOwners(
  roster: Roster,
  to: string,
  asked: Pick<Subject, 'requester' | 'sponsor'>,
  nowMs: number,
): ReadonlySet<string> {
  return ownersOrSecurity(peopleWithRole(roster, to, 'owner', nowMs), roster, asked, nowMs);
}
