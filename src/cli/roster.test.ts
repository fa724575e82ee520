import assert from 'node:assert/strict';
import test from 'node:test';
import { showRoster } from './roster.ts';
import { showSelf } from './sign-in.ts';

const PLAIN = { deviceBound: false, outOfBrowser: false };

test('a roster shows who is in which group, who has which role where, and what a rule asks of keys', () => {
  const lines = showRoster({
    version: 3,
    sha256: 'ab',
    warnings: ['one key'],
    document: {
      people: [{ id: 'ann', name: 'Ann', keys: [{}, {}] }],
      groups: [
        { id: 'security', members: ['ann', 'bob'] },
        { id: 'auditors', members: [] },
      ],
      projects: [
        {
          id: 'main',
          roles: [
            { principal: 'ann', role: 'owner', until: null },
            { principal: 'cyd', role: 'member', until: null },
            { principal: 'dan', role: 'member', until: '2027-01-01T00:00:00.000Z' },
          ],
        },
        { id: 'probe', roles: [] },
      ],
      rules: [
        { kind: 'policy', tier: 'quorum', quorum: '1 of security', ...PLAIN },
        { kind: 'export', tier: 'quorum', quorum: '1 of security', ...PLAIN, deviceBound: true },
      ],
    },
  });
  assert.deepEqual(lines, [
    'roster version 3, ab',
    'warning: one key',
    '  person  keys  name',
    '  ann     2     Ann',
    '  group     members',
    '  security  ann, bob',
    '  auditors  –',
    '  project  role    who',
    '  main     owner   ann',
    '  main     member  cyd, dan until 2027-01-01T00:00:00.000Z',
    '  kind    tier    quorum',
    '  policy  quorum  1 of security',
    '  export  quorum  1 of security, one of them with a key that cannot leave its device',
  ]);
});

test('whoever asks who they are reads roles, keys and grants, and what is empty is left out', () => {
  const nobody = { groups: [], projects: {}, models: {} };
  const self = { id: 'ann', kind: 'person', name: 'Ann', sponsor: null, founded: true };
  const keys = [{ id: 'SHA256:x', label: 'laptop', until: null }];
  const grants = [{ target: 'project', what: 'probe', until: '2027-01-01T00:00:00.000Z' }];
  const roles = {
    ...nobody,
    groups: ['security'],
    projects: { main: ['owner', 'reviewer'], probe: [] },
  };
  assert.deepEqual(showSelf({ ...self, roles, keys, grants }), [
    'ann, person, Ann',
    '  roles     security',
    '  projects  main (owner, reviewer)',
    '  key       SHA256:x (laptop)',
    '  granted   project probe, until 2027-01-01T00:00:00.000Z',
  ]);
  const bot = { ...self, id: 'bot', name: 'bot', kind: 'agent', sponsor: 'ann', founded: false };
  assert.deepEqual(showSelf({ ...bot, roles: nobody, keys: [], grants: [] }), [
    'bot, agent',
    '  sponsor  ann, who answers for it',
    '  gate     not founded yet: `sallyport found` begins it',
  ]);
});
