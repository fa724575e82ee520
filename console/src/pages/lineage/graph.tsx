/** A lineage as a drawing: from what came in, on the left, to what was made of it. */
import type { ReactNode } from 'react';
import type { Graph, NodeShown } from '../../api/ingress.ts';
import { sayCounted, showSafely } from '../../words/format.ts';

const WIDTH = 150;
const HEIGHT = 34;
const GAP_X = 46;
const GAP_Y = 14;
/** More than these are only listed. */
const DRAWN_MAX = 80;
const LETTERS = 19;

interface Placed {
  readonly node: NodeShown;
  readonly x: number;
  readonly y: number;
}

/** How far each node is from what came in; a loop of equal bytes counts once. */
function findDepths(graph: Graph): ReadonlyMap<string, number> {
  const children = Map.groupBy(graph.edges, (edge) => edge.parent);
  const depths = new Map(graph.nodes.map((node) => [node.id, 0]));
  const rounds = graph.nodes.length;
  let open = graph.nodes.map((node) => node.id);
  for (let round = 0; round < rounds && open.length > 0; round++) {
    const next = new Set<string>();
    for (const id of open) {
      const below = (depths.get(id) ?? 0) + 1;
      for (const { child } of children.get(id) ?? []) {
        if ((depths.get(child) ?? 0) >= below || below > rounds) continue;
        depths.set(child, below);
        next.add(child);
      }
    }
    open = [...next];
  }
  return depths;
}

function place(graph: Graph): readonly Placed[] {
  const depths = findDepths(graph);
  const columns = [...new Set(depths.values())].sort((a, b) => a - b);
  const filled = new Map<number, number>();
  return graph.nodes.map((node) => {
    const column = columns.indexOf(depths.get(node.id) ?? 0);
    const row = filled.get(column) ?? 0;
    filled.set(column, row + 1);
    return { node, x: column * (WIDTH + GAP_X), y: row * (HEIGHT + GAP_Y) };
  });
}

function cut(text: string): string {
  const shown = showSafely(text);
  return shown.length > LETTERS ? `${shown.slice(0, LETTERS - 1)}…` : shown;
}

/** The drawing; the list below it says the same and has the links. */
export function GraphDrawing({ graph }: { readonly graph: Graph }): ReactNode {
  if (graph.nodes.length > DRAWN_MAX || graph.edges.length === 0) return null;
  const placed = place(graph);
  const at = new Map(placed.map((each) => [each.node.id, each]));
  const width = Math.max(...placed.map((each) => each.x)) + WIDTH + 2;
  const height = Math.max(...placed.map((each) => each.y)) + HEIGHT + 2;
  const bad = graph.nodes.filter((node) => node.recall !== null).length;
  return (
    <div className="lineage-box" tabIndex={0} role="region" aria-label="Drawing of the lineage">
      <svg
        width={width}
        height={height}
        viewBox={`-1 -1 ${String(width)} ${String(height)}`}
        role="img"
        aria-label={`${sayCounted(graph.nodes.length, 'thing')}, ${String(bad)} quarantined; the list below names them`}
      >
        {graph.edges.map(({ parent, child }) => {
          const from = at.get(parent);
          const to = at.get(child);
          if (from === undefined || to === undefined) return null;
          const [x1, y1] = [from.x + WIDTH, from.y + HEIGHT / 2];
          const [x2, y2] = [to.x, to.y + HEIGHT / 2];
          const middle = (x1 + x2) / 2;
          return (
            <path
              key={`${parent} ${child}`}
              className={from.node.recall === null ? 'edge' : 'edge bad'}
              d={`M${String(x1)},${String(y1)} C${String(middle)},${String(y1)} ${String(middle)},${String(y2)} ${String(x2)},${String(y2)}`}
            />
          );
        })}
        {placed.map(({ node, x, y }) => (
          <g
            key={node.id}
            className={`node ${node.recall === null ? '' : 'bad'} ${graph.roots.includes(node.id) ? 'root' : ''}`}
            transform={`translate(${String(x)},${String(y)})`}
          >
            <title>{showSafely(node.name)}</title>
            <rect width={WIDTH} height={HEIGHT} rx="6" />
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
