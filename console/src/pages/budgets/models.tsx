/** The guarded models: how thin a copy of each could be, on which assumption, and what is counted of it. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { modelsQuery } from '../../api/queries.ts';
import type { ModelShown } from '../../api/types.ts';
import { Action, refusalOf } from '../../parts/action.tsx';
import { sayAmount } from '../../parts/budget.tsx';
import { Card, Facts } from '../../parts/layout.tsx';
import { Meter } from '../../parts/meter.tsx';
import { Empty, Loaded } from '../../parts/states.tsx';
import { refusalFor, useSession } from '../../shell/session.tsx';
import { sayBits, sayCount, showSafely } from '../../words/format.ts';
import { ActivateForm, ModelForm } from '../settings/model-form.tsx';

const STATES = {
  active: ['good', 'in use'],
  locked: ['bad', 'locked'],
  quarantined: ['bad', 'quarantined'],
} as const;

function Vectors({ model }: { readonly model: ModelShown }): ReactNode {
  const { hiddenWidth, vectorsCounted } = model;
  if (hiddenWidth === 0)
    return <p className="faint small">Hidden width unknown: vectors are not counted.</p>;
  return (
    <div>
      <Meter
        value={hiddenWidth - vectorsCounted}
        max={hiddenWidth}
        label={`Vectors of ${showSafely(model.model)} that may still leave`}
      />
      <p className="faint small">
        {sayCount(vectorsCounted)} distinct vectors of {sayCount(hiddenWidth)} have left; they are
        stopped below that width.
      </p>
    </div>
  );
}

function ModelCard(props: {
  readonly model: ModelShown;
  readonly onChange: () => void;
  readonly onActivate: () => void;
}): ReactNode {
  const { model, onChange, onActivate } = props;
  const [tone, word] = STATES[model.state];
  const refusal = refusalOf(model.can, 'change');
  return (
    <Card
      className="budget"
      title={showSafely(model.model)}
      note={<span className={`chip ${tone}`}>{word}</span>}
    >
      <div className="stack">
        <div>
          <p className="big-number">{sayAmount(model.effectiveBits)}</p>
          <p className="faint small">
            is the thinnest useful copy: {sayBits(model.effectiveBits)}, assumed{' '}
            {model.bitsPerParameter} bits of each of {sayCount(model.parameters)} parameters
          </p>
        </div>
        <Facts
          rows={[
            ['Version', String(model.version)],
            ['Hidden width', model.hiddenWidth === 0 ? 'unknown' : sayCount(model.hiddenWidth)],
            ['Vocabulary', model.vocabulary === 0 ? 'unknown' : sayCount(model.vocabulary)],
          ]}
        />
        <Vectors model={model} />
        <div className="row">
          <Action tiny refusal={refusal} onAct={onChange}>
            Declare anew
          </Action>
          {model.state === 'active' ? null : (
            <Action tiny refusal={refusal} onAct={onActivate}>
              Use it again
            </Action>
          )}
        </div>
      </div>
    </Card>
  );
}

type Asking =
  { readonly what: 'new' } | { readonly what: 'anew' | 'activate'; readonly model: ModelShown };

/** The models that somebody may see, with the way to declare another one. */
export function Models(): ReactNode {
  const session = useSession();
  const [asking, setAsking] = useState<Asking | null>(null);
  const close = () => setAsking(null);
  const declare = (
    <Action refusal={refusalFor(session, 'model')} onAct={() => setAsking({ what: 'new' })}>
      Declare a model
    </Action>
  );
  return (
    <Loaded query={useQuery(modelsQuery)} lines={8}>
      {({ models }) => (
        <div className="stack wide">
          {models.length === 0 ? (
            <div className="card">
              <Empty title="No model is declared">
                <p>
                  Without one, nobody can say in how many years a copy would leave: budgets count in
                  bits and bytes only.
                </p>
                {declare}
              </Empty>
            </div>
          ) : (
            <>
              <div className="row apart">
                <p className="small quiet">
                  Percentages, years and published caps are about the thinnest of them.
                </p>
                {declare}
              </div>
              <div className="cards">
                {models.map((model) => (
                  <ModelCard
                    key={model.model}
                    model={model}
                    onChange={() => setAsking({ what: 'anew', model })}
                    onActivate={() => setAsking({ what: 'activate', model })}
                  />
                ))}
              </div>
            </>
          )}
          {asking?.what === 'new' ? <ModelForm model={null} onClose={close} /> : null}
          {asking?.what === 'anew' ? <ModelForm model={asking.model} onClose={close} /> : null}
          {asking?.what === 'activate' ? (
            <ActivateForm model={asking.model} onClose={close} />
          ) : null}
        </div>
      )}
    </Loaded>
  );
}
