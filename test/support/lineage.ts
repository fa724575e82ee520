/** A lineage of any size, as a large organisation would have it: sets of one source, runs on them, models of models. */
import type { Kysely } from 'kysely';
import { putEdges, putNodes } from '../../src/ingress/index.ts';
import type { LineageNode, NodeKind, PeopleKeys } from '../../src/ingress/index.ts';
import type { Store } from '../../src/store/index.ts';

/** Of a gate whose people have no keys. */
export const noPeopleKeys: PeopleKeys = { everHeld: () => false, keysOf: () => [] };

/** Fills a store; gives the source from which every node comes. */
export async function makeLineage(
  store: Store,
  count: number,
  source?: string,
): Promise<{ readonly root: string; readonly count: number; readonly edges: number }> {
  const nodes: LineageNode[] = [];
  const edges: { parent: string; child: string }[] = [];
  const add = (kind: NodeKind, parents: readonly string[]): string => {
    const id = `${kind}:big-${String(nodes.length)}`;
    nodes.push({
      ...{ id, kind, project: 'big', name: `n${String(nodes.length)}`, sha256: null, detail: {} },
      ...{ addedMs: nodes.length, recall: null },
    });
    for (const parent of parents) edges.push({ parent, child: id });
    return id;
  };
  const root = source ?? add('source', []);
  if (source !== undefined)
    nodes.push({
      ...{ id: source, kind: 'source', project: 'big', name: 'big', sha256: null, detail: {} },
      ...{ addedMs: 0, recall: null },
    });
  const sets: string[] = [];
  const models: string[] = [];
  while (nodes.length < count) {
    const at = nodes.length;
    if (sets.length < 1_000 && at % 10 === 1) {
      sets.push(add('set', [root]));
      continue;
    }
    const base = models[(at * 7919) % Math.max(1, models.length)];
    const used = [sets[at % sets.length] ?? root, sets[(at * 31) % sets.length] ?? root];
    const run = add('run', [...new Set([...used, ...(base === undefined ? [] : [base])])]);
    if (nodes.length < count) models.push(add('model', [run]));
  }
  await store.write(async (tx: Kysely<unknown>) => {
    await putNodes(tx, nodes);
    await putEdges(tx, edges);
  });
  return { root, count: nodes.length, edges: edges.length };
}
