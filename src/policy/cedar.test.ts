import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { cedar } from './cedar-engine.ts';
import type { PolicyQuestion } from './index.ts';
import {
  DEFAULT_POLICIES,
  DEFAULT_SCHEMA,
  checkPolicies,
  explain,
  gateEntity,
  modelEntity,
  openPolicy,
  principalEntity,
  principalRef,
  projectEntity,
  requestEntity,
  resourceRef,
  shareEntity,
} from './index.ts';

const shipped = openPolicy({ policies: DEFAULT_POLICIES });
const asking: PolicyQuestion = {
  principal: principalRef('person', 'ada'),
  action: 'request.ask',
  resource: resourceRef('project', 'probe'),
  context: { kind: 'export' },
  entities: [
    principalEntity({ kind: 'person', id: 'ada', member: ['probe'] }),
    projectEntity({ id: 'probe' }),
  ],
};

describe('denials', () => {
  it('a member asks; everything that cannot be evaluated is denied with the error named', () => {
    assert.deepEqual(shipped.authorise(asking), {
      allow: true,
      reasons: ['members-ask'],
      errors: [],
    });
    const huge = 2 ** 53;
    const bad: readonly Partial<PolicyQuestion>[] = [
      { action: 'request.fly' },
      { action: 'toString' },
      { action: '__proto__' },
      { action: 'act' },
      { context: {} },
      { context: { kind: 5 } },
      { context: { kind: 'export', more: true } },
      { context: { kind: 'export', size: huge } },
      { context: { kind: 'export', size: { deep: [1.5] } } },
      { context: { kind: 'export', size: 10n as unknown as number } },
      { principal: { type: 'Robot', id: 'ada' } },
      { resource: { type: 'Planet', id: 'probe' } },
      { resource: resourceRef('gate') },
      { entities: [] },
      { entities: [...asking.entities, projectEntity({ id: 'probe', locked: true })] },
      { entities: [{ ...asking.entities[0]!, attrs: {} }, asking.entities[1]!] },
      {
        entities: [...asking.entities, { uid: { type: 'Robot', id: 'r' }, attrs: {}, parents: [] }],
      },
      { entities: null as unknown as [] },
      { context: null as unknown as Record<string, string> },
      { principal: undefined as unknown as PolicyQuestion['principal'] },
    ];
    for (const change of bad) {
      const decision = shipped.authorise({ ...asking, ...change });
      const told = JSON.stringify(change, (_key, value: unknown) =>
        typeof value === 'bigint' ? String(value) : value,
      );
      assert.equal(decision.allow, false, told);
      assert.ok(decision.errors.length > 0, told);
      assert.match(explain(shipped, decision)[0] ?? '', /could not be evaluated/);
    }
    const cyclic: Record<string, never> = {};
    Object.assign(cyclic, { self: cyclic });
    assert.equal(shipped.authorise({ ...asking, context: cyclic }).allow, false);
  });

  it('a forbid that fails to evaluate denies, although Cedar itself would skip it', () => {
    const policies = `${DEFAULT_POLICIES}
@id("overflows") @says("nothing")
forbid (principal, action == Action::"request.ask", resource)
when { context.kind == "export" && 9223372036854775807 + 1 == 0 };
`;
    const { allow } = shipped.authorise(asking);
    const decision = openPolicy({ policies }).authorise(asking);
    assert.deepEqual([allow, decision.allow], [true, false]);
    assert.match(decision.errors.join(), /overflows.*overflow/);
    const plain = cedar().isAuthorized({
      principal: asking.principal,
      resource: asking.resource,
      action: { type: 'Action', id: asking.action },
      context: asking.context,
      entities: [...asking.entities],
      schema: DEFAULT_SCHEMA,
      policies: { staticPolicies: policies },
    });
    assert.equal(plain.type === 'success' && plain.response.decision, 'allow');
  });

  it('no policy and a forbid are said in words', () => {
    const foreign = { ...asking, resource: resourceRef('project', 'other') };
    const entities = [asking.entities[0]!, projectEntity({ id: 'other' })];
    const none = shipped.authorise({ ...foreign, entities });
    assert.deepEqual(explain(shipped, none), ['denied, because no policy permits it']);
    const locked = principalEntity({ kind: 'person', id: 'ada', member: ['probe'], locked: true });
    const forbidden = shipped.authorise({ ...asking, entities: [locked, asking.entities[1]!] });
    assert.deepEqual(explain(shipped, forbidden), [
      'denied by locked-do-nothing: a locked principal may look and do nothing',
    ]);
  });
});

describe('checking', () => {
  it('the shipped set has no problem, not even a warning', () => {
    const check = checkPolicies({ policies: DEFAULT_POLICIES });
    assert.deepEqual([check.ok, check.problems], [true, []]);
    assert.equal(check.digest, shipped.digest);
    assert.ok(checkPolicies({ policies: `${DEFAULT_POLICIES} ` }).digest !== check.digest);
  });

  it('every problem is named at once, with its policy and line', () => {
    const policies = `@id("one") @says("typo")
permit (principal is Person, action == Action::"request.ask", resource)
when { principal.membr.contains(resource) };

@id("two") @says("wrong type")
permit (principal is Person, action == Action::"request.ask", resource)
when { context.kind == 5 };

@id("three") @says("no such action")
permit (principal, action == Action::"request.fly", resource);
`;
    const check = checkPolicies({ policies });
    assert.equal(check.ok, false);
    const found = check.problems.map(({ policy, line }) => [policy, line]);
    assert.ok(found.some(([policy, line]) => policy === 'one' && line === 3));
    assert.ok(found.some(([policy, line]) => policy === 'two' && line === 7));
    assert.ok(found.some(([policy]) => policy === 'three'));
    assert.throws(() => openPolicy({ policies }), /one: line 3.*membr.*two: line 7.*three/s);
  });

  it('names, sentences, templates, syntax, namespaces and limits', () => {
    const one = 'permit (principal, action, resource);';
    const cases: readonly (readonly [string, string | undefined, RegExp])[] = [
      [one, undefined, /no `@id`.*no `@says`/s],
      [`@id("Bad Name") @says("x") ${one}`, undefined, /no `@id`/],
      [`@id("a") @says("x") ${one} @id("a") @says("y") ${one}`, undefined, /two policies/],
      [
        `@id("a") @says("x") permit (principal == ?principal, action, resource);`,
        undefined,
        /templ/,
      ],
      ['permit (principal', undefined, /./],
      ['', undefined, /no policy/],
      ['x'.repeat(300_000), undefined, /longer than/],
      [`@id("a") @says("x") ${one}`, 'entity', /./],
      [`@id("a") @says("x") ${one}`, 'namespace N { entity A; }', /namespaces/],
    ];
    for (const [policies, schema, wanted] of cases) {
      const check = checkPolicies({ policies, ...(schema === undefined ? {} : { schema }) });
      assert.equal(check.ok, false, policies.slice(0, 100));
      assert.match(check.problems.map(({ message }) => message).join('\n'), wanted);
    }
  });

  it('any text ends in problems, never in an exception', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (policies) => {
        assert.equal(checkPolicies({ policies }).ok, false);
      }),
      { numRuns: 60 },
    );
  });
});

describe('slices', () => {
  const projects = ['probe', 'atlas'];
  const some = fc.subarray(projects);
  const people = ['ada', 'bob', 'bot'];
  const question = fc
    .record({
      kind: fc.constantFrom('person', 'agent', 'workload'),
      id: fc.constantFrom(...people),
      lists: fc.record({ member: some, touches: some, reviewer: some, owner: some, owns: some }),
      roles: fc.record({
        locked: fc.boolean(),
        security: fc.boolean(),
        administrator: fc.boolean(),
        auditor: fc.boolean(),
      }),
      action: fc.constantFrom(
        ...[...DEFAULT_SCHEMA.matchAll(/"([a-z]+\.[a-z]+|break-glass)"/g)].map(([, name]) => name!),
      ),
      // Most questions fit the schema; the others must fail on both sides.
      fitting: fc.integer({ max: 9, min: 0 }).map((digit) => digit > 0),
      anyType: fc.constantFrom('project', 'model', 'request', 'share', 'gate'),
      on: fc.constantFrom(...projects),
      lockedThing: fc.boolean(),
      asks: fc.constantFrom('export', 'access', 'unlock', 'policy'),
      eligible: fc.boolean(),
      requester: fc.constantFrom(...people),
      sponsor: fc.option(fc.constantFrom(...people), { nil: undefined }),
      present: fc.integer({ max: 9, min: 0 }).map((digit) => digit > 0),
    })
    .map((all): PolicyQuestion => {
      const { kind, id, action, on, lockedThing: locked, requester, sponsor } = all;
      const onRequest = action.startsWith('request.') && action !== 'request.ask';
      const type = !all.fitting
        ? all.anyType
        : onRequest
          ? 'request'
          : action.startsWith('model.')
            ? 'model'
            : action.startsWith('share.')
              ? 'share'
              : /^(policy|ledger)/.test(action)
                ? 'gate'
                : 'project';
      const context: PolicyQuestion['context'] = onRequest
        ? { eligible: all.eligible }
        : action === 'request.ask'
          ? { kind: all.asks }
          : {};
      const thing = {
        project: () => projectEntity({ id: on, locked }),
        model: () => modelEntity({ id: on, locked }),
        gate: gateEntity,
        share: () => shareEntity({ id: on, from: 'probe', to: on }),
        request: () => {
          const facts = { id: on, kind: 'export', project: 'probe', requester };
          return requestEntity(sponsor === undefined ? facts : { ...facts, sponsor });
        },
      }[type];
      const sides =
        type === 'share' ? projects.map((each) => projectEntity({ id: each, locked })) : [];
      const principal = principalEntity({ kind, id, sponsor: 'ada', ...all.lists, ...all.roles });
      return {
        principal: principalRef(kind, id),
        action,
        resource: resourceRef(type, on),
        context,
        entities: all.present ? [principal, thing(), ...sides] : [principal],
      };
    });

  it('give the answers of the whole set', () => {
    const set = {
      staticPolicies: Object.fromEntries(shipped.policies.map((p) => [p.id, p.source])),
    };
    assert.equal(cedar().preparsePolicySet('whole', set).type, 'success');
    assert.equal(cedar().preparseSchema('whole', DEFAULT_SCHEMA).type, 'success');
    let allowed = 0;
    fc.assert(
      fc.property(question, (asked) => {
        const whole = cedar().statefulIsAuthorized({
          principal: asked.principal,
          action: { type: 'Action', id: asked.action },
          resource: asked.resource,
          context: asked.context,
          entities: [...asked.entities],
          preparsedPolicySetId: 'whole',
          preparsedSchemaName: 'whole',
          validateRequest: true,
        });
        const mine = shipped.authorise(asked);
        if (mine.allow) allowed++;
        if (whole.type === 'failure') {
          assert.ok(!mine.allow && mine.errors.length > 0);
          return;
        }
        const { decision, diagnostics } = whole.response;
        assert.equal(mine.errors.length > 0, diagnostics.errors.length > 0);
        if (diagnostics.errors.length > 0) assert.equal(mine.allow, false);
        else {
          assert.equal(mine.allow, decision === 'allow');
          assert.deepEqual(mine.reasons, [...diagnostics.reason].sort());
        }
      }),
      { numRuns: 2_000 },
    );
    assert.ok(allowed > 100, `only ${allowed} of the questions were allowed`);
  });
});
