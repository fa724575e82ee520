/**
 * The live quote: what an export would cost and what would become of it, before anybody asks for it. Quoted and decided
 * like a request by the same code; nothing of it is kept, and nothing is debited.
 */
import { AUTOMATIC } from '../budget/index.ts';
import type { Model } from '../models/index.ts';
import { vectorWidths } from '../models/index.ts';
import type { Request } from '../requests/index.ts';
import { decideExport, tierOf } from './decide.ts';
import { egressErrors } from './errors.ts';
import { bucketPath, locksOn, modelsInReach } from './export-reach.ts';
import type { ExportHost } from './export-reach.ts';
import { parseForm } from './form.ts';
import { quoteRelease } from './quote.ts';
import type { Quote, QuoteFile } from './quote.ts';
import type { Reason } from './sentences.ts';

/** Who would send what where. */
export interface QuoteAsk {
  /** A folder name for uploads and work; no request gets it. */
  readonly id: string;
  readonly requester: string;
  readonly sponsor: string | null;
  readonly project: string;
  readonly number: number;
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
  readonly form: string | null;
}

/** What it would cost and what would happen to it now. */
export interface LiveQuote {
  readonly files: readonly QuoteFile[];
  readonly total: { readonly bytes: number; readonly chargeBits: number };
  readonly means: { readonly sentence: string };
  readonly verdict: 'allow' | 'hold' | 'deny';
  readonly tier: string | null;
  readonly reasons: readonly Reason[];
}

/** Quotes that run at once; one more is told to wait. */
const RUNNING_MAX = 4;
let running = 0;

/** Quotes without asking. Throws `EGRESS_QUOTES_BUSY` when too many do so at the same moment. */
export async function quoteLive(host: ExportHost, ask: QuoteAsk): Promise<LiveQuote> {
  if (running >= RUNNING_MAX) throw egressErrors.error('QUOTES_BUSY', { limit: RUNNING_MAX });
  running += 1;
  try {
    return await quoteOnce(host, ask);
  } finally {
    running -= 1;
    await host.workspace.remove(ask.id);
    await host.uploads.remove(ask.id);
  }
}

async function quoteOnce(host: ExportHost, ask: QuoteAsk): Promise<LiveQuote> {
  // What the deciding code looks at of a request; there is none.
  const request = { ...ask, destination: '' } as unknown as Request;
  const models = await modelsInReach(host, request);
  const history = await host.releases.history(ask.number);
  const quote = await quoteRelease({
    files: ask.files.map(({ name, sha256 }) => ({
      name,
      path: host.uploads.pathOf(ask.id, sha256),
    })),
    pool: host.pool,
    outDir: await host.workspace.open(ask.id),
    history: {
      prefix: history.prefix,
      files: history.files.map(({ name, type, sha256 }) => ({
        name,
        type,
        path: host.blobs.pathOf(sha256),
      })),
    },
    ...(ask.form === null ? {} : { form: parseForm(ask.form) }),
    widths: models.flatMap(vectorWidths),
    limits: host.limits,
    cheaper: ask.form === null,
  });
  const chargeBits = quote.chargeBitsAtGapZero;
  const files = quote.files.map((file) => ({ ...file, refusal: file.reason }));
  const decision = decideExport({
    policy: host.policy,
    files,
    chargeBits: BigInt(chargeBits),
    skipRefused: false,
    budget: await host.budgets.wouldDebit(bucketPath(request, models), BigInt(chargeBits)),
    automaticBudget: await host.budgets.wouldDebit([AUTOMATIC], BigInt(chargeBits)),
    vectors: await host.models.wouldCount(models, vectorsOf(quote)),
    lockedModels: models.filter((model) => model.state !== 'active'),
    locks: await locksOn(host, request, models),
  });
  const { verdict, reasons } = decision;
  return {
    files: quote.files,
    total: { bytes: quote.total.bytes, chargeBits },
    means: { sentence: sayMeaning(models, chargeBits) },
    verdict,
    tier: verdict === 'hold' ? tierOf(reasons, files, ask.sponsor !== null) : null,
    reasons,
  };
}

const vectorsOf = (quote: Quote) =>
  quote.files.flatMap((file) =>
    file.vectors.map(({ width, hashes }) => ({ width, hashes: [...hashes] })),
  );

/** How many releases like this make the thinnest useful copy of the smallest model in reach. */
export function sayMeaning(
  models: readonly Pick<Model, 'id' | 'effectiveBits'>[],
  chargeBits: number,
): string {
  const [smallest] = [...models].sort((a, b) => (a.effectiveBits < b.effectiveBits ? -1 : 1));
  if (smallest === undefined) return 'No guarded model is in reach of this project.';
  if (chargeBits === 0) return 'Nothing of it would leave.';
  const times = smallest.effectiveBits / BigInt(chargeBits);
  return `${times.toLocaleString('en-GB')} such releases have as many bits as the thinnest copy of ${smallest.id}.`;
}
