/**
 * The kind `import` of requests: people admit the safe forms of a decoded set. Its effect is a signed statement and the
 * ledger entry that binds originals, safe forms, scanner and rules, in the transaction that admits.
 *
 * What holds if we die: before that transaction nothing is admitted and the request is carried out again; after it the
 * set is admitted and its statement is in the quarantine's store, which was durable before.
 */
import { z } from 'zod';
import type { Kysely } from 'kysely';
import { canonicalJson, sha256, utf8 } from '../../core/index.ts';
import type { Json, JsonObject } from '../../core/index.ts';
import type { Signer } from '../../ledger/index.ts';
import { entryOf } from '../../requests/index.ts';
import type { Decision, Effect, Locks, Request, RequestKind } from '../../requests/index.ts';
import { sourceDigest, sourceErrors } from '../sources/index.ts';
import type { IntakeForm, SourceTables } from '../sources/index.ts';
import { decideImport } from './decide-import.ts';
import type { WorstFile } from './decide-import.ts';
import { IN_TOTO_PAYLOAD, signEnvelope } from './dsse.ts';
import type { ImportCounts } from './import.ts';
import { changeImport } from './import-store.ts';
import type { Imports, ImportsHost } from './imports.ts';
import { readManifestFiles, streamManifest } from './manifest.ts';
import { buildStatement, describeForms } from './statement.ts';

/** What the kind stands on. */
export interface ImportKindHost extends Omit<ImportsHost, 'onWork' | 'roster' | 'jobs'> {
  readonly imports: Imports;
  readonly locks: Locks;
  /** Signs admission statements. */
  readonly signer: Signer;
  readonly gate: string;
  /** The version of this program. */
  readonly scanner: string;
  /** Tells how a request ended, when its end comes. */
  readonly endOf: (request: string) => Promise<Pick<Request, 'state' | 'reason'>>;
  /** Adds what was admitted to the lineage, in the transaction that admits. */
  readonly onAdmit: (tx: Kysely<unknown>, admitted: Admitted) => Promise<void>;
  /** A file of an import that was recalled in its project; null when none was. */
  readonly recalledFile: (held: {
    readonly id: string;
    readonly project: string;
  }) => Promise<{ readonly sha256: string; readonly recall: string } | null>;
}

/** What was admitted. */
export interface Admitted {
  readonly import: string;
  readonly project: string;
  readonly source: string;
  readonly sourceName: string;
  readonly manifestSha256: string;
  readonly title: string;
  /** Who stood for the files when people were asked. */
  readonly signer: string;
}

const INPUT = z.strictObject({
  import: z.string(),
  source: z.string(),
  files: z.number().int(),
  bytes: z.number().int(),
  skipRefused: z.boolean(),
});

/** What an import is asked with. */
export type ImportRequestInput = z.infer<typeof INPUT>;

/** The input in its one spelling. */
export function writeImportInput(input: ImportRequestInput): string {
  return canonicalJson(input);
}

/** Reads the input of a request of the kind `import`. */
export function readImportInput(request: Pick<Request, 'input'>): ImportRequestInput {
  return INPUT.parse(JSON.parse(request.input));
}

/** What is known when people are asked. */
export interface ImportFacts {
  readonly import: string;
  readonly counts: ImportCounts;
  readonly admissible: number;
  readonly forms: number;
  readonly formBytes: number;
  readonly manifestSha256: string;
  readonly originalsSha256: string;
  readonly formsSha256: string;
  readonly rules: number;
  readonly scanner: string;
  readonly source: {
    readonly id: string;
    readonly name: string;
    readonly kind: string;
    readonly fingerprint: string;
    readonly sha256: string;
    /** What it says about its data; approvers judge by it. */
    readonly form: IntakeForm;
  };
  readonly signed: {
    readonly by: string;
    readonly signer: string;
    readonly proofSha256: string | null;
  } | null;
  readonly proofProblem: string | null;
  readonly worst: readonly WorstFile[];
}

const WORST_MAX = 20;
const MANIFEST_BYTES_MAX = 2 ** 32;
const TITLE_CHARACTERS_MAX = 120;
const RISK_CLEAN = 45;
const RISK_INCONCLUSIVE = 75;

/** Reads the facts of a request; null before they are known. */
export function readImportFacts(request: Pick<Request, 'facts'>): ImportFacts | null {
  return request.facts === null ? null : (JSON.parse(request.facts) as ImportFacts);
}

async function findWorst(host: ImportKindHost, id: string): Promise<readonly WorstFile[]> {
  const worst: WorstFile[] = [];
  for (const severity of ['deny', 'hold'] as const) {
    for await (const { file } of readManifestFiles(host.store, id)) {
      const finding = file.findings.find((each) => each.severity === severity);
      if (finding === undefined || worst.some(({ name }) => name === file.name)) continue;
      const { code, place, sentence } = finding;
      worst.push({ name: file.name, code, place, sentence });
      if (worst.length === WORST_MAX) return worst;
    }
  }
  return worst;
}

async function gather(host: ImportKindHost, request: Request): Promise<ImportFacts> {
  const { import: id } = readImportInput(request);
  const held = await host.imports.get(id);
  const source = await host.sources.get(held.source);
  const signed = await host.imports.signedFor(held, source);
  const counts = await host.imports.counts(id);
  const manifest = streamManifest(host.store, id);
  const { sha256: manifestSha256 } = await host.quarantine.forms.put(
    manifest.chunks,
    MANIFEST_BYTES_MAX,
  );
  return {
    ...manifest.facts(),
    import: id,
    counts,
    manifestSha256,
    scanner: host.scanner,
    source: {
      ...{ id: source.id, name: source.name, kind: source.kind },
      ...{ fingerprint: source.fingerprint, sha256: sourceDigest(source), form: source.form },
    },
    signed: signed.ok
      ? { by: signed.by, signer: signed.signer, proofSha256: signed.proofSha256 }
      : null,
    proofProblem: signed.ok ? null : signed.message,
    worst: counts.malicious + counts.inconclusive === 0 ? [] : await findWorst(host, id),
  };
}

async function decide(
  host: ImportKindHost,
  request: Request,
  facts: ImportFacts,
): Promise<Decision> {
  const { recalledMs, name } = await host.sources.get(facts.source.id);
  const locks = await host.locks.on([
    { kind: 'project', id: request.project },
    { kind: 'lane', id: 'import' },
    { kind: 'principal', id: request.requester },
  ]);
  return decideImport({
    counts: facts.counts,
    admissible: facts.admissible,
    skipRefused: readImportInput(request).skipRefused,
    source: { name, recalled: recalledMs !== null },
    recalledFile: await host.recalledFile({ id: facts.import, project: request.project }),
    proofProblem: facts.proofProblem,
    worst: facts.worst,
    locks: locks.map((lock) => lock.reason),
  });
}

/** What approvers sign: everything that the statement will say. */
function signedFacts(facts: ImportFacts): JsonObject {
  const { counts, worst, proofProblem: _, ...rest } = facts;
  return {
    ...(rest as unknown as JsonObject),
    counts: counts as unknown as JsonObject,
    worst: worst.map(({ name, sentence }) => `${name}: ${sentence}`),
  };
}

async function admit(
  host: ImportKindHost,
  request: Request,
  facts: ImportFacts,
  releaser: Parameters<RequestKind['effect']>[2],
  moveOn: Parameters<RequestKind['effect']>[3],
): Promise<Effect> {
  if (releaser.tier !== 'approvals')
    return { done: false, verdict: 'deny', reason: 'nothing enters without people' };
  const again = await decide(host, request, facts);
  if (again.verdict !== 'hold') return { done: false, ...again };
  const { id: importId, atMs } = { id: facts.import, atMs: host.clock.nowMs() };
  const subjects: JsonObject[] = [];
  for await (const entry of readManifestFiles(host.store, importId))
    if (entry.admissible) subjects.push(...describeForms(entry));
  const statement = buildStatement(
    {
      ...{ gate: host.gate, import: importId, request: request.id, project: request.project },
      source: facts.source,
      atMs,
      subjectSha256: sha256(releaser.subject),
      manifestSha256: facts.manifestSha256,
      ...{ approvedBy: releaser.by, scanner: facts.scanner, rules: facts.rules },
    },
    subjects,
  );
  const envelope = utf8(
    signEnvelope(IN_TOTO_PAYLOAD, utf8(JSON.stringify(statement)), host.signer),
  );
  const { sha256: statementSha256 } = await host.quarantine.forms.put(
    [envelope],
    MANIFEST_BYTES_MAX,
  );
  const { manifestSha256, originalsSha256, formsSha256, rules, scanner, forms } = facts;
  await host.ledger.record(
    {
      kind: 'import.admitted',
      by: releaser.by.join(', '),
      ...{ request: request.id, import: importId, project: request.project },
      ...{ source: facts.source.id, subjectSha256: sha256(releaser.subject) },
      ...{ manifestSha256, statementSha256, originalsSha256, formsSha256, rules, scanner, forms },
    },
    async (tx: Kysely<unknown>) => {
      await moveOn(tx, 0n);
      await needSource(tx, facts.source.id, facts.source.name);
      await changeImport(tx, importId, ['decoding', 'asked'], 'admit', {
        ...{ state: 'admitted', manifestSha256, statementSha256, admittedMs: atMs },
      });
      await host.onAdmit(tx, {
        ...{ import: importId, project: request.project, source: facts.source.id },
        ...{
          sourceName: facts.source.name,
          manifestSha256,
          title: request.why.slice(0, TITLE_CHARACTERS_MAX),
          signer: facts.signed?.signer ?? '',
        },
      });
    },
    { id: entryOf(request, 'carry-out') },
  );
  return { done: true };
}

/** A source that was recalled between the last vote and this moment admits nothing. */
async function needSource(tx: Kysely<unknown>, id: string, name: string): Promise<void> {
  const row = await (tx as unknown as Kysely<SourceTables>)
    .selectFrom('sources')
    .select('recalled_ms')
    .where('id', '=', id)
    .executeTakeFirst();
  if (row?.recalled_ms !== null) throw sourceErrors.error('RECALLED', { source: name });
}

const ENDED: ReadonlySet<string> = new Set(['denied', 'refused', 'withdrawn', 'expired', 'failed']);

/** The kind `import`. */
export function importKind(host: ImportKindHost): RequestKind {
  const read = (facts: Json): ImportFacts => facts as unknown as ImportFacts;
  return {
    name: 'import',
    through: 'carry-out',
    title: (request) => {
      const { files, bytes } = readImportInput(request);
      return `admit ${String(files)} ${files === 1 ? 'file' : 'files'} (${String(bytes)} bytes)`;
    },
    gather: async (request) => (await gather(host, request)) as unknown as Json,
    decide: (request, facts) => decide(host, request, read(facts)),
    demand: (_request, json) => {
      const facts = read(json);
      const risk = facts.counts.inconclusive > 0 ? RISK_INCONCLUSIVE : RISK_CLEAN;
      return Promise.resolve({
        ...{ destination: null, models: [], chargeBitsMax: 0n, grantMs: null, risk },
        facts: { import: signedFacts(facts) },
      });
    },
    // The manifest was kept when it was made.
    keep: () => Promise.resolve(),
    effect: (request, facts, releaser, moveOn) =>
      admit(host, request, read(facts), releaser, moveOn),
    describe: (request, facts) => {
      const { import: id, source } = readImportInput(request);
      return {
        ...{ import: id, source },
        manifestSha256: facts === null ? null : read(facts).manifestSha256,
      };
    },
    cleanUp: async (request) => {
      const { state, reason } = await host.endOf(request.id);
      if (ENDED.has(state))
        await host.imports.close(readImportInput(request).import, reason ?? `it was ${state}`);
    },
  };
}
