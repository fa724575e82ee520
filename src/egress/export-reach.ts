/** What an export stands on, and what it touches: its input, destination, models, buckets and locks. */
import { canonicalJson, sha256 } from '../core/index.ts';
import type { Clock, Json, JsonObject } from '../core/index.ts';
import { ENCLAVE } from '../budget/index.ts';
import type { BucketRef, Budgets } from '../budget/index.ts';
import { reachOf } from '../models/index.ts';
import type { Model, Models } from '../models/index.ts';
import type { People } from '../people/index.ts';
import type {
  AuthoriseInput,
  AuthoriseVerdict,
  LookAheadInput,
  Releases,
} from '../release/index.ts';
import type { Lock, Locks, Request, SignedSubject } from '../requests/index.ts';
import type { Blobs } from '../store/index.ts';
import type { ExportPolicy } from './decide.ts';
import { emittedOf, fromJson } from './export-facts.ts';
import type { ExportFacts, ExportInput } from './export-facts.ts';
import type { ReleaseLimits } from './quote.ts';
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
  readonly clock: Clock;
  readonly locks: Locks;
  /** Open windows of a project with the signatures that opened them. */
  windows(project: string): Promise<readonly ({ request: Request } & SignedSubject)[]>;
  /** Asks the sender whether it would take this, before anything is debited or recorded. */
  authorise(input: AuthoriseInput): Promise<AuthoriseVerdict>;
  /** Lets the sender decode what people are asked to approve, so that nobody waits for it after the last signature. */
  lookAhead(input: LookAheadInput): Promise<void>;
}

/** Room for the gap in front of the frame, which is known only when it is sent. */
export const GAP_BITS_MAX = 64n;
const LISTED_FILES_MAX = 50;

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

/** The number of an export's destination in its project; undefined where it is gone. */
export async function findNumber(host: ExportHost, request: Request): Promise<number | undefined> {
  const project = await host.people.project(request.project);
  return project.destinations.find((place) => place.name === request.destination)?.number;
}

/** The models that an export's project may have touched. */
export async function modelsInReach(
  host: Pick<ExportHost, 'people' | 'models'>,
  request: Pick<Request, 'project'>,
): Promise<readonly Model[]> {
  const project = await host.people.project(request.project);
  const all = await host.models.list();
  const reach = reachOf(
    project.models,
    all.map((model) => model.id),
  );
  return all.filter((model) => reach.includes(model.id));
}

/** The buckets that an export is debited from, the widest first. */
export function bucketPath(request: Request, models: readonly Model[]): readonly BucketRef[] {
  return [
    ENCLAVE,
    ...models.map((model): BucketRef => ({ scope: 'model', id: model.id })),
    { scope: 'project', id: request.project },
    { scope: 'principal', id: request.requester },
  ];
}

/** Who asks for an export, and where: what locks look at. */
export type ExportAsker = Pick<Request, 'requester' | 'sponsor' | 'project'>;

/** The locks that stand against an export. */
export function locksOn(
  host: ExportHost,
  request: ExportAsker,
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

/** The locks that stand against an export, whatever of it was done already. */
export async function findLocks(host: ExportHost, request: ExportAsker): Promise<readonly Lock[]> {
  return locksOn(host, request, await modelsInReach(host, request));
}

/** Keeps the reasons of a verdict with the facts, where people and the ledger read them. */
export function noteReasons(facts: ExportFacts, reasons: readonly Reason[]): void {
  (facts as { reasons: readonly Reason[] }).reasons = reasons;
}

/** What an export is, in a line. */
export function sayExport(input: ExportInput, request: { destination: string }): string {
  const [first] = input.files;
  const others = input.files.length - 1;
  const what =
    others === 0 ? (first?.name ?? 'nothing') : `${first?.name ?? ''} and ${String(others)} more`;
  return `${what} to ${request.destination}`.slice(0, 300);
}

/** An export as its ledger entries tell it. */
export function describeExport(request: Request, facts: ExportFacts | null): JsonObject {
  const input = readExportInput(request);
  const bytes = input.files.reduce((sum, file) => sum + file.bytes, 0);
  const asked = {
    request: request.id,
    project: request.project,
    destination: request.destination,
    why: request.why,
    inputSha256: sha256(request.input),
    askedFiles: input.files.length,
    askedBytes: bytes,
    form: input.form,
  };
  if (facts === null) return asked;
  const files = emittedOf(facts).map(({ name, type, sha256: digest, bytes: size }) => ({
    name,
    type,
    sha256: digest,
    bytes: size,
  }));
  return {
    ...asked,
    historyPrefix: facts.historyPrefix,
    files: files.length,
    filesSha256: sha256(canonicalJson(files)),
    listed: files.slice(0, LISTED_FILES_MAX),
    reasonCodes: [...new Set(facts.reasons.map((reason) => reason.code))],
  };
}
