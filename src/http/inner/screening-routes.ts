/** Routes of screenings of imports and of what reviewers exclude. */
import { z } from 'zod';
import type { Gate } from '../../app/index.ts';
import { isoTime } from '../../core/index.ts';
import { exclusionsDigest, ruleOf, screeningErrors, summariseReport } from '../../ingress/index.ts';
import type { Exclusion, Import, ReportSummary, RowRule, Screening } from '../../ingress/index.ts';
import type { Principal } from '../../people/index.ts';
import { needPerson } from './ask.ts';
import { readVisibleImport } from './import-views.ts';
import { route } from './route.ts';
import type { Route } from './route.ts';
import { shownProjects } from './source-routes.ts';

const id = z.string().min(1).max(80);
const field = z.string().min(1).max(100);
/** What cannot be written in UTF-8 would not come back from the ledger as it was. */
const ruledValue = z
  .string()
  .max(1_000)
  .refine((value) => value.isWellFormed(), 'not well-formed');
const LIMIT = 100;

/** A screening as it is answered. */
export interface ScreeningShown extends Omit<Screening, 'askedMs' | 'endedMs'> {
  /** What the import is for. */
  readonly importWhy: string;
  readonly askedAt: string;
  readonly endedAt: string | null;
}

/** A document or rows that are excluded; one of the two is null. */
export interface ExclusionShown {
  readonly document: string | null;
  /** Every row that holds this value in this field. */
  readonly rows: RowRule | null;
  readonly why: string;
  readonly by: string;
  readonly at: string;
}

/** What is excluded of an import, as it is answered. */
export interface ExclusionsShown {
  readonly import: string;
  /** The digest of the list as `imports exclusions` writes it; null when nothing is excluded. */
  readonly sha256: string | null;
  readonly exclusions: readonly ExclusionShown[];
}

/** A screening with its report. */
export interface ScreeningDetails {
  readonly screening: ScreeningShown;
  readonly report: ReportSummary | null;
  /** Documents that are excluded now; the report was made without those that were excluded then. */
  readonly excluded: readonly string[];
  /** Rows that are excluded by what a field holds, such as all of one source. */
  readonly excludedRows: readonly RowRule[];
}

async function showScreening(gate: Gate, held: Screening): Promise<ScreeningShown> {
  const { askedMs, endedMs, ...screening } = held;
  return {
    ...screening,
    importWhy: (await gate.wayIn.imports.get(screening.import)).why,
    askedAt: isoTime(askedMs),
    endedAt: endedMs === null ? null : isoTime(endedMs),
  };
}

function showExclusions(held: Import, exclusions: readonly Exclusion[]): ExclusionsShown {
  return {
    import: held.id,
    sha256: exclusionsDigest(exclusions),
    exclusions: exclusions.map(({ what, why, by, atMs }) => {
      const rows = ruleOf({ what });
      return { document: rows === null ? what : null, rows, why, by, at: isoTime(atMs) };
    }),
  };
}

/** Whoever may ask for imports of the project, or stop them. */
async function needImporter(gate: Gate, principal: Principal, project: string): Promise<void> {
  const resource = { kind: 'project', id: project } as const;
  if ((await gate.access.can(principal, 'lock.set', resource)).allowed) return;
  await gate.access.need(principal, 'request.ask', resource, 'import');
}

async function readVisible(gate: Gate, principal: Principal, given: string): Promise<Screening> {
  const screening = await gate.wayIn.screenings.get(given);
  const resource = { kind: 'project', id: screening.project } as const;
  if ((await gate.access.can(principal, 'project.view', resource)).allowed) return screening;
  throw screeningErrors.error('NOT_FOUND', { id: given.slice(0, 80) });
}

/** The routes. */
export const SCREENING_ROUTES: readonly Route[] = [
  route(
    {
      method: 'post',
      path: '/v1/imports/{id}/screenings',
      summary: 'Screen the text sets of a decoded import for poison, without what is excluded',
      access: 'principal',
      body: z.strictObject({
        text: field.default('text').describe('the field that holds the text'),
        label: field.default('label'),
        source: field.default('source'),
        monitor: z.string().max(10_000).nullable().default(null).describe('what the text is for'),
      }),
    },
    async ({ gate, principal, param, input }) => {
      const held = await readVisibleImport(gate, principal, param('id'));
      await needImporter(gate, principal, held.project);
      const { monitor, ...fields } = input;
      return showScreening(
        gate,
        await gate.wayIn.screenings.ask(held, principal.id, fields, monitor),
      );
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/screenings',
      summary: 'Screenings in your projects, newest first',
      access: 'principal',
      query: z.strictObject({
        import: id.optional(),
        offset: z.coerce.number().int().min(0).max(10_000_000).optional(),
      }),
    },
    async ({ gate, principal, query }) => {
      const projects = await shownProjects(gate, principal, undefined);
      const { offset = 0 } = query;
      const page = await gate.wayIn.screenings.list({
        ...{ projects, offset, limit: LIMIT },
        ...(query.import === undefined ? {} : { import: query.import }),
      });
      const next = page.length === LIMIT ? offset + LIMIT : null;
      const screenings = await Promise.all(page.map((each) => showScreening(gate, each)));
      return { screenings, next };
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/screenings/{id}',
      summary: 'A screening: findings with examples, conflicts and sources in numbers',
      access: 'principal',
    },
    async ({ gate, principal, param }): Promise<ScreeningDetails> => {
      const screening = await readVisible(gate, principal, param('id'));
      const { screenings } = gate.wayIn;
      const exclusions = await screenings.exclusions(screening.import);
      const report =
        screening.reportSha256 === null
          ? null
          : summariseReport((await screenings.report(screening)).report);
      return {
        ...{ screening: await showScreening(gate, screening), report },
        excluded: exclusions.filter((each) => ruleOf(each) === null).map((each) => each.what),
        excludedRows: exclusions.flatMap((each) => ruleOf(each) ?? []),
      };
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/screenings/{id}/report',
      summary: 'The whole report as one canonical object, as its digest in the ledger says',
      access: 'principal',
    },
    async ({ gate, principal, param }) => {
      const screening = await readVisible(gate, principal, param('id'));
      const { text } = await gate.wayIn.screenings.report(screening);
      return new Response(text, {
        headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      });
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/imports/{id}/exclusions',
      summary: 'Documents and rows that reviewers took out of an import',
      access: 'principal',
    },
    async ({ gate, principal, param }) => {
      const held = await readVisibleImport(gate, principal, param('id'));
      return showExclusions(held, await gate.wayIn.screenings.exclusions(held.id));
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/imports/{id}/exclusions',
      summary:
        'Take documents of an import out, or back in, or all rows that hold a value in a field, such as those of one source; goes into the ledger',
      access: 'principal',
      body: z
        .strictObject({
          documents: z
            .array(z.string().regex(/^doc_[0-9a-f]{24}$/, 'not the id of a document'))
            .max(1_000)
            .default([]),
          rows: z
            .array(z.strictObject({ field, value: ruledValue }))
            .max(1_000)
            .default([])
            .describe('the field that names the source, and a source'),
          take: z.enum(['out', 'back']).default('out'),
          why: z.string().min(1).max(500),
        })
        .refine((wish) => wish.documents.length + wish.rows.length > 0, 'names nothing'),
    },
    async ({ gate, principal, param, input }) => {
      needPerson(principal);
      const held = await readVisibleImport(gate, principal, param('id'));
      await needImporter(gate, principal, held.project);
      return showExclusions(held, await gate.wayIn.screenings.exclude(held, input, principal.id));
    },
  ),
];
