/** Routes of imports: announce, send in parts, finish; then the request that admits; then what was admitted. */
import { z } from 'zod';
import type { Kysely } from 'kysely';
import type { Gate } from '../../app/index.ts';
import { newId, systemRandom } from '../../core/index.ts';
import {
  IMPORT_STATES,
  PROOF,
  exclusionsDigest,
  findImportByStatement,
  importErrors,
  readImportFacts,
} from '../../ingress/index.ts';
import type { Import } from '../../ingress/index.ts';
import { httpErrors } from '../errors.ts';
import {
  hasForm,
  readOwnImport,
  readVisibleImport,
  showImport,
  showImportFiles,
} from './import-views.ts';
import { route } from './route.ts';
import type { Call, Route } from './route.ts';
import { shownProjects } from './source-routes.ts';

const id = z.string().min(1).max(80);
const digest = z.string().regex(/^[0-9a-f]{64}$/, 'not a sha256 in lower case');
const index = z.coerce.number().int().min(0).max(10_000_000);
const filesBody = z.strictObject({
  files: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(1_024),
        sha256: digest,
        bytes: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
      }),
    )
    .min(1)
    .max(1_000),
});
const PREVIEW_BYTES = 4_096;

function position(text: string): number {
  const parsed = index.safeParse(text);
  if (parsed.success) return parsed.data;
  throw httpErrors.error('INPUT_INVALID', { why: 'the number of the file' });
}

async function receive(call: Call<undefined, { offset: number }>): Promise<unknown> {
  const { gate, principal, context, query, param } = call;
  const held = await readOwnImport(gate, principal, param('id'));
  const { body } = context.req.raw;
  const chunks = (body ?? []) as unknown as AsyncIterable<Uint8Array>;
  return gate.wayIn.imports.receive(held.id, position(param('index')), query.offset, chunks);
}

/** A safe form that may leave the quarantine: of an admitted import that nobody recalled. */
async function readForm(
  gate: Gate,
  held: Import,
  file: number,
  form: number,
): Promise<{ sha256: string; name: string }> {
  const [found] = await showImportFiles(gate, held.id, { from: file, limit: 1 });
  const shown = found?.position === file ? found.forms[form] : undefined;
  if (shown === undefined) throw importErrors.error('FILE_UNKNOWN', { id: held.id, file });
  return shown;
}

const DOWNLOAD = {
  'content-type': 'application/octet-stream',
  'content-disposition': 'attachment',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

async function fetchForm(call: Call<undefined, unknown>): Promise<Response> {
  const { gate, principal, param } = call;
  const held = await readVisibleImport(gate, principal, param('id'));
  if (held.state !== 'admitted')
    throw importErrors.error('NOT_ADMITTED', { id: held.id, state: held.state });
  const form = await readForm(gate, held, position(param('index')), position(param('form')));
  const stream = ReadableStream.from(await gate.wayIn.quarantine.forms.open(form.sha256));
  return new Response(stream, { headers: DOWNLOAD });
}

/** The beginning of a safe form, so that a reviewer sees what is admitted. Never of an original. */
async function preview(call: Call<undefined, unknown>): Promise<Response> {
  const { gate, principal, param } = call;
  const held = await readVisibleImport(gate, principal, param('id'));
  const form = await readForm(gate, held, position(param('index')), position(param('form')));
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of await gate.wayIn.quarantine.forms.open(form.sha256)) {
    parts.push(chunk);
    bytes += chunk.length;
    if (bytes >= PREVIEW_BYTES) break;
  }
  return new Response(Buffer.concat(parts).subarray(0, PREVIEW_BYTES), { headers: DOWNLOAD });
}

/** The manifest that people are asked to sign, before anything is admitted. */
async function askedManifest(gate: Gate, held: Import): Promise<string | null> {
  if (held.request === null) return null;
  return readImportFacts(await gate.requests.get(held.request))?.manifestSha256 ?? null;
}

async function document(
  call: Call<undefined, unknown>,
  which: 'manifestSha256' | 'statementSha256',
): Promise<Response> {
  const { gate, principal, param } = call;
  const held = await readVisibleImport(gate, principal, param('id'));
  const sha256 =
    held[which] ?? (which === 'manifestSha256' ? await askedManifest(gate, held) : null);
  if (sha256 === null) throw importErrors.error('NOT_ADMITTED', { id: held.id, state: held.state });
  // A manifest has a line for each file of a set, so it is as long as the set is large.
  const stream = ReadableStream.from(await gate.wayIn.quarantine.forms.open(sha256));
  return new Response(stream, { headers: { ...DOWNLOAD, 'content-type': 'application/json' } });
}

const READ_ROUTES: readonly Route[] = [
  route(
    {
      method: 'get',
      path: '/v1/imports',
      summary: 'Imports of your projects, newest first',
      access: 'principal',
      query: z.strictObject({
        project: id.optional(),
        state: z.enum(IMPORT_STATES).optional(),
        offset: index.optional(),
        limit: z.coerce.number().int().min(1).max(200).optional(),
      }),
    },
    async ({ gate, principal, query }) => {
      const projects = await shownProjects(gate, principal, query.project);
      const { offset = 0, limit = 50, state } = query;
      const page = await gate.wayIn.imports.list({
        ...{ projects, offset, limit },
        ...(state === undefined ? {} : { states: [state] }),
      });
      const imports = await Promise.all(page.map((held) => showImport(gate, held)));
      return { imports, next: page.length === limit ? offset + limit : null };
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/imports/{id}',
      summary: 'Show an import: state, verdicts, progress and time left',
      access: 'principal',
    },
    async ({ gate, principal, param }) =>
      showImport(gate, await readVisibleImport(gate, principal, param('id'))),
  ),
  route(
    {
      method: 'get',
      path: '/v1/imports/{id}/files',
      summary: 'Files of an import with findings and safe forms, from a number on',
      access: 'principal',
      query: z.strictObject({
        from: index.optional(),
        verdict: z.enum(['clean', 'malicious', 'inconclusive']).optional(),
        limit: z.coerce.number().int().min(1).max(500).optional(),
      }),
    },
    async ({ gate, principal, param, query }) => {
      const held = await readVisibleImport(gate, principal, param('id'));
      const { from = 0, limit = 100, verdict } = query;
      const page = { from, limit, ...(verdict === undefined ? {} : { verdict }) };
      const files = await showImportFiles(gate, held.id, page);
      const last = files.at(-1);
      return {
        files,
        next: files.length === limit && last !== undefined ? last.position + 1 : null,
      };
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/imports/{id}/files/{index}/forms/{form}/preview',
      summary: 'The beginning of a safe form, for whoever decides about it',
      access: 'principal',
    },
    preview,
  ),
  route(
    {
      method: 'get',
      path: '/v1/imports/{id}/files/{index}/forms/{form}',
      summary: 'A safe form of an admitted import',
      access: 'principal',
    },
    fetchForm,
  ),
  route(
    {
      method: 'get',
      path: '/v1/imports/{id}/manifest',
      summary:
        'The manifest that approvers signed by its digest: what came, was found, is admitted',
      access: 'principal',
    },
    (call) => document(call, 'manifestSha256'),
  ),
  route(
    {
      method: 'get',
      path: '/v1/imports/{id}/statement',
      summary: 'The admission statement: DSSE with an in-toto SLSA verification summary',
      access: 'principal',
    },
    (call) => document(call, 'statementSha256'),
  ),
  route(
    {
      method: 'get',
      path: '/v1/admissions/key',
      summary: 'The key that signs admission statements',
      access: 'principal',
    },
    ({ gate }) => Promise.resolve({ vkey: gate.wayIn.signer.verifier.vkey }),
  ),
  route(
    {
      method: 'get',
      path: '/v1/admissions/{statement}',
      summary: 'Whether a statement, by its SHA-256, stands: admitted here and not recalled',
      access: 'principal',
      query: z.strictObject({
        form: digest.optional().describe('the SHA-256 of a safe form that it should admit'),
      }),
    },
    async ({ gate, principal, query, param }) => {
      const held = await gate.store.read((db: Kysely<unknown>) =>
        findImportByStatement(db, param('statement')),
      );
      // A statement of a project that somebody is not read into is one that does not exist.
      const shown =
        held === undefined
          ? undefined
          : await readVisibleImport(gate, principal, held.id).catch(() => undefined);
      if (shown === undefined)
        throw importErrors.error('STATEMENT_INVALID', { why: 'this gate made none like it' });
      const exclusions = await gate.wayIn.screenings.exclusions(shown.id);
      return {
        ...{ import: shown.id, state: shown.state, project: shown.project },
        ...(query.form === undefined ? {} : { covers: await hasForm(gate, shown.id, query.form) }),
        // Whoever uses the set has to leave out what this list names.
        exclusionsSha256: exclusionsDigest(exclusions),
      };
    },
  ),
];

/** The routes. */
export const IMPORT_ROUTES: readonly Route[] = [
  route(
    {
      method: 'post',
      path: '/v1/imports',
      summary: 'Open an import; the same idempotency key gives the same one',
      access: 'principal',
      body: z.strictObject({
        project: id,
        source: id.describe('name or id of a source of the project'),
        why: z.string().min(1).max(4_000),
        skipRefused: z.boolean().default(false),
      }),
    },
    async ({ gate, principal, context, input }) => {
      const resource = { kind: 'project', id: input.project } as const;
      await gate.access.need(principal, 'request.ask', resource, 'import');
      const held = await gate.wayIn.imports.open({
        ...input,
        requester: principal.id,
        sponsor: principal.sponsor,
        key: context.req.header('idempotency-key') ?? newId('key', systemRandom),
      });
      return showImport(gate, held);
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/imports/{id}/files',
      summary: 'Announce files by name, digest and size; says how much of each is here already',
      access: 'principal',
      body: filesBody,
      bodyBytesMax: 4 * 1024 * 1024,
    },
    async ({ gate, principal, param, input }) => {
      const held = await readOwnImport(gate, principal, param('id'));
      return { files: await gate.wayIn.imports.announce(held.id, input.files) };
    },
  ),
  route(
    {
      method: 'put',
      path: '/v1/imports/{id}/files/{index}',
      summary: 'Send bytes of a file from `offset` on; a broken transfer goes on where it stopped',
      access: 'principal',
      query: z.strictObject({ offset: z.coerce.number().int().min(0) }),
      bodyTypes: ['application/octet-stream'],
    },
    receive,
  ),
  route(
    {
      method: 'put',
      path: '/v1/imports/{id}/proof',
      summary: 'Send what the source signed: SHA256SUMS with an SSHSIG, or a model-signing bundle',
      access: 'principal',
      body: PROOF,
      bodyBytesMax: 72 * 1024 * 1024,
    },
    async ({ gate, principal, param, input }) => {
      const held = await readOwnImport(gate, principal, param('id'));
      await gate.wayIn.imports.prove(held.id, input);
      return showImport(gate, await gate.wayIn.imports.get(held.id));
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/imports/{id}/complete',
      summary: 'Say that every file is here; when all are decoded, people are asked',
      access: 'principal',
    },
    async ({ gate, principal, param }) => {
      const held = await readOwnImport(gate, principal, param('id'));
      return showImport(gate, await gate.wayIn.imports.complete(held.id));
    },
  ),
  route(
    {
      method: 'delete',
      path: '/v1/imports/{id}',
      summary: 'Take back an import that nobody was asked about yet',
      access: 'principal',
    },
    async ({ gate, principal, param }) => {
      const held = await readOwnImport(gate, principal, param('id'));
      await gate.wayIn.imports.withdraw(held.id, principal.id);
      return showImport(gate, await gate.wayIn.imports.get(held.id));
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/imports/{id}/rescan',
      summary:
        'Let the rules of today look at what older ones passed; malicious ends the admission',
      access: 'principal',
    },
    async ({ gate, principal, param }) => {
      const held = await readVisibleImport(gate, principal, param('id'));
      const resource = { kind: 'project', id: held.project } as const;
      await gate.access.need(principal, 'request.ask', resource, 'import');
      return { import: held.id, files: await gate.wayIn.imports.rescan(held.id, principal.id) };
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/rescans',
      summary: 'Admitted imports with files that older rules passed',
      access: 'principal',
    },
    async ({ gate, principal }) => {
      const projects = await shownProjects(gate, principal, undefined);
      return { imports: await gate.wayIn.imports.outdated(projects) };
    },
  ),
  ...READ_ROUTES,
];
