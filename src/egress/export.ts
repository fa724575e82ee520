/**
 * The kind `export` of requests: files are quoted in processes of their own, decided by policy and budget, and queued
 * for the wire in the one transaction that debits and records.
 *
 * What holds if we die: before the queue's transaction nothing has left and nothing is charged, and the request is
 * quoted again at the next start; after it the release is durable, charged and will be sent.
 */
import { canonicalJson, sha256 } from '../core/index.ts';
import type { Clock, Json, JsonObject } from '../core/index.ts';
import { AUTOMATIC, ENCLAVE } from '../budget/index.ts';
import type { BucketRef, Budgets } from '../budget/index.ts';
import { countVectors, vectorWidths } from '../models/index.ts';
import type { Model, Models } from '../models/index.ts';
import type { People } from '../people/index.ts';
import type { AuthoriseInput, AuthoriseVerdict, Grant, Releases } from '../release/index.ts';
import type {
  Decision,
  Demand,
  Effect,
  Lock,
  Locks,
  MoveOn,
  Progress,
  Releaser,
  Request,
  RequestKind,
  SignedSubject,
} from '../requests/index.ts';
import type { Blobs } from '../store/index.ts';
import { decideExport, isPlain, judgeBudget, judgeLocks, judgeVectors, tierOf } from './decide.ts';
import type { ExportPolicy } from './decide.ts';
import { emittedOf, fromJson, gatherFacts, toJson } from './export-facts.ts';
import type { ExportFacts, ExportInput } from './export-facts.ts';
import { parseForm } from './form.ts';
import { quoteRelease } from './quote.ts';
import type { ReleaseLimits } from './quote.ts';
import { sayReason, sayReasons } from './sentences.ts';
import type { Reason } from './sentences.ts';
import { fitsWindow, useWindow } from './window.ts';
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
  readonly clock: Clock;
  readonly locks: Locks;
  /** Open windows of a project with the signatures that opened them. */
  windows(project: string): Promise<readonly ({ request: Request } & SignedSubject)[]>;
  /** Asks the sender whether it would take this, before anything is debited or recorded. */
  authorise(input: AuthoriseInput): Promise<AuthoriseVerdict>;
}

/** Room for the gap in front of the frame, which is known only when it is sent. */
const GAP_BITS_MAX = 64n;
const BODY_BYTES_MAX = 512 * 1024 * 1024;
const FILE_BYTES_MAX = 1024 * 1024 * 1024;
const LISTED_FILES_MAX = 50;

/** Undoes the release when something that is counted with it stands against it. */
class Stop extends Error {
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
    through: 'release',
    title: (request) => sayExport(readExportInput(request), request),
    demand: (request, facts) => demandApprovals(host, request, fromJson(facts)),
    window: (request, facts) => findWindow(host, request, fromJson(facts)),
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
export function readExportInput(request: Pick<Request, 'input'>): ExportInput {
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
  );
  return { verdict, reason: sayReasons(reasons), chargeBits, tier };
}

function locksOn(
  host: ExportHost,
  request: Request,
  models: readonly Model[],
): Promise<readonly Lock[]> {
  return host.locks.on([
    { kind: 'lane', id: 'export' },
    { kind: 'principal', id: request.requester },
    ...(request.sponsor === null ? [] : [{ kind: 'principal', id: request.sponsor } as const]),
    { kind: 'project', id: request.project },
    ...models.map((model) => ({ kind: 'model', id: model.id }) as const),
  ]);
}

function sayExport(input: ExportInput, request: { destination: string }): string {
  const [first] = input.files;
  const others = input.files.length - 1;
  const what =
    others === 0 ? (first?.name ?? 'nothing') : `${first?.name ?? ''} and ${String(others)} more`;
  return `${what} to ${request.destination}`.slice(0, 300);
}

/** A file as approvals sign it and the sender compares it: what the outer door will store, in the frame's order. */
function signedFiles(facts: ExportFacts): Json {
  return emittedOf(facts).map(({ name, type, form, sha256: digest, bytes }) => ({
    name,
    type,
    form,
    sha256: digest,
    bytes,
  }));
}

const RISK_PER_TIER = { self: 10, one: 40, quorum: 80 } as const;

async function demandApprovals(
  host: ExportHost,
  request: Request,
  facts: ExportFacts,
): Promise<Demand> {
  const number = (await findNumber(host, request)) ?? 0;
  const models = await modelsInReach(host, request);
  const charge = BigInt(facts.chargeBits) + GAP_BITS_MAX;
  const files = facts.files.map((file) => ({ ...file, refusal: file.reason }));
  const findings = facts.files.flatMap((file) =>
    file.findings.filter((each) => each.severity === 'hold'),
  );
  // Every tenfold of the charge counts like two findings.
  const size = Math.min(15, 2 * Math.log10(Math.max(1, facts.chargeBits)));
  const risk = RISK_PER_TIER[tierOf(facts.reasons, files)] + Math.min(5, findings.length) + size;
  return {
    destination: { name: request.destination, number },
    models: models.map((model) => model.id),
    chargeBitsMax: charge,
    grantMs: null,
    risk: Math.min(100, Math.round(risk)),
    facts: {
      files: signedFiles(facts),
      bodySha256: facts.body?.sha256 ?? null,
      historyPrefix: facts.historyPrefix,
      form: readExportInput(request).form,
      findings: [...new Set(findings.map((each) => each.code))].sort(),
    },
  };
}

async function findWindow(
  host: ExportHost,
  request: Request,
  facts: ExportFacts,
): Promise<({ window: string } & SignedSubject) | null> {
  if (!isPlain(facts.reasons)) return null;
  const types = emittedOf(facts).map((file) => file.type);
  const asked = { types, chargeBits: BigInt(facts.chargeBits) + GAP_BITS_MAX };
  const open = await host.windows(request.project);
  const found = open.find((each) => fitsWindow(each.request, request, asked, host.clock.nowMs()));
  if (found === undefined) return null;
  return { window: found.request.id, subject: found.subject, signatures: found.signatures };
}

function grantOf(releaser: Releaser): Grant {
  if (releaser.tier === 'automatic') return { tier: 'automatic' };
  const { tier, subject, signatures } = releaser;
  return { tier, subject, signatures };
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
  const models = await modelsInReach(host, request);
  if (!models.flatMap(vectorWidths).every((width) => facts.widths.includes(width))) {
    return refused(facts, [sayReason('MODELS_CHANGED')]);
  }
  const locks = judgeLocks(await locksOn(host, request, models));
  if (locks.length > 0) return refused(facts, locks);
  const path = bucketPath(request, models);
  const kept = facts.body.sha256;
  const body = { path: kept === null ? facts.body.path : host.blobs.pathOf(kept) };
  const chargeBitsMax = BigInt(facts.chargeBits) + GAP_BITS_MAX;
  const open = releaser.tier === 'window' ? await host.windows(request.project) : [];
  const window = open.find(
    (each) => 'window' in releaser && each.request.id === releaser.window,
  )?.request;
  const sender = await host.authorise({
    requestId: request.id,
    destination: number,
    historyPrefix: facts.historyPrefix,
    body,
    chargeBitsMax,
    grant: grantOf(releaser),
  });
  if (!sender.ok) return refused(facts, [sayReason('SENDER_REFUSES', { why: sender.why })]);
  try {
    const verdict = await host.releases.queueRelease({
      requestId: request.id,
      destination: number,
      historyPrefix: facts.historyPrefix,
      body,
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
      chargeBitsMax,
      entry: ({ sequence, chargeBits }) => ({
        kind: 'export.released',
        by: 'by' in releaser ? releaser.by.join(', ') : request.requester,
        ...describe(request, facts),
        number,
        sequence,
        chargeBits: String(chargeBits),
        verdict: 'allow',
        tier: releaser.tier,
        ...('window' in releaser ? { window: releaser.window } : {}),
        ...('subject' in releaser
          ? { subjectSha256: sha256(releaser.subject), approvals: releaser.signatures.length }
          : {}),
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
    if ('debit' in verdict) return refused(facts, judgeRace(verdict.debit));
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
