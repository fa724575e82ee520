/**
 * How a measure stands in an environment at a moment: a pure verdict on claims and readings.
 *
 * Two laws, held by property tests: adding a claim that a measure is met never makes it stand worse, and time that only
 * lets things expire never makes it stand better. The second is why an expired claim that something is *not* met goes on
 * to keep a machine's reading from standing alone, and why an expired contradiction is not forgotten.
 */
import type { Assessment } from './assessment.ts';
import type { ListedMeasure } from './catalogue/catalogue.ts';
import type { Claim, Status } from './claim.ts';
import { STATUSES } from './claim.ts';
import type { EnvironmentId } from './environment.ts';
import { showDay } from './moment.ts';
import type { Observation } from './observation.ts';

/** Whose word a standing rests on. */
export type Basis = 'machine' | 'machine-and-word' | 'word' | 'nothing';

/** What a gate said of a measure, with the reading's times. */
export interface Shown extends Observation {
  readonly atMs: number;
  readonly expiresMs: number;
}

/** How one measure stands in one environment. */
export interface Standing {
  readonly measure: string;
  readonly environment: EnvironmentId;
  readonly status: Status;
  readonly basis: Basis;
  /** Why it stands so, as a sentence; null where the claim speaks for itself. */
  readonly why: string | null;
  /** The claim that counts, also when it has expired. */
  readonly claim: Claim | null;
  /** The newest observation of each collector, also when it has expired. */
  readonly shown: readonly Shown[];
  /** When what this rests on expires next; null when nothing does. */
  readonly expiresMs: number | null;
}

/** Indexes claims and readings once, so that many questions can be asked. */
export interface Evidences {
  claims(measure: string, environment: EnvironmentId): readonly Claim[];
  shown(measure: string, environment: EnvironmentId): readonly Shown[];
  /** The digest of an evidence file as it lies there; undefined when there is none. */
  digest(path: string): string | undefined;
}

/** Whether a measure that stands so is in the way of a level. */
export function holdsBack(status: Status): boolean {
  return status !== 'met' && status !== 'not-applicable';
}

function groupBy<T>(
  items: readonly T[],
  key: (item: T) => string,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = key(item);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return groups;
}

/** How long what a machine said is believed. */
const READING_MS = 7 * 86_400_000;

/** Until when a reading is believed: a week at most, whatever its file says. */
export function readingEndMs(reading: { readonly at: string; readonly expires: string }): number {
  return Math.min(Date.parse(reading.expires), Date.parse(reading.at) + READING_MS);
}

/** Opens the evidence of an assessment. */
export function openEvidence(assessment: Assessment): Evidences {
  const claims = groupBy(assessment.claims, (claim) => claim.measure);
  const shown = groupBy(
    assessment.readings.flatMap((reading) =>
      reading.observations.map((each) => ({
        ...each,
        atMs: Date.parse(reading.at),
        expiresMs: readingEndMs(reading),
      })),
    ),
    (each) => each.measure,
  );
  const digests = new Map(assessment.files.map((file) => [file.path, file.sha256]));
  const guarded = new Set(assessment.head.gate.environments);
  return {
    claims: (measure, environment) =>
      (claims.get(measure) ?? []).filter(
        (claim) => claim.environments === 'all' || claim.environments.includes(environment),
      ),
    shown: (measure, environment) => (guarded.has(environment) ? (shown.get(measure) ?? []) : []),
    digest: (path) => digests.get(path),
  };
}

/**
 * The claim that counts, of those received and in effect. The newest that says something else than `met` ends what was said
 * before it. Of the claims after it that a measure is met the one counts that stands longest with its evidence; a short
 * one takes nothing from a long one. When none stands any more and the newest of the others says that the measure does not
 * apply, that one counts again; otherwise the newest, which is then known to have expired.
 */
export function currentClaim(
  claims: readonly Claim[],
  evidences: Evidences,
  nowMs: number,
): Claim | null {
  const known = claims.filter((claim) => claim.receivedMs <= nowMs && claim.effectiveMs <= nowMs);
  const stands = (claim: Claim): boolean =>
    claim.expiresMs > nowMs && findBroken(claim, evidences) === undefined;
  const other = newestOf(known.filter((claim) => claim.status !== 'met'));
  const met = known.filter(
    (claim) => claim.status === 'met' && (other === null || isNewer(claim, other)),
  );
  const longest = met.filter(stands).reduce<Claim | null>(longerOf, null);
  if (longest !== null) return longest;
  if (other?.status === 'not-applicable' && stands(other)) return other;
  return newestOf(met) ?? other;
}

function newestOf(claims: readonly Claim[]): Claim | null {
  return claims.reduce<Claim | null>(
    (best, claim) => (best === null || isNewer(claim, best) ? claim : best),
    null,
  );
}

/** Of two that are met the one that stands longer; between equals, the newer. */
function longerOf(best: Claim | null, claim: Claim): Claim {
  if (best === null || claim.expiresMs > best.expiresMs) return claim;
  return claim.expiresMs === best.expiresMs && isNewer(claim, best) ? claim : best;
}

function isNewer(claim: Claim, than: Claim): boolean {
  if (claim.receivedMs !== than.receivedMs) return claim.receivedMs > than.receivedMs;
  if (claim.effectiveMs !== than.effectiveMs) return claim.effectiveMs > than.effectiveMs;
  if (claim.status !== than.status)
    return STATUSES.indexOf(claim.status) > STATUSES.indexOf(than.status);
  // The same word twice counts for as long as either of them; what else differs must not depend on the files' order.
  if (claim.expiresMs !== than.expiresMs) return claim.expiresMs > than.expiresMs;
  return JSON.stringify(claim) > JSON.stringify(than);
}

const VERDICTS: readonly Shown['verdict'][] = ['unknown', 'shows', 'part', 'contradicts'];

/** Of one collector's readings the newest; between equals, the worse. */
function isNewerReading(each: Shown, than: Shown): boolean {
  if (each.atMs !== than.atMs) return each.atMs > than.atMs;
  if (each.verdict !== than.verdict)
    return VERDICTS.indexOf(each.verdict) > VERDICTS.indexOf(than.verdict);
  if (each.expiresMs !== than.expiresMs) return each.expiresMs > than.expiresMs;
  return JSON.stringify(each) > JSON.stringify(than);
}

/** A reading in which the gate said nothing does not take back what it showed, least of all a contradiction. */
function newestOfEach(shown: readonly Shown[], nowMs: number): readonly Shown[] {
  const newest = new Map<string, Shown>();
  const rank = (each: Shown): number => (each.verdict === 'unknown' ? 0 : 1);
  for (const each of shown) {
    if (each.atMs > nowMs) continue;
    const before = newest.get(each.collector);
    const newer =
      before === undefined ||
      rank(each) > rank(before) ||
      (rank(each) === rank(before) && isNewerReading(each, before));
    if (newer) newest.set(each.collector, each);
  }
  return [...newest.values()];
}

/** Evidence files that are gone or are not what was recorded. */
function findBroken(claim: Claim, evidences: Evidences): string | undefined {
  for (const { file, sha256 } of claim.evidence) {
    if (file === undefined) continue;
    const digest = evidences.digest(file);
    if (digest === undefined) return `its evidence ${file} is not in the folder`;
    if (sha256 !== undefined && digest !== sha256) {
      return `its evidence ${file} is not the file whose digest was recorded`;
    }
  }
  return undefined;
}

interface Word {
  readonly status: Status;
  readonly why: string | null;
  /** Somebody said that it is not wholly met, and nobody has said since that it is. */
  readonly denied: boolean;
}

function judgeClaim(claim: Claim | null, evidences: Evidences, nowMs: number): Word {
  if (claim === null) return { status: 'unknown', why: 'nobody has said', denied: false };
  const denied = claim.status === 'not-met' || claim.status === 'partly';
  if (claim.expiresMs <= nowMs) {
    const why = `the word of ${claim.owner} expired on ${showDay(claim.expiresMs)}`;
    return { status: 'unknown', why, denied };
  }
  const broken = findBroken(claim, evidences);
  if (broken !== undefined) return { status: 'unknown', why: broken, denied };
  return { status: claim.status, why: claim.reason, denied };
}

/** How a measure stands, by these rules in this order: a contradiction, the word, the machine alone. */
export function judgeStanding(
  measure: ListedMeasure,
  environment: EnvironmentId,
  evidences: Evidences,
  nowMs: number,
): Standing {
  const claim = currentClaim(evidences.claims(measure.id, environment), evidences, nowMs);
  const word = judgeClaim(claim, evidences, nowMs);
  const shown = newestOfEach(evidences.shown(measure.id, environment), nowMs);
  const fresh = shown.filter((each) => each.expiresMs > nowMs);
  const base = { measure: measure.id, environment, claim, shown };
  const claimExpiry = claim !== null && claim.expiresMs > nowMs ? [claim.expiresMs] : [];
  const against = shown.find((each) => each.verdict === 'contradicts');
  // What a gate saw done otherwise applies there, whoever says that it does not.
  if (against !== undefined) {
    const stale = against.expiresMs <= nowMs;
    const why = stale
      ? `on ${showDay(against.atMs)} the gate showed otherwise, and it has not been read since: ${against.sentence}`
      : `the gate shows otherwise: ${against.sentence}`;
    return stale
      ? { ...base, status: 'unknown', basis: 'nothing', why, expiresMs: null }
      : { ...base, status: 'not-met', basis: 'machine', why, expiresMs: against.expiresMs };
  }
  const supporting = fresh.filter((each) => each.verdict === 'shows' || each.verdict === 'part');
  const whole = supporting.find((each) => each.verdict === 'shows');
  if (word.status !== 'unknown') {
    const both = supporting.length > 0 && word.status !== 'not-applicable';
    return {
      ...base,
      status: word.status,
      basis: both ? 'machine-and-word' : 'word',
      why: word.why,
      expiresMs: claimExpiry[0] ?? null,
    };
  }
  if (measure.gate === 'live' && whole !== undefined && !word.denied) {
    const { sentence: why, expiresMs } = whole;
    return { ...base, status: 'met', basis: 'machine', why, expiresMs };
  }
  const part = supporting[0];
  const why =
    part === undefined
      ? (fresh[0]?.sentence ?? word.why)
      : `the gate shows a part: ${part.sentence}; the rest needs somebody's word (${word.why ?? ''})`;
  return { ...base, status: 'unknown', basis: 'nothing', why, expiresMs: null };
}
