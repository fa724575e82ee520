/** Queues an export for the wire in the one transaction that debits, counts and records; the sender is asked before. */
import { sha256 } from '../core/index.ts';
import { AUTOMATIC } from '../budget/index.ts';
import { countVectors, vectorWidths } from '../models/index.ts';
import type { Grant, ReleaseInput } from '../release/index.ts';
import type { Effect, MoveOn, Releaser, Request } from '../requests/index.ts';
import { judgeBudget, judgeLocks, judgeVectors } from './decide.ts';
import { emittedOf } from './export-facts.ts';
import type { ExportFacts } from './export-facts.ts';
import {
  GAP_BITS_MAX,
  bucketPath,
  describeExport,
  findNumber,
  locksOn,
  modelsInReach,
  noteReasons,
} from './export-reach.ts';
import type { ExportHost } from './export-reach.ts';
import { sayReason, sayReasons } from './sentences.ts';
import type { Reason } from './sentences.ts';
import { useWindow } from './window.ts';

/** Undoes the release when something that is counted with it stands against it. */
class Stop extends Error {
  readonly reason: Reason;
  constructor(reason: Reason) {
    super(reason.sentence);
    this.reason = reason;
  }
}

function grantOf(releaser: Releaser): Grant {
  if (releaser.tier === 'automatic') return { tier: 'automatic' };
  const { tier, subject, signatures } = releaser;
  return { tier, subject, signatures };
}

/** The files of a release; with their paths as long as they lie in the request's own folder only. */
export function releaseFiles(facts: ExportFacts): ReleaseInput['files'] {
  const kept = (facts.body?.sha256 ?? null) !== null;
  return emittedOf(facts).map(({ name, type, form, sha256: digest, bytes, path }) => ({
    name,
    type,
    ...(form === null ? {} : { form }),
    sha256: digest,
    bytes,
    ...(kept ? {} : { path }),
  }));
}

/** Releases an export whose approvals suffice, or says what stands against it now. */
export async function releaseExport(
  host: ExportHost,
  request: Request,
  facts: ExportFacts,
  releaser: Releaser,
  moveOn: MoveOn,
): Promise<Effect> {
  const number = await findNumber(host, request);
  if (facts.body === null || number === undefined)
    return refused(facts, [sayReason('NOTHING_LEFT')]);
  const models = await modelsInReach(host, request);
  if (!models.flatMap(vectorWidths).every((width) => facts.widths.includes(width))) {
    return refused(facts, [sayReason('MODELS_CHANGED')]);
  }
  const locks = judgeLocks(await locksOn(host, request, models));
  if (locks.length > 0) return refused(facts, locks);
  const path = bucketPath(request, models);
  const kept = facts.body.sha256;
  const files = releaseFiles(facts);
  const chargeBitsMax = BigInt(facts.chargeBits) + GAP_BITS_MAX;
  const open = releaser.tier === 'window' ? await host.windows(request.project) : [];
  const window = open.find(
    (each) => 'window' in releaser && each.request.id === releaser.window,
  )?.request;
  // The gate takes everything in while the sender looks at it: neither needs the other's answer.
  const staging = host.releases.stage({
    body: kept === null ? { path: facts.body.path } : { sha256: kept },
    files,
  });
  const [sender] = await Promise.all([
    host.authorise({
      requestId: request.id,
      destination: number,
      historyPrefix: facts.historyPrefix,
      body: { path: kept === null ? facts.body.path : host.blobs.pathOf(kept) },
      chargeBitsMax,
      grant: grantOf(releaser),
    }),
    staging,
  ]);
  const body = await staging;
  if (!sender.ok) {
    const { why, passesAtMs } = sender;
    return refused(facts, [sayReason('SENDER_REFUSES', { why })], passesAtMs);
  }
  try {
    const verdict = await host.releases.queueRelease({
      requestId: request.id,
      destination: number,
      historyPrefix: facts.historyPrefix,
      body,
      files,
      buckets: releaser.tier === 'automatic' ? [...path, AUTOMATIC] : path,
      use: { principal: request.requester },
      chargeBitsMax,
      entry: ({ sequence, chargeBits, bodySha256 }) => ({
        kind: 'export.released',
        by: 'by' in releaser ? releaser.by.join(', ') : request.requester,
        ...describeExport(request, facts),
        number,
        sequence,
        chargeBits: String(chargeBits),
        bodySha256,
        verdict: 'allow',
        tier: releaser.tier,
        ...('window' in releaser ? { window: releaser.window } : {}),
        ...('subject' in releaser
          ? { subjectSha256: sha256(releaser.subject), approvals: releaser.signatures.length }
          : {}),
        // Approvals are kept as votes; the one signature of an emergency is kept here.
        ...(releaser.tier === 'break-glass' ? { signatures: releaser.signatures } : {}),
      }),
      change: async (tx, { chargeBits }) => {
        const vectors = await countVectors(tx as never, models, facts.vectors);
        const [reason] = judgeVectors(vectors);
        if (reason !== undefined) throw new Stop(reason);
        if (releaser.tier === 'window') {
          const fits =
            window !== undefined && (await useWindow(tx as never, window, request.id, chargeBits));
          if (!fits) throw new Stop(sayReason('SENDER_REFUSES', { why: 'the window is used up' }));
        }
        await moveOn(tx as never, chargeBits);
      },
    });
    if (verdict.queued) return { done: true };
    if ('debit' in verdict) {
      const { debit } = verdict;
      return refused(facts, judgeRace(debit), debit.passesAtMs);
    }
    const { chargeBits: bits, chargeBitsMax: limit } = verdict;
    return refused(facts, [sayReason('CHARGE_GREW', { bits, limit })]);
  } catch (cause) {
    if (cause instanceof Stop) return refused(facts, [cause.reason]);
    throw cause;
  }
}

/** A bucket that passed a moment ago and does not now: another release was faster. */
function judgeRace(debit: Parameters<typeof judgeBudget>[0]): readonly Reason[] {
  if (debit.ok || debit.bucket !== 'automatic') return judgeBudget(debit);
  const left = 'less';
  const { neededBits: bits } = debit;
  return [sayReason('AUTOMATIC_USED_UP', { left, bits, when: 'later' })];
}

function refused(
  facts: ExportFacts,
  reasons: readonly Reason[],
  passesAtMs: number | null = null,
): Effect {
  noteReasons(facts, reasons);
  const verdict = reasons.some((reason) => reason.severity === 'deny') ? 'deny' : 'hold';
  return {
    done: false,
    verdict,
    reason: sayReasons(reasons),
    chargeBits: BigInt(facts.chargeBits),
    passesAtMs,
  };
}
