/** Recalls, and for each what to train again. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { planQuery, recallsQuery } from '../../api/ingress.ts';
import type { NodeShown, RecallPlan, RecallShown } from '../../api/ingress.ts';
import { Action } from '../../parts/action.tsx';
import { Person } from '../../parts/known.tsx';
import { Card } from '../../parts/layout.tsx';
import { Empty, Loaded } from '../../parts/states.tsx';
import { When } from '../../parts/text.tsx';
import { link } from '../../shell/route.ts';
import { sayCount, sayCounted, showSafely } from '../../words/format.ts';

const SHOWN_STEP = 50;
const IMPORTS_SHOWN = 20;

function sayStep(step: RecallPlan['steps'][number]): string {
  if (step.action === 'drop') return 'drop it: no set is left to train on';
  const base = step.baseState === 'quarantined' ? ' from the base that is made anew' : '';
  const sets = step.setsLeft.length === 0 ? '' : ` on ${sayCounted(step.setsLeft.length, 'set')}`;
  const without =
    step.setsRecalled.length === 0
      ? ''
      : `, without ${sayCounted(step.setsRecalled.length, 'recalled set')}`;
  return `train it again${base}${sets}${without}`;
}

function NameList(props: {
  readonly title: string;
  readonly nodes: readonly NodeShown[];
}): ReactNode {
  const { title, nodes } = props;
  if (nodes.length === 0) return null;
  return (
    <p className="small break">
      <strong>{title}:</strong> {nodes.map((node) => showSafely(node.name)).join(', ')}
    </p>
  );
}

function Plan({ id }: { readonly id: string }): ReactNode {
  const [shown, setShown] = useState(SHOWN_STEP);
  return (
    <Loaded query={useQuery(planQuery(id))} lines={4}>
      {({ recall, steps, cut, earlier }) => (
        <div className="plan">
          <NameList title="Monitors taken out" nodes={recall.monitors} />
          <NameList title="Models stopped" nodes={recall.models} />
          {recall.imports.length === 0 ? null : (
            <p className="small break">
              <strong>Imports:</strong>{' '}
              {recall.imports.slice(0, IMPORTS_SHOWN).map((each, index) => (
                <span key={each.id}>
                  {index === 0 ? '' : ', '}
                  <a href={link(['imports', each.id])}>{showSafely(each.why)}</a> ({each.state})
                </span>
              ))}
              {recall.imports.length > IMPORTS_SHOWN
                ? ` and ${sayCount(recall.imports.length - IMPORTS_SHOWN)} more`
                : ''}
            </p>
          )}
          {earlier.length === 0 ? null : (
            <p className="small break">
              <strong>Held by earlier recalls:</strong> {earlier.join(', ')}; see their plans too.
            </p>
          )}
          {steps.length === 0 ? (
            <p className="quiet">
              {earlier.length === 0
                ? 'Nothing that you may see was trained on it.'
                : 'Nothing more that you may see was trained on it than what earlier recalls hold already.'}
            </p>
          ) : (
            <ol className="steps">
              {steps.slice(0, shown).map((step) => (
                <li key={step.run} className="break">
                  <strong>{showSafely(step.name)}</strong>: {sayStep(step)}
                  <span className="second">
                    makes {step.results.map((each) => showSafely(each.name)).join(', ')}
                  </span>
                </li>
              ))}
            </ol>
          )}
          {steps.length > shown ? (
            <Action tiny onAct={() => setShown(shown + SHOWN_STEP)}>
              Show more of {sayCount(steps.length)}
            </Action>
          ) : null}
          {cut ? <p className="faint small">There are more runs than these.</p> : null}
        </div>
      )}
    </Loaded>
  );
}

function RecallItem({ recall }: { readonly recall: RecallShown }): ReactNode {
  const [open, setOpen] = useState(false);
  const { kind, id } = recall.target;
  const target = `${kind} ${showSafely(recall.name ?? id)}`;
  return (
    <li className="lock">
      <div className="grow">
        <p>
          <strong className="break">{target}</strong>{' '}
          <span className="tag">{sayCounted(recall.reached, 'thing')} quarantined</span>
        </p>
        {recall.name === null ? null : <p className="faint small break">{showSafely(id)}</p>}
        <p className="says break">{showSafely(recall.reason)}</p>
        <p className="faint small">
          <Person id={recall.by} />, <When at={recall.at} />
        </p>
        {open ? <Plan id={recall.id} /> : null}
      </div>
      <Action tiny label={`What to train again after ${target}`} onAct={() => setOpen(!open)}>
        {open ? 'Hide' : 'What to train again'}
      </Action>
    </li>
  );
}

/** The list. */
export function Recalls(): ReactNode {
  const [shown, setShown] = useState(SHOWN_STEP);
  return (
    <Loaded query={useQuery(recallsQuery)} lines={6}>
      {({ recalls }) => (
        <Card title="Recalls" note={sayCounted(recalls.length, 'recall')}>
          {recalls.length === 0 ? (
            <Empty title="Nothing was recalled" />
          ) : (
            <ul className="list">
              {recalls.slice(0, shown).map((recall) => (
                <RecallItem key={recall.id} recall={recall} />
              ))}
            </ul>
          )}
          {recalls.length > shown ? (
            <Action tiny onAct={() => setShown(shown + SHOWN_STEP)}>
              Show more of {sayCount(recalls.length)}
            </Action>
          ) : null}
        </Card>
      )}
    </Loaded>
  );
}
