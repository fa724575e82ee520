/** Holds the tables of people, projects, tokens and sessions to the ledger and, once founded, to the roster. */
import type { Kysely } from 'kysely';
import { entriesIn, textOf } from '../ledger/index.ts';
import type { Entry, ShownEntry, TableCheck } from '../ledger/index.ts';
import type { Principal } from './people.ts';
import { principalsOf, projectsOf } from './project-roster.ts';
import { readRoster } from './roster/index.ts';
import type { PeopleTables } from './store.ts';

interface RosterRows {
  rosters: { version: bigint; document: string };
}

interface HeardToken {
  readonly principal: string;
  readonly digest: string;
  readonly revoked: boolean;
  /** Everybody who gave a word for it. */
  readonly confirmed: readonly string[];
  /** Whether it was there at the founding, which its sponsor signed. */
  readonly founding: boolean;
}

interface Heard {
  /** By a short line that says all of it. */
  readonly principals: Set<string>;
  readonly projects: Set<string>;
  readonly links: Set<string>;
  readonly destinations: Set<string>;
  readonly tokens: Map<string, HeardToken>;
  readonly sessions: Set<string>;
}

function linePrincipal(principal: Principal): string {
  const { id, kind, name, sponsor, role } = principal;
  return `${id} (${kind}, ${role}, sponsor ${sponsor ?? 'nobody'}, called ${name})`;
}

function linePlace(entry: Entry): string {
  const number = String(Number(entry['number']));
  return `${number} (${textOf(entry, 'name')} of ${textOf(entry, 'project')})`;
}

function compareSets(
  what: string,
  rows: ReadonlySet<string>,
  heard: ReadonlySet<string>,
): string[] {
  return [
    ...[...rows]
      .filter((row) => !heard.has(row))
      .map((row) => `${what} ${row} is in the database and not in the ledger`),
    ...[...heard]
      .filter((each) => !rows.has(each))
      .map((each) => `${what} ${each} is in the ledger and not in the database`),
  ];
}

/** Who answered for which program at the founding; nobody where that cannot be read. */
async function readFoundingSponsors(db: Kysely<RosterRows>): Promise<ReadonlyMap<string, string>> {
  const first = await db
    .selectFrom('rosters')
    .select('document')
    .orderBy('version')
    .limit(1)
    .executeTakeFirst();
  if (first === undefined) return new Map();
  try {
    return new Map(readRoster(first.document).sponsored.map(({ id, sponsor }) => [id, sponsor]));
  } catch {
    return new Map();
  }
}

class PeopleCheck implements TableCheck {
  readonly #heard: Heard = {
    principals: new Set(),
    projects: new Set(),
    links: new Set(),
    destinations: new Set(),
    tokens: new Map(),
    sessions: new Set(),
  };
  /** When the newest roster came into force; null before the founding. */
  #rosterMs: number | null = null;

  see({ entry }: ShownEntry): void {
    const { principals, projects, links, destinations, tokens, sessions } = this.#heard;
    const say = (member: string): string => textOf(entry, member);
    switch (entry.kind) {
      case 'principal.added':
        principals.add(
          linePrincipal({
            id: say('principal'),
            kind: say('principalKind') as Principal['kind'],
            name: say('name'),
            sponsor: typeof entry['sponsor'] === 'string' ? entry['sponsor'] : null,
            role: say('role') as Principal['role'],
          }),
        );
        return;
      case 'project.added':
        projects.add(say('project'));
        return;
      case 'project.member-added':
        links.add(`${say('member')} of ${say('project')}`);
        return;
      case 'project.model-added':
        links.add(`model ${say('model')} of ${say('project')}`);
        return;
      case 'destination.added':
        destinations.add(linePlace(entry));
        return;
      case 'token.added':
        tokens.set(say('token'), {
          principal: say('principal'),
          revoked: false,
          digest: say('tokenSha256'),
          confirmed: [say('confirmedBy')],
          founding: this.#rosterMs === null,
        });
        return;
      case 'token.confirmed': {
        const token = tokens.get(say('token'));
        if (token !== undefined)
          tokens.set(say('token'), { ...token, confirmed: [...token.confirmed, entry.by] });
        return;
      }
      case 'token.revoked': {
        const token = tokens.get(say('token'));
        if (token !== undefined) tokens.set(say('token'), { ...token, revoked: true });
        return;
      }
      case 'session.opened':
        sessions.add(`${say('sessionSha256')} ${entry.by} ${say('key')}`);
        return;
      case 'roster.founded':
      case 'roster.changed':
        for (const place of entriesIn(entry, 'destinations')) destinations.add(linePlace(place));
        this.#rosterMs = Date.parse(entry.at);
        return;
      default:
    }
  }

  async compare(database: Kysely<unknown>): Promise<readonly string[]> {
    const db = database as Kysely<PeopleTables & RosterRows>;
    return [
      ...(await this.#comparePeople(db)),
      ...(await this.#compareDestinations(db)),
      ...(await this.#compareTokens(db)),
    ];
  }

  /** Before the founding the entries say who there is, from then on the roster alone. */
  async #comparePeople(db: Kysely<PeopleTables & RosterRows>): Promise<readonly string[]> {
    const heard = { ...this.#heard };
    const newest = await db
      .selectFrom('rosters')
      .select('document')
      .orderBy('version', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (this.#rosterMs !== null && newest !== undefined) {
      let roster;
      try {
        roster = readRoster(newest.document);
      } catch {
        return ['the newest roster in the database cannot be read'];
      }
      heard.principals = new Set(principalsOf(roster, this.#rosterMs).map(linePrincipal));
      const projects = projectsOf(roster);
      heard.projects = new Set([...heard.projects, ...projects.map((each) => each.id)]);
      heard.links = new Set(
        projects.flatMap(({ id, members, models }) => [
          ...members.map((member) => `${member} of ${id}`),
          ...models.map((model) => `model ${model} of ${id}`),
        ]),
      );
    }
    const principals = await db.selectFrom('principals').selectAll().execute();
    const projects = await db.selectFrom('projects').select('id').execute();
    const members = await db.selectFrom('project_members').selectAll().execute();
    const models = await db.selectFrom('project_models').selectAll().execute();
    const links = [
      ...members.map((row) => `${row.principal} of ${row.project}`),
      ...models.map((row) => `model ${row.model} of ${row.project}`),
    ];
    return [
      ...compareSets(
        'the principal',
        new Set(principals.map((row) => linePrincipal(row as unknown as Principal))),
        heard.principals,
      ),
      ...compareSets('the project', new Set(projects.map((row) => row.id)), heard.projects),
      ...compareSets('the membership', new Set(links), heard.links),
    ];
  }

  async #compareDestinations(db: Kysely<PeopleTables>): Promise<readonly string[]> {
    const rows = await db.selectFrom('destinations').selectAll().execute();
    const lines = rows.map((row) => `${String(row.number)} (${row.name} of ${row.project})`);
    return compareSets('the destination', new Set(lines), this.#heard.destinations);
  }

  async #compareTokens(db: Kysely<PeopleTables & RosterRows>): Promise<readonly string[]> {
    const problems: string[] = [];
    const founders = await readFoundingSponsors(db);
    for (const row of await db.selectFrom('tokens').selectAll().execute()) {
      const heard = this.#heard.tokens.get(row.id);
      if (heard?.principal !== row.principal || heard.digest !== row.hash)
        problems.push(
          `the token ${row.id} of ${row.principal} is in the database and not in the ledger`,
        );
      else if (heard.revoked && row.revoked_ms === null)
        problems.push(`the token ${row.id} was revoked and works again`);
      else if (row.confirmed_by !== null) {
        const { confirmed, founding } = heard;
        const agreed = founding && founders.get(row.principal) === row.confirmed_by;
        if (!agreed && !confirmed.includes(row.confirmed_by))
          problems.push(
            `the token ${row.id} of ${row.principal} has the word of ${row.confirmed_by} in the database and not in the ledger`,
          );
      }
    }
    for (const row of await db.selectFrom('sessions').selectAll().execute()) {
      if (!this.#heard.sessions.has(`${row.hash} ${row.principal} ${row.key}`))
        problems.push(`a session of ${row.principal} is in the database and not in the ledger`);
    }
    return problems;
  }
}

/** The check of this room's tables. */
export function checkPeopleTables(): TableCheck {
  return new PeopleCheck();
}
