/** Judgements of held requests that still hold: lists would else verify every signature again for everybody who looks. */
import { changesAt } from '../people/index.ts';
import type { Roster } from '../people/index.ts';
import type { ApprovalJudgement } from './judge-approvals.ts';
import type { LockedPeople } from './locked-people.ts';
import type { Request } from './row.ts';
import type { Vote } from './votes.ts';

/** What a judgement is about. */
export interface Judged {
  readonly request: Request;
  readonly votes: readonly Vote[];
  readonly roster: Roster | undefined;
  readonly locked: LockedPeople;
  readonly nowMs: number;
}

interface Known {
  readonly key: string;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly judgement: ApprovalJudgement | null;
}

const KNOWN_MAX = 20_000;

/** Keeps them until something is voted, locked, edited or changed in the roster, or until time itself changes them. */
export class KnownJudgements {
  readonly #known = new Map<string, Known>();

  /** The judgement that is known, or the one that `judge` gives. */
  of(about: Judged, judge: () => ApprovalJudgement | null): ApprovalJudgement | null {
    const { request, nowMs } = about;
    const key = keyOf(about);
    const known = this.#known.get(request.id);
    if (known?.key === key && nowMs >= known.fromMs && nowMs < known.untilMs)
      return known.judgement;
    const judgement = judge();
    if (this.#known.size >= KNOWN_MAX) this.#known.clear();
    const untilMs = endOf(about, judgement);
    this.#known.set(request.id, { key, fromMs: nowMs, untilMs, judgement });
    return judgement;
  }
}

function keyOf({ request, votes, roster, locked }: Judged): string {
  const subject = request.subject === null ? '' : 's';
  const ids = votes.map((vote) => vote.id);
  const locks = [...locked.values()].sort();
  return [roster?.version ?? 0, request.edition, subject, ...ids, ...locks].join(' ');
}

/** When time changes the judgement: a membership, a key or a role ends, or an approval is too old. */
function endOf({ votes, roster, nowMs }: Judged, judgement: ApprovalJudgement | null): number {
  const validMs = judgement?.rule.approvalsValidMs ?? 0;
  const ends = votes.map((vote) => vote.atMs + validMs).filter((atMs) => atMs >= nowMs);
  return Math.min(roster === undefined ? Infinity : changesAt(roster, nowMs), ...ends);
}
