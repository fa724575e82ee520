/** Signing the first roster: every founder with the key that was just registered. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { call } from '../../api/client.ts';
import { inPasskeyWords, signWithPasskey } from '../../api/passkeys.ts';
import type { FoundingState } from '../../api/types.ts';
import { credentialsOf } from './credentials.ts';
import { Action } from '../../parts/action.tsx';
import { useDeed } from '../../parts/deed.tsx';
import { Field } from '../../parts/layout.tsx';
import { ProblemLine } from '../../parts/states.tsx';
import { Copyable } from '../../parts/text.tsx';
import { showSafely, showTextSafely } from '../../words/format.ts';

type Founder = FoundingState['people'][number];

interface SignerProps {
  readonly token: string;
  readonly founding: FoundingState;
  readonly person: Founder;
  readonly onChange: () => void;
}

function writeCommand(request: string, namespace: string): string {
  return `printf '%s' '${request.replaceAll("'", "'\\''")}' | ssh-keygen -Y sign -f ~/.ssh/id_ed25519 -n ${namespace}`;
}

function SshSignature({ token, founding, person, onChange }: SignerProps): ReactNode {
  const [signature, setSignature] = useState('');
  const deed = useDeed();
  const send = async () => {
    const json = { token, person: person.id, signature: `${signature.trim()}\n` };
    await call('/v1/founding/signatures', { method: 'POST', json });
    onChange();
  };
  return (
    <div className="stack under-tabs">
      <Copyable
        label="the command"
        text={writeCommand(founding.document ?? '', founding.namespace)}
      />
      <Field label={`Signature of ${showSafely(person.name)}`}>
        {(id) => (
          <textarea
            id={id}
            className="input code"
            placeholder="-----BEGIN SSH SIGNATURE-----"
            value={signature}
            onChange={(event) => setSignature(event.target.value)}
          />
        )}
      </Field>
      <div>
        <Action
          busy={deed.busy}
          refusal={
            signature.includes('-----END SSH SIGNATURE-----')
              ? null
              : 'paste the whole signature first'
          }
          onAct={() => deed.run(send)}
        >
          Hand it in
        </Action>
      </div>
      <ProblemLine error={deed.error} />
    </div>
  );
}

function Signer(props: SignerProps): ReactNode {
  const { token, founding, person, onChange } = props;
  const deed = useDeed();
  const passkeys = credentialsOf(person.id);
  const hasPasskey = person.keys.some((key) => key.kind === 'passkey');
  const hasSsh = person.keys.some((key) => key.kind !== 'passkey');
  const sign = async () => {
    if (founding.challenge === null) return;
    const assertion = await signWithPasskey(founding.challenge, passkeys);
    const json = { token, person: person.id, assertion };
    await call('/v1/founding/signatures', { method: 'POST', json });
    onChange();
  };
  return (
    <li>
      <div className="row apart">
        <strong className="break">{showSafely(person.name)}</strong>
        {person.signed ? (
          <span className="chip good">signed</span>
        ) : !hasPasskey && hasSsh ? null : (
          <Action
            tiny
            busy={deed.busy}
            refusal={
              person.keys.length === 0
                ? 'a key is registered first'
                : founding.challenge === null
                  ? 'everybody has to have a key first'
                  : null
            }
            onAct={() => deed.run(sign, inPasskeyWords)}
            label={`Sign as ${showSafely(person.name)}`}
          >
            Sign with passkey
          </Action>
        )}
      </div>
      {!person.signed && hasSsh && founding.document !== null ? <SshSignature {...props} /> : null}
      <ProblemLine error={deed.error} />
    </li>
  );
}

/** What is signed and who has signed it. */
export function SignRoster(props: {
  readonly token: string;
  readonly founding: FoundingState;
  readonly onChange: () => void;
}): ReactNode {
  const { token, founding, onChange } = props;
  const text = founding.document;
  if (founding.people.length === 0 || text === null) {
    return (
      <p className="faint small">
        There is something to sign as soon as there are people, and each has a key.
      </p>
    );
  }
  return (
    <div className="stack">
      <div className="digest small">
        <span className="faint">SHA-256</span>
        <code className="break">{founding.digest}</code>
      </div>
      {founding.warnings.length === 0 ? null : (
        <ul className="list small" aria-label="Warnings">
          {founding.warnings.map((warning) => (
            <li key={warning} className="alarm">
              <p className="says break">{showSafely(warning)}</p>
            </li>
          ))}
        </ul>
      )}
      <details>
        <summary className="small">The roster that is signed</summary>
        <pre className="subject-text small" tabIndex={0}>
          {showTextSafely(text)}
        </pre>
      </details>
      <ul className="list">
        {founding.people.map((person) => (
          <Signer
            key={person.id}
            token={token}
            founding={founding}
            person={person}
            onChange={onChange}
          />
        ))}
      </ul>
    </div>
  );
}
