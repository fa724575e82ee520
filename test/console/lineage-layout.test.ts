/** The drawing of a lineage: every box and edge is there, and no edge runs behind a box that it does not touch. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Graph } from '../../console/src/api/ingress.ts';
import { BOX, drawRoute, layOut } from '../../console/src/pages/lineage/layout.ts';
import type { Point, Route } from '../../console/src/pages/lineage/layout.ts';

const graphOf = (edges: readonly (readonly [string, string])[]): Graph => {
  const ids = [...new Set(edges.flat())];
  return {
    nodes: ids.map((id) => ({
      ...{ id, kind: 'run' as const, project: 'p', name: id, recall: null, sha256: null },
      addedAt: '',
    })),
    edges: edges.map(([parent, child]) => ({ parent, child })),
    roots: [],
    cut: false,
  };
};

/** Points along the path as it is drawn. */
function trace(route: Route): readonly Point[] {
  const numbers = drawRoute(route)
    .split(/(?=[MLC])/)
    .map((part) => ({ kind: part[0], at: (part.match(/-?[0-9.]+/g) ?? []).map(Number) }));
  const points: Point[] = [];
  for (const { kind, at } of numbers) {
    const [x = 0, y = 0, x2 = 0, y2 = 0, x3 = 0, y3 = 0] = at;
    const from = points.at(-1) ?? { x, y };
    for (let t = 0.02; t <= 1; t += 0.02) {
      const s = 1 - t;
      const bend = (a: number, b: number, c: number, d: number): number =>
        s ** 3 * a + 3 * s * s * t * b + 3 * s * t * t * c + t ** 3 * d;
      points.push(
        kind === 'C'
          ? { x: bend(from.x, x, x2, x3), y: bend(from.y, y, y2, y3) }
          : { x: s * from.x + t * x, y: s * from.y + t * y },
      );
    }
  }
  return points;
}

const CASES: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'an edge past columns': [
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'd'],
    ['a', 'd'],
    ['a', 'c'],
    ['x', 'c'],
    ['x', 'd'],
  ],
  'two compartments with the same bytes': [
    ['s', 'r'],
    ['r', 'm'],
    ['m', 'n'],
    ['n', 'm'],
    ['n', 'q'],
  ],
};

for (const [name, edges] of Object.entries(CASES))
  it(`draws ${name} behind no box`, () => {
    const { placed, routes, width, height } = layOut(graphOf(edges));
    assert.equal(routes.length, edges.length);
    for (const route of routes)
      for (const point of trace(route)) {
        const hidden = placed.find(
          ({ x, y }) =>
            point.x > x + 0.5 &&
            point.x < x + BOX.width - 0.5 &&
            point.y > y &&
            point.y < y + BOX.height,
        );
        assert.equal(hidden, undefined, `${route.key} at ${JSON.stringify(point)}`);
        assert.ok(point.y <= height + 0.5 && point.x >= -24 && point.x <= width + 24, route.key);
      }
  });
