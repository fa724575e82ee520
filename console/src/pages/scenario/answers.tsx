/** What one level is worth, which inputs matter, and what the three claims need. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Answers, Estimate, LadderStep } from '../../api/posture.ts';
import { Card } from '../../parts/layout.tsx';
import { sayCount, sayShare, showSafely } from '../../words/format.ts';
import type { LineNames } from './plots.tsx';
import { sayPlace } from './sliders.tsx';

const show = (value: number): string =>
  value === 0 ? '0' : Number(value.toPrecision(3)).toString();
const sayEstimate = ({ mean, low, high }: Estimate, share: boolean): string =>
  share
    ? `${sayShare(mean)} (${sayShare(low)} – ${sayShare(high)})`
    : `${show(mean)} (${show(low)}–${show(high)})`;

/** What a level is said to do, or that too few runs say it. */
function claim({ seen, enough }: LadderStep, said: string): string {
  return enough ? said : `not enough runs (${sayCount(seen.runs)})`;
}

function keptOut({ keptOut: out, unclear }: LadderStep): string {
  const named = out.map((capacity) => `OC${String(capacity)}`);
  const doubted = unclear.map((capacity) => `OC${String(capacity)}?`);
  return [...named, ...doubted].join(', ') || 'nobody';
}

/** The marginal value of one security level. */
export function LadderTable(props: {
  readonly shipped: Answers;
  readonly moved: Answers | null;
  readonly names: LineNames;
}): ReactNode {
  const { shipped, moved, names } = props;
  const { ladders } = moved ?? shipped;
  const [chosen, setChosen] = useState(ladders[0]?.id ?? '');
  const ladder = ladders.find((each) => each.id === chosen) ?? ladders[0];
  if (ladder === undefined) return null;
  return (
    <Card
      bare
      title="What one level is worth"
      note={showSafely(moved === null ? names.before : names.after)}
    >
      <div className="body">
        <select
          className="input"
          aria-label="Who is held at the level"
          value={ladder.id}
          onChange={(event) => setChosen(event.target.value)}
        >
          {ladders.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
      </div>
      <div className="scroll" tabIndex={0} role="region" aria-label="What one level is worth">
        <table className="table stacking wrapping">
          <thead>
            <tr>
              <th scope="col">Held at</th>
              <th scope="col" className="number">
                Runs that say
              </th>
              <th scope="col" className="number">
                Holders after a year
              </th>
              <th scope="col">Kept from stealing</th>
              <th scope="col">Routes closed</th>
            </tr>
          </thead>
          <tbody>
            {ladder.steps.map((step) => (
              <tr key={step.level}>
                <th scope="row">SL{step.level}</th>
                <td className="number" data-label="Runs that say">
                  {sayCount(step.seen.runs)}
                </td>
                <td className="number" data-label="Holders after a year">
                  {step.yearHolders === null ? '–' : sayEstimate(step.yearHolders, false)}
                </td>
                <td data-label="Kept from stealing">{claim(step, keptOut(step))}</td>
                <td data-label="Routes closed">{claim(step, step.closed.join(', ') || 'none')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="body quiet small">
        Within twelve months of the first holder, over the runs in which it comes that long before
        the end. Kept, closed: a chance of at most 10 %, interval and all, as for every weaker
        class; “?” where the interval does not say.
      </p>
    </Card>
  );
}

const SHOWN = 5;

function sayUntold(untold: number, named: number): string {
  if (untold === 0) return '';
  return named === 0
    ? `None of ${String(untold)} inputs moves it by more than the luck of these runs.`
    : `Of ${String(untold)} more, none moves it by more than the luck of these runs.`;
}

/** Which inputs move an answer most. */
export function Sensitivities({ answers }: { readonly answers: Answers }): ReactNode {
  return (
    <Card
      bare
      title="Which input moves an answer most"
      note="its mean where the input is in its lowest and highest fifth"
    >
      <div className="spread-out body">
        {answers.sensitivity.map(({ column, title, share, mean, swings, untold }) => (
          <section key={column}>
            <h3>
              {showSafely(title)} <span className="faint">{sayEstimate(mean, share)}</span>
            </h3>
            <p className="quiet small">{sayUntold(untold, swings.length)}</p>
            <div className="scroll" tabIndex={0} role="region" aria-label={title}>
              <table className="table plain stacking wrapping" hidden={swings.length === 0}>
                <thead>
                  <tr>
                    <th scope="col">Input</th>
                    <th scope="col" className="number">
                      Lowest fifth
                    </th>
                    <th scope="col" className="number">
                      Highest fifth
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {swings.slice(0, SHOWN).map((swing) => (
                    <tr key={swing.place}>
                      <th scope="row">{showSafely(sayPlace(swing.place))}</th>
                      <td className="number" data-label="Lowest fifth">
                        {sayEstimate(swing.atLow, share)}
                      </td>
                      <td className="number" data-label="Highest fifth">
                        {sayEstimate(swing.atHigh, share)}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </section>
        ))}
      </div>
    </Card>
  );
}

function sayQuantiles(values: {
  p10: number | null;
  p50: number | null;
  p90: number | null;
}): string {
  const say = (value: number | null): string => (value === null ? 'never' : show(value));
  return `${say(values.p50)} (${say(values.p10)}–${say(values.p90)})`;
}

/** What each claim would need, beside what the scenario assumes. */
export function Claims({ answers }: { readonly answers: Answers }): ReactNode {
  return (
    <Card title="What the three claims need">
      <ul className="list">
        {answers.claims.map((claim) => (
          <li key={claim.id} className="stack tight">
            <strong>{showSafely(claim.title)}</strong>
            <span className="quiet small">{showSafely(claim.means)}</span>
            {claim.needs.map((need) => (
              <span key={need.sentence} className="small">
                Needs: {showSafely(need.sentence)}.{' '}
                {need.enough
                  ? `${sayQuantiles(need.needed)} needed, ${sayQuantiles(need.assumed)} here (${showSafely(need.unit)}; `
                  : 'Not enough runs to say ('}
                {sayCount(need.seen.runs)} {showSafely(need.from)}).
              </span>
            ))}
          </li>
        ))}
      </ul>
    </Card>
  );
}
