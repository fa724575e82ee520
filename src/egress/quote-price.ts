/** Prices the accepted files of a release; when that ends its process, finds the file to blame and goes on without it. */
import { egressErrors } from './errors.ts';
import type { QuoteInput } from './quote.ts';
import type { JobFailure, JobOutcome } from './worker-pool.ts';
import { refuseFile } from './worker-protocol.ts';
import type { EmittedFile, HistoryView, InspectedFile } from './worker-protocol.ts';

/** Prices by the name outside, and the total of the frame or frames. */
export interface Priced {
  readonly bitsOf: ReadonlyMap<string, number>;
  readonly totalBits: number;
  readonly body?: { readonly path: string; readonly bytes: number };
}

/** Prices the files that have a canonical form; files that cannot be encoded come back refused. */
export async function pricePatiently(
  input: QuoteInput,
  files: readonly InspectedFile[],
  history: HistoryView,
): Promise<{ files: InspectedFile[]; price: Priced }> {
  let current = [...files];
  for (let attempt = 0; attempt < 2; attempt++) {
    const members = current.flatMap((file) => file.emitted ?? []);
    if (members.length === 0) return { files: current, price: { bitsOf: new Map(), totalBits: 0 } };
    const outcome =
      input.each === true
        ? await priceEach(input, members, history)
        : await priceTogether(input, members, history);
    if (!('ok' in outcome)) return { files: current, price: outcome };
    if (outcome.reason === 'stopped') throw egressErrors.error('INSPECTION_STOPPED');
    const culprits = await findCulprits(input, members, history, outcome);
    current = current.map((file) => {
      const why = file.emitted && culprits.get(file.emitted.name);
      if (why === undefined) return file;
      const { code, message, hint } = why;
      return refuseFile(file, { code, message, hint });
    });
  }
  throw egressErrors.error('INSPECTION_STOPPED');
}

function priceJob(
  input: QuoteInput,
  members: readonly EmittedFile[],
  history: HistoryView,
  each: boolean,
  onMember: (done: number) => void,
): Promise<JobOutcome> {
  const bodyPath = each ? {} : { bodyPath: `${input.outDir}/body` };
  return input.pool.run({ kind: 'price', members, history, each, ...bodyPath }, (event) => {
    if (event.event === 'priced') onMember(event.done);
  });
}

async function priceTogether(
  input: QuoteInput,
  members: readonly EmittedFile[],
  history: HistoryView,
): Promise<Priced | JobFailure> {
  const total = members.length;
  const outcome = await priceJob(input, members, history, false, (done) => {
    input.onProgress?.({ phase: 'pricing', done, total });
  });
  if (!outcome.ok) return outcome;
  const { memberBits = [], totalBits = 0, bodyBytes = 0 } = outcome.result.price ?? {};
  return {
    bitsOf: new Map(members.map((member, i) => [member.name, memberBits[i] ?? 0])),
    totalBits,
    body: { path: `${input.outDir}/body`, bytes: bodyBytes },
  };
}

/** Each file is a release of its own, so that they are priced on all processes at once. */
async function priceEach(
  input: QuoteInput,
  members: readonly EmittedFile[],
  history: HistoryView,
): Promise<Priced | JobFailure> {
  const bitsOf = new Map<string, number>();
  let totalBits = 0;
  let next = 0;
  let done = 0;
  let failed: JobFailure | undefined;
  const lane = async (): Promise<void> => {
    while (next < members.length && failed === undefined) {
      const share = members.slice(next, next + 8);
      next += share.length;
      const before = done;
      const outcome = await priceJob(input, share, history, true, () => {
        input.onProgress?.({ phase: 'pricing', done: ++done, total: members.length });
      });
      done = Math.max(done, before);
      if (!outcome.ok) failed = outcome;
      else {
        for (const [i, bits] of (outcome.result.price?.memberBits ?? []).entries()) {
          const member = share[i];
          if (member !== undefined) bitsOf.set(member.name, bits);
          totalBits += bits;
        }
      }
    }
  };
  await Promise.all(Array.from({ length: input.pool.size }, lane));
  return failed ?? { bitsOf, totalBits };
}

/** Prices members in halves until the ones that fail alone are found; if none does, all together are too much. */
async function findCulprits(
  input: QuoteInput,
  members: readonly EmittedFile[],
  history: HistoryView,
  failure: JobFailure,
): Promise<Map<string, JobFailure>> {
  const culprits = new Map<string, JobFailure>();
  const search = async (part: readonly EmittedFile[], why: JobFailure): Promise<void> => {
    const [first] = part;
    if (part.length === 1 && first !== undefined) {
      culprits.set(first.name, why);
      return;
    }
    const middle = part.length >> 1;
    for (const half of [part.slice(0, middle), part.slice(middle)]) {
      const outcome = await priceJob(input, half, history, true, () => undefined);
      if (!outcome.ok) {
        if (outcome.reason === 'stopped') throw egressErrors.error('INSPECTION_STOPPED');
        await search(half, outcome);
      }
    }
  };
  await search(members, failure);
  if (culprits.size === 0) for (const { name } of members) culprits.set(name, failure);
  return culprits;
}
