/** The Cedar policies in force: their text, who signed it, how it differs from the shipped one, and a proposal. */
import type { ReactNode } from 'react';
import type { PolicyShown } from '../../api/types.ts';
import { Hunks } from '../../parts/hunks.tsx';
import { Card, Facts } from '../../parts/layout.tsx';
import { When } from '../../parts/text.tsx';
import { link } from '../../shell/route.ts';
import { showSafely, showTextSafely } from '../../words/format.ts';
import { Proposal } from './proposal.tsx';

function Origin({ policy }: { readonly policy: PolicyShown }): ReactNode {
  const { inForce, sha256 } = policy;
  if (inForce === null)
    return <p className="quiet">The shipped policies; the gate is not founded yet.</p>;
  const { since, version, request, by } = inForce;
  return (
    <Facts
      rows={[
        [
          'In force since',
          <>
            <When at={since} />, roster {version}
          </>,
        ],
        [
          'By',
          request === null ? (
            'the founding'
          ) : (
            <a href={link(['requests', request])}>{showSafely(request)}</a>
          ),
        ],
        ['Signed by', by.map(showSafely).join(', ')],
        ['SHA-256', <code className="break">{sha256}</code>],
      ]}
    />
  );
}

function Shipped({ policy }: { readonly policy: PolicyShown }): ReactNode {
  const { difference } = policy.shipped;
  if (difference === null)
    return <p className="quiet">It is the set that this version of Sallyport ships.</p>;
  return (
    <div className="stack tight">
      <p className="quiet">
        This version of Sallyport ships another set; the gate goes on with the one that was signed.
        Against the shipped one: {showSafely(difference.summary)}.
      </p>
      <Hunks hunks={difference.hunks} label="Difference to the shipped policies" />
    </div>
  );
}

/** The tab. */
export function Source({ policy }: { readonly policy: PolicyShown }): ReactNode {
  return (
    <div className="stack wide">
      <Card title="In force">
        <div className="stack">
          <Origin policy={policy} />
          <Shipped policy={policy} />
        </div>
      </Card>
      <Card title="The policy as it is decided on" note="Cedar">
        <pre className="cedar small" tabIndex={0}>
          {showTextSafely(policy.cedar)}
        </pre>
      </Card>
      <Proposal policy={policy} />
    </div>
  );
}
