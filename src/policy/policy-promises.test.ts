import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  DEFAULT_POLICIES,
  SHIPPED_POLICIES,
  SHIPPED_SHA256,
  checkPolicies,
  digestPolicies,
  findBrokenPromises,
  findShippedPolicies,
  openPolicy,
  principalEntity,
  principalRef,
  projectEntity,
  requestEntity,
  resourceRef,
  tryPolicy,
} from './index.ts';
import { cedar } from './cedar-engine.ts';

const without = (id: string): string => {
  const { policies } = checkPolicies({ policies: DEFAULT_POLICIES });
  const text = policies.flatMap((each) => (each.id === id ? [] : [each.source])).join('\n');
  assert.notEqual(text.length, DEFAULT_POLICIES.length);
  return text;
};
const permit = (scope: string): string =>
  `${DEFAULT_POLICIES}\n@id("more") @says("more") permit (${scope});`;
const broken = (policies: string): Promise<string> =>
  tryPolicy({ policies }, async (policy) => (await findBrokenPromises(policy)).join('; '));

const decided = [
  projectEntity({ id: 'here' }),
  requestEntity({ id: 'r', kind: 'export', project: 'here', requester: 'other' }),
];
const deciding = {
  action: 'request.approve',
  resource: resourceRef('request', 'r'),
  context: { eligible: true },
};
const viewing = {
  principal: principalRef('person', 'who'),
  action: 'project.view',
  resource: resourceRef('project', 'here'),
  context: {},
  entities: [principalEntity({ kind: 'person', id: 'who' }), projectEntity({ id: 'here' })],
};

describe('what must hold under every policy', () => {
  it('holds under every set that was ever shipped, and each of these is known by its digest', async () => {
    for (const policies of SHIPPED_POLICIES) {
      assert.deepEqual(await findBrokenPromises(openPolicy({ policies })), []);
      assert.equal(findShippedPolicies(digestPolicies(policies)), policies);
    }
    // What was shipped once stays: gates were founded with it. Whoever changes the set moves the old text to the list
    // and adds a line here.
    const ever = [
      'f968923494cd8c809d6028ffaf528d76df81890668d50c2882dbd2a19907b3f0',
      'dda94a4b94396b2ec0b7173229708d8bad22559db5b08e5fc72fd320e2b044b8',
    ];
    assert.deepEqual(SHIPPED_POLICIES.map(digestPolicies), ever);
    assert.equal(ever.at(-1), SHIPPED_SHA256);
    const first = 'a4d7fc99112d192620147594d109e767a9a16f1e7d095b9a626a0851d299abb0';
    assert.equal(findShippedPolicies(first), SHIPPED_POLICIES[0]);
    assert.equal(findShippedPolicies('0'.repeat(64)), undefined);
  });

  it('a set that breaks a promise is named with the promise', async () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      [without('nobody-decides-own'), /nobody decides on their own request/],
      [without('locked-do-nothing'), /locked principal does nothing/],
      [without('locked-project-asks-nothing'), /nothing but its unlocking/],
      [without('locked-project-no-outbox'), /nothing but its unlocking.*outbox\.use/],
      [without('programs-never-lift'), /neither for unlocking/],
      [permit('principal, action in Action::"view", resource'), /no project is open/],
      [
        permit('principal is Agent, action == Action::"request.ask", resource'),
        /no project is open/,
      ],
      [permit('principal, action == Action::"model.view", resource'), /no project is open/],
      [permit('principal, action == Action::"policy.change", resource'), /no project is open/],
    ];
    for (const [policies, wanted] of cases) assert.match(await broken(policies), wanted);
    assert.equal(await broken(`${DEFAULT_POLICIES}// the same\n`), '');
  });

  it('no set can let a program decide: the schema knows no such thing', async () => {
    for (const kind of ['agent', 'workload'] as const) {
      const policies = permit('principal, action == Action::"request.approve", resource');
      const decision = await tryPolicy({ policies }, (policy) =>
        policy.authorise({
          ...deciding,
          principal: principalRef(kind, 'who'),
          entities: [principalEntity({ kind, id: 'who', member: ['here'] }), ...decided],
        }),
      );
      assert.equal(decision.allow, false);
      assert.match(decision.errors.join(), /request\.approve/);
    }
  });
});

describe('trials', () => {
  it('a trial answers by its own text, also beside others, and not after its end', async () => {
    const { preparsePolicySet } = cedar();
    const names: string[] = [];
    cedar().preparsePolicySet = (name, set) => {
      names.push(name);
      return preparsePolicySet(name, set);
    };
    try {
      const wide = permit('principal, action in Action::"view", resource');
      const kept = await tryPolicy({ policies: wide }, async (outer) => {
        assert.notDeepEqual(await findBrokenPromises(outer), []);
        assert.equal(await broken(DEFAULT_POLICIES), '');
        assert.notDeepEqual(await findBrokenPromises(outer), []);
        return outer;
      });
      assert.equal(kept.authorise(viewing).allow, false);
      for (let i = 0; i < 3; i++) {
        assert.equal(await broken(DEFAULT_POLICIES), '');
        assert.match(await broken(wide), /no project is open/);
      }
      // The engine's memory does not grow with the number of trials.
      assert.equal(new Set(names.map((name) => name.replace(/\/.*/, ''))).size, 2);
    } finally {
      cedar().preparsePolicySet = preparsePolicySet;
    }
    await assert.rejects(broken('permit (principal, action, resource);'), /POLICY_INVALID|@id/);
  });
});
