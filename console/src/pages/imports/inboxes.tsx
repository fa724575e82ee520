/** Inboxes outside: which of them deliver to projects, and what came from them. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { inboxesQuery } from '../../api/ingress.ts';
import type { InboxDeliveryShown, InboxShown } from '../../api/ingress.ts';
import { Action } from '../../parts/action.tsx';
import { Person, Project } from '../../parts/known.tsx';
import { Card } from '../../parts/layout.tsx';
import { Empty, Loaded } from '../../parts/states.tsx';
import { When } from '../../parts/text.tsx';
import { link } from '../../shell/route.ts';
import { sayBytes, sayCount, sayCounted, showSafely } from '../../words/format.ts';

const PAGE = 50;

const STATE_WORDS: Readonly<Record<InboxDeliveryShown['state'], string>> = {
  receiving: 'still arriving',
  waiting: 'whole, and waits',
  importing: 'becomes an import',
  imported: 'became an import',
  refused: 'refused',
  expired: 'given up, nobody wanted it in time',
};

function InboxItem({ bound }: { readonly bound: InboxShown }): ReactNode {
  return (
    <li className="lock">
      <div className="grow">
        <p>
          <strong className="break">{showSafely(bound.inbox)}</strong>{' '}
          <span className="tag">
            to <Project id={bound.project} />
          </span>
        </p>
        <p className="says break small">{showSafely(bound.why)}</p>
        <p className="faint small break">
          <Person id={bound.person} /> answers for what comes, since <When at={bound.boundAt} />
        </p>
      </div>
    </li>
  );
}

function DeliveryItem({ came }: { readonly came: InboxDeliveryShown }): ReactNode {
  return (
    <li className="lock">
      <div className="grow">
        <p>
          <strong className="break">{showSafely(came.name)}</strong>{' '}
          <span className="quiet">{STATE_WORDS[came.state]}</span>
        </p>
        {came.reason === null ? null : (
          <p className="says break small">{showSafely(came.reason)}</p>
        )}
        <p className="faint small break">
          from {showSafely(came.inbox)}, {sayCounted(came.files, 'file')}, {sayBytes(came.bytes)}
          {came.state === 'receiving'
            ? `; ${sayBytes(came.heldBytes)} are here, ${sayCount(came.missing)} missing`
            : ''}
          , <When at={came.firstAt} />
        </p>
      </div>
      {came.import === null ? null : <a href={link(['imports', came.import])}>The import</a>}
    </li>
  );
}

/** The tab. */
export function InboxList(): ReactNode {
  const [shown, setShown] = useState(PAGE);
  return (
    <Loaded query={useQuery(inboxesQuery)} lines={8}>
      {({ inboxes, deliveries }) => (
        <div className="stack under-tabs">
          <Card title="Inboxes" note={sayCounted(inboxes.length, 'bound inbox', 'bound inboxes')}>
            {inboxes.length === 0 ? (
              <Empty title="No inbox outside delivers to a project of yours">
                <p>
                  <code>sallyport inbox bind NAME</code> says which project and source an inbox
                  outside is for.
                </p>
              </Empty>
            ) : (
              <ul className="list">
                {inboxes.map((bound) => (
                  <InboxItem key={bound.inbox} bound={bound} />
                ))}
              </ul>
            )}
          </Card>
          {deliveries.length === 0 ? null : (
            <Card title="What came" note="newest first">
              <ul className="list">
                {deliveries.slice(0, shown).map((came) => (
                  <DeliveryItem key={came.id} came={came} />
                ))}
              </ul>
              {deliveries.length > shown ? (
                <Action tiny onAct={() => setShown(shown + PAGE)}>
                  Show more of {sayCount(deliveries.length)}
                </Action>
              ) : null}
            </Card>
          )}
        </div>
      )}
    </Loaded>
  );
}
