/** The roster chain of the sender's process, checked link by link, and the settings that people signed in it. */
import {
  applyBudget,
  isSettingsStep,
  pathTo,
  readRoster,
  readSettings,
  rosterDigest,
  rosterErrors,
  writeSettings,
} from '../../people/index.ts';
import type { Roster, Settings } from '../../people/index.ts';
import { addLink, readChain, readSenderBase, writeSenderBase } from '../../release/index.ts';
import type { GuardBucket, GuardDb, GuardPath } from '../../release/index.ts';
import {
  checkChain,
  checkFounding,
  checkNext,
  readSubject,
  stepsOf,
} from '../../requests/index.ts';
import type { RosterLink } from '../../requests/index.ts';
import type { Store } from '../../store/index.ts';

/** The chain, in memory and in the sender's store. */
export class Chain {
  readonly #store: Store;
  #roster: Roster | null = null;
  #text = '';
  #base: Settings | null = null;
  readonly digests = new Map<number, string>();

  private constructor(store: Store) {
    this.#store = store;
  }

  static async open(store: Store): Promise<Chain> {
    const chain = new Chain(store);
    const links = await store.read((db: GuardDb) => readChain(db));
    const base = await store.read((db: GuardDb) => readSenderBase(db));
    if (base !== null) chain.#base = readSettings(base);
    if (links[0] === undefined) return chain;
    // The first version is pinned by being in this folder: it came at the founding and is never replaced.
    checkChain(links, rosterDigest(links[0].document));
    for (const link of links) chain.#adopt(link, readRoster(link.document));
    return chain;
  }

  get roster(): Roster | null {
    return this.#roster;
  }

  get version(): number {
    return this.#roster?.version ?? 0;
  }

  /** What people signed, or what this sender was told first of a gate whose people have signed none yet. */
  get settings(): Settings | null {
    return this.#roster === null ? null : (this.#roster.settings ?? this.#base);
  }

  async add(link: RosterLink): Promise<void> {
    const next =
      this.#roster === null ? checkFounding(link) : checkNext(this.#roster, this.#text, link);
    const based = this.#checkBase(link, next);
    await this.#store.write(async (tx: GuardDb) => {
      await addLink(tx, next.version, rosterDigest(link.document), link);
      if (based !== null && this.#base === null) await writeSenderBase(tx, writeSettings(based));
    });
    this.#base ??= based;
    this.#adopt(link, next);
  }

  /** Keeps the settings of a gate that was founded before they were signed; the first that are told, for good. */
  async keepBase(document: string): Promise<void> {
    const settings = readSettings(document);
    if (this.#base === null) {
      if (this.#roster === null || this.#roster.settings !== undefined) return;
      await this.#store.write((tx: GuardDb) => writeSenderBase(tx, document));
      this.#base = settings;
    } else if (writeSettings(this.#base) !== writeSettings(settings)) {
      const why = 'the settings that it goes on from are not those that the sender was told first';
      throw rosterErrors.error('INVALID', { why });
    }
  }

  /** Every budget that people signed. */
  buckets(): readonly GuardBucket[] {
    const { settings } = this;
    if (settings === null) return [];
    return settings.budgets.map((declared) => ({
      name: declared.budget,
      rule: (lentBits) => applyBudget(settings, declared, lentBits).rule,
    }));
  }

  /** The budgets on the path to a destination. Before the founding there are none, and afterwards nothing goes without. */
  pathTo(to: Parameters<typeof pathTo>[2]): GuardPath {
    if (this.#roster === null) return { ok: true, project: null, place: null, buckets: [] };
    if (this.settings === null)
      return { ok: false, why: 'the sender was not told the budgets in force' };
    return pathTo(this.settings, this.#roster.projects, to);
  }

  /**
   * Settings that are signed for the first time begin with those that this sender was told. A sender that was told none,
   * as one that begins anew, takes what people signed: nobody could tell it anything better. Returns what they begin with.
   */
  #checkBase(link: RosterLink, next: Roster): Settings | null {
    const before = this.#roster;
    if (before === null || before.settings !== undefined || next.settings === undefined)
      return null;
    const [first] = stepsOf(readSubject(link.subject ?? '')).filter(isSettingsStep);
    const based = first?.op === 'settings.base' ? first.settings : null;
    const told = this.#base ?? based;
    if (based === null || told === null || writeSettings(based) !== writeSettings(told)) {
      const why = 'the settings that it begins with are not those that the sender was told';
      throw rosterErrors.error('CHAIN_BROKEN', { version: next.version, why });
    }
    return based;
  }

  #adopt(link: RosterLink, roster: Roster): void {
    this.#roster = roster;
    this.#text = link.document;
    this.digests.set(roster.version, rosterDigest(link.document));
  }
}
