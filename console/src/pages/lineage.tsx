/** Lineage: what came of what; and recalls, which take it back. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { call } from '../api/client.ts';
import { lineageQuery, recallsQuery } from '../api/ingress.ts';
import type { Graph, NodeShown } from '../api/ingress.ts';
import { queryClient } from '../api/queries.ts';
import { Action } from '../parts/action.tsx';
import { Card, Dialog, Field, Page, Tabs } from '../parts/layout.tsx';
import { Empty, Loaded, ProblemLine } from '../parts/states.tsx';
import { When } from '../parts/text.tsx';
import { say } from '../parts/toast.tsx';
import { go, link } from '../shell/route.ts';
import { sayCount, sayCounted, showSafely } from '../words/format.ts';

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
  const open = [...nodes.keys()].filter((id) => !led.has(id)).map((id) => ({ id, depth: 0 }));
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    const { id, depth } = next;
    const node = nodes.get(id);
    if (node === undefined) continue;
    const again = seen.has(id);
    seen.add(id);
    drawn.push({ node, depth, again });
    if (again) continue;
    const below = graph.edges.filter((edge) => edge.parent === id).map((edge) => edge.child);
    open.unshift(...below.map((child) => ({ id: child, depth: depth + 1 })));
  }
  return drawn;
}

const RECALLED_AS: Readonly<Partial<Record<NodeShown['kind'], string>>> = {
  source: 'source',
  set: 'set',
};

function RecallDialog({
  node,
  onClose,
}: {
  readonly node: NodeShown;
  readonly onClose: () => void;
}): ReactNode {
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const recall = async () => {
    setBusy(true);
    setError(null);
    try {
      const kind = RECALLED_AS[node.kind];
      const id = node.id.slice(node.id.indexOf(':') + 1);
      const json = { kind, id, project: node.project, reason: reason.trim() };
      const made = await call<{ reached: number }>('/v1/recalls', { method: 'POST', json });
      await queryClient.invalidateQueries();
      say(`${sayCounted(made.reached, 'thing is', 'things are')} quarantined`);
      onClose();
    } catch (cause) {
      setError(cause);
      setBusy(false);
    }
  };
  return (
    <Dialog title={`Recall ${showSafely(node.name)}`} onClose={onClose}>
      <p className="quiet">
        Everything that came of it is quarantined at once: sets are no longer admitted, models stop,
        monitors are taken out. It cannot be undone.
      </p>
      <Field label="Reason" hint="Everybody who is stopped by it reads this.">
        {(id, hint) => (
          <textarea
            id={id}
            aria-describedby={hint}
            className="input"
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      <ProblemLine error={error} />
      <div className="actions">
        <Action onAct={onClose}>Cancel</Action>
        <Action
          tone="danger"
          busy={busy}
          refusal={reason.trim() === '' ? 'a reason is needed' : null}
          onAct={() => void recall()}
        >
          Recall
        </Action>
      </div>
    </Dialog>
  );
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
    <li className="lock" style={{ paddingLeft: `${String(depth * 1.5)}rem` }}>
      <div className="grow">
        <p>
          <span className="tag">{node.kind}</span>{' '}
          <a className="break" href={link(['lineage'], { node: node.id })}>
            {marked ? <strong>{showSafely(node.name)}</strong> : showSafely(node.name)}
          </a>{' '}
          {node.recall === null ? null : <span className="chip bad">quarantined</span>}
          {again ? <span className="faint small">stands above</span> : null}
        </p>
        <p className="faint small break">{showSafely(node.id)}</p>
      </div>
      {RECALLED_AS[node.kind] === undefined || node.recall !== null || again ? null : (
        <Action tiny tone="danger" onAct={() => setAsking(true)}>
          Recall {showSafely(node.name)}
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
            <ul className="list">
              {drawGraph(graph).map((drawn, index) => (
                <NodeItem key={index} drawn={drawn} marked={graph.roots.includes(drawn.node.id)} />
              ))}
            </ul>
          )}
        </Card>
      )}
    </Loaded>
  );
}

function Recalls(): ReactNode {
  return (
    <Loaded query={useQuery(recallsQuery)} lines={6}>
      {({ recalls }) => (
        <Card title="Recalls" note={sayCounted(recalls.length, 'recall')}>
          {recalls.length === 0 ? (
            <Empty title="Nothing was recalled" />
          ) : (
            <ul className="list">
              {recalls.map((recall) => (
                <li key={recall.id} className="lock">
                  <div className="grow">
                    <p>
                      <strong className="break">
                        {recall.target.kind} {showSafely(recall.target.id)}
                      </strong>{' '}
                      <span className="tag">{sayCounted(recall.reached, 'thing')} quarantined</span>
                    </p>
                    <p className="says break">{showSafely(recall.reason)}</p>
                    <p className="faint small">
                      {showSafely(recall.by)}, <When at={recall.at} />; what to train again:{' '}
                      <code>sallyport recall plan {recall.id}</code>
                    </p>
                  </div>
                </li>
              ))}
            </ul>
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
          { id: 'lineage', title: 'Lineage', show: () => <GraphView node={node} /> },
          { id: 'recalls', title: 'Recalls', show: () => <Recalls /> },
        ]}
      />
    </Page>
  );
}
