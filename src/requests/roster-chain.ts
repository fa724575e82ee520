/**
 * The chain of rosters: version 1 signed by every founder, each later one by a `policy` request that the approvers of
 * the old version *and* of the new one signed (as TUF does for its root). Whoever holds the digest of version 1 can check
 * the whole chain with nothing else.
 */
import { sha256, utf8 } from '../core/index.ts';
import { findKey, readRoster, rosterErrors, verifySshsig, writeRoster } from '../people/index.ts';
import type { Roster } from '../people/index.ts';
import { replaySteps } from './change-steps.ts';
import { judgeApprovals } from './judge-approvals.ts';
import { settingsJudges, settingsRuleOf } from './settings-apart.ts';
import { readSubject } from './subject.ts';

/** The SSHSIG namespace of the founders' signatures, which are over the roster's own text. */
export const FOUNDING_NAMESPACE = 'sallyport-founding@v1';

/** One version with what puts it in force. */
export interface RosterLink {
  /** The roster's canonical text. */
  readonly document: string;
  /** The canonical text of the request that asked for it; null for version 1. */
  readonly subject: string | null;
  readonly signatures: readonly string[];
}

function broken(version: number, why: string): never {
  throw rosterErrors.error('CHAIN_BROKEN', { version, why });
}

/** Checks version 1: each founder signed it with a key of its own. Returns the roster. */
export function checkFounding(link: RosterLink): Roster {
  const roster = readRoster(link.document);
  if (roster.version !== 1 || roster.previous !== null || link.subject !== null)
    broken(roster.version, 'it is no first version');
  const at = Date.parse(roster.at);
  const signers = new Set<string>();
  for (const signature of link.signatures) {
    const verified = verifySshsig({
      signature,
      message: utf8(link.document),
      namespace: FOUNDING_NAMESPACE,
      origins: roster.origins,
    });
    if (!verified.ok) broken(1, verified.sentence);
    const found = findKey(roster, verified.publicKey.fingerprint, at);
    if (found === undefined) broken(1, 'a signature is by a key that it does not hold');
    signers.add(found.person.id);
  }
  const absent = roster.people.find((person) => !signers.has(person.id));
  if (absent !== undefined) broken(1, `\`${absent.id}\` has not signed it`);
  return roster;
}

/**
 * Checks that a link follows a roster; returns the next roster or throws `ROSTER_CHAIN_BROKEN`. The digest of the new
 * roster in the signed text is not enough: whoever wrote that text could have put the digest of any roster beside harmless
 * steps, and people read steps. So the steps are done again here.
 */
export function checkNext(before: Roster, beforeText: string, link: RosterLink): Roster {
  const next = readRoster(link.document);
  const { version } = next;
  if (version !== before.version + 1 || next.previous !== sha256(beforeText))
    broken(version, 'it does not follow the version in force');
  if (next.gate !== before.gate) broken(version, 'it is the roster of another gate');
  if (link.subject === null) broken(version, 'nobody asked for it');
  const subject = readSubject(link.subject);
  const named = subject.facts['rosterSha256'];
  if (subject.kind !== 'policy' || subject.gate !== before.gate || named !== sha256(link.document))
    broken(version, 'the request that was signed is about something else');
  if (subject.rosterSha256 !== next.previous)
    broken(version, 'the request that was signed is about another version');
  const at = Date.parse(next.at);
  if (at < Date.parse(before.at)) broken(version, 'it is older than the version before it');
  if (at < Date.parse(subject.askedAt) || at > Date.parse(subject.releaseBy))
    broken(version, 'it is of a time at which its request was not open');
  if (writeRoster(replaySteps(before, subject, next.at)) !== link.document)
    broken(version, 'it is not what the steps that people signed make of the version before it');
  for (const [name, roster] of [
    ['before', before],
    ['new', next],
  ] as const) {
    const judged = judgeApprovals({
      roster,
      subjectText: link.subject,
      signatures: link.signatures,
      nowMs: at,
    });
    if (judged.state !== 'met')
      broken(version, `the approvers of the ${name} version have not signed it`);
  }
  for (const roster of settingsJudges(before, next)) {
    const judged = judgeApprovals({
      ...{ roster, rule: settingsRuleOf(roster), subjectText: link.subject },
      ...{ signatures: link.signatures, nowMs: at },
    });
    if (judged.state !== 'met')
      broken(version, 'it changes who decides about settings, and those who do have not signed it');
  }
  return next;
}

/** Checks a whole chain against the digest of its first version, which the caller has kept. */
export function checkChain(links: readonly RosterLink[], foundingSha256: string): Roster {
  const [first, ...rest] = links;
  if (first === undefined || sha256(first.document) !== foundingSha256)
    broken(1, 'it is not the version that was founded here');
  let roster = checkFounding(first);
  let text = first.document;
  for (const link of rest) {
    roster = checkNext(roster, text, link);
    text = link.document;
  }
  return roster;
}

/** Whether a signature is by a founder over this document; the sentence why not otherwise. */
export function checkFounderSignature(document: string, signature: string): string | null {
  const roster = readRoster(document);
  const verified = verifySshsig({
    signature,
    message: utf8(document),
    namespace: FOUNDING_NAMESPACE,
    origins: roster.origins,
  });
  if (!verified.ok) return verified.sentence;
  const found = findKey(roster, verified.publicKey.fingerprint, Date.parse(roster.at));
  return found === undefined ? 'its key belongs to no founder' : null;
}
