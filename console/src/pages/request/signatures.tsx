/** The approvals as they are stored, each to be verified with stock OpenSSH and nothing of ours. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { approvalsQuery } from '../../api/queries.ts';
import type { ApprovalShown } from '../../api/types.ts';
import { Loaded } from '../../parts/states.tsx';
import { Copyable, When } from '../../parts/text.tsx';
import { showSafely } from '../../words/format.ts';
import { APPROVAL_NAMESPACE } from './sign.ts';

/** A word for a shell, in single quotes. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function writeVerify(approval: ApprovalShown): string {
  return `ssh-keygen -Y verify -f allowed_signers -I ${quote(approval.person)} -n ${APPROVAL_NAMESPACE} -s approval.sig < request.json`;
}

function Approval({ approval }: { readonly approval: ApprovalShown }): ReactNode {
  return (
    <li className="stack tight">
      <p className="small">
        <strong>{showSafely(approval.person)}</strong> approved{' '}
        <span className="faint">
          <When at={approval.at} />
        </span>
      </p>
      <code className="faint small break">{approval.key}</code>
      <details>
        <summary className="small">Signature, and how to verify it</summary>
        <div className="stack tight">
          <p className="small">As approval.sig:</p>
          <Copyable label="the signature" text={approval.signature} />
          <p className="small">As allowed_signers:</p>
          {approval.allowedSigners === null ? (
            <p className="faint small">The key is no longer in the roster.</p>
          ) : (
            <Copyable label="the allowed signer" text={approval.allowedSigners} />
          )}
          <p className="small">With the text that was signed as request.json:</p>
          <Copyable label="the command" text={writeVerify(approval)} />
        </div>
      </details>
    </li>
  );
}

/** The signatures of a request. */
export function Signatures({ id }: { readonly id: string }): ReactNode {
  const query = useQuery(approvalsQuery(id));
  return (
    <Loaded query={query} lines={3}>
      {({ approvals }) =>
        approvals.length === 0 ? (
          <p className="quiet small">
            No signature is shown yet. While reviewers vote blind, only your own is.
          </p>
        ) : (
          <ul className="list">
            {approvals.map((approval) => (
              <Approval key={`${approval.person}${approval.at}`} approval={approval} />
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}
