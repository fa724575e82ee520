/** Whether everything that the ledger says was approved has the signatures that its rule asked for at that time. */
import type { Kysely } from 'kysely';
import { sha256 } from '../core/index.ts';
import { peopleOf } from '../people/index.ts';
import { checkApproval, judgeApprovals } from './judge-approvals.ts';
import type { RosterInTime } from './roster-check.ts';
import { readSubject, writeSubject } from './subject.ts';
import { readVotesOf } from './votes.ts';

/** Something that happened to a request by somebody's word. */
export interface SaidEffect {
  readonly request: string;
  readonly index: number;
  readonly atMs: number;
  readonly tier: string;
  /** The request whose approvals count: the window's for what a window let through. */
  readonly signedRequest: string;
  readonly subjectSha256: string | null;
  /** The signature of an emergency, which is no vote. */
  readonly signatures: readonly string[];
}

interface SubjectRows {
  requests: { id: string; subject: string | null };
}

function why(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** Judges one effect under one version; null when its signatures are enough. */
function judge(
  effect: SaidEffect,
  at: RosterInTime,
  subjectText: string,
  signatures: readonly string[],
): string | null {
  const { roster } = at;
  try {
    if (effect.tier !== 'break-glass') {
      // A window of an earlier version names no models; what it let through was approved by the rules of its day.
      const settings = readSubject(subjectText).kind === 'window' ? undefined : roster.settings;
      const { atMs: nowMs } = effect;
      const judged = judgeApprovals({ roster, subjectText, signatures, settings, nowMs });
      if (judged.state === 'met') return null;
      return (
        [
          ...judged.missing.map((each) => `${each.clause} missing`),
          ...judged.keysMissing,
          ...judged.refused,
        ].join('; ') || judged.state
      );
    }
    const group = peopleOf(roster, roster.breakGlass.group, effect.atMs);
    const signed = effect.signatures.some((signature) => {
      const checked = checkApproval(roster, subjectText, signature, effect.atMs);
      return checked.ok && group.has(checked.person);
    });
    return signed ? null : `nobody of ${roster.breakGlass.group} signed it`;
  } catch (cause) {
    return why(cause);
  }
}

/** What was not approved by those who had to, in sentences. */
export async function judgeEffects(
  database: Kysely<unknown>,
  chain: readonly RosterInTime[],
  effects: readonly SaidEffect[],
): Promise<readonly string[]> {
  const problems: string[] = [];
  const asked = effects.filter((effect) => effect.tier !== 'automatic');
  const votes = await readVotesOf(database, [...new Set(asked.map((each) => each.signedRequest))]);
  const db = database as Kysely<SubjectRows>;
  for (const effect of asked) {
    const held = votes.get(effect.signedRequest) ?? [];
    const row = await db
      .selectFrom('requests')
      .select('subject')
      .where('id', '=', effect.signedRequest)
      .executeTakeFirst();
    const texts = [row?.subject ?? null, ...held.map((vote) => vote.subject)].flatMap((text) => {
      if (text === null) return [];
      if (effect.tier !== 'break-glass') return [text];
      try {
        return [writeSubject({ ...readSubject(text), breakGlass: true })];
      } catch {
        return [];
      }
    });
    const subject = texts.find((text) => sha256(text) === effect.subjectSha256);
    const name =
      effect.tier === 'window'
        ? `the window ${effect.signedRequest} behind ${effect.request}`
        : effect.request;
    if (subject === undefined) {
      problems.push(`what was approved of ${name} is not in the database`);
      continue;
    }
    const signatures = held
      .filter(
        (vote) => vote.vote === 'approve' && vote.subject === subject && vote.signature !== null,
      )
      .map((vote) => vote.signature ?? '');
    // A change of the roster while people were signing is no fault: each version since it was asked may have counted.
    const versions = chain.filter(
      (each) => each.fromIndex < effect.index || each.sha256 === chain[0]?.sha256,
    );
    const named = readSubject(subject).rosterVersion;
    const first = versions.filter((each) => each.roster.version >= named);
    const verdicts = first.map((each) => judge(effect, each, subject, signatures));
    if (verdicts.includes(null)) continue;
    problems.push(
      `${name} was let through without the approvals that its rule asks for: ${verdicts.at(-1) ?? 'there was no roster'}`,
    );
  }
  return problems;
}
