/** Tokens of the agents and workloads that one answers for: each counts only with the sponsor's word. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { call } from '../../api/client.ts';
import { peopleQuery, queryClient, tokensQuery } from '../../api/queries.ts';
import type { PersonShown, TokenMade, TokenShown } from '../../api/types.ts';
import { Action } from '../../parts/action.tsx';
import { useDeed } from '../../parts/deed.tsx';
import { Card, Dialog } from '../../parts/layout.tsx';
import { ProblemLine } from '../../parts/states.tsx';
import { When } from '../../parts/text.tsx';
import { useSession } from '../../shell/session.tsx';
import { showSafely } from '../../words/format.ts';

const waits = (token: TokenShown): boolean => token.state === 'waits for its sponsor';
const refresh = (): Promise<void> => queryClient.invalidateQueries({ queryKey: ['tokens'] });
const placeOf = (id: string): string => `/v1/tokens/${encodeURIComponent(id)}`;

function TokenRow({ token }: { readonly token: TokenShown }): ReactNode {
  const deed = useDeed();
  const confirm = async () => {
    await call(`${placeOf(token.id)}/confirm`, { method: 'POST' });
    await refresh();
  };
  const revoke = async () => {
    await call(placeOf(token.id), { method: 'DELETE' });
    await refresh();
  };
  return (
    <li>
      <span className="grow">
        <strong className="break">{showSafely(token.principal)}</strong>{' '}
        <span className="tag">{token.state}</span>
        <span className="second">
          <code className="break">{token.id}</code> made <When at={token.addedAt} />
        </span>
        <ProblemLine error={deed.error} />
      </span>
      <span className="row">
        {waits(token) ? (
          <Action
            tiny
            tone="primary"
            busy={deed.busy}
            label={`Confirm the token of ${token.principal}`}
            onAct={() => deed.run(confirm)}
          >
            Confirm
          </Action>
        ) : null}
        <Action
          tiny
          tone="danger"
          busy={deed.busy}
          label={`Revoke a token of ${token.principal}`}
          onAct={() => deed.run(revoke)}
        >
          Revoke
        </Action>
      </span>
    </li>
  );
}

/** The secret of a new token, which is never shown again. */
function Made(props: { readonly made: TokenMade; readonly onClose: () => void }): ReactNode {
  const { made, onClose } = props;
  return (
    <Dialog title="A new token" onClose={onClose}>
      <p className="quiet">Copy it now: it is shown once and kept only as a digest.</p>
      <p>
        <code className="break">{made.token}</code>
      </p>
      <div className="actions">
        <Action tone="primary" onAct={onClose}>
          Done
        </Action>
      </div>
    </Dialog>
  );
}

function MakeToken({ program }: { readonly program: PersonShown }): ReactNode {
  const deed = useDeed();
  const [made, setMade] = useState<TokenMade | null>(null);
  const make = async () => {
    const json = { principal: program.id };
    setMade(await call<TokenMade>('/v1/tokens', { method: 'POST', json }));
    await refresh();
  };
  return (
    <>
      <Action tiny busy={deed.busy} onAct={() => deed.run(make)}>
        Make a token for {showSafely(program.name)}
      </Action>
      <ProblemLine error={deed.error} />
      {made === null ? null : <Made made={made} onClose={() => setMade(null)} />}
    </>
  );
}

/** The tokens; nothing for who answers for no program. */
export function OwnTokens(): ReactNode {
  const { id } = useSession();
  const tokens = (useQuery(tokensQuery).data?.tokens ?? []).filter(
    (each) => each.sponsor === id && each.state !== 'revoked',
  );
  const programs = (useQuery(peopleQuery).data?.people ?? []).filter((each) => each.sponsor === id);
  if (tokens.length === 0 && programs.length === 0) return null;
  return (
    <Card bare title="Agents and workloads that you answer for">
      {tokens.length === 0 ? (
        <p className="body quiet">None of them has a token.</p>
      ) : (
        <ul className="keys">
          {tokens.slice(0, 100).map((token) => (
            <TokenRow key={token.id} token={token} />
          ))}
        </ul>
      )}
      <div className="foot row">
        {programs.slice(0, 20).map((program) => (
          <MakeToken key={program.id} program={program} />
        ))}
      </div>
    </Card>
  );
}

/** On the home page: tokens that an administrator made and that do nothing until one agrees. */
export function WaitingTokens(): ReactNode {
  const { id } = useSession();
  const tokens = (useQuery(tokensQuery).data?.tokens ?? []).filter(
    (each) => each.sponsor === id && waits(each),
  );
  if (tokens.length === 0) return null;
  return (
    <Card bare title="Tokens that wait for your word">
      <ul className="keys">
        {tokens.slice(0, 20).map((token) => (
          <TokenRow key={token.id} token={token} />
        ))}
      </ul>
    </Card>
  );
}
