/** Holds screenings and exclusions to the ledger: nobody cleans a set, or takes a document back, by writing a row. */
import type { Kysely } from 'kysely';
import { canonicalJson } from '../../core/index.ts';
import { textOf } from '../../ledger/index.ts';
import type { ShownEntry, TableCheck } from '../../ledger/index.ts';
import { listExcluded, listExclusions, listScreenings } from './screening-store.ts';
import { exclusionsDigest } from './screenings.ts';

const PAGE = 500;

class ScreeningCheck implements TableCheck {
  /** State, report and counts of each screening, as one text. */
  readonly #screenings = new Map<string, string>();
  readonly #lists = new Map<string, string>();

  see({ entry }: ShownEntry): void {
    const say = (member: string): string => textOf(entry, member);
    if (entry.kind === 'screening.asked') this.#screenings.set(say('screening'), 'running');
    if (entry.kind === 'screening.ended')
      this.#screenings.set(
        say('screening'),
        `${say('state')} ${say('reportSha256')} ${say('verdict')} ${say('labels')}`.trim(),
      );
    if (entry.kind === 'import.excluded' || entry.kind === 'import.included')
      this.#lists.set(say('import'), say('listSha256'));
  }

  async compare(db: Kysely<unknown>): Promise<readonly string[]> {
    const problems: string[] = [];
    const missing = new Set(this.#screenings.keys());
    for (let offset = 0; ; offset += PAGE) {
      const page = await listScreenings(db, { projects: null, offset, limit: PAGE });
      for (const { id, state, reportSha256, verdict, labels } of page) {
        missing.delete(id);
        const counts = labels === null ? '' : canonicalJson(labels);
        const held = `${state} ${reportSha256 ?? ''} ${verdict ?? ''} ${counts}`.trim();
        if (this.#screenings.get(id) !== held)
          problems.push(`the screening ${id} is not as the ledger has it`);
      }
      if (page.length < PAGE) break;
    }
    for (const id of missing)
      problems.push(`the screening ${id} is in the ledger and not in the database`);
    for (const id of new Set([...this.#lists.keys(), ...(await listExcluded(db))])) {
      const held = exclusionsDigest(await listExclusions(db, id)) ?? '';
      if ((this.#lists.get(id) ?? '') !== held)
        problems.push(`what is excluded of the import ${id} is not what the ledger has`);
    }
    return problems;
  }
}

/** The check of screenings and exclusions. */
export function checkScreeningTables(): TableCheck {
  return new ScreeningCheck();
}
