/** Holds sources, imports, verdicts and safe forms to the ledger: nobody admits by writing a row. */
import type { Kysely } from 'kysely';
import { textOf } from '../../ledger/index.ts';
import type { ShownEntry, TableCheck } from '../../ledger/index.ts';
import { signerOf, sourceDigest } from '../sources/index.ts';
import type { Source, SourceTables } from '../sources/index.ts';
import { formsDigest, verdictDigest } from './decode-jobs.ts';
import { listFiles, listForms } from './file-store.ts';
import { listImports } from './import-store.ts';
import type { Import, ImportState } from './import.ts';

interface SaidImport {
  readonly project: string;
  readonly source: string;
  state: 'open' | 'admitted' | 'closed';
  statementSha256: string | null;
  signer: string | null;
}

const PAGE = 500;
const OPEN: readonly ImportState[] = ['receiving', 'decoding', 'asked'];

class ImportsCheck implements TableCheck {
  readonly #sources = new Map<string, { sha256: string; recalled: boolean }>();
  readonly #imports = new Map<string, SaidImport>();
  readonly #verdicts = new Map<string, string>();
  readonly #forms = new Map<string, string>();

  see({ entry }: ShownEntry): void {
    const say = (member: string): string => textOf(entry, member);
    const id = say('import');
    switch (entry.kind) {
      case 'source.added':
        this.#sources.set(say('source'), { sha256: say('sourceSha256'), recalled: false });
        return;
      case 'import.opened':
        this.#imports.set(id, {
          ...{ project: say('project'), source: say('source') },
          ...{ state: 'open', statementSha256: null, signer: null },
        });
        return;
      case 'import.completed':
        this.#sign(id, say('signer'));
        return;
      case 'import.decoded':
      case 'import.rescanned':
        this.#seeFiles(id, entry['files']);
        return;
      case 'import.admitted':
        this.#move(id, 'admitted', say('statementSha256'));
        return;
      case 'import.closed':
        this.#move(id, 'closed');
        return;
      case 'recall.made':
        this.#recall(say('targetKind') === 'source' ? [say('target')] : entry['sources']);
        return;
      default:
    }
  }

  #sign(id: string, signer: string): void {
    const said = this.#imports.get(id);
    if (said !== undefined) said.signer = signer;
  }

  #recall(sources: unknown): void {
    for (const id of Array.isArray(sources) ? sources : []) {
      const source = this.#sources.get(String(id));
      if (source !== undefined) source.recalled = true;
    }
  }

  #move(id: string, state: SaidImport['state'], statement?: string): void {
    const said = this.#imports.get(id);
    if (said === undefined) return;
    said.state = state;
    if (statement !== undefined) said.statementSha256 = statement;
  }

  #seeFiles(id: string, files: unknown): void {
    if (!Array.isArray(files)) return;
    for (const each of files as Record<string, unknown>[]) {
      const key = `${id}/${String(each['file'])}`;
      this.#verdicts.set(key, String(each['sha256']));
      if (typeof each['forms'] === 'string') this.#forms.set(key, each['forms']);
    }
  }

  async compare(db: Kysely<unknown>): Promise<readonly string[]> {
    const problems = [...(await this.#compareSources(db))];
    const missing = new Set(this.#imports.keys());
    for (let offset = 0; ; offset += PAGE) {
      const page = await listImports(db, { offset, limit: PAGE });
      for (const held of page) {
        missing.delete(held.id);
        const problem = this.#judge(held);
        if (problem !== null) problems.push(`the import ${held.id} ${problem}`);
        problems.push(...(await this.#compareFiles(db, held.id)));
      }
      if (page.length < PAGE) break;
    }
    for (const id of missing)
      problems.push(`the import ${id} is in the ledger and not in the database`);
    return problems;
  }

  #judge(held: Import): string | null {
    const said = this.#imports.get(held.id);
    if (said === undefined) return 'is in the database and not in the ledger';
    if (said.project !== held.project || said.source !== held.source)
      return 'has another project or source than in the ledger';
    // Which admitted sets are recalled is held by the check of lineage.
    const state = held.state === 'recalled' ? 'admitted' : held.state;
    if (said.state !== (OPEN.includes(state) ? 'open' : state))
      return `is ${held.state}, and ${said.state} in the ledger`;
    if (said.statementSha256 !== held.statementSha256)
      return 'has another admission statement than in the ledger';
    // Null in rows from before it was kept.
    if (held.signer !== null && said.signer !== held.signer)
      return 'has another signer than in the ledger';
    return null;
  }

  async #compareFiles(db: Kysely<unknown>, id: string): Promise<readonly string[]> {
    const problems: string[] = [];
    for (let from = 0; ; from += PAGE) {
      const files = await listFiles(db, id, from, PAGE);
      const forms = await listForms(db, id, from, from + PAGE - 1);
      for (const file of files) {
        if (file.verdict === null) continue;
        const key = `${id}/${String(file.position)}`;
        const own = forms.filter((form) => form.file === file.position);
        if (this.#verdicts.get(key) !== verdictDigest(file))
          problems.push(`the verdict on ${file.name} of ${id} is not the one in the ledger`);
        if (this.#forms.get(key) !== formsDigest(own))
          problems.push(`the safe forms of ${file.name} of ${id} are not those in the ledger`);
      }
      if (files.length < PAGE) return problems;
    }
  }

  async #compareSources(db: Kysely<unknown>): Promise<readonly string[]> {
    const problems: string[] = [];
    const missing = new Set(this.#sources.keys());
    const rows = await (db as unknown as Kysely<SourceTables>)
      .selectFrom('sources')
      .selectAll()
      .execute();
    for (const row of rows) {
      missing.delete(row.id);
      const said = this.#sources.get(row.id);
      const { project, name, kind, identity } = row;
      const form = JSON.parse(row.form) as Source['form'];
      const digest = sourceDigest({ project, name, kind: kind as Source['kind'], identity, form });
      if (said?.sha256 !== digest)
        problems.push(`the source ${row.id} is not the one in the ledger`);
      else if (said.recalled !== (row.recalled_ms !== null))
        problems.push(
          `the source ${row.id} is ${said.recalled ? 'recalled' : 'good'} by the ledger and not in the database`,
        );
      else if (row.signer !== signerOf(kind as Source['kind'], identity, project))
        problems.push(`the source ${row.id} does not have the signer that its key or person is`);
    }
    for (const id of missing)
      problems.push(`the source ${id} is in the ledger and not in the database`);
    return problems;
  }
}

/** The check of sources and imports. */
export function checkImportTables(): TableCheck {
  return new ImportsCheck();
}
