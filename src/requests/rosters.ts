/** The gate's copy of the roster chain. Read at each start through the same checks that the sender makes. */
import type { Kysely } from 'kysely';
import { isoTime } from '../core/index.ts';
import type { Clock, Json } from '../core/index.ts';
import type { Ledger } from '../ledger/index.ts';
import { rosterDigest, rosterErrors } from '../people/index.ts';
import type { Roster, Settings } from '../people/index.ts';
import type { Store } from '../store/index.ts';
import { checkChain, checkFounding, checkNext } from './roster-chain.ts';
import type { RosterLink } from './roster-chain.ts';
import { noteBase, readBase } from './settings-base.ts';

interface RosterTables {
  rosters: {
    version: bigint;
    sha256: string;
    document: string;
    subject: string | null;
    signatures: string;
    at_ms: bigint;
  };
}

/** The version in force with its text. */
export interface RosterInForce {
  readonly roster: Roster;
  readonly text: string;
  readonly sha256: string;
}

/** One version of the chain, as stored. */
export interface StoredLink extends RosterLink {
  readonly version: number;
  readonly sha256: string;
  readonly atMs: number;
}

function tables(db: Kysely<unknown>): Kysely<RosterTables> {
  return db;
}

/** Every link that is stored, the oldest first; nothing is checked. */
export async function readLinks(db: Kysely<unknown>): Promise<readonly StoredLink[]> {
  const rows = await tables(db).selectFrom('rosters').selectAll().orderBy('version').execute();
  return rows.map((row) => ({
    version: Number(row.version),
    sha256: row.sha256,
    document: row.document,
    subject: row.subject,
    signatures: JSON.parse(row.signatures) as string[],
    atMs: Number(row.at_ms),
  }));
}

/** The roster chain of a gate. */
export class Rosters {
  readonly #host: { store: Store; ledger: Ledger; clock: Clock };
  #links: readonly StoredLink[];
  #current: RosterInForce | null;
  #base: Settings | null;
  readonly #onNew: (() => Promise<void>)[] = [];

  private constructor(
    host: { store: Store; ledger: Ledger; clock: Clock },
    links: readonly StoredLink[],
    current: RosterInForce | null,
    base: Settings | null,
  ) {
    this.#host = host;
    this.#links = links;
    this.#current = current;
    this.#base = base;
  }

  /** Opens the chain; throws `ROSTER_CHAIN_BROKEN` when what is stored does not verify. */
  static async open(host: { store: Store; ledger: Ledger; clock: Clock }): Promise<Rosters> {
    const links = await host.store.read((db: Kysely<unknown>) => readLinks(db));
    const base = await host.store.read((db: Kysely<unknown>) => readBase(db));
    const last = links.at(-1);
    if (last === undefined) return new Rosters(host, links, null, base);
    // The first version's digest is kept by the sender, who was told at the founding; here it only has to be consistent.
    const roster = checkChain(links, rosterDigest(links[0]?.document ?? ''));
    const current = { roster, text: last.document, sha256: last.sha256 };
    return new Rosters(host, links, current, base);
  }

  /** The version in force; null before the founding. */
  get current(): RosterInForce | null {
    return this.#current;
  }

  /** The version in force; throws `ROSTER_NOT_FOUNDED`. */
  need(): RosterInForce {
    if (this.#current === null) throw rosterErrors.error('NOT_FOUNDED');
    return this.#current;
  }

  /**
   * The settings that people signed, or those that a gate was brought up to date with while they have signed none; null
   * before the founding.
   */
  get settings(): Settings | null {
    return this.#current === null ? null : (this.#current.roster.settings ?? this.#base);
  }

  /** The settings that a gate was brought up to date with; null for a gate whose people signed them from the first. */
  get base(): Settings | null {
    return this.#base;
  }

  /** Notes the settings in force as what people will sign changes of; does nothing where there is no need. */
  async noteBase(settings: Settings): Promise<void> {
    if (this.#current === null || this.settings !== null) return;
    await noteBase(this.#host, settings);
    this.#base = settings;
  }

  /** Every version, the oldest first. */
  get links(): readonly StoredLink[] {
    return this.#links;
  }

  /** Calls back after each new version, before whoever made it hears of it. */
  onNew(listener: () => Promise<void>): void {
    this.#onNew.push(listener);
  }

  /** Puts version 1 in force. `change` runs in the same transaction. */
  async found(link: RosterLink, change: (tx: Kysely<unknown>) => Promise<void>): Promise<string> {
    if (this.#current !== null)
      throw rosterErrors.error('FOUNDED', {
        at: this.#links[0] === undefined ? '' : isoTime(this.#links[0].atMs),
      });
    const roster = checkFounding(link);
    const { receipt } = await this.#host.ledger.record(
      {
        kind: 'roster.founded',
        by: 'founders',
        ...describeLink(link, roster),
      },
      async (tx: Kysely<unknown>) => {
        await change(tx);
        await this.insert(tx, link, roster);
      },
      { id: 'roster_1' },
    );
    await this.adopt(link, roster);
    return receipt;
  }

  /** Checks that a link follows the version in force; returns its roster. */
  checkNext(link: RosterLink): Roster {
    const { roster, text } = this.need();
    return checkNext(roster, text, link);
  }

  /** Writes a checked link, in the transaction of the request that brought it. */
  async insert(tx: Kysely<unknown>, link: RosterLink, roster: Roster): Promise<void> {
    await tables(tx)
      .insertInto('rosters')
      .values({
        version: BigInt(roster.version),
        sha256: rosterDigest(link.document),
        document: link.document,
        subject: link.subject,
        signatures: JSON.stringify(link.signatures),
        at_ms: BigInt(this.#host.clock.nowMs()),
      })
      .execute();
  }

  /** Takes a link that was committed into force. */
  async adopt(link: RosterLink, roster: Roster): Promise<void> {
    const sha256 = rosterDigest(link.document);
    const atMs = this.#host.clock.nowMs();
    this.#links = [...this.#links, { ...link, version: roster.version, sha256, atMs }];
    this.#current = { roster, text: link.document, sha256 };
    for (const listener of this.#onNew) await listener();
  }
}

/** What the ledger says about a link. */
export function describeLink(link: RosterLink, roster: Roster): Readonly<Record<string, Json>> {
  return {
    version: roster.version,
    rosterSha256: rosterDigest(link.document),
    previous: roster.previous,
    people: roster.people.length,
    policySha256: roster.policySha256,
    signatures: link.signatures.length,
  };
}
