/** Signing in: with a passkey, or by pasting a signature that an SSH key made. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { call } from '../api/client.ts';
import { passkeysWork, inPasskeyWords, signWithPasskey } from '../api/passkeys.ts';
import { queryClient } from '../api/queries.ts';
import type { SignInChallenge, StartState } from '../api/types.ts';
import { Action } from '../parts/action.tsx';
import { useDeed } from '../parts/deed.tsx';
import { Field, Tabs } from '../parts/layout.tsx';
import { ProblemLine } from '../parts/states.tsx';
import { Copyable } from '../parts/text.tsx';
import { Brand, ThemeSwitch } from '../shell/nav.tsx';
import { showSafely } from '../words/format.ts';

async function arrive(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: ['whoami'] });
}

async function askChallenge(person: string): Promise<SignInChallenge> {
  const json = person.trim() === '' ? {} : { person: person.trim() };
  return call<SignInChallenge>('/v1/sign-in/challenge', { method: 'POST', json });
}

function PersonField({
  value,
  onChange,
  hint,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint: string;
}): ReactNode {
  return (
    <Field label="Person" hint={hint}>
      {(id, hintId) => (
        <input
          id={id}
          aria-describedby={hintId}
          className="input"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

function Passkey(): ReactNode {
  const [person, setPerson] = useState('');
  const deed = useDeed();
  const signIn = async () => {
    const { id, challenge, passkeys, rpId } = await askChallenge(person);
    const assertion = await signWithPasskey(challenge, passkeys, rpId);
    await call('/v1/sign-in/passkey', { method: 'POST', json: { id, assertion } });
    await arrive();
  };
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        deed.run(signIn, inPasskeyWords);
      }}
    >
      <PersonField
        value={person}
        onChange={setPerson}
        hint="Your id, such as ada. Leave it empty if your device knows you."
      />
      <Action
        type="submit"
        tone="primary"
        full
        sayRefusal
        busy={deed.busy}
        refusal={
          passkeysWork() ? null : 'the browser allows passkeys only over HTTPS or on localhost'
        }
      >
        {deed.busy ? 'Waiting for your passkey' : 'Sign in with passkey'}
      </Action>
      <ProblemLine error={deed.error} />
    </form>
  );
}

/** The command whose output is pasted. A here-document keeps the message exactly as it is. */
function writeCommand(message: string): string {
  return `printf '%s' '${message.replaceAll("'", "'\\''")}' | ssh-keygen -Y sign -f ~/.ssh/id_ed25519 -n sallyport-sign-in@v1`;
}

function SshKey(): ReactNode {
  const [person, setPerson] = useState('');
  const [challenge, setChallenge] = useState<SignInChallenge | null>(null);
  const [signature, setSignature] = useState('');
  const deed = useDeed();
  if (challenge === null) {
    return (
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (person.trim() !== '') deed.run(async () => setChallenge(await askChallenge(person)));
        }}
      >
        <PersonField value={person} onChange={setPerson} hint="Your id, such as ada." />
        <Action
          type="submit"
          tone="primary"
          full
          busy={deed.busy}
          refusal={person.trim() === '' ? 'say who you are first' : null}
        >
          Next
        </Action>
        <ProblemLine error={deed.error} />
      </form>
    );
  }
  const signIn = () =>
    deed.run(async () => {
      const json = { id: challenge.id, signature: `${signature.trim()}\n` };
      await call('/v1/sign-in/ssh', { method: 'POST', json });
      await arrive();
    });
  return (
    <div className="stack">
      <p className="small">Run this in a terminal, with the file of your own key:</p>
      <Copyable label="the command" text={writeCommand(challenge.message)} />
      <Field label="Paste what it prints">
        {(id) => (
          <textarea
            id={id}
            className="input code"
            rows={6}
            placeholder="-----BEGIN SSH SIGNATURE-----"
            value={signature}
            onChange={(event) => setSignature(event.target.value)}
          />
        )}
      </Field>
      <Action
        tone="primary"
        full
        busy={deed.busy}
        refusal={
          signature.includes('-----END SSH SIGNATURE-----')
            ? null
            : 'paste the whole signature first'
        }
        onAct={signIn}
      >
        Sign in
      </Action>
      <ProblemLine error={deed.error} />
      <Action tone="plain" onAct={() => setChallenge(null)}>
        Start again
      </Action>
    </div>
  );
}

/** The page. */
export function SignInPage({ start }: { readonly start: StartState }): ReactNode {
  const [how, setHow] = useState(passkeysWork() ? 'passkey' : 'ssh');
  return (
    <main className="alone">
      <Brand />
      <div className="card">
        <div className="body stack">
          <div>
            <h1>Sign in</h1>
            <p className="quiet small break">{showSafely(start.gate)}</p>
          </div>
          <Tabs
            label="How to sign in"
            selected={how}
            onSelect={setHow}
            tabs={[
              {
                id: 'passkey',
                title: 'Passkey',
                show: () => (
                  <div className="under-tabs">
                    <Passkey />
                  </div>
                ),
              },
              {
                id: 'ssh',
                title: 'SSH key',
                show: () => (
                  <div className="under-tabs">
                    <SshKey />
                  </div>
                ),
              },
            ]}
          />
        </div>
      </div>
      <p className="alone-foot faint small">
        Sallyport · <ThemeSwitch />
      </p>
    </main>
  );
}
