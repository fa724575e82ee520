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
  findAgeProblem,
  readSubject,
  stepsOf,
} from '../../requests/index.ts';
import type { RosterLink } from '../../requests/index.ts';
import type { Store } from '../../store/index.ts';

/** A change may reach the sender so long after it could still be carried out: the gate may have ended in between. */
const LATE_MS = 86_400_000;

/** The chain, in memory and in the sender's store. */
export class Chain {
  readonly #store: Store;
  #roster: Roster | null = null;
  #text = '';
  #base: Settings | null = null;
  /**
   * What a sender that began with an empty folder was told until now; null once it was told all. A chain that was there
   * before it is history, however old: this sender has no other to hold it to. Nothing is decided before it is kept.
   */
  #told: { link: RosterLink; version: number; based: Settings | null }[] | null = null;
  readonly digests = new Map<number, string>();

  private constructor(store: Store) {
    this.#store = store;
  }

  static async open(store: Store): Promise<Chain> {
    const chain = new Chain(store);
    const links = await store.read((db: GuardDb) => readChain(db));
    const base = await store.read((db: GuardDb) => readSenderBase(db));
    if (base !== null) chain.#base = readSettings(base);
    if (links[0] === undefined) {
      chain.#told = [];
      return chain;
    }
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

  /** Takes a version. `more` says that another one comes with it, so that a new sender is told its history at once. */
  async add(link: RosterLink, more: boolean, nowMs: number): Promise<void> {
    const before = this.#roster;
    const next = before === null ? checkFounding(link) : checkNext(before, this.#text, link);
    const based = this.#checkBase(link, next);
    const { version } = next;
    if (before !== null && this.#told === null) checkAge(before, version, link, nowMs);
    const told = { link, version, based: this.#base === null ? based : null };
    if (this.#told === null) await this.#keep([told]);
    else this.#told.push(told);
    this.#base ??= based;
    this.#adopt(link, next);
    if (!more) await this.settle();
  }

  /** Ends the history of a new sender: from here on a version is as new as its approvals have to be. */
  async settle(): Promise<void> {
    if (this.#told === null) return;
    await this.#keep(this.#told);
    this.#told = null;
  }

  /** Writes versions and what they begin with, all or nothing: half a history could not be gone on with. */
  async #keep(
    told: readonly { link: RosterLink; version: number; based: Settings | null }[],
  ): Promise<void> {
    await this.#store.write(async (tx: GuardDb) => {
      for (const { link, version, based } of told) {
        await addLink(tx, version, rosterDigest(link.document), link);
        if (based !== null) await writeSenderBase(tx, writeSettings(based));
      }
    });
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

/**
 * A signed change that the gate kept to itself is of an age, as every approval is: what people signed and then saw come to
 * nothing must not take effect when they have long decided otherwise.
 */
function checkAge(before: Roster, version: number, link: RosterLink, nowMs: number): void {
  const age = findAgeProblem(before, readSubject(link.subject ?? ''), nowMs, LATE_MS);
  if (age === null) return;
  throw rosterErrors.error('CHAIN_BROKEN', { version, why: `it comes too late: ${age}` });
}
