/**
 * Need-to-know on every route of the inner door: what is in a compartment answers like something that does not exist, and
 * nothing of it is in any answer to somebody who is not read into it. Total: a route that is not asked here fails.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { INNER_ROUTES } from '../../src/http/inner/app.ts';
import { foundGate, startPreparedGate } from '../support/running-gate.ts';
import type { FoundedGate, RunningGate } from '../support/running-gate.ts';
import { weightShaped } from '../support/tables.ts';

interface Shown {
  readonly id: string;
}

/** What a route is asked with: paths of the compartment's things, or of things that do not exist. */
interface Asked {
  readonly request: string;
  readonly project: string;
  readonly destination: string;
  readonly lock: string;
  readonly source: string;
  readonly import: string;
  /** The digests of its admission statement and its manifest. */
  readonly statement: string;
  readonly manifest: string;
  readonly screening: string;
  readonly share: string;
}

/** A body that the route's schema takes, for routes that have one. */
const BODIES: Readonly<Record<string, (at: Asked) => unknown>> = {
  'POST /v1/policy/check': () => ({ policies: 'permit (principal, action, resource);' }),
  'POST /v1/requests/{id}/approvals': () => ({ signature: 'x' }),
  'POST /v1/requests/{id}/break-glass': () => ({ signature: 'x', reason: 'r' }),
  'POST /v1/requests/{id}/deny': () => ({ reason: 'r' }),
  'POST /v1/requests/{id}/return': () => ({ reason: 'r' }),
  'POST /v1/requests/{id}/review': () => ({ reason: 'r' }),
  'POST /v1/requests/{id}/edit': () => ({ why: 'w' }),
  'POST /v1/requests/{id}/comments': () => ({ text: 't' }),
  'POST /v1/access': ({ project }) => ({
    project,
    target: 'project',
    what: project,
    durationMs: 3_600_000,
    why: 'w',
  }),
  'POST /v1/windows': ({ project, destination }) => ({
    project,
    to: destination,
    why: 'w',
    job: 'j',
    types: ['table'],
    uses: 1,
    bitsEach: 1000,
    bitsTotal: 1000,
    durationMs: 3_600_000,
  }),
  'POST /v1/shares': ({ project, request }) => ({
    ...{ result: request, from: project, to: 'elsewhere', why: 'w' },
  }),
  'POST /v1/shares/{id}/revoke': () => ({ reason: 'r' }),
  'POST /v1/changes': ({ project }) => ({
    why: 'w',
    changes: [{ op: 'role.give', project, principal: 'dan', role: 'owner' }],
  }),
  'POST /v1/changes/preview': ({ project }) => ({
    changes: [{ op: 'budget.set', budget: `project:${project}`, burst: '1 MB' }],
  }),
  'POST /v1/locks': ({ project }) => ({ target: { kind: 'project', id: project }, reason: 'r' }),
  'POST /v1/keys': () => ({ label: 'l', sshKey: 'no key' }),
  'POST /v1/policy/replay': () => ({ days: 7 }),
  'POST /v1/unlocks': ({ lock }) => ({ lock, why: 'w' }),
  'POST /v1/policy/explain': ({ request }) => ({
    principal: 'dan',
    action: 'request.view',
    resource: { kind: 'request', id: request },
  }),
  'POST /v1/scenarios/inputs': () => ({ id: 'short-timelines' }),
  'POST /v1/scenarios/play': () => ({ id: 'none' }),
  'PUT /v1/budgets/{budget}': () => ({ rate: '1 MB/day', burst: '1 MB' }),
  'POST /v1/sources': ({ project }) => ({
    project,
    name: 'mole',
    kind: 'person',
    identity: 'dan',
    form: { origin: 'o', licence: 'l', collection: 'c', consent: 'yes' },
  }),
  'POST /v1/sources/cards': () => ({ text: '---\nlicense: mit\n---\n' }),
  'POST /v1/inboxes': ({ project, source }) => ({ name: 'mole', project, source, why: 'w' }),
  'POST /v1/imports': ({ project, source }) => ({ project, source, why: 'w' }),
  'POST /v1/imports/{id}/files': () => ({
    files: [{ name: 'a', sha256: '0'.repeat(64), bytes: 1 }],
  }),
  'POST /v1/lineage/runs': ({ project, import: set }) => ({
    project,
    run: {
      name: 'mole',
      sets: [set],
      results: [{ kind: 'model', name: 'm', sha256: '2'.repeat(64) }],
    },
  }),
  'POST /v1/recalls': ({ project, source }) => ({
    kind: 'source',
    id: source,
    project,
    reason: 'r',
  }),
  'POST /v1/imports/{id}/screenings': () => ({}),
  'POST /v1/tokens': () => ({ principal: 'somebody' }),
  'POST /v1/imports/{id}/exclusions': () => ({
    documents: [`doc_${'0'.repeat(24)}`],
    why: 'w',
  }),
  'POST /v1/monitors/{node}/evaluations': () => ({
    ...{ monitor: null, sets: ['0'.repeat(64)] },
    ...{ sources: 'as named', documents: 1, positives: 1, negatives: 0, partitions: 1, repeats: 1 },
    ...{ falsePositiveRateMax: 0, falsePositiveRate: { value: 0, low: 0, high: 0 }, warnings: [] },
    curve: [
      {
        badSources: 0,
        recall: { value: 0, low: 0, high: 0 },
        ...{ recallLowest: 0, recallHighest: 0, accuracy: 0 },
      },
    ],
  }),
  'PUT /v1/imports/{id}/proof': () => ({ kind: 'oms', bundle: '{}' }),
  'POST /v1/budgets/check': ({ project }) => ({ project, bits: 1000 }),
};

describe('compartments', () => {
  let gate: RunningGate;
  let founded: FoundedGate;
  let real: Asked;
  const nothing: Asked = {
    request: 'req_00000000000000000000000000',
    project: 'nowhere',
    destination: 'noplace',
    lock: 'lck_00000000000000000000000000',
    source: 'src_00000000000000000000000000',
    import: 'imp_00000000000000000000000000',
    statement: '1'.repeat(64),
    manifest: '3'.repeat(64),
    screening: 'scr_00000000000000000000000000',
    share: 'req_10000000000000000000000000',
  };

  before(async () => {
    ({ gate } = await startPreparedGate(['alpha']));
    founded = await foundGate(gate, [
      'ann',
      'bob',
      'cyd:staff',
      'dan:staff',
      'eve:auditors',
      'fay:staff',
    ]);
    const steps = [
      { op: 'role.give', project: 'study', principal: 'cyd', role: 'member' },
      { op: 'project.add', id: 'elsewhere', title: 'Elsewhere' },
      { op: 'role.give', project: 'elsewhere', principal: 'dan', role: 'member' },
      { op: 'project.add', id: 'unicorn-stable', title: 'Stable' },
      { op: 'role.give', project: 'unicorn-stable', principal: 'ann', role: 'owner' },
    ];
    const asked = await founded.as<Shown>(
      ...(['ann', 4, 'change', JSON.stringify(steps), '--why', 'set up'] as const),
    );
    await founded.approve('bob', asked.id);
    await writeFile(path.join(gate.workDir, 'unicorn-weights.csv'), weightShaped(1));
    const to = ['--project', 'study', '--to', 'alpha', '--why', 'for the unicorn'];
    const held = await founded.as<Shown>('cyd', 4, 'export', 'unicorn-weights.csv', ...to);
    await writeFile(path.join(gate.workDir, 'unicorn-rows.csv'), 'a,text\n1,unicorn\n2,horse\n');
    const source = await founded.as<Shown>(
      ...(['cyd', 0, 'source', 'add', 'unicorn-lab', '--project', 'study'] as const),
      ...['--person', 'cyd', '--origin', 'o', '--licence', 'l', '--collection', 'c'],
    );
    const set = await founded.as<{ import: string; request: string }>(
      ...(['cyd', 4, 'import', 'unicorn-rows.csv', '--project', 'study'] as const),
      ...['--source', 'unicorn-lab', '--why', 'for the unicorn'],
    );
    await founded.approve('bob', set.request);
    const admitted = await founded.as<{ statementSha256: string; manifestSha256: string }>(
      ...(['cyd', 0, 'imports', 'show', set.import] as const),
    );
    const { screening } = await founded.as<{ screening: Shown }>(
      ...(['cyd', 0, 'imports', 'screen', set.import] as const),
    );
    const share = await founded.as<Shown>(
      ...(['cyd', 4, 'share', held.id, '--from', 'study', '--to', 'unicorn-stable'] as const),
      ...['--why', 'for the unicorn'],
    );
    await founded.approve('ann', share.id);
    await founded.approve('bob', share.id);
    const lock = await founded.as<Shown>(
      ...(['bob', 0, 'lock', 'set', 'principal', 'cyd', '--reason', 'unicorn hunt'] as const),
    );
    real = {
      ...{ request: held.id, project: 'study', destination: 'alpha', lock: lock.id },
      ...{ source: source.id, import: set.import },
      ...{ statement: admitted.statementSha256, manifest: admitted.manifestSha256 },
      screening: screening.id,
      share: share.id,
    };
  });
  after(() => gate.close());

  const call = async (
    person: string,
    route: { method: string; path: string; body?: unknown },
    at: Asked,
  ): Promise<{ status: number; text: string; type: string | null }> => {
    const name = `${route.method.toUpperCase()} ${route.path}`;
    const place = route.path
      .replace('{budget}', `project:${at.project}`)
      .replace(/^\/v1\/projects\/\{id\}/, `/v1/projects/${at.project}`)
      .replace(/^\/v1\/models\/\{id\}/, '/v1/models/none')
      .replace(/^\/v1\/tokens\/\{id\}/, '/v1/tokens/none')
      .replace(/^\/v1\/sources\/\{id\}/, `/v1/sources/${at.source}`)
      .replace(/^\/v1\/imports\/\{id\}/, `/v1/imports/${at.import}`)
      .replace(/^\/v1\/screenings\/\{id\}/, `/v1/screenings/${at.screening}`)
      .replace(/^\/v1\/shares\/\{id\}/, `/v1/shares/${at.share}`)
      .replace('{statement}', at.statement)
      .replace('{sha256}', at.manifest)
      .replace('{node}', at.manifest)
      .replace('{form}', '0')
      .replace('{from}/{to}', '0/1')
      .replace('/proof/{id}', `/proof/ask_${at.request}`)
      .replace('{id}', at.request)
      .replace('{index}', '0');
    const body = BODIES[name]?.(at);
    const upload = /^POST \/v1\/(exports|quotes)$/.test(name)
      ? new File(['a\n1\n'], 'a.csv', { type: 'text/csv' })
      : null;
    const query =
      upload !== null
        ? `?project=${at.project}&to=${at.destination}&name=a.csv${name.endsWith('exports') ? '&why=w' : ''}`
        : route.path === '/v1/requests'
          ? `?project=${at.project}`
          : route.path === '/v1/imports/{id}/files/{index}'
            ? '?offset=0'
            : /^\/v1\/lineage(\/affected)?$/.test(route.path)
              ? `?node=${at.import}`
              : '';
    const answer = await fetch(gate.innerUrl + place + query, {
      method: route.method.toUpperCase(),
      headers: {
        authorization: `Bearer ${founded.token(person)}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(upload === null ? {} : { 'content-type': upload.type }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(upload === null ? {} : { body: upload }),
    });
    const type = answer.headers.get('content-type');
    // A live stream never ends; what it says is asked elsewhere.
    if (type?.startsWith('text/event-stream') === true) {
      await answer.body?.cancel();
      return { status: answer.status, text: '', type };
    }
    return { status: answer.status, text: await answer.text(), type };
  };
  /** An answer with every name that was in the question taken out. */
  const neutral = (text: string, at: Asked): string =>
    Object.values(at as unknown as Record<string, string>)
      .reduce((all, name) => all.replaceAll(name, '·'), text)
      .replace(/"instance":"[^"]*"/, '')
      // What differs between two calls of the same: ids, times, what is signed, and how often somebody asked.
      .replace(/\b(req|evt|lck)_\w{26}/g, '$1')
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'T')
      .replace(/\\"ledgerSize\\":\d+/g, '')
      .replace(/its ledger had [\d,]+ entries/g, '')
      .replace(/"(sha256|fingerprint|challenge|root|checkpoint)":"[^"]*"/g, '');
  /** Routes that change the gate for everybody, or end what the test needs. */
  const leave = (name: string): boolean => /sign-out|founding|sign-in|\/v1\/start/.test(name);

  it('says the same of a project that is foreign and of one that is not there, and where to look', async () => {
    const asked = async (project: string): Promise<string> => {
      const to = ['--project', project, '--to', 'alpha', '--why', 'a look'];
      const refused = await gate.sallyport(
        ...['export', 'unicorn-rows.csv', ...to, '--token', founded.token('ann')],
      );
      assert.equal(refused.status, 2);
      return refused.stderr.replaceAll(project, 'NAME');
    };
    const foreign = await asked('elsewhere');
    assert.equal(foreign, await asked('nowhere'));
    assert.match(foreign, /no principal who may request\.ask in the project `NAME`/);
    assert.match(foreign, /or there is no such project: `sallyport project list` shows yours/);
    assert.match(foreign, /code: PEOPLE_NOT_IN_PROJECT/);
  });

  it('have a body for every route that takes one', () => {
    for (const route of INNER_ROUTES) {
      const name = `${route.method.toUpperCase()} ${route.path}`;
      if (route.body === undefined || route.access !== 'principal' || leave(name)) continue;
      assert.ok(BODIES[name] !== undefined, `no body for ${name}`);
    }
  });

  it('answer a stranger on each route exactly as if nothing were there', async () => {
    // What is asked for first: afterwards one's own lists name what one asked for.
    const reads = INNER_ROUTES.filter((route) => route.method === 'get');
    const others = INNER_ROUTES.filter((route) => route.method !== 'get');
    for (const route of [...reads, ...others]) {
      const name = `${route.method.toUpperCase()} ${route.path}`;
      if (route.access === 'anyone' || leave(name)) continue;
      const there = await call('dan', route, real);
      const not = await call('dan', route, nothing);
      assert.equal(there.status, not.status, `${name}\n${there.text}\n${not.text}`);
      assert.equal(there.type, not.type, name);
      const gives =
        route.access === 'administrator' ? [403, 404] : [200, 201, 204, 400, 403, 404, 422];
      assert.ok(
        gives.includes(there.status),
        `${name} answers ${String(there.status)}: ${there.text}`,
      );
      assert.equal(neutral(there.text, real), neutral(not.text, nothing), name);
    }
  });

  it('tell nobody outside of their names, counts or words', async () => {
    const secrets = ['unicorn', real.request, 'study', 'alpha'];
    for (const route of INNER_ROUTES) {
      const name = `${route.method.toUpperCase()} ${route.path}`;
      if (route.method !== 'get' || route.access === 'anyone') continue;
      // Somebody who has asked for nothing: one's own requests say what one wrote oneself.
      const { text, status } = await call('fay', route, nothing);
      if (status >= 300) continue;
      for (const secret of secrets) {
        assert.ok(
          !text.includes(secret),
          `${name} tells a stranger of ${secret}: ${text.slice(0, 400)}`,
        );
      }
    }
  });

  it('are open to those who are read into them', async () => {
    const open = async (person: string): Promise<number> =>
      (await call(person, { method: 'get', path: '/v1/requests/{id}' }, real)).status;
    assert.deepEqual(
      await Promise.all(['cyd', 'bob', 'dan'].map((person) => open(person))),
      [200, 200, 404],
    );
  });

  it('answer whom one may discuss something with by the people read into it', async () => {
    const route = { method: 'get', path: '/v1/projects/{id}/people' };
    const own = await call('cyd', route, real);
    assert.equal(own.status, 200);
    assert.match(own.text, /"cyd"/);
    assert.doesNotMatch(own.text, /"dan"/);
    assert.equal((await call('dan', route, real)).status, 404);
  });
});
