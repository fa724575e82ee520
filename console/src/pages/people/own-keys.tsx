/** One's own keys, and another one: each new key is a request, so that a stolen session cannot add one. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { call } from '../../api/client.ts';
import { makePasskey, passkeysWork, inPasskeyWords } from '../../api/passkeys.ts';
import type { PublicKeyCredentialCreationOptionsJSON } from '../../api/passkeys.ts';
import type { RequestDetails } from '../../api/types.ts';
import { Action } from '../../parts/action.tsx';
import { useDeed } from '../../parts/deed.tsx';
import { Card, Dialog, Field } from '../../parts/layout.tsx';
import { ProblemLine } from '../../parts/states.tsx';
import { When } from '../../parts/text.tsx';
import { go, link } from '../../shell/route.ts';
import { useSession } from '../../shell/session.tsx';
import { showSafely } from '../../words/format.ts';
import { sayKeyKind } from '../../words/names.ts';

function AddKey({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [label, setLabel] = useState('');
  const [sshKey, setSshKey] = useState('');
  const deed = useDeed();
  const send = async (how: 'passkey' | 'ssh') => {
    const body =
      how === 'ssh'
        ? { sshKey: sshKey.trim() }
        : {
            attestation: await makePasskey(
              await call<PublicKeyCredentialCreationOptionsJSON>('/v1/keys/registration', {
                method: 'POST',
                json: { label },
              }),
            ),
          };
    const json = { label, ...body };
    const request = await call<RequestDetails>('/v1/keys', { method: 'POST', json });
    go(link(['requests', request.id]));
  };
  const unnamed = label.trim() === '' ? 'give it a name first' : null;
  return (
    <Dialog title="Another key" onClose={onClose}>
      <p className="quiet">
        A key is added by a request. Others approve it, so that nobody adds a key to a person
        unseen.
      </p>
      <Field label="Name" hint="Where the key is, such as “laptop” or “YubiKey, safe”.">
        {(id, hint) => (
          <input
            id={id}
            aria-describedby={hint}
            className="input"
            value={label}
            maxLength={80}
            onChange={(event) => setLabel(event.target.value)}
          />
        )}
      </Field>
      <Action
        tone="primary"
        full
        sayRefusal
        busy={deed.busy}
        refusal={
          passkeysWork()
            ? unnamed
            : 'the browser allows passkeys only over HTTPS or on localhost; use an SSH key'
        }
        onAct={() => deed.run(() => send('passkey'), inPasskeyWords)}
      >
        Make a passkey on this device
      </Action>
      <Field label="Or an SSH key" hint="The public half, one line: the content of a .pub file.">
        {(id, hint) => (
          <textarea
            id={id}
            aria-describedby={hint}
            className="input code"
            placeholder="ssh-ed25519 AAAA…"
            value={sshKey}
            onChange={(event) => setSshKey(event.target.value)}
          />
        )}
      </Field>
      <ProblemLine error={deed.error} />
      <div className="actions">
        <Action onAct={onClose}>Cancel</Action>
        <Action
          busy={deed.busy}
          refusal={unnamed ?? (sshKey.trim() === '' ? 'paste the key first' : null)}
          onAct={() => deed.run(() => send('ssh'))}
        >
          Ask for the SSH key
        </Action>
      </div>
    </Dialog>
  );
}

/** The keys of the signed-in person. */
export function OwnKeys(): ReactNode {
  const { keys, id } = useSession();
  const [adding, setAdding] = useState(false);
  return (
    <Card bare title="Your keys" note={<code>{showSafely(id)}</code>}>
      {keys.length === 0 ? (
        <p className="body quiet">You have no key of your own: you signed in with a token.</p>
      ) : (
        <ul className="keys">
          {keys.map((key) => (
            <li key={key.id}>
              <span className="grow">
                <strong className="break">{showSafely(key.label)}</strong>{' '}
                <span className="tag">{sayKeyKind(key.kind)}</span>{' '}
                {key.deviceBound ? <span className="tag">bound to its device</span> : null}
                <code className="second break">{key.id}</code>
              </span>
              <span className="faint small">
                {key.until === null ? (
                  'no end'
                ) : (
                  <>
                    ends <When at={key.until} />
                  </>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
      <div className="foot row">
        <Action onAct={() => setAdding(true)}>Another key</Action>
        <span className="faint small">A lost key is revoked by “Ask for a change”.</span>
      </div>
      {adding ? <AddKey onClose={() => setAdding(false)} /> : null}
    </Card>
  );
}
