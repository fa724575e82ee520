/**
 * Screenings of imports at the gate: asked by people, done by workers, their reports kept by digest with a ledger entry. What
 * reviewers exclude on them is recorded too, and whoever trains on the import has to leave it out.
 */
import type { Kysely } from 'kysely';
import { canonicalJson, newId, sha256, utf8 } from '../../core/index.ts';
import type { Clock, Random } from '../../core/index.ts';
import type { Job, Jobs } from '../../jobs/index.ts';
import type { Ledger } from '../../ledger/index.ts';
import type { Store } from '../../store/index.ts';
import { listFiles, listForms } from '../imports/index.ts';
import type { Import, ImportForm, Quarantine } from '../imports/index.ts';
import { RULE_FIELDS_MAX, spellRowRule } from '../screens/index.ts';
import type { RowRule, ScreenReport } from '../screens/index.ts';
import { screeningErrors } from './errors.ts';
import { SCREEN_QUEUE, screenJob } from './screen-jobs.ts';
import type { Screened } from './screen-jobs.ts';
import { ruleOf, SCREENED_FORMS_MAX } from './screening.ts';
import type { Exclusion, ScreenFields, Screening } from './screening.ts';
import {
  addExclusions,
  endScreening,
  findPrevious,
  findSigned,
  insertScreening,
  listExclusions,
  listScreenings,
  readScreening,
  removeExclusions,
} from './screening-store.ts';
import type { ScreeningEnd, ScreeningPage } from './screening-store.ts';

/** What screenings stand on. */
export interface ScreeningHost {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly random: Random;
  readonly quarantine: Quarantine;
  /** Hears that there is something to screen. */
  readonly onWork: () => void;
}

/** A change of what is excluded. */
export interface ExclusionWish {
  readonly documents: readonly string[];
  /** Rows by what one of their fields holds. */
  readonly rows: readonly RowRule[];
  readonly take: 'out' | 'back';
  readonly why: string;
}

const PAGE = 500;
const TAKEN_AT_ONCE = 50;
const EXCLUSIONS_MAX = 100_000;
const LIST_BYTES_MAX = 64 * 1024 * 1024;
const REASON_CHARACTERS_MAX = 500;

/** The list of exclusions as text: what `--exclude` of `screen` and `monitor train` reads. */
export function writeExclusions(exclusions: readonly Exclusion[]): string {
  return exclusions
    .map(({ what, why }) => `${what} ${why.replace(/\s+/g, ' ')}\n`)
    .sort()
    .join('');
}

/** The digest of a list; null when nothing is excluded. */
export function exclusionsDigest(exclusions: readonly Exclusion[]): string | null {
  return exclusions.length === 0 ? null : sha256(writeExclusions(exclusions));
}

/** Screenings. */
export class Screenings {
  readonly #host: ScreeningHost;

  constructor(host: ScreeningHost) {
    this.#host = host;
  }

  /** Asks for a screening of the text sets of an import, without what is excluded. */
  async ask(
    held: Import,
    by: string,
    fields: ScreenFields,
    monitor: string | null,
  ): Promise<Screening> {
    const { store, ledger, jobs, clock, random, quarantine } = this.#host;
    if (!['asked', 'admitted', 'recalled'].includes(held.state))
      throw screeningErrors.error('UNDECODED', { id: held.id, state: held.state });
    const forms = await this.#textForms(held.id);
    const list = writeExclusions(await this.exclusions(held.id));
    const exclusions =
      list === '' ? null : (await quarantine.forms.put([utf8(list)], LIST_BYTES_MAX)).sha256;
    const previous = await store.read((db: Kysely<unknown>) => findPrevious(db, held));
    const signed = await store.read((db: Kysely<unknown>) => findSigned(db, held));
    const screening: Screening = {
      ...{ id: newId('scr', random), import: held.id, project: held.project, by, fields, monitor },
      ...{ state: 'running', askedMs: clock.nowMs(), endedMs: null, reportSha256: null },
      ...{ verdict: null, documents: null, held: null, labels: null, reason: null },
    };
    await ledger.record(
      {
        kind: 'screening.asked',
        by,
        ...{ screening: screening.id, import: held.id, exclusions, previous },
      },
      async (tx: Kysely<unknown>) => {
        await insertScreening(tx, screening);
        await jobs.add(tx, [screenJob(screening, { signed, forms, exclusions, previous })]);
      },
    );
    this.#host.onWork();
    return screening;
  }

  async #textForms(id: string): Promise<readonly ImportForm[]> {
    const forms: ImportForm[] = [];
    await this.#host.store.read(async (db: Kysely<unknown>) => {
      for (let from = 0; ;) {
        const files = await listFiles(db, id, from, PAGE);
        const last = files.at(-1);
        if (last === undefined) return;
        const malicious = new Set(
          files.filter((file) => file.verdict === 'malicious').map((file) => file.position),
        );
        for (const form of await listForms(db, id, from, last.position))
          if (['jsonl', 'table'].includes(form.type) && !malicious.has(form.file)) forms.push(form);
        if (forms.length > SCREENED_FORMS_MAX)
          throw screeningErrors.error('FORMS_MANY', { id, limit: SCREENED_FORMS_MAX });
        from = last.position + 1;
      }
    });
    if (forms.length === 0) throw screeningErrors.error('NOTHING', { id });
    return forms;
  }

  /** One screening; throws `SCREENING_NOT_FOUND`. */
  get(id: string): Promise<Screening> {
    return this.#host.store.read((db: Kysely<unknown>) => readScreening(db, id));
  }

  /** Screenings, newest first. */
  list(page: ScreeningPage): Promise<readonly Screening[]> {
    return this.#host.store.read((db: Kysely<unknown>) => listScreenings(db, page));
  }

  /** The whole report; throws `SCREENING_UNREADY` while there is none. */
  async report(screening: Screening): Promise<{ text: string; report: ScreenReport }> {
    const { id, state, reportSha256 } = screening;
    if (reportSha256 === null) throw screeningErrors.error('UNREADY', { id, state });
    const text = new TextDecoder().decode(await this.#host.quarantine.forms.read(reportSha256));
    return { text, report: JSON.parse(text) as ScreenReport };
  }

  /** What is excluded of an import. */
  exclusions(id: string): Promise<readonly Exclusion[]> {
    return this.#host.store.read((db: Kysely<unknown>) => listExclusions(db, id));
  }

  /** Takes documents and rows of an import out, or back in; gives what is excluded now. */
  async exclude(held: Import, wish: ExclusionWish, by: string): Promise<readonly Exclusion[]> {
    const { ledger, clock } = this.#host;
    const { documents, rows, take } = wish;
    const whats = [...new Set([...documents, ...rows.map(spellRowRule)])];
    const why = wish.why.trim().slice(0, REASON_CHARACTERS_MAX);
    const atMs = clock.nowMs();
    const { value } = await ledger.record(
      (after: readonly Exclusion[]) => ({
        kind: take === 'out' ? 'import.excluded' : 'import.included',
        by,
        ...{ import: held.id, documents, why, listSha256: exclusionsDigest(after) },
        ...(rows.length === 0 ? {} : { rows: rows.map(({ field, value }) => ({ field, value })) }),
      }),
      async (tx: Kysely<unknown>) => {
        if (take === 'back') await removeExclusions(tx, held.id, whats);
        else {
          const fresh = whats.map((what) => ({ what, why, by, atMs }));
          await addExclusions(tx, held.id, fresh);
        }
        const after = await listExclusions(tx, held.id);
        if (after.length > EXCLUSIONS_MAX)
          throw screeningErrors.error('EXCLUSIONS_FULL', { id: held.id, limit: EXCLUSIONS_MAX });
        const fields = new Set(after.flatMap((each) => ruleOf(each)?.field ?? []));
        if (fields.size > RULE_FIELDS_MAX)
          throw screeningErrors.error('RULES_MANY', { id: held.id, limit: RULE_FIELDS_MAX });
        return after;
      },
    );
    return value;
  }

  /** Takes up what workers have screened, each with its ledger entry. */
  async collect(): Promise<void> {
    const { jobs, ledger, clock } = this.#host;
    for (;;) {
      const over = await jobs.listOver(SCREEN_QUEUE, TAKEN_AT_ONCE);
      if (over.length === 0) return;
      for (const job of over) {
        const end = endOf(job);
        const { state, reportSha256, verdict, reason } = end;
        const labels = end.labels === null ? null : canonicalJson(end.labels);
        await ledger.record(
          {
            kind: 'screening.ended',
            by: 'gate',
            ...{ screening: job.batch, state, reportSha256, verdict, reason, labels },
          },
          async (tx: Kysely<unknown>) => {
            await endScreening(tx, job.batch, end, clock.nowMs());
            await jobs.remove(tx, [job.id]);
          },
        );
      }
    }
  }
}

function endOf(job: Job): ScreeningEnd {
  if (job.state === 'done') {
    const { reportSha256, verdict, documents, held, labels } = job.result as unknown as Screened;
    return { state: 'done', reportSha256, verdict, documents, held, labels, reason: null };
  }
  const reason = (job.reason ?? 'no reason given').slice(0, REASON_CHARACTERS_MAX);
  return {
    ...{ state: 'failed', reportSha256: null, verdict: null, documents: null, held: null },
    labels: null,
    reason,
  };
}
