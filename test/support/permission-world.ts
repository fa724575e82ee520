/**
 * A gate with somebody of every role and two projects, and a way to do each deed of the table of permissions there. The file is
 * long because it has an entry for each deed.
 */
import type { Kysely } from 'kysely';
import { INNER_ROUTES } from '../../src/http/inner/app.ts';
import type { Outcome } from '../../src/http/inner/permissions.ts';
import { newId, systemRandom } from '../../src/core/index.ts';
import type { MatrixRole } from '../../src/policy/index.ts';
import { openFoundedGate } from './open-gate.ts';
import type { CallBody, OpenGate } from './open-gate.ts';
import { approve, makePerson } from './people.ts';
import { weightShaped } from './tables.ts';

/** Where something is done. */
export type Place = 'own' | 'foreign';

/** Roles, deeds and a way to try them. */
export interface PermissionWorld {
  readonly roles: readonly MatrixRole[];
  readonly deeds: readonly string[];
  /** Does a deed as somebody of a role and says what came of it; what it changed is put back. */
  attempt(deed: string, role: MatrixRole, place: Place): Promise<Outcome>;
  close(): Promise<void>;
}

/** Somebody of each role; the role is in the project `here` only, or over the model `m-here`. */
const WHO: Readonly<Record<MatrixRole, string>> = {
  member: 'mem',
  reviewer: 'rev',
  'project owner': 'own',
  'model owner': 'mow',
  security: 'sec',
  administrator: 'ada',
  auditor: 'aud',
  person: 'per',
  agent: 'agt',
  workload: 'wrk',
};
const PROJECT: Readonly<Record<Place, string>> = { own: 'here', foreign: 'there' };

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly subject: { readonly text: string } | null;
}

/** A key that nobody has used. */
const freshKey = (): string => makePerson('sender').publicText;
const json = (value: unknown): CallBody => ({
  type: 'application/json',
  text: JSON.stringify(value),
});

/** Steps with which the roster becomes that of the table. */
function steps(): readonly unknown[] {
  const give = (principal: string, role: string, project = 'here'): unknown => ({
    op: 'role.give',
    project,
    principal,
    role,
  });
  return [
    ...(['agent', 'workload'] as const).map((kind) => ({
      op: 'principal.add',
      ...{ id: WHO[kind], kind, name: kind, sponsor: 'spo' },
    })),
    { op: 'project.add', id: 'here', title: 'Here', models: ['m-here', 'm-all'] },
    { op: 'project.add', id: 'there', title: 'There', models: ['m-there', 'm-all'] },
    // Sides of shares in which nobody of the table is: one that shares, and one that reads.
    { op: 'project.add', id: 'afar', title: 'Afar', models: ['m-all'] },
    { op: 'project.add', id: 'wide', title: 'Wide', models: ['m-here', 'm-there', 'm-all'] },
    ...['afar', 'wide'].flatMap((project) => [
      give('rita', 'member', project),
      give('spo', 'owner', project),
    ]),
    { op: 'model.owners', model: 'm-here', owners: ['mow'] },
    { op: 'model.owners', model: 'm-there', owners: ['ruth'] },
    give('mem', 'member'),
    give('agt', 'member'),
    give('wrk', 'member'),
    give('rev', 'reviewer'),
    give('own', 'owner'),
    give('ruth', 'owner', 'there'),
    // Who asks and who decides in both, so that both look alike.
    ...['here', 'there'].flatMap((project) => [
      give('rita', 'member', project),
      give('rex', 'reviewer', project),
    ]),
  ];
}

/** Ways to ask for access: alone, and with a project named that may be another one. */
function wishes(place: Place): readonly CallBody[] {
  const project = PROJECT[place];
  return [
    { target: 'project', what: project },
    { target: 'model', what: `m-${project}`, project },
    { target: 'tool', what: 'shell', project },
    { target: 'budget', what: `project:${project}`, bits: 1 },
    { target: 'budget', what: 'enclave', bits: 1, project },
  ].map((wish) => json({ why: 'w', durationMs: 3_600_000, ...wish }));
}

/** Everything that the deeds need, in both projects. */
class World implements PermissionWorld {
  readonly roles = Object.keys(WHO) as MatrixRole[];
  readonly #open: OpenGate;
  readonly #tokens: ReadonlyMap<string, string>;
  readonly #held = new Map<Place, Shown>();
  readonly #unreviewed = new Map<Place, string>();
  readonly #shared = new Map<string, string>();
  readonly #sources: Readonly<Record<Place, string>>;
  #count = 0;

  constructor(
    open: OpenGate,
    tokens: ReadonlyMap<string, string>,
    sources: Readonly<Record<Place, string>>,
  ) {
    this.#open = open;
    this.#tokens = tokens;
    this.#sources = sources;
  }

  get deeds(): readonly string[] {
    return Object.keys(this.#attempts);
  }

  attempt(deed: string, role: MatrixRole, place: Place): Promise<Outcome> {
    const attempt = this.#attempts[deed];
    if (attempt === undefined) throw new TypeError(`nobody knows how to ${deed}`);
    return attempt(WHO[role], place);
  }

  close(): Promise<void> {
    return this.#open.close();
  }

  async #ask(who: string, method: string, place: string, body?: CallBody): Promise<Response> {
    return this.#open.ask(this.#tokens.get(who) ?? who, method, place, body);
  }

  /** Calls and says what came of it. Anything but a refusal of this caller is a fault of the test. */
  async #try(who: string, method: string, place: string, body?: CallBody): Promise<Outcome> {
    const answer = await this.#ask(who, method, place, body);
    const text = await answer.text();
    if (answer.status === 403 || answer.status === 404) return 'refused';
    if (answer.status >= 300)
      throw new Error(`${who} ${method} ${place}: ${String(answer.status)} ${text}`);
    const shown = text.startsWith('{') ? (JSON.parse(text) as Partial<Shown>) : {};
    return shown.state === 'held' ? 'held' : 'allowed';
  }

  #binding(place: Place, name: string): CallBody {
    return json({ name, project: PROJECT[place], source: this.#sources[place], why: 'w' });
  }

  /** Has an inbox bound by somebody who may. */
  async #bound(place: Place): Promise<string> {
    const name = `b${String(++this.#count)}`;
    const bound = await this.#ask('rita', 'POST', '/v1/inboxes', this.#binding(place, name));
    if (bound.status !== 201) throw new Error(await bound.text());
    return name;
  }

  /** A token of a workload that waits for its sponsor. */
  async #unconfirmed(): Promise<string> {
    return (await this.#open.gate.people.addToken('wrk', 'ada')).id;
  }

  /** Recalls a source that was added for it: what was recalled once cannot be recalled again. */
  async #recalled(who: string, place: Place): Promise<Outcome> {
    const source = `r${String(++this.#count)}`;
    const form = { origin: 'o', licence: 'l', collection: 'c', consent: 'yes' };
    const added = await this.#ask(
      ...(['rita', 'POST', '/v1/sources'] as const),
      json({ project: PROJECT[place], name: source, kind: 'ssh', identity: freshKey(), form }),
    );
    if (added.status !== 201) throw new Error(await added.text());
    const target = { kind: 'source', id: source, project: PROJECT[place], reason: 'r' };
    return this.#try(who, 'POST', '/v1/recalls', json(target));
  }

  /** Whether a list that everybody may ask for shows something. */
  async #lists(who: string, place: string, pattern: RegExp): Promise<Outcome> {
    const answer = await this.#ask(who, 'GET', place);
    const text = await answer.text();
    if (answer.status === 403 || answer.status === 404) return 'refused';
    if (!answer.ok) throw new Error(`${who} GET ${place}: ${String(answer.status)} ${text}`);
    return pattern.test(text) ? 'allowed' : 'refused';
  }

  /** Several ways to the same: all of them answer alike. */
  async #all(outcomes: readonly (() => Promise<Outcome>)[]): Promise<Outcome> {
    const seen = new Set<Outcome>();
    for (const outcome of outcomes) seen.add(await outcome());
    const [first] = seen;
    if (first === undefined || seen.size > 1)
      throw new Error(`the same is answered differently: ${[...seen].join(', ')}`);
    return first;
  }

  #export(who: string, project: string, text: string): Promise<Response> {
    const query = `project=${project}&to=out&why=w&name=t${String(++this.#count)}.csv`;
    return this.#ask(who, 'POST', `/v1/exports?${query}`, { type: 'text/csv', text });
  }

  async #exported(answer: Response): Promise<Outcome> {
    const text = await answer.text();
    if (answer.status === 403 || answer.status === 404) return 'refused';
    const { state } = JSON.parse(text) as Shown;
    if (state === 'held') return 'held';
    // Already published where the slot came in between.
    if (state === 'queued' || state === 'released') return 'allowed';
    throw new Error(`the export is ${state}: ${text}`);
  }

  /** A held request of somebody who is no part of the table; the same until somebody has decided it. */
  async #heldIn(place: Place): Promise<Shown> {
    const known = this.#held.get(place);
    if (known !== undefined) {
      const { state } = await this.#open.gate.requests.get(known.id);
      if (state === 'held') return known;
    }
    const answer = await this.#export('rita', PROJECT[place], weightShaped(++this.#count));
    const shown = (await answer.json()) as Shown;
    if (shown.state !== 'held') throw new Error(`not held: ${JSON.stringify(shown)}`);
    this.#held.set(place, shown);
    return shown;
  }

  /** A request of somebody of the table, made as if there had been a role once. */
  async #ownRequest(who: string, place: Place): Promise<Shown> {
    const { requests } = this.#open.gate;
    const sponsor = who === 'agt' || who === 'wrk' ? 'spo' : null;
    const input = JSON.stringify({
      target: 'project',
      what: PROJECT[place],
      durationMs: 3_600_000,
      bits: null,
    });
    const { id } = await requests.ask({
      kind: 'access',
      requester: who,
      sponsor,
      idempotencyKey: newId('key', systemRandom),
      project: PROJECT[place],
      destination: '',
      why: 'w',
      input,
    });
    const { request } = await requests.settle(id, 10_000);
    if (request.subject === null) throw new Error(`not held: ${request.reason ?? ''}`);
    return { id, state: request.state, subject: { text: request.subject } };
  }

  /** Signs what somebody asks for who has no role anywhere. */
  #approvedAccess(who: string, wanted: readonly object[]): Promise<Outcome> {
    return this.#all(
      wanted.map((wish) => async () => {
        const body = json({ why: 'w', durationMs: 3_600_000, ...wish });
        const answer = await this.#ask('spo', 'POST', '/v1/access', body);
        const { id, state, subject } = (await answer.json()) as Shown;
        if (state !== 'held') throw new Error(`access is ${state}`);
        const signature = await this.#sign(who, subject?.text ?? '');
        const signed = json({ signature });
        const outcome = await this.#try(who, 'POST', `/v1/requests/${id}/approvals`, signed);
        // Nothing of it is to last: what is granted would be a role in the next deed.
        await this.#open.call('spo', 'POST', `/v1/requests/${id}/withdraw`);
        return outcome;
      }),
    );
  }

  #sign(who: string, subject: string): Promise<string> {
    const person = this.#open.people.get(who);
    // A program has no key in the roster; whatever it sends is refused before it is looked at.
    return person === undefined ? Promise.resolve('none') : approve(person, subject);
  }

  async #lock(
    who: string,
    target: { kind: string; id: string },
  ): Promise<{ outcome: Outcome; id: string }> {
    const answer = await this.#ask(who, 'POST', '/v1/locks', json({ target, reason: 'r' }));
    const text = await answer.text();
    if (answer.status === 403 || answer.status === 404) return { outcome: 'refused', id: '' };
    if (!answer.ok) throw new Error(`${who} locks ${target.id}: ${text}`);
    return { outcome: 'allowed', id: (JSON.parse(text) as { id: string }).id };
  }

  /** No deed is to meet a lock that another one left. */
  async #unlockAll(): Promise<void> {
    await this.#open.gate.store.write((tx: Kysely<{ locks: { lifted_ms: bigint | null } }>) =>
      tx.updateTable('locks').set({ lifted_ms: 1n }).where('lifted_ms', 'is', null).execute(),
    );
  }

  async #locked(who: string, target: { kind: string; id: string }): Promise<Outcome> {
    const { outcome } = await this.#lock(who, target);
    await this.#unlockAll();
    return outcome;
  }

  async #unlocked(who: string, target: { kind: string; id: string }): Promise<Outcome> {
    const { id } = await this.#lock('sec', target);
    const asked = await this.#try(who, 'POST', '/v1/unlocks', json({ lock: id, why: 'w' }));
    await this.#unlockAll();
    return asked;
  }

  async #brokenGlass(who: string, place: Place): Promise<Outcome> {
    const held = await this.#heldIn(place);
    const subject = await this.#open.gate.requests.approvals.emergencySubject(held.id);
    const signature = await this.#sign(who, subject);
    const body = json({ signature, reason: 'r' });
    return this.#try(who, 'POST', `/v1/requests/${held.id}/break-glass`, body);
  }

  /** A request that left in an emergency and waits for its review; the same until somebody has reviewed it. */
  async #unreviewedIn(place: Place): Promise<string> {
    const { requests, news } = this.#open.gate;
    const known = this.#unreviewed.get(place);
    if (known !== undefined && (await requests.get(known)).state === 'unreviewed') return known;
    const { id } = await this.#heldIn(place);
    const signature = await this.#sign('sed', await requests.approvals.emergencySubject(id));
    const published = new Promise<void>((resolve) => {
      const deaf = news.listen((item) => {
        if (item.type !== 'request' || item.news.request.id !== id) return;
        if (item.news.request.state !== 'unreviewed') return;
        deaf();
        resolve();
      });
    });
    const body = json({ signature, reason: 'r' });
    await this.#open.call('sed', 'POST', `/v1/requests/${id}/break-glass`, body);
    await published;
    this.#unreviewed.set(place, id);
    return id;
  }

  /** A result of a project that somebody may read: of their own where they may export, of `rita` where not. */
  async #resultFor(who: string, project: string): Promise<string> {
    for (const asker of [who, 'rita']) {
      const answer = await this.#export(asker, project, `a,b\n2,${String(++this.#count)}\n`);
      const text = await answer.text();
      if (answer.ok) return (JSON.parse(text) as Shown).id;
    }
    throw new Error(`nobody exports from ${project}`);
  }

  /** A share from one project to another that waits for its approvals; asked for by somebody who is no part of the table. */
  async #askedShare(from: string, to: string): Promise<Shown> {
    const result = await this.#resultFor('rita', from);
    const body = json({ result, from, to, why: 'w' });
    const shown = (await (await this.#ask('rita', 'POST', '/v1/shares', body)).json()) as Shown;
    if (shown.state !== 'held') throw new Error(`the share is ${JSON.stringify(shown)}`);
    return shown;
  }

  /** A granted share; the same until somebody has ended it. */
  async #sharedBy(from: string, to: string): Promise<string> {
    const known = this.#shared.get(`${from} ${to}`);
    if (known !== undefined && (await this.#open.gate.requests.get(known)).state === 'granted')
      return known;
    const { id, subject } = await this.#askedShare(from, to);
    const owners: Readonly<Record<string, string>> = { here: 'own', there: 'ruth' };
    for (const owner of [owners[from] ?? 'spo', owners[to] ?? 'spo']) {
      const signature = await this.#sign(owner, subject?.text ?? '');
      await this.#open.call(owner, 'POST', `/v1/requests/${id}/approvals`, json({ signature }));
    }
    this.#shared.set(`${from} ${to}`, id);
    return id;
  }

  /** The list and the proof tell the same people of an entry; to everybody else its commitment and nothing more. */
  async #readsEntry(who: string, id: string): Promise<Outcome> {
    const shown = await this.#open.gate.ledger.show(id);
    if (shown === null) throw new Error(`no entry ${id}`);
    const { index } = shown;
    return this.#all([
      () => this.#lists(who, `/v1/ledger/entries?from=${String(index)}&limit=1`, new RegExp(id)),
      () => this.#try(who, 'GET', `/v1/ledger/proof/${id}`),
      () => this.#lists(who, `/v1/ledger/proof/${String(index)}`, /\nextra /),
    ]);
  }

  #change(who: string, changes: readonly unknown[]): Promise<Outcome> {
    return this.#try(who, 'POST', '/v1/changes', json({ why: 'w', changes }));
  }

  readonly #attempts: Readonly<Record<string, (who: string, place: Place) => Promise<Outcome>>> = {
    'see a request': async (who, place) => {
      const { id } = await this.#heldIn(place);
      const base = `/v1/requests/${id}`;
      return this.#all(
        [
          ...[base, `/v1/exports/${id}`, `${base}/receipt`, `${base}/files/0`, `${base}/release`],
          ...[`${base}/subject`, `${base}/approvals`, `${base}/files/0/preview`],
          `${base}/difference`,
        ].map((route) => async () => {
          const outcome = await this.#try(who, 'GET', route);
          return outcome === 'held' ? 'allowed' : outcome;
        }),
      );
    },
    'find a request in the queue': async (who, place) => {
      const { id } = await this.#heldIn(place);
      return this.#lists(who, '/v1/requests?for=all&limit=1000', new RegExp(id));
    },
    'note that one has looked': async (who, place) =>
      this.#try(who, 'POST', `/v1/requests/${(await this.#heldIn(place)).id}/view`),
    'discuss a request': async (who, place) => {
      const { id } = await this.#heldIn(place);
      const said = await this.#try(who, 'POST', `/v1/requests/${id}/comments`, json({ text: 't' }));
      return said === 'held' ? 'allowed' : said;
    },
    'remind those who decide': async (who, place) => {
      const { id } = await this.#heldIn(place);
      const said = await this.#try(who, 'POST', `/v1/requests/${id}/remind`);
      // Those who decide are reminded once an hour, by whomever; the next one is to be answered like the first.
      await this.#open.gate.store.write((tx: Kysely<{ request_events: { event: string } }>) =>
        tx.deleteFrom('request_events').where('event', '=', 'remind').execute(),
      );
      return said === 'held' ? 'allowed' : said;
    },
    'approve a request': async (who, place) => {
      const { id, subject } = await this.#heldIn(place);
      const signature = await this.#sign(who, subject?.text ?? '');
      return this.#try(who, 'POST', `/v1/requests/${id}/approvals`, json({ signature }));
    },
    'deny a request': async (who, place) =>
      this.#try(
        who,
        'POST',
        `/v1/requests/${(await this.#heldIn(place)).id}/deny`,
        json({ reason: 'r' }),
      ),
    'return a request for changes': async (who, place) =>
      this.#try(
        who,
        'POST',
        `/v1/requests/${(await this.#heldIn(place)).id}/return`,
        json({ reason: 'r' }),
      ),
    'withdraw another’s request': async (who, place) =>
      this.#try(who, 'POST', `/v1/requests/${(await this.#heldIn(place)).id}/withdraw`),
    'change another’s request': async (who, place) =>
      this.#try(
        who,
        'POST',
        `/v1/requests/${(await this.#heldIn(place)).id}/edit`,
        json({ why: 'v' }),
      ),
    'withdraw one’s own request': async (who, place) =>
      this.#try(who, 'POST', `/v1/requests/${(await this.#ownRequest(who, place)).id}/withdraw`),
    'approve one’s own request': async (who, place) => {
      const { id, subject } = await this.#ownRequest(who, place);
      const signature = await this.#sign(who, subject?.text ?? '');
      return this.#try(who, 'POST', `/v1/requests/${id}/approvals`, json({ signature }));
    },
    'break the glass': (who, place) => this.#brokenGlass(who, place),
    'review an emergency': async (who, place) => {
      const id = await this.#unreviewedIn(place);
      return this.#try(who, 'POST', `/v1/requests/${id}/review`, json({ reason: 'r' }));
    },
    'approve while one is locked': async (who, place) => {
      const { id, subject } = await this.#heldIn(place);
      const signature = await this.#sign(who, subject?.text ?? '');
      await this.#lock('sec', { kind: 'principal', id: who });
      const body = json({ signature });
      const outcome = await this.#try(who, 'POST', `/v1/requests/${id}/approvals`, body);
      await this.#unlockAll();
      return outcome;
    },
    'export a plain table': async (who, place) => {
      const answer = await this.#export(who, PROJECT[place], `a,b\n1,${String(this.#count)}\n`);
      return this.#exported(answer);
    },
    'export what looks like weights': async (who, place) => {
      const answer = await this.#export(who, PROJECT[place], weightShaped(++this.#count));
      return this.#exported(answer);
    },
    'ask what an export costs': (who, place) =>
      this.#try(who, 'POST', `/v1/quotes?project=${PROJECT[place]}&to=out&name=q.csv`, {
        type: 'text/csv',
        text: 'a\n1\n',
      }),
    'ask for access': (who, place) =>
      this.#all(wishes(place).map((wish) => () => this.#try(who, 'POST', '/v1/access', wish))),
    'approve access to a project, or more of its budget': (who, place) => {
      const project = PROJECT[place];
      return this.#approvedAccess(who, [
        { target: 'project', what: project },
        { target: 'tool', what: 'shell', project },
        { target: 'budget', what: `project:${project}`, bits: 1 },
      ]);
    },
    'approve access to a model': (who, place) =>
      // Whatever project of its owners is named with it.
      this.#approvedAccess(who, [
        { target: 'model', what: `m-${PROJECT[place]}` },
        { target: 'model', what: `m-${PROJECT[place]}`, project: 'here' },
      ]),
    'approve more of a shared budget': (who) =>
      this.#approvedAccess(
        who,
        ['enclave', 'automatic', 'model:m-here'].map((what) => ({
          ...{ target: 'budget', what, project: 'here', bits: 1 },
        })),
      ),
    'see what is left of the budgets that everybody shares': (who) =>
      this.#all(
        ['enclave', 'automatic'].map((budget) => async () => {
          const outcome = await this.#try(who, 'GET', `/v1/budgets/${budget}`);
          const listed = await this.#lists(who, '/v1/budgets', new RegExp(`"budget":"${budget}"`));
          return outcome === listed ? outcome : 'held';
        }),
      ),
    'ask for a window': (who, place) =>
      this.#try(
        who,
        'POST',
        '/v1/windows',
        json({
          ...{ project: PROJECT[place], to: 'out', why: 'w', job: 'j', types: ['table'] },
          ...{ uses: 1, bitsEach: 1000, bitsTotal: 1000, durationMs: 3_600_000 },
        }),
      ),
    'ask to share a result with another project': async (who, place) => {
      const from = PROJECT[place];
      const result = await this.#resultFor(who, from);
      const to = PROJECT[place === 'own' ? 'foreign' : 'own'];
      return this.#try(who, 'POST', '/v1/shares', json({ result, from, to, why: 'w' }));
    },
    'approve that the project is shown a result of another one': async (who, place) => {
      const { id, subject } = await this.#askedShare('afar', PROJECT[place]);
      const signature = await this.#sign(who, subject?.text ?? '');
      const outcome = await this.#try(
        ...([who, 'POST', `/v1/requests/${id}/approvals`, json({ signature })] as const),
      );
      // Its own side has said yes, and the other side is still asked.
      return outcome === 'held' ? 'allowed' : outcome;
    },
    'read what was shared with a project': async (who, place) => {
      const id = await this.#sharedBy('afar', PROJECT[place]);
      const base = `/v1/shares/${id}`;
      return this.#all([
        ...[base, `${base}/files/0`, `${base}/files/0/preview`].map(
          (route) => () => this.#try(who, 'GET', route),
        ),
        () => this.#lists(who, '/v1/shares', new RegExp(`"withUs":[^\\]]*"${id}"`)),
      ]);
    },
    'see what a project shares': async (who, place) => {
      const id = await this.#sharedBy(PROJECT[place], 'wide');
      return this.#lists(who, '/v1/shares', new RegExp(`"byUs":.*"${id}"`));
    },
    'end what a project shares': async (who, place) => {
      const id = await this.#sharedBy(PROJECT[place], 'wide');
      return this.#try(who, 'POST', `/v1/shares/${id}/revoke`, json({ reason: 'r' }));
    },
    'begin an import': (who, place) =>
      this.#try(
        who,
        'POST',
        '/v1/imports',
        json({ project: PROJECT[place], source: this.#sources[place], why: 'w' }),
      ),
    'add a source': (who, place) =>
      this.#try(
        who,
        'POST',
        '/v1/sources',
        json({
          ...{ project: PROJECT[place], name: `s${String(++this.#count)}`, kind: 'ssh' },
          ...{
            identity: freshKey(),
            form: { origin: 'o', licence: 'l', collection: 'c', consent: 'yes' },
          },
        }),
      ),
    'bind an inbox': (who, place) =>
      this.#try(who, 'POST', '/v1/inboxes', this.#binding(place, `b${String(++this.#count)}`)),
    'unbind an inbox': async (who, place) =>
      this.#try(who, 'DELETE', `/v1/inboxes/${await this.#bound(place)}`),
    'see what came to an inbox': async (who, place) =>
      this.#lists(who, '/v1/inboxes', new RegExp(`"inbox":"${await this.#bound(place)}"`)),
    'see a source': (who, place) => this.#try(who, 'GET', `/v1/sources/${this.#sources[place]}`),
    'find a source in the list': (who, place) =>
      this.#lists(who, '/v1/sources', new RegExp(this.#sources[place])),
    'find a project in the list': (who, place) =>
      this.#lists(who, '/v1/projects', new RegExp(`"id":"${PROJECT[place]}"`)),
    'see who is read into a project': (who, place) =>
      this.#try(who, 'GET', `/v1/projects/${PROJECT[place]}/people`),
    'see the budget of a project': (who, place) =>
      this.#all([
        () => this.#try(who, 'GET', `/v1/budgets/project:${PROJECT[place]}`),
        () =>
          this.#try(
            who,
            'POST',
            '/v1/budgets/check',
            json({ project: PROJECT[place], bits: 1000 }),
          ),
      ]),
    'see a model': (who, place) =>
      this.#lists(who, '/v1/models', new RegExp(`"m-${PROJECT[place]}"`)),
    'ask for a change of groups, rules, budgets or policies': (who) =>
      this.#change(who, [{ op: 'group.add', group: `g${String(++this.#count)}` }]),
    'see what a change of a shared budget would do': (who) =>
      this.#try(
        ...([who, 'POST', '/v1/changes/preview'] as const),
        json({ changes: [{ op: 'budget.set', budget: 'enclave', burst: '2 GB' }] }),
      ),
    'ask for a change of the roles of a project': (who, place) =>
      this.#change(who, [
        { op: 'role.give', project: PROJECT[place], principal: 'per', role: 'reviewer' },
      ]),
    'lock a project': (who, place) => this.#locked(who, { kind: 'project', id: PROJECT[place] }),
    'recall in a project': (who, place) => this.#recalled(who, place),
    'lock a model': (who, place) => this.#locked(who, { kind: 'model', id: `m-${PROJECT[place]}` }),
    'lock a lane or a principal': (who) =>
      this.#all([
        () => this.#locked(who, { kind: 'lane', id: 'export' }),
        () => this.#locked(who, { kind: 'principal', id: 'rita' }),
      ]),
    'ask to unlock a project': (who, place) =>
      this.#unlocked(who, { kind: 'project', id: PROJECT[place] }),
    'ask to unlock a model': (who, place) =>
      this.#unlocked(who, { kind: 'model', id: `m-${PROJECT[place]}` }),
    'read what the ledger holds of a request': async (who, place) =>
      this.#readsEntry(who, `ask_${(await this.#heldIn(place)).id}`),
    'read in the ledger how the gate was set up': async (who) => {
      const entries = await this.#open.gate.ledger.list(0, 1000);
      const founded = entries.find(({ entry }) => entry.kind === 'roster.founded');
      return this.#readsEntry(who, founded?.id ?? '');
    },
    'see every person and the roster': (who) =>
      this.#all([
        () => this.#try(who, 'GET', '/v1/roster'),
        () =>
          this.#try(
            who,
            'POST',
            '/v1/policy/explain',
            json({ principal: 'rita', action: 'people.view', resource: { kind: 'gate' } }),
          ),
      ]),
    'read the policy': (who) =>
      this.#all([
        () => this.#try(who, 'GET', '/v1/policy'),
        () => this.#try(who, 'POST', '/v1/policy/check', json({ policies: 'permit' })),
      ]),
    'make a token of an agent that somebody else sponsors, who has to confirm it': (who) =>
      this.#try(who, 'POST', '/v1/tokens', json({ principal: 'wrk' })),
    'confirm a token of an agent that somebody else sponsors': async (who) =>
      this.#try(who, 'POST', `/v1/tokens/${await this.#unconfirmed()}/confirm`),
    'revoke a token of an agent that somebody else sponsors': async (who) =>
      this.#try(who, 'DELETE', `/v1/tokens/${await this.#unconfirmed()}`),
    'set the gate up by hand': (who) =>
      this.#all(
        INNER_ROUTES.filter((route) => route.access === 'administrator').map(
          ({ method, path }) =>
            async () => {
              // Nothing is set: the body is wrong, and who may not call is told so before it is read.
              const answer = await this.#ask(who, method.toUpperCase(), path);
              await answer.arrayBuffer();
              if (answer.status >= 500) throw new Error(`${path}: ${String(answer.status)}`);
              return answer.status === 403 ? 'refused' : 'allowed';
            },
        ),
      ),
  };
}

/** Opens it; the gate is founded and its roster has the people of the table. */
export async function openPermissionWorld(): Promise<PermissionWorld> {
  const open = await openFoundedGate([
    'ada:administrators',
    'adb:administrators',
    'sec:security',
    'sed:security',
    'aud:auditors',
    ...['mem', 'rev', 'own', 'mow', 'per', 'spo', 'rita', 'rex', 'ruth'].map((id) => `${id}:staff`),
  ]);
  const { gate, people } = open;
  const call: OpenGate['call'] = (...asked) => open.call(...asked);
  const wide = { rate: '1 MB/day', burst: '1 MB' };
  /** Asks for changes as an administrator, and has them signed. */
  const change = async (signer: string, changes: readonly object[]): Promise<void> => {
    const body = json({ why: 'set up', changes });
    const asked = await call<Shown>('ada', 'POST', '/v1/changes', body);
    const person = people.get(signer);
    if (person === undefined || asked.subject === null) throw new Error('nothing to sign');
    const signature = await approve(person, asked.subject.text);
    await call(signer, 'POST', `/v1/requests/${asked.id}/approvals`, json({ signature }));
  };
  await change(
    'sec',
    ['m-here', 'm-there', 'm-all'].flatMap((id) => [
      { op: 'model.set', id, parameters: '70b' },
      { op: 'budget.set', budget: `model:${id}`, ...wide },
    ]),
  );
  await change('adb', steps() as readonly object[]);
  const tokens = new Map<string, string>();
  for (const id of ['agt', 'wrk'])
    tokens.set(id, (await gate.people.addToken(id, 'spo', 'spo')).token);
  await change(
    'sec',
    ['here', 'there', 'afar', 'wide'].flatMap((project) => [
      { op: 'destination.add', project, name: 'out' },
      { op: 'budget.set', budget: `project:${project}`, ...wide },
    ]),
  );
  const sourceIn = async (project: string): Promise<string> => {
    const form = { origin: 'o', licence: 'l', collection: 'c', consent: 'yes' };
    const body = json({ project, name: 'lab', kind: 'person', identity: 'rita', form });
    return (await call<{ id: string }>('rita', 'POST', '/v1/sources', body)).id;
  };
  return new World(open, tokens, { own: await sourceIn('here'), foreign: await sourceIn('there') });
}
