/** Where the boxes and edges of a lineage go: boxes in columns, and no edge behind a box. Pure. */
import type { Graph, NodeShown } from '../../api/ingress.ts';

/** Of a box, in pixels. */
export const BOX = { width: 150, height: 34 } as const;
const GAP_X = 46;
const GAP_Y = 14;
/** The height of a row that only an edge passes through. */
const LANE = 12;

/** A box with its upper left corner. */
export interface Placed {
  readonly node: NodeShown;
  readonly x: number;
  readonly y: number;
}

/** A point of an edge; between two of them it is straight where they are level, and bends in the gap where not. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** An edge from box to box. */
export interface Route {
  readonly key: string;
  readonly bad: boolean;
  /** It leads to an earlier column, as one of two compartments with the same bytes does: below all boxes. */
  readonly back: boolean;
  readonly points: readonly Point[];
}

/** The whole drawing. */
export interface Layout {
  readonly placed: readonly Placed[];
  readonly routes: readonly Route[];
  readonly width: number;
  readonly height: number;
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

function leftOf(column: number): number {
  return column * (BOX.width + GAP_X);
}

/** Lays a lineage out, from what came in, on the left, to what was made of it. */
export function layOut(graph: Graph): Layout {
  const depths = findDepths(graph);
  const columns = [...new Set(depths.values())].sort((a, b) => a - b);
  const columnOf = new Map(
    graph.nodes.map((node) => [node.id, columns.indexOf(depths.get(node.id) ?? 0)]),
  );
  /** How far down each column is filled. */
  const filled = columns.map(() => 0);
  const placed = graph.nodes.map((node): Placed => {
    const column = columnOf.get(node.id) ?? 0;
    const y = filled[column] ?? 0;
    filled[column] = y + BOX.height + GAP_Y;
    return { node, x: leftOf(column), y };
  });
  const at = new Map(placed.map((each) => [each.node.id, each]));
  /** A row of a column that the edges of one parent share. */
  const lanes = new Map<string, number>();
  const laneOf = (parent: string, column: number): number => {
    const key = `${String(column)} ${parent}`;
    let y = lanes.get(key);
    if (y === undefined) {
      y = (filled[column] ?? 0) + LANE / 2;
      filled[column] = (filled[column] ?? 0) + LANE;
      lanes.set(key, y);
    }
    return y;
  };
  const forward: Route[] = [];
  const backward: { readonly key: string; readonly from: Placed; readonly to: Placed }[] = [];
  for (const { parent, child } of graph.edges) {
    const [from, to] = [at.get(parent), at.get(child)];
    if (from === undefined || to === undefined) continue;
    const key = `${parent} ${child}`;
    const [first, last] = [columnOf.get(parent) ?? 0, columnOf.get(child) ?? 0];
    if (last <= first) {
      backward.push({ key, from, to });
      continue;
    }
    const points: Point[] = [{ x: from.x + BOX.width, y: from.y + BOX.height / 2 }];
    for (let column = first + 1; column < last; column++) {
      const y = laneOf(parent, column);
      points.push({ x: leftOf(column), y }, { x: leftOf(column) + BOX.width, y });
    }
    points.push({ x: to.x, y: to.y + BOX.height / 2 });
    forward.push({ key, bad: from.node.recall !== null, back: false, points });
  }
  const floor = Math.max(...filled, BOX.height + GAP_Y);
  const back = backward.map(({ key, from, to }, i): Route => {
    const y = floor + LANE * (i + 0.5);
    const [start, end] = [from.x + BOX.width, to.x];
    const points = [
      { x: start, y: from.y + BOX.height / 2 },
      { x: start, y },
      { x: end, y },
      { x: end, y: to.y + BOX.height / 2 },
    ];
    return { key, bad: from.node.recall !== null, back: true, points };
  });
  return {
    ...{ placed, routes: [...forward, ...back] },
    width: leftOf(Math.max(columns.length - 1, 0)) + BOX.width,
    height: floor + LANE * backward.length,
  };
}

/** The outline of an edge, for the `d` of a path. */
export function drawRoute({ points, back }: Route): string {
  const [start, ...rest] = points;
  if (start === undefined) return '';
  let before = start;
  let path = `M${String(start.x)},${String(start.y)}`;
  for (const [i, point] of rest.entries()) {
    const middle = (before.x + point.x) / 2;
    // Backwards it leaves to the right, goes below everything, and comes in from the left.
    const bend = back ? before.x + (i === 0 ? GAP_X / 2 : -GAP_X / 2) : middle;
    path +=
      before.y === point.y
        ? ` L${String(point.x)},${String(point.y)}`
        : ` C${String(bend)},${String(before.y)} ${String(bend)},${String(point.y)} ${String(point.x)},${String(point.y)}`;
    before = point;
  }
  return path;
}
