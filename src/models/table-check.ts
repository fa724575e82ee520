/** Holds the guarded models to the ledger: nobody shrinks a model or takes it out of quarantine by writing a row. */
import type { Kysely } from 'kysely';
import { canonicalJson } from '../core/index.ts';
import { entriesIn, textOf } from '../ledger/index.ts';
import type { Entry, ShownEntry, TableCheck } from '../ledger/index.ts';
import { describeModel, listModels } from './store.ts';

type Described = ReturnType<typeof describeModel>;

const KINDS: ReadonlySet<string> = new Set(['model.declared', 'model.revised', 'model.state-set']);
const MEMBERS = [
  ...['model', 'version', 'parameters', 'bitsPerParameter', 'effectiveBits'],
  ...['hiddenWidth', 'vocabulary', 'state'],
] as const;

class ModelCheck implements TableCheck {
  readonly #models = new Map<string, Described>();

  see({ entry }: ShownEntry): void {
    if (entry.kind === 'recall.made') {
      this.#seeRecall(entry['stopped']);
      return;
    }
    // What people signed about models is in the entry of the new roster.
    if (entry.kind === 'roster.changed')
      for (const each of entriesIn(entry, 'models')) this.#take(each);
    if (KINDS.has(entry.kind)) this.#take(entry);
  }

  #take(entry: Entry): void {
    const said = Object.fromEntries(MEMBERS.map((member) => [member, entry[member]]));
    this.#models.set(textOf(entry, 'model'), said as Described);
  }

  #seeRecall(stopped: unknown): void {
    if (!Array.isArray(stopped)) return;
    for (const id of stopped) {
      const before = this.#models.get(String(id));
      if (before === undefined) continue;
      const version = Number(before['version']) + 1;
      this.#models.set(String(id), { ...before, version, state: 'quarantined' });
    }
  }

  async compare(db: Kysely<unknown>): Promise<readonly string[]> {
    const problems: string[] = [];
    const missing = new Set(this.#models.keys());
    for (const model of await listModels(db)) {
      missing.delete(model.id);
      const said = this.#models.get(model.id);
      const held = canonicalJson(describeModel(model));
      if (said === undefined || canonicalJson(said) !== held)
        problems.push(`the model ${model.id} is not as the ledger has it`);
    }
    for (const id of missing)
      problems.push(`the model ${id} is in the ledger and not in the database`);
    return problems;
  }
}

/** The check of guarded models. */
export function checkModelTables(): TableCheck {
  return new ModelCheck();
}
