/** Monitors: whether each one stands, and its certified recall against the number of bad sources. */
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { monitorsQuery } from '../api/screens.ts';
import type { MonitorShown, Proportion } from '../api/screens.ts';
import { Action } from '../parts/action.tsx';
import { Drawing } from '../parts/drawing.tsx';
import type { Draw } from '../parts/drawing.tsx';
import { Person, Project } from '../parts/known.tsx';
import { Card, Facts, Page } from '../parts/layout.tsx';
import { Empty, Loaded } from '../parts/states.tsx';
import { When } from '../parts/text.tsx';
import { link } from '../shell/route.ts';
import { sayCount, sayCounted, sayShare, showSafely } from '../words/format.ts';

type Evaluation = NonNullable<MonitorShown['newest']>['evaluation'];

const HEIGHT = 240;
const SHOWN_STEP = 20;

function RecallCurve({ evaluation }: { readonly evaluation: Evaluation }): ReactNode {
  const { curve } = evaluation;
  const draw = useMemo<Draw>(() => {
    const rows = curve.map(({ badSources, recall }) => ({ badSources, ...recall }));
    return (plot, widthPx) =>
      plot.plot({
        className: 'plot',
        ...{ width: widthPx, height: HEIGHT, marginLeft: 44, marginRight: 16, marginBottom: 40 },
        x: { label: 'bad sources', ticks: Math.min(8, rows.length), tickFormat: 'd' },
        y: { label: 'certified recall', domain: [0, 1], ticks: 4, grid: true },
        marks: [
          plot.areaY(rows, {
            ...{ x: 'badSources', y1: 'low', y2: 'high', fill: 'var(--series-1)' },
            fillOpacity: 0.15,
          }),
          plot.lineY(rows, { x: 'badSources', y: 'value', stroke: 'var(--series-1)' }),
          plot.dot(rows, {
            ...{ x: 'badSources', y: 'value', r: 3, fill: 'var(--series-1)' },
            title: (row: (typeof rows)[number]) =>
              `${sayCounted(row.badSources, 'bad source')}: ${row.value.toFixed(2)} (${row.low.toFixed(2)} to ${row.high.toFixed(2)})`,
          }),
        ],
      });
  }, [curve]);
  const [none] = curve;
  const last = curve.at(-1);
  return (
    <Drawing
      draw={draw}
      label={`Certified recall: ${(none?.recall.value ?? 0).toFixed(2)} without bad sources, ${(last?.recall.value ?? 0).toFixed(2)} against ${sayCount(last?.badSources ?? 0)}`}
    />
  );
}

const sayRate = ({ value, low, high }: Proportion): string =>
  `${sayShare(value)} (95 %: ${sayShare(low)} to ${sayShare(high)})`;

function Measured(props: { readonly newest: NonNullable<MonitorShown['newest']> }): ReactNode {
  const { at, by, evaluation } = props.newest;
  const { falsePositiveRate: rate, newSources } = evaluation;
  const made = evaluation.sources === 'simulated' ? ', sources simulated' : '';
  return (
    <>
      <RecallCurve evaluation={evaluation} />
      <Facts
        rows={[
          [
            'False positives',
            `${sayRate(rate)}, wanted ${sayShare(evaluation.falsePositiveRateMax)}`,
          ],
          [
            '… of a new source',
            newSources === undefined || newSources === null
              ? 'not measured: it takes clean texts of three sources that it did not learn'
              : `${sayRate(newSources.rate)}; ${sayShare(newSources.worst)} of the worst of ${sayCounted(newSources.sources, 'source')}`,
          ],
          [
            'Measured on',
            `${sayCounted(evaluation.documents, 'document')}, ${sayCount(evaluation.positives)} positive, ${sayCounted(evaluation.partitions, 'partition')}${made}`,
          ],
          [
            'Recorded',
            <span key="by">
              <Person id={by} />, <When at={at} />
            </span>,
          ],
        ]}
      />
      {evaluation.warnings.map((warning, index) => (
        <p key={index} className="notice wait says break">
          {showSafely(warning)}
        </p>
      ))}
    </>
  );
}

function MonitorCard({ monitor }: { readonly monitor: MonitorShown }): ReactNode {
  return (
    <Card
      title={showSafely(monitor.name)}
      note={
        monitor.recall === null ? (
          <span className="chip good">stands</span>
        ) : (
          <span className="chip bad">quarantined</span>
        )
      }
    >
      {monitor.recall === null ? null : (
        <p className="notice bad">
          It came of something that was <a href={link(['lineage'], { tab: 'recalls' })}>recalled</a>
          : nothing watches in its place.
        </p>
      )}
      {monitor.newest === null ? (
        <p className="quiet">
          Nobody recorded what it is worth: <code>sallyport lineage evaluated MONITOR FILE</code>{' '}
          does.
        </p>
      ) : (
        <Measured newest={monitor.newest} />
      )}
      <p className="faint small break monitor-foot">
        <Project id={monitor.project} />, <When at={monitor.addedAt} />,{' '}
        <a href={link(['lineage'], { node: monitor.id })}>where it came from</a>
      </p>
    </Card>
  );
}

/** The page. */
export function MonitorsPage(): ReactNode {
  const [shown, setShown] = useState(SHOWN_STEP);
  return (
    <Page
      title="Monitors"
      lead="A verdict stands unless more sources were bad than its certificate says."
    >
      <Loaded query={useQuery(monitorsQuery)} lines={10}>
        {({ monitors, cut }) => (
          <div className="stack wide">
            {monitors.length === 0 ? (
              <Card>
                <Empty title="No monitor is recorded">
                  <p>
                    <code>sallyport monitor train</code> makes one,{' '}
                    <code>sallyport lineage record-run</code> records it.
                  </p>
                </Empty>
              </Card>
            ) : (
              monitors
                .slice(0, shown)
                .map((monitor) => <MonitorCard key={monitor.id} monitor={monitor} />)
            )}
            {monitors.length > shown ? (
              <Action tiny onAct={() => setShown(shown + SHOWN_STEP)}>
                Show more of {sayCount(monitors.length)}
              </Action>
            ) : null}
            {cut ? <p className="faint small">The newest {sayCount(monitors.length)}.</p> : null}
          </div>
        )}
      </Loaded>
    </Page>
  );
}
