/** Posture: how far it is to each security level, from evidence, with what is not known shown as that. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Problem } from '../api/client.ts';
import { boardQuery } from '../api/posture.ts';
import type { Board } from '../api/posture.ts';
import { Card, Page } from '../parts/layout.tsx';
import { Empty, Loaded } from '../parts/states.tsx';
import { go, link } from '../shell/route.ts';
import { sayCount, sayDay, showSafely } from '../words/format.ts';
import { Expiring, Plan } from './posture/ahead.tsx';
import { Attack } from './posture/attack.tsx';
import { HeldBack, Levels } from './posture/levels.tsx';

/** Which profile and environment is looked at. */
export interface View {
  readonly profile: string;
  readonly environment: string;
}

function Chooser({ board, view }: { readonly board: Board; readonly view: View }): ReactNode {
  const choose = (change: Partial<View>) =>
    go(link(['posture'], { ...view, ...change }), 'replace');
  return (
    <div className="selects pair">
      <select
        className="input"
        aria-label="Profile"
        value={view.profile}
        onChange={(event) => choose({ profile: event.target.value })}
      >
        {board.profiles.map(({ name }) => (
          <option key={name} value={name}>
            {showSafely(name)}
          </option>
        ))}
      </select>
      <select
        className="input"
        aria-label="Environment"
        value={view.environment}
        onChange={(event) => choose({ environment: event.target.value })}
      >
        {board.environments.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

function Basis({ board, view }: { readonly board: Board; readonly view: View }): ReactNode {
  const environment = board.environments.find((each) => each.id === view.environment);
  if (environment === undefined) return null;
  const { statuses, bases } = environment;
  const alone = bases['machine'] ?? 0;
  const both = bases['machine-and-word'] ?? 0;
  return (
    <div className="figures-row">
      {(
        [
          [statuses['met'] ?? 0, 'measures met'],
          [statuses['unknown'] ?? 0, 'unknown, which never passes'],
          [
            alone + both,
            `shown by the gate: ${sayCount(alone)} alone, ${sayCount(both)} with somebody’s word`,
          ],
          [bases['word'] ?? 0, 'somebody’s word alone'],
        ] as const
      ).map(([count, what]) => (
        <div key={what} className="card figure">
          <p className="big-number">{sayCount(count)}</p>
          <p className="quiet small">{what}</p>
        </div>
      ))}
    </div>
  );
}

function Content({ board, query }: { readonly board: Board; readonly query: URLSearchParams }) {
  const [profile] = board.profiles;
  const [environment] = board.environments;
  if (profile === undefined || environment === undefined) return null;
  const named = (list: readonly { id?: string; name: string }[], wanted: string | null) =>
    list.find((each) => (each.id ?? each.name) === wanted);
  const view: View = {
    profile: named(board.profiles, query.get('profile'))?.name ?? profile.name,
    environment: named(board.environments, query.get('environment'))?.id ?? environment.id,
  };
  return (
    <div className="stack wide">
      <p className="quiet">
        {showSafely(board.organisation)}, as of {sayDay(board.at)}. Self-assessed against the
        published levels, never certified.
      </p>
      <Levels board={board} view={view} />
      <Chooser board={board} view={view} />
      <Basis board={board} view={view} />
      <div className="columns even">
        <HeldBack board={board} view={view} />
        <Expiring board={board} />
      </div>
      <Attack board={board} view={view} />
      <Plan board={board} view={view} />
    </div>
  );
}

/** The page. */
export function PosturePage({ query }: { readonly query: URLSearchParams }): ReactNode {
  const board = useQuery(boardQuery);
  const missing = board.error instanceof Problem && board.error.code.endsWith('ASSESSMENT_MISSING');
  return (
    <Page
      title="Posture"
      lead="How wide the gap to each security level is, and what closes it when."
    >
      {missing ? (
        <Card>
          <Empty title="There is no assessment yet">
            <p>
              <code>sallyport posture init</code> asks thirty questions and makes one; name its
              folder as <code>posture.folder</code> in the configuration. What it does not say is
              unknown here.
            </p>
          </Empty>
        </Card>
      ) : (
        <Loaded query={board} lines={14}>
          {(data) => <Content board={data} query={query} />}
        </Loaded>
      )}
    </Page>
  );
}
