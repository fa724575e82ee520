/** The drawings of the page about waiting. */
import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { Percentiles, Waiting } from '../../api/types.ts';
import { Drawing } from '../../parts/drawing.tsx';
import type { Draw } from '../../parts/drawing.tsx';
import { sayCounted, sayDuration } from '../../words/format.ts';
import { sayTier } from '../../words/names.ts';

const MINUTE_MS = 60_000;
const dayOf = (day: string): Date => new Date(`${day.slice(0, 10)}T00:00:00Z`);

interface TierRow extends Percentiles {
  readonly tier: string;
  readonly what: 'first view' | 'last approval';
  readonly row: string;
  /** The tier's name, on the first of its rows. */
  readonly label: string;
}

function readTiers(waiting: Waiting): readonly TierRow[] {
  return waiting.tiers.flatMap(({ tier: id, firstView, quorum }) => {
    const tier = sayTier(id);
    const times = [
      ...(firstView === null ? [] : [{ what: 'first view' as const, ...firstView }]),
      ...(quorum === null ? [] : [{ what: 'last approval' as const, ...quorum }]),
    ];
    return times.map((each, i) => ({
      ...each,
      tier,
      row: `${tier} ${each.what}`,
      label: i === 0 ? tier : '',
    }));
  });
}

const TICKS_MS = [
  10_000,
  MINUTE_MS,
  10 * MINUTE_MS,
  3_600_000,
  6 * 3_600_000,
  86_400_000,
  259_200_000,
];

function drawTiers(rows: readonly TierRow[]): Draw {
  // The axis is drawn over logarithms, so that its ticks stand at times that people know.
  const log = (ms: number): number => Math.log10(Math.max(1000, ms));
  const from = log(Math.min(...rows.map((row) => row.p50))) - 0.15;
  const to = log(Math.max(...rows.map((row) => row.p95))) + 0.15;
  const ticks = TICKS_MS.map(log).filter((tick) => tick >= from && tick <= to);
  const colour = (row: TierRow) =>
    row.what === 'first view' ? 'var(--series-2)' : 'var(--series-1)';
  return (plot, widthPx) =>
    plot.plot({
      className: 'plot',
      width: widthPx,
      height: 46 + rows.length * 26,
      marginLeft: 92,
      marginRight: 16,
      marginBottom: 28,
      x: {
        label: null,
        domain: [from, to],
        ticks: widthPx < 500 ? ticks.filter((_, i) => i % 2 === 0) : ticks,
        tickFormat: (tick: number) => sayDuration(Math.round(10 ** tick)),
        grid: true,
      },
      y: { axis: null, domain: rows.map((row) => row.row) },
      marks: [
        plot.text(rows, {
          frameAnchor: 'left',
          y: 'row',
          text: 'label',
          textAnchor: 'end',
          dx: -8,
          fontSize: 12,
          fill: 'currentColor',
        }),
        plot.ruleY(rows, {
          x1: (row: TierRow) => log(row.p50),
          x2: (row: TierRow) => log(row.p95),
          y: 'row',
          stroke: colour,
          strokeWidth: 5,
          strokeOpacity: 0.35,
          strokeLinecap: 'round',
        }),
        ...(['p50', 'p75', 'p95'] as const).map((at) =>
          plot.dot(rows, {
            x: (row: TierRow) => log(row[at]),
            y: 'row',
            r: at === 'p50' ? 5 : 3.5,
            fill: at === 'p50' ? colour : 'var(--surface)',
            stroke: colour,
            strokeWidth: 1.5,
            title: (row: TierRow) =>
              `${row.tier}, to the ${row.what}\n${at}: ${sayDuration(row[at])}`,
          }),
        ),
      ],
    });
}

/** From the first view to the last approval per tier: a line from p50 to p95 with its marks. */
export function TierBars({ waiting }: { readonly waiting: Waiting }): ReactNode {
  const draw = useMemo<Draw>(() => drawTiers(readTiers(waiting)), [waiting]);
  return (
    <>
      <p className="legend">
        <span className="series-2">to the first view</span>
        <span>to the last approval</span>
        <span className="none faint">dots: p50, p75, p95; logarithmic</span>
      </p>
      <Drawing
        draw={draw}
        label="Waiting per tier from p50 to p95; the table below has the numbers"
      />
    </>
  );
}

const KINDS = [
  ['automatic', 'var(--series-1)'],
  ['held', 'var(--series-2)'],
  ['denied', 'var(--series-3)'],
] as const;

/** How many requests a day were automatic, held and denied. */
export function WaitingDays({ waiting }: { readonly waiting: Waiting }): ReactNode {
  const draw = useMemo<Draw>(() => {
    const rows = waiting.byDay.flatMap((day) =>
      KINDS.map(([kind, fill]) => ({ day: dayOf(day.day), kind, fill, count: day[kind] })),
    );
    return (plot, widthPx) =>
      plot.plot({
        className: 'plot',
        width: widthPx,
        height: 210,
        marginLeft: 36,
        marginBottom: 36,
        marginRight: 4,
        x: { type: 'utc', label: null, ticks: 4 },
        y: { label: null, ticks: 4, grid: true },
        marks: [
          plot.ruleY([0], { stroke: 'var(--line-strong)' }),
          plot.rectY(rows, {
            x1: 'day',
            x2: (row: { day: Date }) => new Date(row.day.getTime() + 86_400_000),
            y: 'count',
            fill: (row: { fill: string }) => row.fill,
            insetLeft: 0.75,
            insetRight: 0.75,
            title: (row: { day: Date; kind: string; count: number }) =>
              `${row.day.toISOString().slice(0, 10)}\n${row.kind}: ${sayCounted(row.count, 'request')}`,
          }),
        ],
      });
  }, [waiting]);
  return (
    <>
      <p className="legend">
        <span>automatic</span>
        <span className="series-2">held</span>
        <span className="series-3">denied</span>
      </p>
      <Drawing
        draw={draw}
        label={`Requests a day for ${sayCounted(waiting.byDay.length, 'day')}`}
      />
    </>
  );
}

/** The median time to the last approval, a day at a time. */
export function QuorumDays({ waiting }: { readonly waiting: Waiting }): ReactNode {
  const draw = useMemo<Draw>(() => {
    const rows = waiting.byDay.flatMap(({ day, quorumP50 }) =>
      quorumP50 === null ? [] : [{ day: dayOf(day), hours: quorumP50 / 3_600_000 }],
    );
    return (plot, widthPx) =>
      plot.plot({
        className: 'plot',
        width: widthPx,
        height: 234,
        marginLeft: 44,
        marginBottom: 36,
        marginRight: 6,
        x: { type: 'utc', label: null, ticks: 4 },
        y: {
          label: null,
          ticks: 4,
          grid: true,
          zero: true,
          tickFormat: (hours: number) => `${String(hours)} h`,
        },
        marks: [
          plot.ruleY([0], { stroke: 'var(--line-strong)' }),
          plot.lineY(rows, { x: 'day', y: 'hours', stroke: 'var(--series-1)', strokeWidth: 1.75 }),
          plot.dot(rows, {
            x: 'day',
            y: 'hours',
            r: 2.5,
            fill: 'var(--series-1)',
            title: (row: { day: Date; hours: number }) =>
              `${row.day.toISOString().slice(0, 10)}\n${sayDuration(row.hours * 3_600_000)}`,
          }),
        ],
      });
  }, [waiting]);
  return <Drawing draw={draw} label="Median time to the last approval, day by day" />;
}

const BARS_MAX = 8;

/** On whom others waited longest, all requests together: what was decided, and what still waits. */
export function BottleneckBars({ waiting }: { readonly waiting: Waiting }): ReactNode {
  const draw = useMemo<Draw>(() => {
    const first = waiting.bottlenecks.slice(0, BARS_MAX).map((each) => ({
      who: each.group ?? each.person ?? '',
      hours: each.totalMs / 3_600_000,
      ms: each.totalMs,
    }));
    return (plot, widthPx) =>
      plot.plot({
        className: 'plot',
        width: widthPx,
        height: 40 + first.length * 24,
        marginLeft: Math.min(150, Math.round(widthPx * 0.4)),
        marginRight: 12,
        marginBottom: 28,
        x: {
          label: null,
          ticks: 4,
          grid: true,
          zero: true,
          tickFormat: (hours: number) => `${String(hours)} h`,
        },
        y: { label: null, domain: first.map((row) => row.who), tickSize: 0 },
        marks: [
          plot.barX(first, {
            x: 'hours',
            y: 'who',
            fill: 'var(--series-1)',
            insetTop: 4,
            insetBottom: 4,
            title: (row: { who: string; ms: number }) => `${row.who}\n${sayDuration(row.ms)}`,
          }),
        ],
      });
  }, [waiting]);
  return (
    <Drawing
      draw={draw}
      label="Time that all requests together waited for each; the list below has the numbers"
    />
  );
}
