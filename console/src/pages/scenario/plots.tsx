/** Fan charts of a scenario as shipped and as moved. No line without its band. */
import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { Answers, Curve } from '../../api/posture.ts';
import { Drawing } from '../../parts/drawing.tsx';
import type { Draw } from '../../parts/drawing.tsx';
import { sayShare, showSafely } from '../../words/format.ts';

interface Point {
  readonly month: Date;
  readonly low: number;
  readonly mid: number;
  readonly high: number;
}

function monthsOf(start: string): (index: number) => Date {
  const [year = 2026, month = 1] = start.split('-').map(Number);
  return (index) => new Date(Date.UTC(year, month - 1 + index, 1));
}

/** Grey for what is shipped, the accent for what was moved. */
const colourOf = (line: number): string => (line === 0 ? 'var(--series-4)' : 'var(--series-1)');

function drawBands(lines: readonly (readonly Point[])[], share: boolean): Draw {
  return (plot, widthPx) =>
    plot.plot({
      className: 'plot',
      width: widthPx,
      height: 230,
      marginLeft: 44,
      marginRight: 14,
      x: { type: 'utc', label: null, ticks: widthPx < 420 ? 3 : 5 },
      y: {
        label: null,
        grid: true,
        ...(share
          ? { domain: [0, 1], tickFormat: (tick: number) => `${String(Math.round(tick * 100))} %` }
          : {}),
      },
      marks: lines.flatMap((points, i) => [
        plot.areaY(points, {
          x: 'month',
          y1: 'low',
          y2: 'high',
          fill: colourOf(i),
          fillOpacity: 0.2,
        }),
        plot.lineY(points, { x: 'month', y: 'mid', stroke: colourOf(i), strokeWidth: 2 }),
      ]),
    });
}

/** What the two lines of each drawing are called. */
export interface LineNames {
  readonly before: string;
  readonly after: string;
}

function Legend(props: { readonly moved: boolean; readonly names: LineNames }): ReactNode {
  const { moved, names } = props;
  return (
    <p className="legend">
      <span className="series-4">{showSafely(names.before)}</span>
      {moved ? <span>{showSafely(names.after)}</span> : null}
    </p>
  );
}

/** Number of holders of all kinds over time. */
export function FanPlot(props: {
  readonly shipped: Answers;
  readonly moved: Answers | null;
  readonly names: LineNames;
}): ReactNode {
  const { shipped, moved, names } = props;
  const draw = useMemo(() => {
    const read = (answers: Answers): readonly Point[] => {
      const fan = answers.fans.find((each) => each.kind === 'all') ?? answers.fans[0];
      const month = monthsOf(answers.start);
      return (fan?.p50 ?? []).map((mid, i) => ({
        month: month(i),
        low: fan?.p10[i] ?? mid,
        mid,
        high: fan?.p90[i] ?? mid,
      }));
    };
    const lines = [read(shipped), ...(moved === null ? [] : [read(moved)])];
    return drawBands(lines, false);
  }, [shipped, moved]);
  return (
    <>
      <Legend moved={moved !== null} names={names} />
      <Drawing
        draw={draw}
        label="Number of holders over time, with the middle and the band from P10 to P90"
      />
    </>
  );
}

function SmallCurve(props: {
  readonly shipped: Curve;
  readonly moved: Curve | undefined;
  readonly starts: readonly [string, string];
}): ReactNode {
  const { shipped, moved } = props;
  const [from, fromMoved] = props.starts;
  const draw = useMemo(() => {
    const read = (curve: Curve, start: string): readonly Point[] => {
      const month = monthsOf(start);
      return curve.chance.map(({ mean, low, high }, i) => ({
        month: month(i),
        low,
        mid: mean,
        high,
      }));
    };
    const lines = [read(shipped, from), ...(moved === undefined ? [] : [read(moved, fromMoved)])];
    return (plot: Parameters<Draw>[0], widthPx: number) =>
      plot.plot({
        className: 'plot',
        width: widthPx,
        height: 92,
        marginLeft: 38,
        marginRight: 8,
        marginTop: 8,
        marginBottom: 20,
        x: { type: 'utc', label: null, ticks: 3 },
        y: {
          label: null,
          domain: [0, 1],
          ticks: [0, 0.5, 1],
          grid: true,
          tickFormat: (tick: number) => `${String(tick * 100)} %`,
        },
        marks: lines.flatMap((points, i) => [
          plot.areaY(points, {
            x: 'month',
            y1: 'low',
            y2: 'high',
            fill: colourOf(i),
            fillOpacity: 0.22,
          }),
          plot.lineY(points, { x: 'month', y: 'mid', stroke: colourOf(i), strokeWidth: 1.6 }),
        ]),
      });
  }, [shipped, moved, from, fromMoved]);
  const last = (curve: Curve | undefined) => curve?.chance.at(-1);
  const end = last(moved) ?? last(shipped);
  const said =
    end === undefined ? '' : `${sayShare(end.mean)} (${sayShare(end.low)} – ${sayShare(end.high)})`;
  return (
    <figure className="small-plot">
      <figcaption className="row apart">
        <span>{showSafely(shipped.title)}</span>
        <span className="faint">{said}</span>
      </figcaption>
      <Drawing draw={draw} label={`${shipped.title}: ${said} at the end`} />
    </figure>
  );
}

/** Small multiples of chances over time. */
export function CurvePlot(props: {
  readonly shipped: Answers;
  readonly moved: Answers | null;
  readonly which: 'reach' | 'routes';
  readonly names: LineNames;
}): ReactNode {
  const { shipped, moved, which, names } = props;
  return (
    <>
      <Legend moved={moved !== null} names={names} />
      <div className="small-plots">
        {shipped[which].map((curve) => (
          <SmallCurve
            key={curve.id}
            shipped={curve}
            moved={moved?.[which].find((each) => each.id === curve.id)}
            starts={[shipped.start, (moved ?? shipped).start]}
          />
        ))}
      </div>
    </>
  );
}
