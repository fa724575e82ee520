/** A lineage as a drawing: from what came in, on the left, to what was made of it. */
import type { ReactNode } from 'react';
import type { Graph } from '../../api/ingress.ts';
import { sayCounted, showSafely } from '../../words/format.ts';
import { BOX, drawRoute, layOut } from './layout.ts';

/** More than these are only listed. */
const DRAWN_MAX = 80;
const LETTERS = 19;
/** What lines and bends need around the boxes. */
const MARGIN = 24;

function cut(text: string): string {
  const shown = showSafely(text);
  return shown.length > LETTERS ? `${shown.slice(0, LETTERS - 1)}…` : shown;
}

/** The drawing; the list below it says the same and has the links. */
export function GraphDrawing({ graph }: { readonly graph: Graph }): ReactNode {
  if (graph.nodes.length > DRAWN_MAX || graph.edges.length === 0) return null;
  const { placed, routes, width, height } = layOut(graph);
  const isBack = routes.some((route) => route.back);
  const side = isBack ? MARGIN : 1;
  const bad = graph.nodes.filter((node) => node.recall !== null).length;
  return (
    <div className="lineage-box" tabIndex={0} role="region" aria-label="Drawing of the lineage">
      <svg
        width={width + 2 * side}
        height={height + 2}
        viewBox={`${String(-side)} -1 ${String(width + 2 * side)} ${String(height + 2)}`}
        role="img"
        aria-label={`${sayCounted(graph.nodes.length, 'thing')}, ${String(bad)} quarantined; the list below names them`}
      >
        {routes.map((route) => (
          <path key={route.key} className={route.bad ? 'edge bad' : 'edge'} d={drawRoute(route)} />
        ))}
        {placed.map(({ node, x, y }) => (
          <g
            key={node.id}
            className={`node ${node.recall === null ? '' : 'bad'} ${graph.roots.includes(node.id) ? 'root' : ''}`}
            transform={`translate(${String(x)},${String(y)})`}
          >
            <title>{showSafely(node.name)}</title>
            <rect width={BOX.width} height={BOX.height} rx="6" />
            <text x="9" y="13" className="kind">
              {node.kind}
            </text>
            <text x="9" y="27">
              {cut(node.name)}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}
