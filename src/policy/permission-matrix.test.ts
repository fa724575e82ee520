import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { MatrixRole, MatrixRow } from './index.ts';
import {
  DEFAULT_POLICIES,
  DEFAULT_SCHEMA,
  MATRIX_ROLES,
  openPolicy,
  parseCases,
  permissionMatrix,
  principalEntity,
  principalRef,
  projectEntity,
  resourceRef,
  runCases,
  shareEntity,
} from './index.ts';

const policy = openPolicy({ policies: DEFAULT_POLICIES });
const rows = permissionMatrix(policy);
const READ_IN: readonly MatrixRole[] = ['member', 'reviewer', 'project owner'];
const may = (row: MatrixRow, place: 'own' | 'foreign'): MatrixRole[] =>
  MATRIX_ROLES.filter((role) => row.cells[role][place]);
const find = (action: string, on: string): MatrixRow => {
  const row = rows.find((each) => each.action === action && each.on === on);
  assert.ok(row, `${action} on ${on}`);
  return row;
};

describe('permission matrix', () => {
  it('has every action of the schema on everything it applies to', () => {
    const declared = [...DEFAULT_SCHEMA.matchAll(/"([a-z]+\.[a-z]+|break-glass)"/g)];
    const asked = new Set(rows.map(({ action }) => action));
    assert.deepEqual([...asked].sort(), [...new Set(declared.map(([, name]) => name!))].sort());
    const kinds: readonly (readonly [RegExp, string])[] = [
      [/Project/, 'a project'],
      [/Model/, 'a model'],
      [/Gate/, 'the gate'],
      [/Share/, 'a result that the project shares'],
    ];
    const actions = DEFAULT_SCHEMA.matchAll(/^action ([^{]*?) in[^;]*?resource: \[([^\]]*)\]/gms);
    for (const [, names = '', types = ''] of actions) {
      for (const [, name = ''] of names.matchAll(/"([^"]+)"/g)) {
        for (const [type, on] of kinds) if (type.test(types)) find(name, on);
      }
    }
  });

  it('no compartment is open to somebody who is not read into it, but by a role for the whole gate', () => {
    const wide: readonly MatrixRole[] = ['security', 'auditor', 'administrator'];
    for (const row of rows) {
      if (row.on === 'the gate' || row.on === 'access to a project') continue;
      if (row.on.includes('named by its quorum')) continue;
      const strangers = may(row, 'foreign').filter((role) => !wide.includes(role));
      assert.deepEqual(strangers, [], `${row.action} on ${row.on}`);
    }
  });

  it('agents and workloads never decide, change, lock or break the glass', () => {
    for (const row of rows) {
      if (!/approve|deny|change|lock|break-glass|revoke/.test(row.action)) continue;
      for (const role of ['agent', 'workload'] as const) {
        assert.deepEqual(row.cells[role], { own: false, foreign: false }, row.action);
      }
    }
  });

  it('auditors change nothing, administrators see no request, nobody decides on the own request', () => {
    for (const row of rows) {
      if (/change$|revoke$/.test(row.action)) assert.ok(!row.cells.auditor.own, row.action);
    }
    assert.ok(!find('request.view', 'another’s request').cells.administrator.own);
    for (const action of ['request.approve', 'request.deny']) {
      assert.deepEqual(may(find(action, 'another’s request'), 'own'), []);
      assert.deepEqual(may(find(action, 'the own request'), 'own'), []);
      assert.deepEqual(may(find(action, 'a request of an agent one sponsors'), 'own'), []);
      const named = may(find(action, 'another’s request, named by its quorum'), 'foreign');
      assert.ok(named.includes('reviewer') && !named.includes('agent'));
    }
  });
});

describe('shared results', () => {
  const [withUs, byUs] = [
    'a result that was shared with the project',
    'a result that the project shares',
  ];

  it('are read on both sides, and ended by those who share them or watch', () => {
    const readers = [...READ_IN, 'security', 'auditor', 'agent', 'workload'];
    assert.deepEqual(may(find('share.read', withUs), 'own'), readers);
    assert.deepEqual(may(find('share.read', byUs), 'own'), [...READ_IN, 'security', 'auditor']);
    assert.deepEqual(may(find('share.revoke', byUs), 'own'), ['project owner', 'security']);
    assert.deepEqual(may(find('share.revoke', withUs), 'own'), ['security']);
  });

  it('of a locked project are read by nobody, whoever asks', () => {
    const everything = { member: ['a', 'b'], owner: ['a', 'b'], security: true, auditor: true };
    const asked = (locked: boolean): boolean =>
      policy.authorise({
        principal: principalRef('person', 'who'),
        action: 'share.read',
        resource: resourceRef('share', 's'),
        context: {},
        entities: [
          principalEntity({ kind: 'person', id: 'who', ...everything }),
          projectEntity({ id: 'a', locked }),
          projectEntity({ id: 'b' }),
          shareEntity({ id: 's', from: 'a', to: 'b' }),
        ],
      }).allow;
    assert.deepEqual([asked(false), asked(true)], [true, false]);
  });
});

describe('case files', () => {
  const text = readFileSync('examples/policy/cases.json', 'utf8');

  it('the example passes, and a wrong expectation is named', () => {
    const { world, cases } = parseCases(text);
    const results = runCases(policy, world, cases);
    assert.deepEqual(
      results.filter(({ problems }) => problems.length > 0),
      [],
    );
    const wrong = cases.map((each) => ({
      ...each,
      expect: each.expect === 'allow' ? ('deny' as const) : ('allow' as const),
    }));
    assert.ok(runCases(policy, world, wrong).every(({ problems }) => problems.length > 0));
    const [first] = runCases(policy, world, [{ ...cases[0]!, because: ['security-acts'] }]);
    assert.match(first?.problems.join() ?? '', /because of security-acts, got members-ask/);
  });

  it('a malformed file is refused with every bad field named', () => {
    for (const [bad, wanted] of [
      ['{', /not strict JSON/],
      ['{"world":{},"cases":[],"more":1}', /more/],
      ['{"world":{"persons":{"ada":{"membr":[]}}},"cases":[]}', /membr/],
      [
        '{"world":{},"cases":[{"who":"ada","does":"x","on":"gate","expect":"maybe"}]}',
        /who.*expect/,
      ],
    ] as const) {
      assert.throws(() => parseCases(bad), wanted);
    }
  });
});
