/** Windows: releases of one job that were approved beforehand, as often and as large as the window says. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { windowsQuery } from '../../api/queries.ts';
import type { WindowShown } from '../../api/types.ts';
import { Action } from '../../parts/action.tsx';
import { sayAmount } from '../../parts/budget.tsx';
import { Meter } from '../../parts/meter.tsx';
import { Empty, Loaded } from '../../parts/states.tsx';
import { When } from '../../parts/text.tsx';
import { link } from '../../shell/route.ts';
import { sayCounted, showSafely } from '../../words/format.ts';
import { AskAccess } from '../ask-access.tsx';

function WindowRow({ window: each }: { readonly window: WindowShown }): ReactNode {
  return (
    <li className="window-row">
      <div>
        <a href={link(['requests', each.request])}>{showSafely(each.job)}</a>
        <p className="faint small break">
          {showSafely(each.project)} → {showSafely(each.destination)} · {each.types.join(', ')} · up
          to {sayAmount(each.bitsEach)} each
        </p>
      </div>
      <div className="small">
        <Meter
          value={each.bitsTotal - each.usedBits}
          max={each.bitsTotal}
          label={`Left in the window ${each.job}`}
        />
        <span className="faint">
          {sayAmount(each.bitsTotal - each.usedBits)} of {sayAmount(each.bitsTotal)} left ·{' '}
          {sayCounted(each.uses - each.used, 'use')} left · ends <When at={each.until} />
        </span>
      </div>
    </li>
  );
}

/** The list of windows. */
export function Windows(): ReactNode {
  const [asking, setAsking] = useState(false);
  return (
    <div className="card">
      <Loaded query={useQuery(windowsQuery)}>
        {({ windows }) =>
          windows.length === 0 ? (
            <Empty title="No window is open">
              <p>
                A window is approved once for a job that sends the same kind of file again and
                again. Its releases then wait for nobody.
              </p>
            </Empty>
          ) : (
            <ul className="windows">
              {windows.map((each) => (
                <WindowRow key={each.request} window={each} />
              ))}
            </ul>
          )
        }
      </Loaded>
      <div className="foot">
        <Action onAct={() => setAsking(true)}>Ask for a window</Action>
      </div>
      {asking ? <AskAccess kind="window" onClose={() => setAsking(false)} /> : null}
    </div>
  );
}
