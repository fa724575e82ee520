/**
 * An old export before a proposed policy. What was found and priced then stands; what depended on the moment (budgets,
 * locks, vectors) is taken as it was; only what the policy says about types, size and the automatic tier is asked again.
 */
import type { Request } from '../requests/index.ts';
import { decideExport, tierOf } from './decide.ts';
import type { ExportPolicy } from './decide.ts';
import { readExportFacts, readExportInput } from './export-reach.ts';
import type { Reason } from './sentences.ts';

/** What would have become of it. */
export interface ExportAgain {
  readonly verdict: 'allow' | 'hold' | 'deny';
  readonly tier: 'self' | 'one' | 'quorum' | null;
  readonly reason: string;
}

/** Reasons that the policy itself gives and that are therefore asked again. */
const ASKED_AGAIN: ReadonlySet<string> = new Set([
  'EXPORT_FILE_REFUSED',
  'EXPORT_FINDING',
  'EXPORT_FINDING_DENIES',
  'EXPORT_TYPE_NOT_PLAIN',
  'EXPORT_NOTHING_LEFT',
  'EXPORT_AUTOMATIC_OFF',
  'EXPORT_RELEASE_LARGE',
]);

/** Decides an old export again; null when it was never quoted. */
export function decideAgain(request: Request, policy: ExportPolicy): ExportAgain | null {
  const facts = readExportFacts(request);
  if (facts === null) return null;
  const files = facts.files.map((file) => ({ ...file, refusal: file.reason }));
  const { reasons: asked } = decideExport({
    policy,
    files,
    chargeBits: BigInt(facts.chargeBits),
    skipRefused: readExportInput(request).skipRefused,
    budget: { ok: true },
    automaticBudget: { ok: true },
    vectors: { ok: true },
    lockedModels: [],
  });
  const kept = facts.reasons.filter((reason) => !ASKED_AGAIN.has(reason.code));
  const reasons: readonly Reason[] = [...asked, ...kept];
  const [first] = [...reasons].sort(
    (a, b) => Number(b.severity === 'deny') - Number(a.severity === 'deny'),
  );
  const reason = first?.sentence ?? 'nothing stands against it';
  if (reasons.some((each) => each.severity === 'deny'))
    return { verdict: 'deny', tier: null, reason };
  if (reasons.length === 0) return { verdict: 'allow', tier: null, reason };
  return { verdict: 'hold', tier: tierOf(reasons, files, request.sponsor !== null), reason };
}
