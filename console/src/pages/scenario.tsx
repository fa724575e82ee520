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
import type { LineNames } from './scenario/plots.tsx';
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
  readonly names: LineNames;
  readonly busy: boolean;
}): ReactNode {
  const { shipped, moved, names, busy } = props;
  const now = moved ?? shipped;
  return (
    <div className={`stack wide ${busy ? 'is-busy' : ''}`} aria-busy={busy}>
      <div className="spread-out">
        <Card title="Who has the capability" note="number of holders; P10 to P90">
          <FanPlot shipped={shipped} moved={moved} names={names} />
        </Card>
        <LadderTable shipped={shipped} moved={moved} names={names} />
      </div>
      <Card
        title="Chance that at least one of a kind has it"
        note="line: mean; band: what is not known"
      >
        <CurvePlot shipped={shipped} moved={moved} names={names} which="reach" />
      </Card>
      <Card title="Chance of what goes wrong" note="by month, at least once">
        <CurvePlot shipped={shipped} moved={moved} names={names} which="routes" />
      </Card>
      <Sensitivities answers={now} />
      <Claims answers={now} />
    </div>
  );
}

const UNMOVED = { adjustments: [], claims: [] };

function Desk(props: {
  readonly shown: ScenarioShown;
  /** Another scenario, to stand beside this one instead of itself as shipped. */
  readonly beside: ScenarioShown | null;
}): ReactNode {
  const { shown, beside } = props;
  const [adjustments, setAdjustments] = useState<readonly Adjustment[]>([]);
  const [claims, setClaims] = useState<readonly string[]>([]);
  const wanted: Play = { id: shown.id, adjustments, claims };
  const rested = useRested(JSON.stringify(wanted));
  const play = JSON.parse(rested) as Play;
  const changed = play.adjustments.length > 0 || play.claims.length > 0;
  const shipped = useQuery(playQuery({ ...UNMOVED, id: shown.id }, true));
  const other = useQuery(playQuery({ ...UNMOVED, id: beside?.id ?? '' }, beside !== null));
  const moved = useQuery(playQuery(play, changed));
  const busy = moved.isFetching || other.isFetching || rested !== JSON.stringify(wanted);
  if (shipped.data === undefined) {
    return shipped.isError ? <ProblemLine error={shipped.error} /> : <Skeleton lines={14} />;
  }
  const { notice, about, capability, runs } = shipped.data;
  const played = changed && moved.data !== undefined ? moved.data : null;
  const base = beside === null ? null : (other.data ?? null);
  const names: LineNames =
    beside === null || base === null
      ? { before: 'as shipped', after: 'as moved' }
      : { before: beside.name, after: played === null ? shown.name : `${shown.name}, as moved` };
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
          {other.isError && beside !== null ? <ProblemLine error={other.error} /> : null}
        </Card>
        <Results
          shipped={base ?? shipped.data}
          moved={base === null ? played : (played ?? shipped.data)}
          names={names}
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
  const besideId = query.get('beside');
  const beside = list.find((each) => each.id === besideId && each.id !== shown?.id) ?? null;
  const choose = (change: { id?: string; beside?: string }) =>
    go(link(['scenario'], { id: shown?.id ?? '', beside: beside?.id ?? '', ...change }), 'replace');
  return (
    <Page
      title="Scenario"
      lead="What happens if: who has the capability when, and what a level, a cap or an intervention changes."
      actions={
        list.length === 0 ? undefined : (
          <div className="selects pair">
            <select
              className="input"
              aria-label="Scenario"
              value={shown?.id ?? ''}
              onChange={(event) => choose({ id: event.target.value })}
            >
              {list.map(({ id, name }) => (
                <option key={id} value={id}>
                  {showSafely(name)}
                </option>
              ))}
            </select>
            <select
              className="input"
              aria-label="Beside"
              value={beside?.id ?? ''}
              onChange={(event) => choose({ beside: event.target.value })}
            >
              <option value="">beside itself, as shipped</option>
              {list
                .filter(({ id }) => id !== shown?.id)
                .map(({ id, name }) => (
                  <option key={id} value={id}>
                    beside {showSafely(name)}
                  </option>
                ))}
            </select>
          </div>
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
            <Desk key={shown.id} shown={shown} beside={beside} />
          )
        }
      </Loaded>
    </Page>
  );
}
