/** Which ways in stay open to whom: vectors down, classes of attacker across. */
import type { ReactNode } from 'react';
import type { Board } from '../../api/posture.ts';
import { Card } from '../../parts/layout.tsx';
import { sayCounted, showSafely } from '../../words/format.ts';
import type { View } from '../posture.tsx';

const WORDS = {
  open: 'open',
  narrowed: 'some',
  closed: 'closed',
  'out-of-reach': '–',
} as const;
const SENTENCES = {
  open: 'open: no measure that stands directly against it is met',
  narrowed: 'narrowed: some measures are met',
  closed: 'closed: every applicable measure is met',
  'out-of-reach': 'out of reach even without measures',
} as const;

/** The heat map. */
export function Attack({ board, view }: { readonly board: Board; readonly view: View }): ReactNode {
  const environment = board.environments.find((each) => each.id === view.environment);
  if (environment === undefined) return null;
  const cells = new Map(
    environment.attack.map((cell) => [`${cell.vector} ${cell.capacity}`, cell]),
  );
  const open = board.capacities.map(
    ({ id }) =>
      environment.attack.filter((cell) => cell.capacity === id && cell.state === 'open').length,
  );
  const categories = [...new Set(board.vectors.map((vector) => vector.category))];
  return (
    <Card
      bare
      title="Ways in, by class of attacker"
      note={`${environment.name}; numbers are layers in the way`}
    >
      <div className="body legend heat-legend">
        <span className="heat-open">open</span>
        <span className="heat-narrowed">narrowed</span>
        <span className="heat-closed">closed</span>
        <span className="heat-out">out of reach</span>
      </div>
      <div className="scroll" tabIndex={0} role="region" aria-label="Vectors by class of attacker">
        <table className="table heat stacking">
          <thead>
            <tr>
              <th scope="col">Vector</th>
              {board.capacities.map(({ id, name }, i) => (
                <th key={id} scope="col" title={name}>
                  {id}
                  <br />
                  <span className="faint">{sayCounted(open[i] ?? 0, 'open', 'open')}</span>
                </th>
              ))}
            </tr>
          </thead>
          {categories.map((category) => (
            <tbody key={category}>
              <tr>
                <th scope="rowgroup" colSpan={board.capacities.length + 1} className="category">
                  {showSafely(category)}
                </th>
              </tr>
              {board.vectors
                .filter((vector) => vector.category === category)
                .map((vector) => (
                  <tr key={vector.id}>
                    <th scope="row">{showSafely(vector.name)}</th>
                    {board.capacities.map(({ id }) => {
                      const cell = cells.get(`${vector.id} ${id}`);
                      if (cell === undefined) return <td key={id} data-label={id} />;
                      return (
                        <td
                          key={id}
                          data-label={id}
                          className={`heat-${cell.state}`}
                          title={SENTENCES[cell.state]}
                        >
                          {WORDS[cell.state]}
                          {cell.layers > 0 ? <span className="layers"> {cell.layers}</span> : null}
                        </td>
                      );
                    })}
                  </tr>
                ))}
            </tbody>
          ))}
        </table>
      </div>
    </Card>
  );
}
