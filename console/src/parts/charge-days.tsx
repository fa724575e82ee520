/** Charge over time, a bar a day. */
import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { ChargeDay } from '../api/types.ts';
import { sayBits, sayBitsShort, sayBytes } from '../words/format.ts';
import { Drawing } from './drawing.tsx';
import type { Draw } from './drawing.tsx';

/** The drawing, with a sentence of its own for screen readers. */
export function ChargeDays(props: {
  readonly days: readonly ChargeDay[];
  readonly heightPx: number;
}): ReactNode {
  const { days, heightPx } = props;
  const draw = useMemo<Draw>(() => {
    const rows = days.map((day) => ({
      ...day,
      date: new Date(`${day.day.slice(0, 10)}T00:00:00Z`),
    }));
    return (plot, widthPx) =>
      plot.plot({
        className: 'plot',
        width: widthPx,
        height: heightPx,
        marginLeft: 58,
        marginRight: 4,
        marginBottom: 42,
        marginTop: 8,
        x: { type: 'utc', label: null, ticks: widthPx < 420 ? 3 : 6 },
        y: {
          label: null,
          ticks: 3,
          tickFormat: (bits: number) => sayBitsShort(bits),
          grid: true,
          zero: true,
        },
        marks: [
          plot.ruleY([0], { stroke: 'var(--line-strong)' }),
          plot.rectY(rows, {
            x1: 'date',
            x2: (row: { date: Date }) => new Date(row.date.getTime() + 86_400_000),
            y: 'chargeBits',
            fill: 'var(--series-1)',
            insetLeft: 0.75,
            insetRight: 0.75,
            rx: 1.5,
            title: (row: ChargeDay) => `${row.day.slice(0, 10)}\n${sayBits(row.chargeBits)}`,
          }),
        ],
      });
  }, [days, heightPx]);
  const sum = days.reduce((total, day) => total + day.chargeBits, 0);
  const most = days.reduce((best, day) => Math.max(best, day.chargeBits), 0);
  if (sum === 0) return <p className="quiet">Nothing left in these days.</p>;
  return (
    <Drawing
      draw={draw}
      label={`Charge a day: ${sayBytes(Math.ceil(sum / 8))} in ${String(days.length)} days, at most ${sayBits(most)} in one`}
    />
  );
}
