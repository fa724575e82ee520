/**
 * The kind `export` of requests: files are quoted in processes of their own, decided by policy and budget, and queued
 * for the wire in the one transaction that debits and records.
 *
 * What holds if we die: before the queue's transaction nothing has left and nothing is charged, and the request is
 * quoted again at the next start; after it the release is durable, charged and will be sent.
 */
import { canonicalJson, sha256 } from '../core/index.ts';
import type { Json, JsonObject } from '../core/index.ts';
import { AUTOMATIC, ENCLAVE } from '../budget/index.ts';
import type { BucketRef, Budgets } from '../budget/index.ts';
import { countVectors, vectorWidths } from '../models/index.ts';
import type { Model, Models } from '../models/index.ts';
import type { People } from '../people/index.ts';
import type { Releases } from '../release/index.ts';
import type {
  Decision,
  Effect,
  MoveOn,
  Progress,
  Releaser,
  Request,
  RequestKind,
} from '../requests/index.ts';
import type { Blobs } from '../store/index.ts';
import { decideExport, judgeBudget, judgeVectors } from './decide.ts';
import type { ExportPolicy } from './decide.ts';
import { emittedOf, fromJson, gatherFacts, toJson } from './export-facts.ts';
import type { ExportFacts, ExportInput } from './export-facts.ts';
import { parseForm } from './form.ts';
import { quoteRelease } from './quote.ts';
import type { ReleaseLimits } from './quote.ts';
import { sayReason, sayReasons } from './sentences.ts';
import type { Reason } from './sentences.ts';
import type { InspectionPool } from './worker-pool.ts';

/** A folder per request in which its quote works. */
export interface Workspace {
  /** Makes an empty folder and returns its path. */
  open(request: string): Promise<string>;
  remove(request: string): Promise<void>;
  read(path: string): AsyncIterable<Uint8Array>;
}

/** Uploaded files of each request, before anything was decoded. */
export interface Uploads {
  pathOf(request: string, sha256: string): string;
  remove(request: string): Promise<void>;
}

/** What exports stand on. */
export interface ExportHost {
  readonly policy: ExportPolicy;
  readonly limits: Partial<ReleaseLimits>;
  readonly pool: InspectionPool;
  readonly workspace: Workspace;
  readonly uploads: Uploads;
  /** Emitted files and bodies. */
  readonly blobs: Blobs;
  readonly releases: Releases;
  readonly budgets: Budgets;
  readonly models: Models;
  readonly people: People;
  /** Whether the wire has refused to go on; what is queued then would be charged and never sent. */
  readonly isWireRefused: () => boolean;
}

/** Room for the gap in front of the frame, which is known only when it is sent. */
const GAP_BITS_MAX = 64n;
const BODY_BYTES_MAX = 512 * 1024 * 1024;
const FILE_BYTES_MAX = 1024 * 1024 * 1024;
const LISTED_FILES_MAX = 50;

/** Undoes the release when its vectors would give a layer away. */
class VectorStop extends Error {
  readonly reason: Reason;
  constructor(reason: Reason) {
    super(reason.sentence);
    this.reason = reason;
  }
}

/** The kind `export`. */
export function exportKind(host: ExportHost): RequestKind {
  return {
    name: 'export',
    gather: async (request, onProgress) => toJson(await gather(host, request, onProgress)),
    decide: (request, facts) => decide(host, request, fromJson(facts)),
    keep: (_request, facts) => keep(host, fromJson(facts)),
    effect: (request, facts, releaser, moveOn) =>
      effect(host, request, fromJson(facts), releaser, moveOn),
    describe: (request, facts) => describe(request, facts === null ? null : fromJson(facts)),
    cleanUp: async (request) => {
      await host.workspace.remove(request.id);
      // Whatever was decided, it was decided on the emitted files; the original bytes are of no more use.
      await host.uploads.remove(request.id);
    },
  };
}

/** Reads the input that an export was asked with. */
export function readExportInput(request: Request): ExportInput {
  return JSON.parse(request.input) as ExportInput;
}

/** Writes an export's input in its one spelling. */
export function writeExportInput(input: ExportInput): string {
  const files = input.files.map(({ name, sha256, bytes }) => ({ name, sha256, bytes }));
  return canonicalJson({ files, skipRefused: input.skipRefused, form: input.form });
}

/** The facts of a request that was quoted; null before. */
export function readExportFacts(request: Request): ExportFacts | null {
  return request.facts === null ? null : fromJson(JSON.parse(request.facts) as Json);
}

async function findNumber(host: ExportHost, request: Request): Promise<number | undefined> {
  const project = await host.people.project(request.project);
  return project.destinations.find((place) => place.name === request.destination)?.number;
}

async function modelsInReach(host: ExportHost, request: Request): Promise<readonly Model[]> {
  const project = await host.people.project(request.project);
  const all = await host.models.list();
  // A project of which nobody said which models it may touch may have touched any of them.
  if (project.models.length === 0) return all;
  return all.filter((model) => project.models.includes(model.id));
}

function bucketPath(request: Request, models: readonly Model[]): readonly BucketRef[] {
  return [
    ENCLAVE,
    ...models.map((model): BucketRef => ({ scope: 'model', id: model.id })),
    { scope: 'project', id: request.project },
    { scope: 'principal', id: request.requester },
  ];
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
      path: host.uploads.pathOf(request.id, file.sha256),
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
  });
  noteReasons(facts, decision.reasons);
  return { verdict: decision.verdict, reason: sayReasons(decision.reasons), chargeBits };
}

function noteReasons(facts: ExportFacts, reasons: readonly Reason[]): void {
  (facts as { reasons: readonly Reason[] }).reasons = reasons;
}

async function keep(host: ExportHost, facts: ExportFacts): Promise<void> {
  for (const file of emittedOf(facts)) {
    if (await host.blobs.has(file.sha256)) continue;
    await host.blobs.put(host.workspace.read(file.path), FILE_BYTES_MAX);
  }
  if (facts.body === null) return;
  const stored = await host.blobs.put(host.workspace.read(facts.body.path), BODY_BYTES_MAX);
  (facts as { body: ExportFacts['body'] }).body = { ...facts.body, sha256: stored.sha256 };
}

async function effect(
  host: ExportHost,
  request: Request,
  facts: ExportFacts,
  releaser: Releaser,
  moveOn: MoveOn,
): Promise<Effect> {
  const number = await findNumber(host, request);
  if (facts.body === null || number === undefined)
    return refused(facts, [sayReason('NOTHING_LEFT')]);
  if (host.isWireRefused()) return refused(facts, [sayReason('WIRE_REFUSED')]);
  const models = await modelsInReach(host, request);
  if (!models.flatMap(vectorWidths).every((width) => facts.widths.includes(width))) {
    return refused(facts, [sayReason('MODELS_CHANGED')]);
  }
  const path = bucketPath(request, models);
  const kept = facts.body.sha256;
  try {
    const verdict = await host.releases.queueRelease({
      requestId: request.id,
      destination: number,
      historyPrefix: facts.historyPrefix,
      body: { path: kept === null ? facts.body.path : host.blobs.pathOf(kept) },
      files: emittedOf(facts).map((file) => ({
        name: file.name,
        type: file.type,
        ...(file.form === null ? {} : { form: file.form }),
        sha256: file.sha256,
        bytes: file.bytes,
        ...(kept === null ? { path: file.path } : {}),
      })),
      buckets: releaser.tier === 'automatic' ? [...path, AUTOMATIC] : path,
      use: { principal: request.requester },
      chargeBitsMax: BigInt(facts.chargeBits) + GAP_BITS_MAX,
      entry: ({ sequence, chargeBits }) => ({
        kind: 'export.released',
        by: releaser.tier === 'automatic' ? request.requester : releaser.by,
        ...describe(request, facts),
        number,
        sequence,
        chargeBits: String(chargeBits),
        verdict: 'allow',
        tier: releaser.tier,
        ...(releaser.tier === 'automatic' ? {} : { reason: releaser.reason }),
      }),
      change: async (tx, { chargeBits }) => {
        const vectors = await countVectors(tx as never, models, facts.vectors);
        const [reason] = judgeVectors(vectors);
        if (reason !== undefined) throw new VectorStop(reason);
        await moveOn(tx as never, chargeBits);
      },
    });
    if (verdict.queued) return { done: true };
    if ('debit' in verdict) return refused(facts, judgeRace(verdict.debit));
    const { chargeBits: bits, chargeBitsMax: limit } = verdict;
    return refused(facts, [sayReason('CHARGE_GREW', { bits, limit })]);
  } catch (cause) {
    if (cause instanceof VectorStop) return refused(facts, [cause.reason]);
    throw cause;
  }
}

/** A bucket that passed a moment ago and does not now: another release was faster. */
function judgeRace(debit: Parameters<typeof judgeBudget>[0]): readonly Reason[] {
  if (debit.ok || debit.bucket !== 'automatic') return judgeBudget(debit);
  const { leftBits: left, neededBits: bits } = debit;
  return [sayReason('AUTOMATIC_USED_UP', { left, bits, when: 'later' })];
}

function refused(facts: ExportFacts, reasons: readonly Reason[]): Effect {
  noteReasons(facts, reasons);
  const verdict = reasons.some((reason) => reason.severity === 'deny') ? 'deny' : 'hold';
  return {
    done: false,
    verdict,
    reason: sayReasons(reasons),
    chargeBits: BigInt(facts.chargeBits),
  };
}

function describe(request: Request, facts: ExportFacts | null): JsonObject {
  const input = readExportInput(request);
  const bytes = input.files.reduce((sum, file) => sum + file.bytes, 0);
  const asked = { askedFiles: input.files.length, askedBytes: bytes, form: input.form };
  if (facts === null)
    return {
      request: request.id,
      project: request.project,
      destination: request.destination,
      why: request.why,
      ...asked,
    };
  const files = emittedOf(facts).map(({ name, type, sha256: digest, bytes: size }) => ({
    name,
    type,
    sha256: digest,
    bytes: size,
  }));
  return {
    request: request.id,
    project: request.project,
    destination: request.destination,
    why: request.why,
    ...asked,
    historyPrefix: facts.historyPrefix,
    files: files.length,
    filesSha256: sha256(canonicalJson(files)),
    listed: files.slice(0, LISTED_FILES_MAX),
    reasonCodes: [...new Set(facts.reasons.map((reason) => reason.code))],
  };
}
