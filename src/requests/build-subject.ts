/** Makes the canonical request that approvals sign, with the clocks of its rule. */
import { isoTime } from '../core/index.ts';
import { RELEASE_MARGIN_MS, clocksOf } from './approval-age.ts';
import { firstEscalation } from './escalation.ts';
import { ruleOf } from './judge-approvals.ts';
import type { RequestsHost } from './host.ts';
import type { Decision, Demand } from './kind.ts';
import type { Request } from './row.ts';
import { writeSubject } from './subject.ts';
import type { Subject } from './subject.ts';

/** What a held request gets: the text that is signed, and the clocks of its rule. */
export interface BuiltSubject {
  readonly subject: string;
  readonly tier: Subject['tier'];
  readonly waitMs: number;
  readonly escalatesMs: number;
}

/** Builds it under the roster in force; null before the founding. */
export function buildSubject(
  host: Pick<RequestsHost, 'rosters' | 'clock' | 'ledger'>,
  request: Request,
  demand: Demand,
  tier: NonNullable<Decision['tier']>,
): BuiltSubject | null {
  const { current } = host.rosters;
  if (current === null) return null;
  const { clock, ledger } = host;
  const { roster, sha256: rosterSha256 } = current;
  const chargeBitsMax = String(demand.chargeBitsMax);
  const { kind, requester, sponsor } = request;
  const { facts } = demand;
  const rule = ruleOf(roster, { kind, requester, sponsor, tier, chargeBitsMax, facts });
  const { waitMs, approvalsValidMs } = clocksOf(rule);
  const nowMs = clock.nowMs();
  const untilMs = nowMs + waitMs + approvalsValidMs + RELEASE_MARGIN_MS;
  const subject: Subject = {
    format: 'sallyport-request@v1',
    gate: roster.gate,
    id: request.id,
    edition: request.edition,
    kind,
    requester,
    sponsor,
    project: request.project,
    destination: demand.destination,
    why: request.why,
    tier: rule?.tier ?? tier,
    models: demand.models,
    chargeBitsMax,
    rosterVersion: roster.version,
    rosterSha256,
    ledgerSize: ledger.size,
    askedAt: isoTime(request.askedMs),
    writtenAt: isoTime(nowMs),
    releaseBy: isoTime(untilMs),
    grantMs: demand.grantMs,
    breakGlass: false,
    facts,
  };
  return {
    subject: writeSubject(subject),
    tier: subject.tier,
    waitMs,
    escalatesMs: firstEscalation(nowMs, waitMs),
  };
}
