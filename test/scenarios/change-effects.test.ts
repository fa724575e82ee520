/** What a change of rules or policies would do is seen before anybody signs it: at the door, on a terminal, at the founding. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { showDetailed } from '../../src/cli/request-view.ts';
import { showGateSays } from '../../src/cli/signing-screen.ts';
import type { RequestDetails } from '../../src/http/index.ts';
import { askingOn } from '../support/asking.ts';
import type { Asking } from '../support/asking.ts';
import { openFoundedGate } from '../support/open-gate.ts';
import type { OpenGate } from '../support/open-gate.ts';
import { makePerson } from '../support/people.ts';

const ADMINS = ['ann', 'bob'];
const RULE = { op: 'rule.set', kind: 'share', tier: 'one' } as const;
const plain = (_style: string, text: string): string => text;

describe('what a change would do', () => {
  let open: OpenGate;
  let on: Asking;
  let early: readonly string[] = [];

  before(async () => {
    open = await openFoundedGate(['ann', 'bob', 'mia:staff'], async (gate) => {
      gate.founding.addPerson('ann', 'ann', ['administrators', 'security', 'reviewers']);
      gate.founding.addSshKey('ann', makePerson('ann').publicText, '');
      early = (await gate.founding.show()).warnings;
    });
    on = askingOn(open);
    await on.change(
      ADMINS,
      { op: 'role.give', project: 'main', principal: 'mia', role: 'owner' },
      { op: 'group.add', group: 'legal', members: ['mia'] },
    );
  });
  after(() => open.close());

  const ask = (change: object, who = 'ann'): Promise<RequestDetails> =>
    on.post(who, '/v1/changes', { why: 'a try', changes: [change] });
  const see = (who: string, id: string): Promise<RequestDetails> =>
    open.call(who, 'GET', `/v1/requests/${id}`);

  it('a rule for keys that nobody has is warned of to those who ask and those who sign', async () => {
    const asked = await ask({ ...RULE, quorum: '1 of legal', deviceBound: true });
    const [warning = ''] = asked.warnings;
    assert.match(
      warning,
      /share, tier one, asks for a key that cannot leave its device, and nobody/,
    );
    assert.equal(asked.state, 'held');
    const shown = await see('bob', asked.id);
    assert.deepEqual(shown.warnings, asked.warnings);
    for (const lines of [showDetailed(plain, shown), showGateSays(plain, shown)])
      assert.match(lines.join('\n'), /warning: the rule for share, tier one/);
    await on.sign('bob', asked.id);
    // From then on it is in force and told where the roster is shown; a later change is not warned of it again.
    assert.deepEqual((await see('bob', asked.id)).warnings, []);
    const { warnings } = await open.call<{ warnings: string[] }>('bob', 'GET', '/v1/roster');
    assert.ok(warnings.includes(warning));
    const later = await ask({ op: 'group.join', group: 'legal', member: 'bob' });
    assert.deepEqual(later.warnings, []);
  });

  it('a rule that nobody could ever fill is refused and not warned of', async () => {
    const asked = await ask({ ...RULE, quorum: '9 of legal' });
    assert.equal(asked.verdict, 'deny');
    assert.match(asked.reason ?? '', /nobody could fill/);
    assert.deepEqual(asked.warnings, []);
  });

  it('whoever does not see every person is told of no warning', async () => {
    const owners = '3 of owners(project), 1 of owners(target)';
    await on.change(ADMINS, { ...RULE, quorum: owners, deviceBound: false });
    const step = { op: 'role.take', project: 'main', principal: 'mia', role: 'owner' };
    const asked = await ask(step, 'mia');
    assert.deepEqual(asked.warnings, []);
    assert.match((await see('ann', asked.id)).warnings.join(), /owners\(project\)`, and `main`/);
  });

  it('proposed policies are shown on a terminal as a difference to those in force', async () => {
    const { cedar } = await open.call<{ cedar: string }>('ann', 'GET', '/v1/policy');
    const added = `@id("no-new")\n@says("nothing new")\nforbid (principal is Agent, action == Action::"request.ask", resource);\n`;
    const asked = await ask({ op: 'policy.set', text: `${cedar}\n${added}` });
    for (const lines of [showDetailed(plain, asked), showGateSays(plain, asked)]) {
      assert.match(lines.join('\n'), /the policies, against those in force: /);
      assert.ok(lines.includes('    + @id("no-new")'));
      assert.ok(!lines.join('\n').includes('persons-read-policy'), 'it shows what is the same');
    }
  });

  it('the founding warns too', () => {
    assert.match(early.join('\n'), /tier quorum, asks for a key that cannot leave its device/);
  });
});
