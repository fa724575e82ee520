/** Reads what signatures over a canonical request allow, with the sender's own copy of the roster. Pure. */
import { peopleOf } from '../../people/index.ts';
import type { Roster, Settings } from '../../people/index.ts';
import type { SignedGrant } from '../../release/index.ts';
import {
  checkApproval,
  findAgeProblem,
  findingsOf,
  findRequesterProblem,
  judgeApprovals,
  readSubject,
  readWindow,
  ruleOf,
} from '../../requests/index.ts';
import type { Subject } from '../../requests/index.ts';

/** What a grant is checked against. */
export interface GrantCheck {
  readonly roster: Roster;
  /** Models and destinations as people signed them. */
  readonly settings: Settings | null;
  /** The digests of every version of the chain, by version. */
  readonly digests: ReadonlyMap<number, string>;
  readonly subject: string;
  readonly signatures: readonly string[];
  readonly breakGlass: boolean;
  readonly nowMs: number;
}

interface SignedFile {
  readonly name: string;
  readonly type: string;
  readonly form: string | null;
  readonly sha256: string;
  readonly bytes: number;
}

function no(why: string): SignedGrant {
  return { ok: false, why };
}

function isFile(value: unknown): value is SignedFile {
  const file = value as Partial<SignedFile> | null;
  return (
    typeof file === 'object' &&
    file !== null &&
    typeof file.name === 'string' &&
    typeof file.type === 'string' &&
    typeof file.sha256 === 'string' &&
    typeof file.bytes === 'number' &&
    (file.form === null || typeof file.form === 'string')
  );
}

/** How long a window that was signed stays open; what is no window is used once. */
function openMsOf(subject: Subject): number {
  if (subject.kind !== 'window') return 0;
  try {
    return readWindow(subject.facts['window']).durationMs;
  } catch {
    return 0;
  }
}

function checkFrame(check: GrantCheck, subject: Subject): string | null {
  const { roster, digests, nowMs } = check;
  if (subject.gate !== roster.gate) return 'it is a request of another gate';
  const age = findAgeProblem(roster, subject, nowMs, openMsOf(subject));
  if (age !== null) return age;
  if (digests.get(subject.rosterVersion) !== subject.rosterSha256)
    return 'it was asked under a roster that was never in force';
  if (subject.breakGlass !== check.breakGlass) return 'the signature is for something else';
  if (subject.destination === null) return 'it names no destination';
  return findRequesterProblem(roster, subject, nowMs);
}

/** Who signed is enough: by the quorum of its rule, or by the emergency group. */
function checkSigners(check: GrantCheck, subject: Subject): string | null {
  const { roster, signatures, nowMs } = check;
  if (!subject.breakGlass) {
    if (ruleOf(roster, subject) === undefined) return 'no rule of the roster lets it pass';
    const settings = check.settings ?? undefined;
    const judged = judgeApprovals({
      ...{ roster, settings, subjectText: check.subject, signatures, nowMs },
    });
    if (judged.state === 'met') return null;
    const missing = judged.missing.map((each) => each.clause);
    return `approvals are missing: ${[...missing, ...judged.keysMissing, ...judged.refused].join('; ')}`;
  }
  const group = peopleOf(roster, roster.breakGlass.group, nowMs);
  for (const signature of signatures) {
    const checked = checkApproval(roster, check.subject, signature, nowMs);
    if (checked.ok && group.has(checked.person)) return null;
  }
  return `nobody of ${roster.breakGlass.group} signed the emergency`;
}

/** Checks a grant; never throws for bad input. */
export function checkGrant(check: GrantCheck): SignedGrant {
  let subject: Subject;
  try {
    subject = readSubject(check.subject);
  } catch {
    return no('what was signed is no canonical request');
  }
  const problem = checkFrame(check, subject) ?? checkSigners(check, subject);
  if (problem !== null) return no(problem);
  const { project, destination } = subject;
  const common = {
    ok: true,
    requestId: subject.id,
    destination: destination?.number ?? -1,
    project,
    place: destination?.name ?? '',
  } as const;
  const chargeBitsMax = BigInt(subject.chargeBitsMax);
  if (subject.kind === 'window') {
    try {
      const { types, bitsEach, bitsTotal, uses, durationMs } = readWindow(subject.facts['window']);
      // The text says in words how long it lasts and in its template how long it is open: that is one time.
      if (subject.grantMs !== durationMs || chargeBitsMax !== BigInt(bitsTotal))
        return no('it says two things about what the window lets through');
      const window = {
        types,
        bitsEach: BigInt(bitsEach),
        bitsTotal: BigInt(bitsTotal),
        uses,
        durationMs,
      };
      return {
        ...common,
        requester: null,
        chargeBitsMax,
        meter: null,
        files: null,
        findings: [],
        historyPrefix: null,
        window,
      };
    } catch {
      return no('what was signed is no window');
    }
  }
  if (subject.kind !== 'export') return no('what was signed is no export');
  const { files, historyPrefix } = subject.facts;
  if (!Array.isArray(files) || !files.every(isFile) || typeof historyPrefix !== 'number')
    return no('what was signed names no files');
  const rule = ruleOf(check.roster, subject);
  const meter = subject.breakGlass ? 'break-glass' : rule?.tier === 'self' ? 'self' : null;
  const { requester } = subject;
  const findings = findingsOf(subject.facts);
  return {
    ...common,
    requester,
    chargeBitsMax,
    meter,
    files,
    findings,
    historyPrefix,
    window: null,
  };
}
