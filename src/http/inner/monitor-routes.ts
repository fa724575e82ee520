/** Routes of monitors: which ones there are, whether they stand, and what they were measured to be worth. */
import type { Kysely } from 'kysely';
import type { Gate } from '../../app/index.ts';
import { isoTime } from '../../core/index.ts';
import { EVALUATION, lineageErrors, listNodes } from '../../ingress/index.ts';
import type { LineageNode, MonitorEvaluation } from '../../ingress/index.ts';
import type { Principal } from '../../people/index.ts';
import { showNode } from './lineage-routes.ts';
import type { NodeShown } from './lineage-routes.ts';
import { route } from './route.ts';
import type { Route } from './route.ts';
import { shownProjects } from './source-routes.ts';

const LIMIT = 200;

/** A measurement as it is answered. */
export interface EvaluationShown extends Omit<MonitorEvaluation, 'atMs'> {
  readonly at: string;
}

/** A monitor with its newest measurement. */
export interface MonitorShown extends NodeShown {
  readonly newest: EvaluationShown | null;
}

function showEvaluation({ atMs, ...rest }: MonitorEvaluation): EvaluationShown {
  return { ...rest, at: isoTime(atMs) };
}

async function readMonitor(gate: Gate, principal: Principal, given: string): Promise<LineageNode> {
  const projects = await shownProjects(gate, principal, undefined);
  const found = (await gate.wayIn.lineages.find(given)).find(
    (node) => node.kind === 'monitor' && projects.includes(node.project),
  );
  if (found !== undefined) return found;
  throw lineageErrors.error('NOT_FOUND', { node: given.slice(0, 100) });
}

/** The routes. */
export const MONITOR_ROUTES: readonly Route[] = [
  route(
    {
      method: 'get',
      path: '/v1/monitors',
      summary: 'Monitors of your projects, newest first, with their newest measurement',
      access: 'principal',
    },
    async ({ gate, principal }) => {
      const projects = await shownProjects(gate, principal, undefined);
      const nodes = await gate.store.read((db: Kysely<unknown>) =>
        listNodes(db, projects, ['monitor'], LIMIT),
      );
      const monitors: MonitorShown[] = [];
      for (const node of nodes) {
        const [newest] = await gate.wayIn.lineages.evaluations(node.id);
        monitors.push({
          ...showNode(node),
          newest: newest === undefined ? null : showEvaluation(newest),
        });
      }
      return { monitors, cut: nodes.length === LIMIT };
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/monitors/{node}/evaluations',
      summary: 'What a monitor, by its node or SHA-256, was measured to be worth, newest first',
      access: 'principal',
    },
    async ({ gate, principal, param }) => {
      const { id } = await readMonitor(gate, principal, param('node'));
      const all = await gate.wayIn.lineages.evaluations(id);
      return { monitor: id, evaluations: all.map(showEvaluation) };
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/monitors/{node}/evaluations',
      summary: 'Record a measurement of a monitor, as `monitor evaluate --json` prints it',
      access: 'principal',
      body: EVALUATION,
      bodyBytesMax: 1024 * 1024,
    },
    async ({ gate, principal, param, input }) => {
      const { id, project } = await readMonitor(gate, principal, param('node'));
      const resource = { kind: 'project', id: project } as const;
      await gate.access.need(principal, 'request.ask', resource, 'train');
      return showEvaluation(await gate.wayIn.lineages.evaluate(id, input, principal.id));
    },
  ),
];
