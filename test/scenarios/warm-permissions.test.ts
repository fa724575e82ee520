/** The table of permissions is there before anybody asks for it, after a start and after a change of the policies. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { hasMatrix, matrixOf, warmPermissions } from '../../src/http/inner/permission-table.ts';
import { askingOn } from '../support/asking.ts';
import { openFoundedGate } from '../support/open-gate.ts';
import type { OpenGate } from '../support/open-gate.ts';

/** Whether a promise is kept already. */
async function isMade(promise: Promise<unknown>): Promise<boolean> {
  const not = {};
  return (await Promise.race([promise, Promise.resolve(not)])) !== not;
}

describe('the table of permissions', () => {
  let open: OpenGate;
  before(async () => {
    open = await openFoundedGate(['ann', 'bob']);
  });
  after(() => open.close());

  it('is made beforehand, and again when other policies come into force', async () => {
    await warmPermissions(open.gate);
    const first = open.gate.policies();
    assert.ok(await isMade(matrixOf(first.policy)));
    const text = `${first.text}\n@id("none")\n@says("nothing")\nforbid (principal is Agent, action == Action::"request.ask", resource);\n`;
    const steps = { op: 'policy.set', text };
    let warm: boolean | null = null;
    open.gate.news.listen(({ type }) => {
      if (type === 'roster') warm = hasMatrix(open.gate.policies().policy);
    });
    await askingOn(open).change(['ann', 'bob'], steps);
    assert.notEqual(open.gate.policies().policy, first.policy);
    assert.equal(warm, true);
  });
});
