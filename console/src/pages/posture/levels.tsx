/** The level of each environment under each profile, and what holds it back. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Board, LevelShown } from '../../api/posture.ts';
import { Action } from '../../parts/action.tsx';
import { Card } from '../../parts/layout.tsx';
import { sayCounted, showSafely } from '../../words/format.ts';
import type { View } from '../posture.tsx';

function Cell({ shown, chosen }: { readonly shown: LevelShown; readonly chosen: boolean }) {
  const next = shown.perLevel[shown.rank];
  return (
    <td data-label={shown.name} className={`level-cell ${chosen ? 'chosen' : ''}`}>
      <span className={`level level-${String(shown.rank)}`}>{shown.level}</span>
      <span className="small quiet">
        {next === undefined
          ? 'the highest'
          : `${String(next.met)} of ${String(next.asked)} for SL${String(shown.rank + 1)}`}
      </span>
      {shown.heldNotApplicable === 0 ? null : ' '}
      {shown.heldNotApplicable === 0 ? null : (
        <span className="chip wait">{shown.heldNotApplicable} held not applicable</span>
      )}
    </td>
  );
}

/** Profiles down, environments across. */
export function Levels({ board, view }: { readonly board: Board; readonly view: View }): ReactNode {
  return (
    <Card
      bare
      title="Level reached"
      note="The highest level of which every applicable measure is met"
    >
      <div className="scroll" tabIndex={0} role="region" aria-label="Level by environment">
        <table className="table levels stacking">
          <thead>
            <tr>
              <th scope="col">Profile</th>
              {board.environments.map(({ id, name }) => (
                <th key={id} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {board.profiles.map((profile) => (
              <tr key={profile.name}>
                <th scope="row">{showSafely(profile.name)}</th>
                {profile.environments.map((each) => (
                  <Cell
                    key={each.id}
                    shown={each}
                    chosen={profile.name === view.profile && each.id === view.environment}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

const SHOWN = 8;
const TONES: Readonly<Record<string, string>> = {
  'not-met': 'bad',
  partly: 'wait',
  unknown: '',
};

/** The measures between here and the next level. */
export function HeldBack({
  board,
  view,
}: {
  readonly board: Board;
  readonly view: View;
}): ReactNode {
  const [all, setAll] = useState(false);
  const shown = board.profiles
    .find((each) => each.name === view.profile)
    ?.environments.find((each) => each.id === view.environment);
  const standings = board.environments.find((each) => each.id === view.environment)?.standings;
  if (shown === undefined) return null;
  const listed = all ? shown.heldBackBy : shown.heldBackBy.slice(0, SHOWN);
  return (
    <Card
      title={
        shown.heldBackCount === 0
          ? 'Nothing holds it back'
          : `What keeps SL${String(shown.rank + 1)} away`
      }
      note={sayCounted(shown.heldBackCount, 'measure')}
    >
      {listed.length === 0 ? (
        <p className="quiet">Every measure of the highest level is met.</p>
      ) : (
        <ul className="list">
          {listed.map((id) => {
            const status = standings?.[id] ?? 'unknown';
            return (
              <li key={id} className="row apart">
                <span className="break">
                  {showSafely(board.measures[id] ?? id)} <code className="faint small">{id}</code>
                </span>
                <span className={`chip ${TONES[status] ?? ''}`}>{status.replace('-', ' ')}</span>
              </li>
            );
          })}
        </ul>
      )}
      {shown.heldBackBy.length > SHOWN ? (
        <Action tiny onAct={() => setAll(!all)}>
          {all ? 'Fewer' : `All ${String(shown.heldBackCount)}`}
        </Action>
      ) : null}
    </Card>
  );
}
