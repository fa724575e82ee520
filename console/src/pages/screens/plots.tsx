/** Plots of a screening: n-grams that conflict with labels, and how much each source weighs. */
import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { Conflict, SourceWeight } from '../../api/screens.ts';
import { Drawing } from '../../parts/drawing.tsx';
import type { Draw } from '../../parts/drawing.tsx';
import { sayCount, sayCounted, sayShare, showSafely } from '../../words/format.ts';

const HEIGHT = 260;
const NAMED = 6;

/** Evidence of each n-gram over its documents, with the bar above which it is accused. */
export function ConflictPlot(props: {
  readonly conflicts: readonly Conflict[];
  readonly barNats: number;
}): ReactNode {
  const { conflicts, barNats } = props;
  const draw = useMemo<Draw>(() => {
    const named = conflicts.slice(0, NAMED);
    return (plot, widthPx) =>
      plot.plot({
        className: 'plot',
        ...{ width: widthPx, height: HEIGHT, marginLeft: 52, marginRight: 24, marginBottom: 40 },
        x: {
          ...{ type: 'log', label: 'documents', ticks: 4, nice: true },
          tickFormat: (value: number) => sayCount(value),
        },
        y: { label: 'evidence, nats', ticks: 4, grid: true, zero: true, nice: true },
        marks: [
          plot.ruleY([barNats], { stroke: 'var(--series-2)', strokeDasharray: '4 3' }),
          plot.dot(conflicts, {
            ...{ x: 'documents', y: 'evidenceNats', r: 5, fill: 'var(--series-3)' },
            title: (each: Conflict) =>
              `${showSafely(each.words)}\n${sayCounted(each.documents, 'document')} labelled ${showSafely(each.label)}, ${sayCount(each.elsewhere)} elsewhere`,
          }),
          plot.text(named, {
            ...{ x: 'documents', y: 'evidenceNats', dy: -11, fill: 'var(--ink-2)' },
            text: (each: Conflict) => showSafely(each.words).slice(0, 28),
          }),
        ],
      });
  }, [conflicts, barNats]);
  const [worst] = conflicts;
  if (worst === undefined) return <p className="quiet">No n-gram conflicts with its label.</p>;
  return (
    <Drawing
      draw={draw}
      label={`${sayCounted(conflicts.length, 'n-gram')} above the bar of ${sayCount(Math.round(barNats))} nats; the strongest is ${showSafely(worst.words)} in ${sayCounted(worst.documents, 'document')}`}
    />
  );
}

/** Influence of each source over its share of the documents: above the line a source says more than it sends. */
export function SourcePlot(props: {
  readonly sources: readonly SourceWeight[];
  readonly total: number;
}): ReactNode {
  const { sources, total } = props;
  const draw = useMemo<Draw>(() => {
    const most = Math.max(...sources.flatMap((each) => [each.share, each.influence]), 0.01);
    const end = Math.min(1, most * 1.15);
    const named = [...sources].sort((a, b) => b.influence - a.influence).slice(0, NAMED);
    const percent = (value: number): string => `${String(Math.round(value * 100))} %`;
    return (plot, widthPx) =>
      plot.plot({
        className: 'plot',
        ...{ width: widthPx, height: HEIGHT, marginLeft: 52, marginRight: 24, marginBottom: 40 },
        x: { label: 'share of documents', domain: [0, end], ticks: 4, tickFormat: percent },
        y: { label: 'influence', domain: [0, end], ticks: 4, tickFormat: percent, grid: true },
        marks: [
          plot.lineY(
            [
              { at: 0, is: 0 },
              { at: end, is: end },
            ],
            { x: 'at', y: 'is', stroke: 'var(--line-strong)', strokeDasharray: '4 3' },
          ),
          plot.dot(sources, {
            ...{ x: 'share', y: 'influence', r: 4.5, fillOpacity: 0.8 },
            fill: (each: SourceWeight) =>
              each.influence > each.share * 1.5 ? 'var(--series-3)' : 'var(--series-1)',
            title: (each: SourceWeight) =>
              `${showSafely(each.source)}\n${sayCounted(each.documents, 'document')}, ${sayCount(each.conflicts)} unlike their label`,
          }),
          plot.text(named, {
            ...{ x: 'share', y: 'influence', dy: -11, fill: 'var(--ink-2)' },
            text: (each: SourceWeight) => showSafely(each.source).slice(0, 20),
          }),
        ],
      });
  }, [sources]);
  const [largest] = sources;
  if (largest === undefined) return <p className="quiet">No document names its source.</p>;
  return (
    <>
      <Drawing
        draw={draw}
        label={`${sayCounted(total, 'source')}; the largest, ${showSafely(largest.source)}, sent ${sayShare(largest.share)} of the documents and has ${sayShare(largest.influence)} of the influence`}
      />
      {total > sources.length ? (
        <p className="faint small">
          The {sayCount(sources.length)} largest of {sayCount(total)}.
        </p>
      ) : null}
    </>
  );
}
