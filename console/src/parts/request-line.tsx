/** A request in two lines, for lists that are not the queue. */
import type { ReactNode } from 'react';
import type { RequestShown } from '../api/types.ts';
import { link } from '../shell/route.ts';
import { showSafely } from '../words/format.ts';
import { sayKind } from '../words/names.ts';
import { Project } from './known.tsx';
import { Charge, StateChip, VoteCount, When, Who } from './text.tsx';

/** One request that leads to its page. */
export function RequestLine({ request }: { readonly request: RequestShown }): ReactNode {
  const { votes } = request;
  return (
    <li>
      <a className="request-line" href={link(['requests', request.id])}>
        <span className="grow">
          <span className="title break">{showSafely(request.title)}</span>
          <span className="faint small">
            {sayKind(request.kind)} · <Who {...request} />
            {request.project === '' ? null : (
              <>
                {' · '}
                <Project id={request.project} />
              </>
            )}
            {request.chargeBits > 0 ? (
              <>
                {' · '}
                <Charge bits={request.chargeBits} />
              </>
            ) : null}
          </span>
        </span>
        <span className="side small">
          <StateChip state={request.state} />
          <span className="faint">
            {votes.needed > 0 && request.state === 'held' ? (
              <>
                <VoteCount {...votes} /> ·{' '}
              </>
            ) : null}
            <When at={request.askedAt} mode="age" />
          </span>
        </span>
      </a>
    </li>
  );
}
