/** Scenario: what happens if, with the main inputs as sliders, beside the scenario as it is shipped. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { playQuery, scenariosQuery } from '../api/posture.ts';
import type { Adjustment, Answers, Play, ScenarioShown } from '../api/posture.ts';
import { Action } from '../parts/action.tsx';
import { Card, Page } from '../parts/layout.tsx';
import { Empty, Loaded, ProblemLine, Skeleton } from '../parts/states.tsx';
import { go, link } from '../shell/route.ts';
import { sayCount, showSafely } from '../words/format.ts';
import { Claims, LadderTable, Sensitivities } from './scenario/answers.tsx';
import { CurvePlot, FanPlot } from './scenario/plots.tsx';
import { ClaimSwitches, Sliders } from './scenario/sliders.tsx';

const REST_MS = 350;

/** The value as it was when it last stayed the same for a moment, so that a dragged slider asks once. */
function useRested<T>(value: T): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), REST_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return rested;
}

function Results(props: {
  readonly shipped: Answers;
  readonly moved: Answers | null;
  readonly busy: boolean;
}): ReactNode {
  const { shipped, moved, busy } = props;
  const now = moved ?? shipped;
  return (
    <div className={`stack wide ${busy ? 'is-busy' : ''}`} aria-busy={busy}>
      <div className="columns even">
        <Card title="Who has the capability" note="number of holders; P10 to P90">
          <FanPlot shipped={shipped} moved={moved} />
        </Card>
        <LadderTable shipped={shipped} moved={moved} />
      </div>
      <Card
        title="Chance that at least one of a kind has it"
        note="line: mean; band: what is not known"
      >
        <CurvePlot shipped={shipped} moved={moved} which="reach" />
      </Card>
      <Card title="Chance of what goes wrong" note="by month, at least once">
        <CurvePlot shipped={shipped} moved={moved} which="routes" />
      </Card>
      <Sensitivities answers={now} />
      <Claims answers={now} />
    </div>
  );
}

function Desk({ shown }: { readonly shown: ScenarioShown }): ReactNode {
  const [adjustments, setAdjustments] = useState<readonly Adjustment[]>([]);
  const [claims, setClaims] = useState<readonly string[]>([]);
  const wanted: Play = { id: shown.id, adjustments, claims };
  const rested = useRested(JSON.stringify(wanted));
  const play = JSON.parse(rested) as Play;
  const changed = play.adjustments.length > 0 || play.claims.length > 0;
  const shipped = useQuery(playQuery({ id: shown.id, adjustments: [], claims: [] }, true));
  const moved = useQuery(playQuery(play, changed));
  const busy = moved.isFetching || rested !== JSON.stringify(wanted);
  if (shipped.data === undefined) {
    return shipped.isError ? <ProblemLine error={shipped.error} /> : <Skeleton lines={14} />;
  }
  const { notice, about, capability, runs } = shipped.data;
  return (
    <div className="stack wide">
      <div className="notice">
        <p>
          <strong>{showSafely(notice)}.</strong> {showSafely(about)}
        </p>
        <p className="way">
          The capability: {showSafely(capability)}. {sayCount(runs)} runs each; the command{' '}
          <code>sallyport scenario run</code> plays more and writes the whole page.
        </p>
      </div>
      <div className="scenario">
        <Card
          title="Inputs"
          note={busy ? 'playing …' : 'the ones that move an answer most'}
          className="inputs"
        >
          <Sliders answers={shipped.data} adjustments={adjustments} onChange={setAdjustments} />
          <ClaimSwitches answers={shipped.data} claims={claims} onChange={setClaims} />
          <Action
            tiny
            refusal={adjustments.length + claims.length === 0 ? 'nothing was moved' : null}
            onAct={() => {
              setAdjustments([]);
              setClaims([]);
            }}
          >
            As shipped
          </Action>
          {moved.isError && changed ? <ProblemLine error={moved.error} /> : null}
        </Card>
        <Results
          shipped={shipped.data}
          moved={changed && moved.data !== undefined ? moved.data : null}
          busy={busy}
        />
      </div>
    </div>
  );
}

/** The page. */
export function ScenarioPage({ query }: { readonly query: URLSearchParams }): ReactNode {
  const scenarios = useQuery(scenariosQuery);
  const list = scenarios.data?.scenarios ?? [];
  const shown = list.find((each) => each.id === query.get('id')) ?? list[0];
  return (
    <Page
      title="Scenario"
      lead="What happens if: who has the capability when, and what a level, a cap or an intervention changes."
      actions={
        list.length === 0 ? undefined : (
          <select
            className="input"
            aria-label="Scenario"
            value={shown?.id ?? ''}
            onChange={(event) => go(link(['scenario'], { id: event.target.value }), 'replace')}
          >
            {list.map(({ id, name }) => (
              <option key={id} value={id}>
                {showSafely(name)}
              </option>
            ))}
          </select>
        )
      }
    >
      <Loaded query={scenarios} lines={14}>
        {() =>
          shown === undefined ? (
            <Card>
              <Empty title="There is no scenario">
                <p>The gate came without any. Play a file with the command.</p>
              </Empty>
            </Card>
          ) : (
            <Desk key={shown.id} shown={shown} />
          )
        }
      </Loaded>
    </Page>
  );
}
