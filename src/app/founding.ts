/**
 * The founding ceremony: the first people register keys, see the same document and sign it, each with a key of its own;
 * then version 1 of the roster is in force and the administrator's token of the first start ends. What is not finished
 * is only in memory: a ceremony that was broken off is begun again.
 */
import { isoTime, sha256 } from '../core/index.ts';
import type { Clock, Random } from '../core/index.ts';
import {
  confirmFoundingTokens,
  foundRoster,
  parsePublicKey,
  printPublicKey,
  projectRoster,
  readKeyFacts,
  readRoster,
  registerPasskey,
  rosterErrors,
  writeRoster,
} from '../people/index.ts';
import type {
  Founder,
  PasskeyResponse,
  People,
  Roster,
  RosterKey,
  RosterMeter,
  Settings,
} from '../people/index.ts';
import { checkFounderSignature, listRuleRisks, sayKeyRisks } from '../requests/index.ts';
import type { Rosters } from '../requests/index.ts';
import type { Models } from '../models/index.ts';

/** A key before it is in a roster. */
export type NewKey = Omit<RosterKey, 'addedAt'>;

/** How far the ceremony is. */
export interface FoundingShown {
  readonly people: readonly {
    readonly id: string;
    readonly name: string;
    readonly groups: readonly string[];
    readonly keys: readonly { id: string; label: string; kind: string; deviceBound: boolean }[];
    readonly signed: boolean;
  }[];
  /** The text that each of them signs; null until everybody has a key. */
  readonly document: string | null;
  readonly digest: string | null;
  /** What the loss of one key would close for good, and what rules ask for that nobody could give. */
  readonly warnings: readonly string[];
}

/** What a founding stands on. */
export interface FoundingHost {
  readonly gate: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly people: People;
  readonly models: Models;
  readonly rosters: Rosters;
  readonly automatic: RosterMeter;
  readonly policySha256: string;
  /** Budgets, models and destinations as they are. */
  settings(): Promise<Settings>;
  /** Sites of the console. */
  origins(): readonly string[];
  /** Runs when version 1 is in force. */
  onFounded(): Promise<void>;
}

const PEOPLE_MAX = 50;
const CHALLENGE_BYTES = 32;

/** A line of OpenSSH as a key of the roster. */
export function readSshKey(line: string, label: string): NewKey {
  const publicKey = printPublicKey(parsePublicKey(line));
  const { id, kind } = readKeyFacts(publicKey);
  if (kind === 'passkey')
    throw rosterErrors.error('CHANGE_INVALID', {
      why: 'the key is a passkey, which is registered in the console',
    });
  return {
    id,
    publicKey,
    label: label === '' ? 'SSH key' : label,
    kind,
    credential: null,
    deviceBound: kind === 'security-key',
    until: null,
  };
}

function sayRisks(roster: Roster, nowMs: number): readonly string[] {
  return [...sayKeyRisks(roster, nowMs), ...listRuleRisks(roster, nowMs)];
}

/** One ceremony. */
export class Founding {
  readonly #host: FoundingHost;
  readonly #founders = new Map<string, Founder>();
  readonly #challenges = new Map<string, Uint8Array>();
  readonly #signatures = new Map<string, string>();
  #at = '';

  constructor(host: FoundingHost) {
    this.#host = host;
  }

  /** Adds a founder, or changes one who has not signed. */
  addPerson(id: string, name: string, groups: readonly string[]): void {
    this.#open();
    if (!this.#founders.has(id) && this.#founders.size >= PEOPLE_MAX)
      throw rosterErrors.error('CHANGE_INVALID', {
        why: `more than ${String(PEOPLE_MAX)} people found no gate`,
      });
    const keys = this.#founders.get(id)?.keys ?? [];
    this.#founders.set(id, { id, name, groups, keys });
    this.#reset();
  }

  /** The challenge for a passkey of a founder. */
  challenge(person: string): Uint8Array {
    this.#founder(person);
    const bytes = this.#host.random.bytes(CHALLENGE_BYTES);
    this.#challenges.set(person, bytes);
    return bytes;
  }

  /** Registers a passkey. */
  async addPasskey(
    person: string,
    response: PasskeyResponse,
    label: string,
    rpId: string,
  ): Promise<NewKey> {
    const challenge = this.#challenges.get(person);
    if (challenge === undefined)
      throw rosterErrors.error('CHANGE_INVALID', { why: 'no passkey was asked for' });
    this.#challenges.delete(person);
    const origins = this.#host.origins();
    const passkey = await registerPasskey({ response, challenge, origins, rpId });
    return this.#addKey(person, {
      id: passkey.publicKey.fingerprint,
      publicKey: printPublicKey(passkey.publicKey),
      label: label === '' ? 'passkey' : label,
      kind: 'passkey',
      credential: passkey.credentialId,
      deviceBound: passkey.deviceBound,
      until: null,
    });
  }

  /** Registers an SSH key. */
  addSshKey(person: string, line: string, label: string): NewKey {
    return this.#addKey(person, readSshKey(line, label));
  }

  #addKey(person: string, key: NewKey): NewKey {
    const founder = this.#founder(person);
    const keys = [...founder.keys.filter((each) => each.id !== key.id), key];
    this.#founders.set(person, { ...founder, keys });
    this.#reset();
    return key;
  }

  /** Takes a founder's signature over the document. */
  async sign(person: string, signature: string): Promise<void> {
    this.#founder(person);
    const { document } = await this.show();
    if (document === null)
      throw rosterErrors.error('CHANGE_INVALID', { why: 'not everybody has a key yet' });
    const why = checkFounderSignature(document, signature);
    if (why !== null) throw rosterErrors.error('CHANGE_INVALID', { why });
    this.#signatures.set(person, signature);
  }

  /** How far it is. */
  async show(): Promise<FoundingShown> {
    const document = await this.#document();
    return {
      people: [...this.#founders.values()].map(({ id, name, groups, keys }) => ({
        id,
        name,
        groups,
        keys: keys.map(({ id: key, label, kind, deviceBound }) => ({
          id: key,
          label,
          kind,
          deviceBound,
        })),
        signed: this.#signatures.has(id),
      })),
      document,
      digest: document === null ? null : sha256(document),
      warnings: document === null ? [] : sayRisks(readRoster(document), this.#host.clock.nowMs()),
    };
  }

  /** Puts version 1 in force; returns the receipt of its entry. */
  async finish(): Promise<string> {
    this.#open();
    const document = await this.#document();
    if (document === null)
      throw rosterErrors.error('CHANGE_INVALID', { why: 'not everybody has a key yet' });
    const { rosters, clock } = this.#host;
    const link = { document, subject: null, signatures: [...this.#signatures.values()] };
    const receipt = await rosters.found(link, async (tx) => {
      const roster = readRoster(document);
      await projectRoster(tx, roster, clock.nowMs());
      await confirmFoundingTokens(tx, roster);
    });
    this.#host.people.forget();
    await this.#host.onFounded();
    return receipt;
  }

  async #document(): Promise<string | null> {
    const founders = [...this.#founders.values()];
    if (founders.length === 0 || founders.some((each) => each.keys.length === 0)) return null;
    const { people, models, clock } = this.#host;
    if (this.#at === '') this.#at = isoTime(clock.nowMs());
    const ids = new Set(founders.map((each) => each.id));
    const all = await people.principals();
    const sponsor = founders[0]?.id ?? '';
    // Programs of before stay; their sponsor is a founder, whoever added them.
    const sponsored = all.flatMap((each) =>
      each.kind === 'person' || ids.has(each.id)
        ? []
        : [
            {
              id: each.id,
              kind: each.kind,
              name: each.name,
              sponsor: each.sponsor !== null && ids.has(each.sponsor) ? each.sponsor : sponsor,
            },
          ],
    );
    const known = new Set([...ids, ...sponsored.map((each) => each.id)]);
    const projects = (await people.projects()).map((project) => ({
      id: project.id,
      title: project.title,
      models: [...project.models],
      roles: [
        ...founders
          .filter((each) => each.groups.includes('administrators'))
          .map((each) => ({ principal: each.id, role: 'owner', until: null })),
        ...founders
          .filter((each) => each.groups.includes('reviewers'))
          .map((each) => ({ principal: each.id, role: 'reviewer', until: null })),
        ...project.members
          .filter((each) => known.has(each))
          .map((each) => ({ principal: each, role: 'member', until: null })),
      ],
    }));
    const admins = founders.filter((each) => each.groups.includes('administrators'));
    const owners = (admins.length > 0 ? admins : founders).map((each) => each.id);
    const roster = foundRoster({
      gate: this.#host.gate,
      at: this.#at,
      founders,
      sponsored,
      projects,
      models: (await models.list()).map((model) => ({ id: model.id, owners })),
      origins: [...this.#host.origins()],
      automatic: this.#host.automatic,
      policySha256: this.#host.policySha256,
      settings: await this.#host.settings(),
    });
    return writeRoster(roster);
  }

  #founder(id: string): Founder {
    this.#open();
    const founder = this.#founders.get(id);
    if (founder === undefined)
      throw rosterErrors.error('CHANGE_INVALID', { why: `\`${id}\` is not among the founders` });
    return founder;
  }

  #open(): void {
    const [first] = this.#host.rosters.links;
    if (first !== undefined) throw rosterErrors.error('FOUNDED', { at: isoTime(first.atMs) });
  }

  /** The document has changed; what was signed before was another one. */
  #reset(): void {
    this.#signatures.clear();
    this.#at = '';
  }
}
