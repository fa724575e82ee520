/** The first people: a name, the groups, and a key made on the spot. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { call } from '../../api/client.ts';
import { makePasskey, passkeysWork, inPasskeyWords } from '../../api/passkeys.ts';
import type { PublicKeyCredentialCreationOptionsJSON } from '../../api/passkeys.ts';
import type { FoundingState } from '../../api/types.ts';
import { Action } from '../../parts/action.tsx';
import { useDeed } from '../../parts/deed.tsx';
import { Field } from '../../parts/layout.tsx';
import { keepCredential } from './credentials.ts';
import { ProblemLine } from '../../parts/states.tsx';
import { showSafely } from '../../words/format.ts';
import { sayKeyKind } from '../../words/names.ts';

const GROUPS = ['administrators', 'security', 'reviewers', 'auditors'] as const;

interface PersonInput {
  readonly name: string;
  readonly id: string;
  readonly groups: readonly string[];
  readonly sshKey: string;
}

const NOBODY: PersonInput = {
  name: '',
  id: '',
  groups: ['administrators', 'security', 'reviewers'],
  sshKey: '',
};

/** An id from a name: `Ada Lovelace` gives `ada`. */
function suggestId(name: string): string {
  const [first = ''] = name.trim().toLowerCase().normalize('NFKD').split(/\s+/);
  return first.replace(/[^a-z0-9._-]/g, '');
}

async function register(token: string, input: PersonInput, how: 'passkey' | 'ssh'): Promise<void> {
  const id = input.id.trim();
  const { registration } = await call<{ registration: PublicKeyCredentialCreationOptionsJSON }>(
    '/v1/founding/people',
    { method: 'POST', json: { token, id, name: input.name.trim(), groups: input.groups } },
  );
  const label = how === 'passkey' ? 'passkey of the founding' : 'SSH key of the founding';
  if (how === 'ssh') {
    const json = { token, person: id, label, sshKey: input.sshKey.trim() };
    await call('/v1/founding/keys', { method: 'POST', json });
    return;
  }
  const attestation = await makePasskey(registration);
  keepCredential(id, attestation.id);
  await call('/v1/founding/keys', {
    method: 'POST',
    json: { token, person: id, label, attestation },
  });
}

function PersonForm({
  token,
  onChange,
}: {
  readonly token: string;
  readonly onChange: () => void;
}): ReactNode {
  const [input, setInput] = useState<PersonInput>(NOBODY);
  const deed = useDeed();
  const change = (next: Partial<PersonInput>) => setInput((old) => ({ ...old, ...next }));
  const add = (how: 'passkey' | 'ssh') =>
    deed.run(
      async () => {
        try {
          await register(token, input, how);
          setInput(NOBODY);
        } finally {
          onChange();
        }
      },
      how === 'passkey' ? inPasskeyWords : undefined,
    );
  const unnamed =
    input.name.trim() === '' || input.id.trim() === '' ? 'give a name and an id first' : null;
  return (
    <div className="stack person-form">
      <div className="pair">
        <Field label="Name">
          {(id) => (
            <input
              id={id}
              className="input"
              autoComplete="off"
              value={input.name}
              onChange={(event) =>
                change({
                  name: event.target.value,
                  ...(input.id === suggestId(input.name)
                    ? { id: suggestId(event.target.value) }
                    : {}),
                })
              }
            />
          )}
        </Field>
        <Field label="Id">
          {(id) => (
            <input
              id={id}
              className="input"
              autoComplete="off"
              autoCapitalize="none"
              value={input.id}
              onChange={(event) => change({ id: event.target.value })}
            />
          )}
        </Field>
      </div>
      <fieldset className="types">
        <legend>Groups</legend>
        {GROUPS.map((group) => (
          <label key={group} className="check">
            <input
              type="checkbox"
              checked={input.groups.includes(group)}
              onChange={() =>
                change({
                  groups: input.groups.includes(group)
                    ? input.groups.filter((each) => each !== group)
                    : [...input.groups, group],
                })
              }
            />
            {group}
          </label>
        ))}
      </fieldset>
      <div className="row">
        <Action
          tone="primary"
          busy={deed.busy}
          refusal={
            passkeysWork() ? unnamed : 'the browser allows passkeys only over HTTPS or on localhost'
          }
          onAct={() => add('passkey')}
        >
          Add with a passkey
        </Action>
      </div>
      <details>
        <summary className="small">Use an SSH key instead</summary>
        <div className="stack under-tabs">
          <Field label="Public SSH key" hint="One line, the content of a .pub file.">
            {(id, hint) => (
              <textarea
                id={id}
                aria-describedby={hint}
                className="input code"
                placeholder="ssh-ed25519 AAAA…"
                value={input.sshKey}
                onChange={(event) => change({ sshKey: event.target.value })}
              />
            )}
          </Field>
          <div>
            <Action
              busy={deed.busy}
              refusal={unnamed ?? (input.sshKey.trim() === '' ? 'paste the key first' : null)}
              onAct={() => add('ssh')}
            >
              Add with this SSH key
            </Action>
          </div>
        </div>
      </details>
      <ProblemLine error={deed.error} />
    </div>
  );
}

/** The people who are there, and a form for the next one. */
export function AddPerson(props: {
  readonly token: string;
  readonly people: FoundingState['people'];
  readonly onChange: () => void;
}): ReactNode {
  const { token, people, onChange } = props;
  return (
    <div className="stack">
      {people.length === 0 ? null : (
        <ul className="founders">
          {people.map((person) => (
            <li key={person.id}>
              <strong className="break">{showSafely(person.name)}</strong>{' '}
              <span className="faint small">
                {showSafely(person.id)} · {person.groups.join(', ') || 'no group'} ·{' '}
                {person.keys.length === 0
                  ? 'no key yet'
                  : person.keys
                      .map(
                        (key) =>
                          `${sayKeyKind(key.kind)}${key.deviceBound ? ', bound to its device' : ''}`,
                      )
                      .join('; ')}
              </span>
            </li>
          ))}
        </ul>
      )}
      <PersonForm token={token} onChange={onChange} />
    </div>
  );
}
