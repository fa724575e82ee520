/** Lineage: what came of what; and recalls, which take it back. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { lineageQuery } from '../api/ingress.ts';
import type { Graph, NodeShown } from '../api/ingress.ts';
import { Action } from '../parts/action.tsx';
import { Card, Page, Tabs, UnderTabs } from '../parts/layout.tsx';
import { Empty, Loaded } from '../parts/states.tsx';
import { go, link } from '../shell/route.ts';
import { sayCount, showSafely } from '../words/format.ts';
import { GraphDrawing } from './lineage/graph.tsx';
import { AffectedBy, RECALLED_AS, RecallDialog } from './lineage/recall-dialog.tsx';
import { Recalls } from './lineage/recalls.tsx';

interface Drawn {
  readonly node: NodeShown;
  readonly depth: number;
  /** It stands further up already, because two things lead to it. */
  readonly again: boolean;
}

/** The graph as an indented list: below each node what was made of it. */
function drawGraph(graph: Graph): readonly Drawn[] {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const led = new Set(graph.edges.map((edge) => edge.child));
  const drawn: Drawn[] = [];
  const seen = new Set<string>();
  // What stands in a loop, because two compartments made the same bytes, is led to by all; it comes last.
  const starts = [...nodes.keys()].filter((id) => !led.has(id));
  const open = [...starts, ...nodes.keys()].map((id) => ({ id, depth: 0 }));
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    const { id, depth } = next;
    const node = nodes.get(id);
    if (node === undefined) continue;
    const again = seen.has(id);
    if (again && depth === 0) continue;
    seen.add(id);
    drawn.push({ node, depth, again });
    if (again) continue;
    const below = graph.edges.filter((edge) => edge.parent === id).map((edge) => edge.child);
    open.unshift(...below.map((child) => ({ id: child, depth: depth + 1 })));
  }
  return drawn;
}

function NodeItem({
  drawn,
  marked,
}: {
  readonly drawn: Drawn;
  readonly marked: boolean;
}): ReactNode {
  const [asking, setAsking] = useState(false);
  const { node, depth, again } = drawn;
  return (
    <li className="lock" style={{ paddingLeft: `${String(Math.min(depth, 6) * 1.25)}rem` }}>
      <div className="grow">
        <p>
          <span className="tag">{node.kind}</span>{' '}
          <a className="break" href={link(['lineage'], { node: node.id })}>
            {marked ? <strong>{showSafely(node.name)}</strong> : showSafely(node.name)}
          </a>{' '}
          {node.recall === null ? null : <span className="chip bad">quarantined</span>}
          {again ? <span className="faint small"> stands above</span> : null}
        </p>
        <p className="faint small break">{showSafely(node.id)}</p>
      </div>
      {RECALLED_AS[node.kind] === undefined || node.recall !== null || again ? null : (
        <Action
          tiny
          tone="danger"
          label={`Recall ${showSafely(node.name)}`}
          onAct={() => setAsking(true)}
        >
          Recall
        </Action>
      )}
      {asking ? <RecallDialog node={node} onClose={() => setAsking(false)} /> : null}
    </li>
  );
}

function GraphView({ node }: { readonly node: string }): ReactNode {
  return (
    <Loaded query={useQuery(lineageQuery(node))} lines={10}>
      {(graph) => (
        <Card
          title={node === '' ? 'Newest' : 'Where it came from, and what came of it'}
          note={graph.cut ? `the first ${sayCount(graph.nodes.length)}` : undefined}
        >
          {graph.nodes.length === 0 ? (
            <Empty title="Nothing was admitted yet">
              <p>
                Admitted sets stand here by themselves; <code>sallyport lineage record-run</code>{' '}
                adds what was trained on them.
              </p>
            </Empty>
          ) : (
            <>
              {node === '' ? null : <AffectedBy node={node} />}
              <GraphDrawing graph={graph} />
              <ul className="list">
                {drawGraph(graph).map((drawn, index) => (
                  <NodeItem
                    key={index}
                    drawn={drawn}
                    marked={graph.roots.includes(drawn.node.id)}
                  />
                ))}
              </ul>
            </>
          )}
        </Card>
      )}
    </Loaded>
  );
}

/** The page. */
export function LineagePage({ query }: { readonly query: URLSearchParams }): ReactNode {
  const node = query.get('node') ?? '';
  return (
    <Page title="Lineage" lead="From a source to what was trained on it, and back by a recall.">
      <Tabs
        label="Lineage"
        selected={query.get('tab') ?? 'lineage'}
        onSelect={(tab) =>
          go(link(['lineage'], { tab: tab === 'lineage' ? null : tab }), 'replace')
        }
        tabs={[
          {
            id: 'lineage',
            title: 'Lineage',
            show: () => (
              <UnderTabs>
                <GraphView node={node} />
              </UnderTabs>
            ),
          },
          {
            id: 'recalls',
            title: 'Recalls',
            show: () => (
              <UnderTabs>
                <Recalls />
              </UnderTabs>
            ),
          },
        ]}
      />
    </Page>
  );
}
