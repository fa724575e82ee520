/** The menu: where one can go, what waits there, who is signed in, and whether news arrive. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { call } from '../api/client.ts';
import { useLink } from '../api/live.ts';
import { countsQuery, locksQuery, queryClient } from '../api/queries.ts';
import markUrl from '../mark.svg';
import { Action } from '../parts/action.tsx';
import { sayCount, showSafely } from '../words/format.ts';
import { usePlace } from './route.ts';
import { useSession } from './session.tsx';
import { chooseTheme, useTheme } from './theme.ts';
import type { ThemeChoice } from './theme.ts';

const PLACES = [
  { id: '', title: 'Home' },
  { id: 'requests', title: 'Requests' },
  { id: 'imports', title: 'Imports', gap: true },
  { id: 'screens', title: 'Screens' },
  { id: 'lineage', title: 'Lineage' },
  { id: 'monitors', title: 'Monitors' },
  { id: 'budgets', title: 'Budgets', gap: true },
  { id: 'people', title: 'People & projects' },
  { id: 'policy', title: 'Policy' },
  { id: 'waiting', title: 'Waiting' },
  { id: 'ledger', title: 'Ledger' },
  { id: 'locks', title: 'Locks' },
  { id: 'posture', title: 'Posture', gap: true },
  { id: 'scenario', title: 'Scenario' },
] as const;

/** The name and sign of the program. */
export function Brand(): ReactNode {
  return (
    <a className="brand" href="#/">
      <img src={markUrl} alt="" width="26" height="26" />
      Sallyport
    </a>
  );
}

const LINK_WORDS = {
  live: 'Live',
  connecting: 'Connecting',
  asking: 'Asks every 30 s',
  late: 'No answer',
} as const;

/** Whether news arrive. */
function LinkState(): ReactNode {
  const link = useLink();
  return <span className={`link-state ${link}`}>{LINK_WORDS[link]}</span>;
}

/** The switch between light, dark and what the system says. */
export function ThemeSwitch(): ReactNode {
  const choice = useTheme();
  return (
    <select
      className="theme"
      aria-label="Theme"
      value={choice}
      onChange={(event) => chooseTheme(event.target.value as ThemeChoice)}
    >
      <option value="system">System theme</option>
      <option value="light">Light</option>
      <option value="dark">Dark</option>
    </select>
  );
}

async function signOut(): Promise<void> {
  await call('/v1/sign-out', { method: 'POST' }).catch(() => undefined);
  queryClient.clear();
}

/** The menu. On narrow screens it is behind a button. */
export function Nav({ onKeys }: { readonly onKeys: () => void }): ReactNode {
  const session = useSession();
  const { path } = usePlace();
  const [openAt, setOpenAt] = useState<string | null>(null);
  const here = path[0] ?? '';
  const place = path.join('/');
  // Going somewhere closes the menu: it is open only at the place where it was opened.
  const open = openAt === place;
  const counts = useQuery(countsQuery).data?.counts;
  const locks = useQuery(locksQuery).data?.locks.filter((lock) => lock.liftedAt === null).length;
  const countOf = (id: string) =>
    id === 'requests' ? (counts?.forMe ?? 0) : id === 'locks' ? (locks ?? 0) : 0;
  return (
    <>
      <div className="topbar">
        <Brand />
        <div className="row">
          <LinkState />
          <button
            type="button"
            className="button"
            aria-expanded={open}
            aria-controls="nav"
            onClick={() => setOpenAt(open ? null : place)}
          >
            Menu
          </button>
        </div>
      </div>
      <nav id="nav" className={`nav ${open ? 'open' : ''}`} aria-label="Main">
        <Brand />
        <a className="button primary new" href="#/export">
          New export
        </a>
        <ul>
          {PLACES.map(({ id, title, ...rest }) => (
            <li key={id} className={'gap' in rest ? 'gap' : ''}>
              <a href={`#/${id}`} aria-current={here === id ? 'page' : undefined}>
                {title}
                {countOf(id) > 0 ? (
                  <span className="count" aria-label={countWords(id, countOf(id))}>
                    {sayCount(countOf(id))}
                  </span>
                ) : null}
              </a>
            </li>
          ))}
        </ul>
        <div className="foot">
          <div className="who break">
            <strong>{showSafely(session.name)}</strong>
            <div className="faint">{session.roles.groups.join(', ') || session.role}</div>
          </div>
          <ThemeSwitch />
          <div className="row apart">
            <LinkState />
            <span className="row">
              <Action tiny tone="plain" onAct={onKeys} label="Keys">
                Keys <kbd>?</kbd>
              </Action>
            </span>
          </div>
          <Action tiny onAct={() => void signOut()}>
            Sign out
          </Action>
        </div>
      </nav>
    </>
  );
}

function countWords(id: string, count: number): string {
  return id === 'requests' ? `${String(count)} wait for you` : `${String(count)} in force`;
}
