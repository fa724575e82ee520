/**
 * The kind `export` of requests: files are quoted in processes of their own, decided by policy and budget, and queued
 * for the wire in the one transaction that debits and records.
 *
 * What holds if we die: before the queue's transaction nothing has left and nothing is charged, and the request is
 * quoted again at the next start; after it the release is durable, charged and will be sent.
 */
import type { Decision, Progress, Request, RequestKind } from '../requests/index.ts';
import { AUTOMATIC } from '../budget/index.ts';
import { vectorWidths } from '../models/index.ts';
import { decideExport, tierOf } from './decide.ts';
import { demandApprovals, findWindow } from './export-approvals.ts';
import { releaseExport, releaseFiles } from './export-effect.ts';
import { emittedOf, fromJson, gatherFacts, toJson } from './export-facts.ts';
import type { ExportFacts } from './export-facts.ts';
import {
  bucketPath,
  describeExport,
  findNumber,
  locksOn,
  modelsInReach,
  noteReasons,
  readExportInput,
  sayExport,
} from './export-reach.ts';
import type { ExportHost } from './export-reach.ts';
import { parseForm } from './form.ts';
import { quoteRelease } from './quote.ts';
import { sayReasons } from './sentences.ts';

const FILE_BYTES_MAX = 1024 * 1024 * 1024;

/** The kind `export`. */
export function exportKind(host: ExportHost): RequestKind {
  return {
    name: 'export',
    through: 'release',
    title: (request) => sayExport(readExportInput(request), request),
    demand: (request, facts) => demandApprovals(host, request, fromJson(facts)),
    window: (request, facts) => findWindow(host, request, fromJson(facts)),
    gather: async (request, onProgress) => toJson(await gather(host, request, onProgress)),
    decide: (request, facts) => decide(host, request, fromJson(facts)),
    keep: (_request, facts) => keep(host, fromJson(facts)),
    lookAhead: (request, facts) => lookAhead(host, request, fromJson(facts)),
    effect: (request, facts, releaser, moveOn) =>
      releaseExport(host, request, fromJson(facts), releaser, moveOn),
    describe: (request, facts) => describeExport(request, facts === null ? null : fromJson(facts)),
    cleanUp: async (request) => {
      await host.workspace.remove(request.id);
      // Whatever was decided, it was decided on the emitted files; the original bytes are of no more use.
      await host.uploads.remove(request.id);
    },
  };
}

async function gather(
  host: ExportHost,
  request: Request,
  onProgress: (progress: Progress) => void,
): Promise<ExportFacts> {
  const input = readExportInput(request);
  const number = (await findNumber(host, request)) ?? 0;
  const history = await host.releases.history(number);
  const widths = (await modelsInReach(host, request)).flatMap(vectorWidths);
  const quote = await quoteRelease({
    files: input.files.map((file) => ({
      name: file.name,
      // A changed request is quoted from what was kept of it: the originals are gone since the first verdict.
      path:
        request.edition > 1
          ? host.blobs.pathOf(file.sha256)
          : host.uploads.pathOf(request.id, file.sha256),
    })),
    pool: host.pool,
    outDir: await host.workspace.open(request.id),
    history: {
      prefix: history.prefix,
      files: history.files.map(({ name, type, sha256: digest }) => ({
        name,
        type,
        path: host.blobs.pathOf(digest),
      })),
    },
    ...(input.form === null ? {} : { form: parseForm(input.form) }),
    widths,
    limits: host.limits,
    cheaper: false,
    onProgress,
  });
  return gatherFacts(quote, widths);
}

async function decide(host: ExportHost, request: Request, facts: ExportFacts): Promise<Decision> {
  const chargeBits = BigInt(facts.chargeBits);
  const models = await modelsInReach(host, request);
  const decision = decideExport({
    policy: host.policy,
    files: facts.files.map((file) => ({ ...file, refusal: file.reason })),
    chargeBits,
    skipRefused: readExportInput(request).skipRefused,
    budget: await host.budgets.wouldDebit(bucketPath(request, models), chargeBits),
    automaticBudget: await host.budgets.wouldDebit([AUTOMATIC], chargeBits),
    vectors: await host.models.wouldCount(models, facts.vectors),
    lockedModels: models.filter((model) => model.state !== 'active'),
    locks: await locksOn(host, request, models),
  });
  noteReasons(facts, decision.reasons);
  const { verdict, reasons } = decision;
  const tier = tierOf(
    reasons,
    facts.files.map((file) => ({ ...file, refusal: file.reason })),
    request.sponsor !== null,
  );
  return { verdict, reason: sayReasons(reasons), chargeBits, tier };
}

async function keep(host: ExportHost, facts: ExportFacts): Promise<void> {
  const { body } = facts;
  if (body === null) {
    for (const file of emittedOf(facts))
      if (!(await host.blobs.has(file.sha256))) await host.blobs.putFile(file.path, FILE_BYTES_MAX);
    return;
  }
  const { sha256 } = await host.releases.keep({
    body: { path: body.path },
    files: releaseFiles(facts),
  });
  (facts as { body: ExportFacts['body'] }).body = { ...body, sha256 };
}

async function lookAhead(host: ExportHost, request: Request, facts: ExportFacts): Promise<void> {
  const kept = facts.body?.sha256 ?? null;
  const destination = await findNumber(host, request);
  if (kept === null || destination === undefined) return;
  const { historyPrefix } = facts;
  await host.lookAhead({ destination, historyPrefix, body: { path: host.blobs.pathOf(kept) } });
}
