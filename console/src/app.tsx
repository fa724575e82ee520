/** Which page is shown: the founding before there is anybody, the sign-in before somebody is there, then the place. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { onSignedOut } from './api/client.ts';
import { dismissNews, lastHeard, useLink, useLiveNews, useNews } from './api/live.ts';
import { queryClient, startQuery, whoamiQuery } from './api/queries.ts';
import type { Whoami } from './api/types.ts';
import { BudgetsPage } from './pages/budgets.tsx';
import { ExportPage } from './pages/export.tsx';
import { HomePage } from './pages/home.tsx';
import { ImportsPage } from './pages/imports.tsx';
import { LedgerPage } from './pages/ledger.tsx';
import { LineagePage } from './pages/lineage.tsx';
import { LocksPage } from './pages/locks.tsx';
import { MonitorsPage } from './pages/monitors.tsx';
import { PeoplePage } from './pages/people.tsx';
import { PolicyPage } from './pages/policy.tsx';
import { PosturePage } from './pages/posture.tsx';
import { RequestPage } from './pages/request.tsx';
import { RequestsPage } from './pages/requests.tsx';
import { ScenarioPage } from './pages/scenario.tsx';
import { ScreensPage } from './pages/screens.tsx';
import { SignInPage } from './pages/sign-in.tsx';
import { StartPage } from './pages/start.tsx';
import { WaitingPage } from './pages/waiting.tsx';
import { Action } from './parts/action.tsx';
import { KnownProvider } from './parts/known.tsx';
import { Page } from './parts/layout.tsx';
import { Empty, Skeleton, Trouble } from './parts/states.tsx';
import { When } from './parts/text.tsx';
import { Toasts } from './parts/toast.tsx';
import { Brand, Nav } from './shell/nav.tsx';
import { takeToken, usePlace } from './shell/route.ts';
import type { Place } from './shell/route.ts';
import { SessionProvider } from './shell/session.tsx';
import { Shortcuts } from './shell/shortcuts.tsx';

const token = takeToken();
onSignedOut(() => queryClient.setQueryData(whoamiQuery.queryKey, null));

function showPlace({ path, query }: Place): ReactNode {
  const [room = '', id] = path;
  switch (room) {
    case '':
      return <HomePage />;
    case 'requests':
      return id === undefined ? <RequestsPage query={query} /> : <RequestPage key={id} id={id} />;
    case 'export':
      return <ExportPage />;
    case 'budgets':
      return <BudgetsPage query={query} />;
    case 'people':
      return <PeoplePage query={query} />;
    case 'policy':
      return <PolicyPage query={query} />;
    case 'waiting':
      return <WaitingPage query={query} />;
    case 'ledger':
      return <LedgerPage query={query} index={id} />;
    case 'locks':
      return <LocksPage />;
    case 'imports':
      return <ImportsPage key={id} id={id} query={query} />;
    case 'lineage':
      return <LineagePage query={query} />;
    case 'screens':
      return <ScreensPage key={id} id={id} />;
    case 'monitors':
      return <MonitorsPage />;
    case 'posture':
      return <PosturePage query={query} />;
    case 'scenario':
      return <ScenarioPage query={query} />;
    default:
      return (
        <Page title="Nothing here">
          <Empty title="There is no page at this address">
            <a href="#/">Go home</a>
          </Empty>
        </Page>
      );
  }
}

/** What stands above every page: the gate that does not answer, and the newest alarm. */
function Banners(): ReactNode {
  const link = useLink();
  const news = useNews();
  const heard = lastHeard();
  return (
    <>
      {link === 'late' ? (
        <div className="banner" role="status">
          <span>
            The gate does not answer. What you see is what it last said
            {heard === 0 ? (
              ''
            ) : (
              <>
                {' '}
                (<When at={new Date(heard).toISOString()} />)
              </>
            )}
            ; it is asked again by itself.
          </span>
          <Action tiny onAct={() => void queryClient.invalidateQueries()}>
            Ask now
          </Action>
        </div>
      ) : null}
      {news === null ? null : (
        <div className="banner alarm" role="alert">
          <span className="says">{news.sentence}</span>
          <Action tiny onAct={dismissNews}>
            Put away
          </Action>
        </div>
      )}
    </>
  );
}

/** The console for somebody who is signed in. */
function Rooms({ session }: { readonly session: Whoami }): ReactNode {
  const place = usePlace();
  const [keysOpen, setKeysOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  const arrived = useRef(false);
  const room = place.path.join('/');
  useLiveNews(true);
  useEffect(() => {
    // At the first visit the focus stays where the browser puts it, so that the skip link comes first.
    if (arrived.current) {
      window.scrollTo(0, 0);
      document.getElementById('page-title')?.focus({ preventScroll: true });
    }
    arrived.current = true;
  }, [room]);
  return (
    <SessionProvider value={session}>
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        Skip to the page
      </button>
      <div className="shell">
        <Nav onKeys={() => setKeysOpen(true)} />
        <div className="content">
          <Banners />
          <main ref={main} className="main" tabIndex={-1}>
            <KnownProvider>{showPlace(place)}</KnownProvider>
          </main>
        </div>
      </div>
      <Shortcuts open={keysOpen} onOpen={setKeysOpen} />
      <Toasts />
    </SessionProvider>
  );
}

function Alone({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <main className="alone">
      <Brand />
      <div className="card">{children}</div>
    </main>
  );
}

/** The console. */
export function App(): ReactNode {
  const start = useQuery({
    ...startQuery,
    refetchInterval: (query) => (query.state.error ? 3000 : false),
  });
  const founded = start.data?.founded === true;
  const who = useQuery({ ...whoamiQuery, enabled: founded });
  if (start.data === undefined || (founded && who.data === undefined)) {
    const failed = start.isError ? start : who.isError ? who : null;
    return (
      <Alone>
        {failed === null ? (
          <Skeleton />
        ) : (
          <Trouble error={failed.error} onRetry={() => void failed.refetch()} />
        )}
      </Alone>
    );
  }
  if (!founded) return <StartPage start={start.data} token={token} />;
  if (who.data == null) return <SignInPage start={start.data} />;
  return <Rooms session={who.data} />;
}
