/**
 * Need-to-know of the ledger: whoever is read into a project reads its entries, whoever sets the gate up reads how it is
 * set up, and those who watch read all. Of every other entry there is only its index and its commitment: enough for each proof.
 * A vote on which people are still blind is shown to nobody who has not voted.
 */
import type { Gate } from '../../app/index.ts';
import type { Entry, ShownEntry } from '../../ledger/index.ts';
import { SallyportError } from '../../core/index.ts';
import type { Principal } from '../../people/index.ts';
import { shareInputOf } from '../../requests/index.ts';
import type { Stood } from '../../requests/index.ts';
import { visibleTo } from './lock-routes.ts';
import { isOutside } from './outsiders.ts';
import { isBlind } from './views.ts';

/** Kinds of entries that say how the gate is set up, by the noun in front. */
const SETUP: ReadonlySet<string> = new Set([
  ...['roster', 'principal', 'token', 'session', 'project', 'destination', 'model', 'budget'],
  ...['meter', 'wire', 'posture'],
]);
const LOCKS: ReadonlySet<string> = new Set(['lock.set', 'lock.lifted']);
const VOTES: ReadonlySet<string> = new Set(['request.approved', 'request.refused']);

/** Which entries one principal may read. */
export interface LedgerSight {
  sees(shown: ShownEntry): Promise<boolean>;
}

function textOf(entry: Entry, member: string): string {
  const value = entry[member];
  return typeof value === 'string' ? value : '';
}

/** Something that is looked up once per answer. */
function once<T>(look: (id: string) => Promise<T>): (id: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (id) => {
    const found = known.get(id) ?? look(id);
    known.set(id, found);
    return found;
  };
}

/** The same, and null for what is not there. */
async function orNull<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found;
  } catch (cause) {
    if (cause instanceof SallyportError && cause.status === 404) return null;
    throw cause;
  }
}

class Sight implements LedgerSight {
  readonly #gate: Gate;
  readonly #principal: Principal;
  readonly #stood: (id: string) => Promise<Stood | null>;
  readonly #reads: (project: string) => Promise<boolean>;
  readonly #projectOfImport: (id: string) => Promise<string>;
  readonly #projectOfScreening: (id: string) => Promise<string>;
  readonly #projectOfNode: (id: string) => Promise<string>;
  readonly #seesLock: (id: string) => Promise<boolean>;
  /** `ledger.read` of the gate: all of it. `people.view` of the gate: how it is set up. */
  readonly #may: (action: string) => Promise<boolean>;

  constructor(gate: Gate, principal: Principal) {
    this.#gate = gate;
    this.#principal = principal;
    this.#may = once(
      async (action) => (await gate.access.can(principal, action, { kind: 'gate' })).allowed,
    );
    this.#stood = once((id) => orNull(gate.requests.approvals.stand(id)));
    this.#reads = once(
      async (id) =>
        (await gate.access.can(principal, 'ledger.read', { kind: 'project', id })).allowed,
    );
    this.#projectOfImport = once(
      async (id) => (await orNull(gate.wayIn.imports.get(id)))?.project ?? '',
    );
    this.#projectOfScreening = once(
      async (id) => (await orNull(gate.wayIn.screenings.get(id)))?.project ?? '',
    );
    this.#projectOfNode = once(async (id) => {
      const found = await gate.wayIn.lineages.find(id);
      return found.find((node) => node.id === id)?.project ?? '';
    });
    // As the list of locks shows them.
    const shown = once(() => visibleTo(gate, principal));
    this.#seesLock = once(async (id) => {
      const lock = await orNull(gate.locks.get(id));
      return lock !== null && (await shown(''))(lock);
    });
  }

  async sees({ entry }: ShownEntry): Promise<boolean> {
    const request = textOf(entry, 'request');
    const stood = request === '' ? null : await this.#stood(request);
    if (stood !== null && VOTES.has(entry.kind) && isBlind(stood, this.#principal)) return false;
    if (await this.#may('ledger.read')) return true;
    const setup = SETUP.has(entry.kind.split('.')[0] ?? '');
    if (setup && (await this.#may('people.view'))) return true;
    if (LOCKS.has(entry.kind)) return this.#seesLock(textOf(entry, 'lock'));
    if (stood !== null) return this.#seesRequest(stood);
    // A request that is named and not there belongs to nobody's project.
    if (request !== '') return false;
    const project = await this.#projectOf(entry);
    return project !== '' && this.#reads(project);
  }

  async #seesRequest(stood: Stood): Promise<boolean> {
    const { request } = stood;
    if (request.kind === 'share') {
      const { from, to } = shareInputOf(request);
      if (!(await this.#reads(from)) || !(await this.#reads(to))) return false;
    } else if (request.kind === 'policy') {
      if (!(await this.#may('people.view'))) return false;
    } else if (request.project === '' || !(await this.#reads(request.project))) return false;
    return !(await isOutside(this.#gate, this.#principal, stood));
  }

  async #projectOf(entry: Entry): Promise<string> {
    const project = textOf(entry, 'project');
    if (project !== '') return project;
    const held = textOf(entry, 'import');
    if (held !== '') return this.#projectOfImport(held);
    const screening = textOf(entry, 'screening');
    if (screening !== '') return this.#projectOfScreening(screening);
    const monitor = textOf(entry, 'monitor');
    return monitor === '' ? '' : this.#projectOfNode(monitor);
  }
}

/** What of the ledger a principal may read; for one answer, since nothing is asked twice. */
export function sightOfLedger(gate: Gate, principal: Principal): LedgerSight {
  return new Sight(gate, principal);
}
