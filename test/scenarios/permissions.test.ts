/**
 * Who may do what, asked of the real gate: every role does every deed of the table in its own project and in a foreign
 * one. The table is `DEEDS`, from which the reference page is made; a role, a policy action or a route without a row fails.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { INNER_ROUTES } from '../../src/http/inner/app.ts';
import { DEEDS, ROUTES_OF_EVERYBODY, outcomeOf } from '../../src/http/inner/permissions.ts';
import { DEFAULT_SCHEMA, MATRIX_ROLES } from '../../src/policy/index.ts';
import type { MatrixRole } from '../../src/policy/index.ts';
import { openPermissionWorld } from '../support/permission-world.ts';
import type { PermissionWorld } from '../support/permission-world.ts';

describe('the table of permissions', () => {
  let world: PermissionWorld;
  before(async () => {
    world = await openPermissionWorld();
  });
  after(() => world.close());

  it('has somebody of every role, and a way to do every deed', () => {
    assert.deepEqual([...world.roles].sort(), [...MATRIX_ROLES].sort());
    assert.deepEqual([...world.deeds].sort(), DEEDS.map(({ deed }) => deed).sort());
  });

  it('has a row for every action of the policies', () => {
    const declared = [...DEFAULT_SCHEMA.matchAll(/"([a-z]+\.[a-z]+|break-glass)"/g)];
    const actions = new Set(declared.map(([, name]) => name));
    const rows = new Set(DEEDS.flatMap((row) => row.actions));
    assert.deepEqual([...rows].sort(), [...actions].sort());
  });

  it('has a row for every route that tells apart who calls', () => {
    const rows = new Set(DEEDS.flatMap((row) => row.routes));
    const names = INNER_ROUTES.filter((route) => route.access !== 'anyone').map(
      ({ method, path }) => `${method.toUpperCase()} ${path}`,
    );
    const open = (name: string): boolean =>
      ROUTES_OF_EVERYBODY.some(({ routes }) => routes.some((each) => name.startsWith(each)));
    assert.deepEqual(
      names.filter((name) => !rows.has(name) && !open(name)),
      [],
    );
    assert.deepEqual(
      [...rows].filter((name) => !names.includes(name)),
      [],
    );
  });

  for (const row of DEEDS) {
    it(`${row.deed}: the gate answers as the table says`, async () => {
      const wrong: string[] = [];
      for (const place of ['own', 'foreign'] as const) {
        for (const role of MATRIX_ROLES as readonly MatrixRole[]) {
          const got = await world.attempt(row.deed, role, place);
          const wanted = outcomeOf(row, role, place);
          if (got !== wanted) wrong.push(`${role}, ${place}: ${got}, not ${wanted}`);
        }
      }
      assert.deepEqual(wrong, []);
    });
  }
});
