/** What a request of the kind share lets whom read, on its page. */
import type { ReactNode } from 'react';
import type { RequestDetails, ShareDetails } from '../../api/types.ts';
import { Card, Facts } from '../../parts/layout.tsx';
import { Foreign, When } from '../../parts/text.tsx';
import { link } from '../../shell/route.ts';
import { sayCounted } from '../../words/format.ts';
import { RevokeButton } from './revoke.tsx';
import { SharedFiles } from './shared-files.tsx';

/** Where the content can be looked at, if anywhere. */
function Look({ share }: { readonly share: ShareDetails }): ReactNode {
  if (share.result !== null)
    return (
      <p className="small">
        Look at the files <a href={link(['requests', share.result])}>where the result is</a>.
      </p>
    );
  return share.open ? (
    <p className="faint small">Each reading goes into the ledger.</p>
  ) : (
    <p className="notice small">
      You are not read into the project that shares it: you see names and digests, and the content
      when it is granted.
    </p>
  );
}

/** What is read, in the tense of its state. */
function titleOf(state: string): string {
  if (state === 'granted') return 'What is read';
  return state === 'ended' ? 'What was read' : 'What would be read';
}

/** The card. */
export function ShareCard({ details }: { readonly details: RequestDetails }): ReactNode {
  const { share } = details;
  if (share === null) return null;
  return (
    <Card title={titleOf(details.state)} note={sayCounted(share.files.length, 'canonical file')}>
      <div className="stack">
        <Facts
          rows={[
            ['Of', <Foreign key="f" text={share.from} />],
            ['By everybody in', <Foreign key="t" text={share.to} />],
            [
              'Until',
              share.until === null ? 'somebody ends it' : <When key="u" at={share.until} />,
            ],
            details.state === 'granted' || details.state === 'ended'
              ? ['Was read', sayCounted(share.reads, 'time')]
              : null,
          ]}
        />
        <SharedFiles share={details.id} files={share.files} open={share.open} />
        <Look share={share} />
        {details.state === 'granted' ? (
          <div className="row">
            <RevokeButton id={details.id} to={share.to} revoke={share.revoke} />
          </div>
        ) : null}
      </div>
    </Card>
  );
}
