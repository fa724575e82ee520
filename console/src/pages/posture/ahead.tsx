/** What comes: evidence that expires, and when each level may be reached, as ranges. */
import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { Board, RoadmapShown } from '../../api/posture.ts';
import { Drawing } from '../../parts/drawing.tsx';
import type { Draw } from '../../parts/drawing.tsx';
import { Card } from '../../parts/layout.tsx';
import { sayCounted, sayDay, sayShare, showSafely } from '../../words/format.ts';
import type { View } from '../posture.tsx';

const LISTED = 8;

/** Evidence that stops counting soon. */
export function Expiring({ board }: { readonly board: Board }): ReactNode {
  return (
    <Card title="Evidence that expires" note="What expires is unknown again">
      {board.expiries.length === 0 ? (
        <p className="quiet">Nothing expires in the next half year.</p>
      ) : (
        <ul className="list">
          {board.expiries.slice(0, LISTED).map((each) => (
            <li key={each.at} className="row apart">
              <span className="break">
                {sayCounted(each.measures.length, 'measure')}{' '}
                <span className="faint small">
                  {showSafely(board.measures[each.measures[0] ?? ''] ?? '')}
                  {each.measures.length > 1 ? ' …' : ''}
                </span>
              </span>
              <span className="small">{sayDay(each.at)}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function drawDates(plan: RoadmapShown): Draw {
  const rows = plan.levels
    .filter((each) => !each.reached)
    .map((each) => ({
      level: each.level,
      p10: new Date(each.p10),
      p50: new Date(each.p50),
      p90: new Date(each.p90),
    }));
  return (plot, widthPx) =>
    plot.plot({
      className: 'plot',
      width: widthPx,
      height: 44 + rows.length * 34,
      marginLeft: 48,
      marginRight: 20,
      x: { type: 'utc', label: null, grid: true, ticks: widthPx < 500 ? 4 : 8 },
      y: { label: null, domain: rows.map((row) => row.level) },
      marks: [
        plot.ruleY(rows, {
          x1: 'p10',
          x2: 'p90',
          y: 'level',
          stroke: 'var(--series-1)',
          strokeWidth: 7,
          strokeOpacity: 0.35,
        }),
        plot.dot(rows, { x: 'p50', y: 'level', r: 5, fill: 'var(--series-1)' }),
      ],
    });
}

function weeks({ p10, p50, p90 }: { p10: number; p50: number; p90: number }): string {
  const show = (each: number): string => each.toFixed(each >= 10 ? 0 : 1);
  return p90 === 0 ? '–' : `${show(p50)} (${show(p10)}–${show(p90)})`;
}

function WhatIfs({ plan }: { readonly plan: RoadmapShown }): ReactNode {
  const ahead = plan.levels.filter((each) => !each.reached).map((each) => each.level);
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="What would change the dates">
      <table className="table stacking">
        <thead>
          <tr>
            <th scope="col">Weeks saved, P50 (P10–P90)</th>
            {ahead.map((level) => (
              <th key={level} scope="col" className="number">
                {level}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {plan.whatIfs.map((each) => (
            <tr key={each.change}>
              <th scope="row">{showSafely(each.change)}</th>
              {each.saved
                .filter((saved) => ahead.includes(saved.level))
                .map((saved) => (
                  <td key={saved.level} data-label={saved.level} className="number">
                    {weeks(saved)}
                  </td>
                ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The roadmap of the chosen profile. */
export function Plan({ board, view }: { readonly board: Board; readonly view: View }): ReactNode {
  const plan = board.roadmaps.find((each) => each.profile === view.profile);
  const draw = useMemo(() => (plan === undefined ? null : drawDates(plan)), [plan]);
  if (plan === undefined || draw === null) return null;
  const ahead = plan.levels.filter((each) => !each.reached);
  const label = ahead
    .map((each) => `${each.level} between ${sayDay(each.p10)} and ${sayDay(each.p90)}`)
    .join('; ');
  return (
    <Card
      bare
      title="When each level may be reached"
      note="P10 to P90 of many runs over ranges, never one date"
    >
      <div className="body stack">
        {ahead.length === 0 ? (
          <p className="quiet">Every level that this profile asks for is reached.</p>
        ) : (
          <Drawing draw={draw} label={label} />
        )}
        <p className="quiet small">
          {sayCounted(plan.planned, 'measure')} up to {plan.levels.at(-1)?.level} missing;{' '}
          {sayCounted(plan.engineers, 'engineer')} from {sayDay(plan.start)}
          {plan.assumed ? ', both placeholders: no plan.yaml says who and when' : ''}.
        </p>
        <ul className="list">
          {ahead.flatMap((each) =>
            each.critical.slice(0, 2).map(({ measure, share }) => (
              <li key={`${each.level} ${measure}`} className="row apart">
                <span className="break">
                  <span className="tag">{each.level}</span>{' '}
                  {showSafely(board.measures[measure] ?? measure)}
                </span>
                <span className="small">decides the date in {sayShare(share)} of runs</span>
              </li>
            )),
          )}
        </ul>
      </div>
      <WhatIfs plan={plan} />
    </Card>
  );
}
