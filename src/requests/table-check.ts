/**
 * Holds requests, votes and locks to the ledger, and what the ledger says was approved to the signatures: whoever writes
 * rows *and* entries still cannot make a person's signature.
 */
import type { Kysely } from 'kysely';
import { sha256 } from '../core/index.ts';
import { textOf } from '../ledger/index.ts';
import type { Entry, ShownEntry, TableCheck } from '../ledger/index.ts';
import { judgeEffects } from './effect-check.ts';
import type { SaidEffect } from './effect-check.ts';
import { checkRosterLinks } from './roster-check.ts';
import type { SaidRoster } from './roster-check.ts';
import { SettingsCheck } from './settings-check.ts';
import { TRANSITIONS } from './states.ts';
import type { RequestState } from './states.ts';
import { TimesCheck } from './times-check.ts';

interface RequestRow {
  readonly id: string;
  readonly state: string;
  readonly requester: string;
  readonly project: string;
  readonly destination: string;
  readonly why: string;
  readonly input: string;
  readonly subject: string | null;
  readonly entry: string | null;
  readonly edition: bigint;
}

interface VoteRow {
  readonly id: string;
  readonly request: string;
  readonly edition: bigint;
  readonly person: string;
  readonly vote: string;
  readonly subject: string | null;
  readonly signature: string | null;
}

interface LockRow {
  readonly id: string;
  readonly target_kind: string;
  readonly target: string;
  readonly by: string;
  readonly lifted_ms: bigint | null;
}

/** The tables that are read here. */
interface CheckedTables {
  requests: RequestRow;
  request_votes: VoteRow;
  locks: LockRow;
}

/** What the ledger says about one request. */
interface SaidRequest {
  readonly requester: string;
  readonly project: string;
  readonly destination: string;
  why: string;
  inputSha256: string;
  /** Whether its newest edition's words are known: entries of an edit did not always say them. */
  worded: boolean;
  subjectSha256: string | null;
  entries: Set<string>;
  /** Where it may stand after its newest entry. */
  states: ReadonlySet<string>;
}

const PAGE = 500;

/** States after an event; the outer door's word moves on without an entry. */
function statesAfter(event: string): ReadonlySet<string> {
  const direct = TRANSITIONS.filter((row) => row.event === event).map((row) => row.to);
  const silent = TRANSITIONS.filter(
    (row) => row.event.startsWith('publish') && direct.includes(row.from),
  ).map((row) => row.to);
  return new Set<string>([...direct, ...silent]);
}

const AFTER_RELEASE = new Set<string>(
  ['allow', 'release', 'break-glass'].flatMap((event) => [...statesAfter(event)]),
);

/** The event in an entry's id, which is `event_request` with the edition behind. */
function eventOf(id: string, request: string): string {
  return id.slice(0, Math.max(0, id.indexOf(`_${request}`)));
}

/** Events whose entries say the edition in force: its words and its input. */
const WORDED: ReadonlySet<string> = new Set(['hold', 'deny', 'edit', 'rel']);

/** Takes over what an entry says about the edition in force, and about the text that its approvers sign. */
function seeWords(said: SaidRequest, entry: Entry, event: string): void {
  const inputSha256 = textOf(entry, 'inputSha256');
  if (WORDED.has(event) && inputSha256 !== '') {
    said.why = textOf(entry, 'why');
    said.inputSha256 = inputSha256;
    said.worded = event !== 'edit' || typeof entry['edition'] === 'number';
  }
  if (event === 'hold' || event === 'deny')
    said.subjectSha256 = textOf(entry, 'subjectSha256') || null;
  if (event === 'edit') said.subjectSha256 = null;
}

class RequestsCheck implements TableCheck {
  readonly #requests = new Map<string, SaidRequest>();
  readonly #votes = new Map<string, Entry>();
  readonly #locks = new Map<string, { entry: Entry; lifted: boolean }>();
  readonly #rosters: SaidRoster[] = [];
  readonly #effects: SaidEffect[] = [];
  readonly #settings = new SettingsCheck();
  readonly #times = new TimesCheck();

  see(shown: ShownEntry): void {
    const { entry, id, index } = shown;
    this.#settings.see(shown);
    this.#times.see(shown);
    const say = (member: string): string => textOf(entry, member);
    const request = say('request');
    if (entry.kind === 'request.asked') {
      this.#requests.set(request, {
        requester: entry.by,
        project: say('project'),
        destination: say('destination'),
        why: say('why'),
        inputSha256: say('inputSha256'),
        worded: true,
        subjectSha256: null,
        entries: new Set(),
        states: new Set<RequestState>(['quoting']),
      });
      return;
    }
    if (entry.kind === 'request.approved' || entry.kind === 'request.refused')
      this.#votes.set(say('vote'), entry);
    if (entry.kind === 'lock.set') this.#locks.set(say('lock'), { entry, lifted: false });
    const lock = entry.kind === 'lock.lifted' ? this.#locks.get(say('lock')) : undefined;
    if (lock !== undefined) lock.lifted = true;
    if (entry.kind === 'roster.founded' || entry.kind === 'roster.changed') {
      const version = Number(entry['version']);
      const sha = say('rosterSha256');
      this.#rosters.push({ version, sha256: sha, atMs: Date.parse(entry.at), index });
    }
    this.#seeStep(entry, id, index);
  }

  #seeStep(entry: Entry, id: string, index: number): void {
    const request = textOf(entry, 'request');
    const said = this.#requests.get(request);
    if (said === undefined || (!id.endsWith(request) && !id.includes(`${request}_`))) {
      const subject = textOf(entry, 'subjectSha256');
      if (said !== undefined && entry.kind.endsWith('.subject')) said.subjectSha256 = subject;
      return;
    }
    const event = eventOf(id, request);
    const released = event === 'rel';
    said.entries.add(id);
    said.states = released ? AFTER_RELEASE : statesAfter(event);
    seeWords(said, entry, event);
    if (released || event === 'grant' || event === 'carry-out') {
      this.#effects.push({
        request,
        index,
        atMs: Date.parse(entry.at),
        tier: released ? textOf(entry, 'tier') : 'approvals',
        signedRequest: textOf(entry, 'window') || request,
        subjectSha256: textOf(entry, 'subjectSha256') || said.subjectSha256,
        signatures: Array.isArray(entry['signatures']) ? entry['signatures'].map(String) : [],
      });
    }
  }

  async compare(database: Kysely<unknown>): Promise<readonly string[]> {
    const db = database as Kysely<CheckedTables>;
    const rosters = await checkRosterLinks(database, this.#rosters);
    const effects = await judgeEffects(database, rosters.chain, this.#effects);
    return [
      ...rosters.problems,
      ...(await this.#compareRequests(db)),
      ...(await this.#compareVotes(db)),
      ...(await this.#compareLocks(db)),
      ...(await this.#times.compare(database)),
      ...effects,
      ...(await this.#settings.compare(database, rosters.chain)),
    ];
  }

  async #compareRequests(db: Kysely<CheckedTables>): Promise<readonly string[]> {
    const problems: string[] = [];
    const missing = new Set(this.#requests.keys());
    for (let last = ''; ;) {
      const rows = await db
        .selectFrom('requests')
        .select([
          'id',
          'state',
          'requester',
          'project',
          'destination',
          'why',
          'input',
          'subject',
          'entry',
          'edition',
        ])
        .where('id', '>', last)
        .orderBy('id')
        .limit(PAGE)
        .execute();
      for (const row of rows) {
        missing.delete(row.id);
        const problem = this.#judgeRequest(row);
        if (problem !== null) problems.push(`the request ${row.id} ${problem}`);
      }
      last = rows.at(-1)?.id ?? '';
      if (rows.length < PAGE) break;
    }
    for (const id of missing)
      problems.push(`the request ${id} is in the ledger and not in the database`);
    return problems;
  }

  #judgeRequest(row: RequestRow): string | null {
    const said = this.#requests.get(row.id);
    if (said === undefined) return 'is in the database and not in the ledger';
    if (row.requester !== said.requester) return 'has another requester than in the ledger';
    if (row.project !== said.project || row.destination !== said.destination)
      return 'has another project or destination than in the ledger';
    if (!said.states.has(row.state)) return `is ${row.state}, which its newest entry does not say`;
    if (row.entry !== null && !said.entries.has(row.entry))
      return 'names an entry that is not in the ledger';
    if (!said.worded) return null;
    if (row.why !== said.why || sha256(row.input) !== said.inputSha256)
      return 'has another reason or input than in the ledger';
    if (row.subject !== null && sha256(row.subject) !== said.subjectSha256)
      return 'shows its approvers another text to sign than in the ledger';
    return null;
  }

  async #compareVotes(db: Kysely<CheckedTables>): Promise<readonly string[]> {
    const problems: string[] = [];
    const rows = await db
      .selectFrom('request_votes')
      .select(['id', 'request', 'edition', 'person', 'vote', 'subject', 'signature'])
      .execute();
    const digest = (text: string | null): string => (text === null ? '' : sha256(text));
    const held = new Set(rows.map((row) => `${row.request} ${String(row.edition)} ${row.person}`));
    for (const row of rows) {
      const said = this.#votes.get(row.id);
      const same =
        said?.by === row.person &&
        said.kind === (row.vote === 'approve' ? 'request.approved' : 'request.refused') &&
        textOf(said, 'request') === row.request &&
        said['edition'] === Number(row.edition) &&
        textOf(said, 'subjectSha256') === digest(row.subject) &&
        textOf(said, 'signatureSha256') === digest(row.signature);
      if (!same)
        problems.push(
          `the vote ${row.id} of ${row.person} on ${row.request} is not the one in the ledger`,
        );
    }
    for (const [id, said] of this.#votes) {
      const key = `${textOf(said, 'request')} ${String(Number(said['edition']))} ${said.by}`;
      if (!held.has(key))
        problems.push(`the vote ${id} of ${said.by} is in the ledger and not in the database`);
    }
    return problems;
  }

  async #compareLocks(db: Kysely<CheckedTables>): Promise<readonly string[]> {
    const problems: string[] = [];
    const missing = new Set(this.#locks.keys());
    for (const row of await db.selectFrom('locks').selectAll().execute()) {
      missing.delete(row.id);
      const said = this.#locks.get(row.id);
      if (
        said === undefined ||
        textOf(said.entry, 'target') !== row.target ||
        textOf(said.entry, 'targetKind') !== row.target_kind
      )
        problems.push(`the lock ${row.id} is not the one in the ledger`);
      else if (said.lifted !== (row.lifted_ms !== null))
        problems.push(
          `the lock ${row.id} is ${said.lifted ? 'lifted' : 'in force'} by the ledger and not in the database`,
        );
    }
    for (const id of missing)
      problems.push(`the lock ${id} is in the ledger and not in the database`);
    return problems;
  }
}

/** The check of this room's tables. */
export function checkRequestTables(): TableCheck {
  return new RequestsCheck();
}
