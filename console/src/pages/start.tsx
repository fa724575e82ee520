/**
 * The founding ceremony: the first people, a key for each, and the first roster signed by all of them. It happens once;
 * whoever has the token of the first start leads it, and everybody signs on the spot.
 */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { Problem, call } from '../api/client.ts';
import { queryClient } from '../api/queries.ts';
import type { FoundingState, StartState } from '../api/types.ts';
import { Action } from '../parts/action.tsx';
import { useDeed } from '../parts/deed.tsx';
import { Field } from '../parts/layout.tsx';
import { Loaded, ProblemLine } from '../parts/states.tsx';
import { Brand, ThemeSwitch } from '../shell/nav.tsx';
import { takeToken } from '../shell/route.ts';
import { showSafely } from '../words/format.ts';
import { AddPerson } from './start/add-person.tsx';
import { SignRoster } from './start/sign-roster.tsx';

/** What each group is for, in a few words. */
const GROUPS = [
  ['administrators', 'ask to change people, keys, roles and rules, and approve such changes'],
  ['security', 'see every project, lock at once, release in an emergency, approve what is grave'],
  ['reviewers', 'look at what would leave or enter, and approve it'],
  ['auditors', 'see everything and decide nothing'],
] as const;

function TokenForm({ onToken }: { readonly onToken: (token: string) => void }): ReactNode {
  const [text, setText] = useState('');
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') onToken(text.trim().replace(/^.*#token=/, ''));
      }}
    >
      <Field
        label="Token"
        hint="The first start of the gate printed it, and an address that holds it."
      >
        {(id, hint) => (
          <input
            id={id}
            aria-describedby={hint}
            className="input code"
            autoComplete="off"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      <Action
        type="submit"
        tone="primary"
        full
        refusal={text.trim() === '' ? 'paste the token first' : null}
      >
        Begin
      </Action>
    </form>
  );
}

function Finish({
  token,
  founding,
}: {
  readonly token: string;
  readonly founding: FoundingState;
}): ReactNode {
  const deed = useDeed();
  const waiting = founding.people.filter((person) => !person.signed).map((person) => person.name);
  const finish = async () => {
    await call('/v1/founding/finish', { method: 'POST', json: { token } });
    await queryClient.invalidateQueries();
  };
  return (
    <div className="stack tight">
      <Action
        tone="primary"
        full
        sayRefusal
        busy={deed.busy}
        refusal={
          founding.people.length === 0
            ? 'add the first person'
            : waiting.length === 0
              ? null
              : `${waiting.map(showSafely).join(', ')} ${waiting.length === 1 ? 'has' : 'have'} not signed yet`
        }
        onAct={() => deed.run(finish)}
      >
        Found the gate
      </Action>
      <ProblemLine error={deed.error} />
    </div>
  );
}

function Ceremony({
  token,
  onToken,
}: {
  readonly token: string;
  readonly onToken: (token: string) => void;
}): ReactNode {
  const query = useQuery({
    queryKey: ['founding', token],
    queryFn: () => call<FoundingState>('/v1/founding', { token }),
  });
  const refresh = () => void query.refetch();
  const { error } = query;
  // Trying the same token again helps nobody; another one can be given.
  if (query.data === undefined && error instanceof Problem && [401, 403].includes(error.status)) {
    const unknown = new Error('the gate does not know this token');
    return (
      <>
        <ProblemLine error={error.status === 401 ? unknown : error} />
        <TokenForm onToken={onToken} />
      </>
    );
  }
  return (
    <Loaded query={query}>
      {(founding) => (
        <ol className="ceremony">
          <li>
            <h2>People and their keys</h2>
            <p className="quiet small">
              At least one administrator. Two of each group are better: with one person in a group,
              that person alone decides there. Everybody registers a key here, in front of the
              others: a passkey, which this device or a security key holds, or an SSH key.
            </p>
            <dl className="groups small">
              {GROUPS.map(([group, does]) => (
                <div key={group}>
                  <dt>{group}</dt>
                  <dd className="quiet">{does}</dd>
                </div>
              ))}
            </dl>
            <AddPerson token={token} people={founding.people} onChange={refresh} />
          </li>
          <li>
            <h2>Sign the first roster</h2>
            <p className="quiet small">
              The roster says who there is, with which keys, and whose approvals are asked for. Each
              person signs it with the key just registered. Adding somebody afterwards voids the
              signatures.
            </p>
            <SignRoster token={token} founding={founding} onChange={refresh} />
          </li>
          <li>
            <h2>Found the gate</h2>
            <p className="quiet small">
              Version 1 of the roster goes into the ledger, the record of every decision that nobody
              can change unseen. From then on people, rules and policy change only by requests that
              their approvers sign.
            </p>
            <Finish token={token} founding={founding} />
          </li>
        </ol>
      )}
    </Loaded>
  );
}

/** The page. */
export function StartPage({
  start,
  token: given,
}: {
  readonly start: StartState;
  readonly token: string | null;
}): ReactNode {
  const [token, setToken] = useState(given);
  useEffect(() => {
    // An address with a token that is typed into this page loads nothing anew.
    const take = () => {
      const taken = takeToken();
      if (taken !== null) setToken(taken);
    };
    window.addEventListener('hashchange', take);
    return () => window.removeEventListener('hashchange', take);
  }, []);
  return (
    <main className="alone">
      <Brand />
      <div className="card broad">
        <div className="body stack">
          <div>
            <h1>Found the gate</h1>
            <p className="quiet break">
              <code>{showSafely(start.gate)}</code> has no roster yet. This is done once.
            </p>
          </div>
          {token === null ? (
            <TokenForm onToken={setToken} />
          ) : (
            <Ceremony token={token} onToken={setToken} />
          )}
        </div>
      </div>
      <p className="alone-foot faint small">
        Sallyport · <ThemeSwitch />
      </p>
    </main>
  );
}
