/** The table of permissions of a set of policies: some thousand questions, asked once for each set and before anybody waits for it. */
import type { Gate } from '../../app/index.ts';
import { permissionRows } from '../../policy/index.ts';
import type { MatrixRow, Policy } from '../../policy/index.ts';

const matrices = new WeakMap<Policy, Promise<readonly MatrixRow[]>>();

/** Asks row by row, and lets others be answered in between. */
export async function makeMatrix(policy: Policy): Promise<readonly MatrixRow[]> {
  const rows: MatrixRow[] = [];
  for (const row of permissionRows(policy)) {
    rows.push(row);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return rows;
}

/** The table, made once for each set of policies. */
export function matrixOf(policy: Policy): Promise<readonly MatrixRow[]> {
  const known = matrices.get(policy);
  if (known !== undefined) return known;
  const made = makeMatrix(policy);
  matrices.set(policy, made);
  return made;
}

/** Whether the table of a set of policies is made or under way. */
export function hasMatrix(policy: Policy): boolean {
  return matrices.has(policy);
}

/**
 * Makes the table of the policies in force, now and whenever others come into force, so that nobody's page waits for it. What
 * goes wrong is told to whoever asks for the page, and not here. Resolves when the first one is made.
 */
export async function warmPermissions(gate: Pick<Gate, 'news' | 'policies'>): Promise<void> {
  const warm = (): Promise<unknown> => matrixOf(gate.policies().policy).catch(() => undefined);
  gate.news.listen(({ type }) => {
    if (type === 'roster') void warm();
  });
  await warm();
}
