/** What others share with a project, and what it shares. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { sharesQuery } from '../../api/queries.ts';
import type { ShareOwn, ShareSeen } from '../../api/types.ts';
import { Loaded } from '../../parts/states.tsx';
import { When } from '../../parts/text.tsx';
import { link } from '../../shell/route.ts';
import { sayCounted, showSafely } from '../../words/format.ts';
import { RevokeButton } from './revoke.tsx';
import { SharedFiles } from './shared-files.tsx';

const SHOWN = 50;

function Until({ at }: { readonly at: string | null }): ReactNode {
  return at === null ? (
    <>until somebody ends it</>
  ) : (
    <>
      until <When at={at} />
    </>
  );
}

function Seen({ share }: { readonly share: ShareSeen }): ReactNode {
  return (
    <li className="stack tight">
      <p className="small">
        From {share.from === null ? 'another project' : showSafely(share.from)}{' '}
        <span className="faint">
          <When at={share.sharedAt} />, <Until at={share.until} />
        </span>
      </p>
      <SharedFiles share={share.id} files={share.files} open />
    </li>
  );
}

function Own({ share }: { readonly share: ShareOwn }): ReactNode {
  return (
    <li className="stack tight">
      <div className="row apart">
        <p className="small">
          With <a href={link(['requests', share.id])}>{showSafely(share.to)}</a>{' '}
          <span className="faint">
            {share.state === 'granted' ? (
              <Until at={share.until} />
            ) : (
              <>
                over
                {share.endedAt === null ? null : (
                  <>
                    {' '}
                    <When at={share.endedAt} />
                  </>
                )}
              </>
            )}
            , {share.reads === 0 ? 'not read yet' : `read ${sayCounted(share.reads, 'time')}`}
          </span>
        </p>
        {share.state === 'granted' ? (
          <RevokeButton tiny id={share.id} to={share.to} revoke={share.revoke} />
        ) : null}
      </div>
    </li>
  );
}

/** Both lists of one project. */
export function ProjectShares({ project }: { readonly project: string }): ReactNode {
  const query = useQuery(sharesQuery);
  return (
    <Loaded query={query} lines={3}>
      {({ withUs, byUs }) => {
        const seen = withUs.filter((each) => each.to === project);
        const own = byUs.filter((each) => each.from === project);
        return (
          <div className="stack">
            <h3>Shared with us</h3>
            {seen.length === 0 ? (
              <p className="faint small">Nothing is shared with this project.</p>
            ) : (
              <ul className="list">
                {seen.slice(0, SHOWN).map((share) => (
                  <Seen key={share.id} share={share} />
                ))}
              </ul>
            )}
            <h3>Shared by us</h3>
            {own.length === 0 ? (
              <p className="faint small">
                This project shares nothing. A result is shared from the page of its export.
              </p>
            ) : (
              <ul className="list">
                {own.slice(0, SHOWN).map((share) => (
                  <Own key={share.id} share={share} />
                ))}
              </ul>
            )}
          </div>
        );
      }}
    </Loaded>
  );
}
