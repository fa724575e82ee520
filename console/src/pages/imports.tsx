/** Imports: what is on its way in, from whom, and what was found in it. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { importsQuery, sourcesQuery } from '../api/ingress.ts';
import type { ImportShown, SourceShown } from '../api/ingress.ts';
import { Action } from '../parts/action.tsx';
import { Project } from '../parts/known.tsx';
import { Card, Page, Tabs, UnderTabs } from '../parts/layout.tsx';
import { Empty, Loaded } from '../parts/states.tsx';
import { When } from '../parts/text.tsx';
import { go, link } from '../shell/route.ts';
import { sayBytes, sayCount, sayCounted, showSafely } from '../words/format.ts';
import { ImportView, STATE_WORDS } from './imports/import-view.tsx';
import { InboxList } from './imports/inboxes.tsx';
import { NewImport } from './imports/new-import.tsx';

/** As many as one answer of the gate has. */
const PAGE = 50;

function ImportRow({ held }: { readonly held: ImportShown }): ReactNode {
  const { counts } = held;
  return (
    <li>
      <a className="entry wraps" href={link(['imports', held.id])}>
        <span className="grow">
          <strong>{showSafely(held.source.name)}</strong>{' '}
          <span className="quiet">{STATE_WORDS[held.state]}</span>
          <span className="second">{showSafely(held.why)}</span>
        </span>
        <span className="small quiet">
          {sayCounted(counts.files, 'file')}, {sayBytes(counts.bytes)}
          {counts.malicious > 0 ? `, ${sayCount(counts.malicious)} malicious` : ''}
          {counts.inconclusive > 0 ? `, ${sayCount(counts.inconclusive)} inconclusive` : ''}
        </span>
        <span className="faint small number">
          <When at={held.openedAt} />
        </span>
      </a>
    </li>
  );
}

const STATES = Object.keys(STATE_WORDS) as readonly ImportShown['state'][];

function ImportList(props: { readonly state: string; readonly offset: number }): ReactNode {
  const { state, offset } = props;
  const show = (next: { state?: string; offset?: number }) =>
    go(
      link(['imports'], {
        state: (next.state ?? state) === '' ? null : (next.state ?? state),
        offset: next.offset === undefined || next.offset === 0 ? null : String(next.offset),
      }),
      'replace',
    );
  return (
    <>
      <div className="filters under-tabs">
        <select
          className="input"
          aria-label="State"
          value={state}
          onChange={(event) => show({ state: event.target.value })}
        >
          <option value="">Every state</option>
          {STATES.map((each) => (
            <option key={each} value={each}>
              {each}: {STATE_WORDS[each]}
            </option>
          ))}
        </select>
      </div>
      <Loaded query={useQuery(importsQuery(state, offset))} lines={8}>
        {({ imports, next }) => (
          <Card bare={imports.length > 0} title="Imports" note="newest first">
            {imports.length === 0 ? (
              <Empty
                title={state === '' ? 'Nothing is on its way in' : 'No import is in this state'}
              >
                <p>
                  <code>sallyport import PATH…</code> or{' '}
                  <a href={link(['imports'], { tab: 'new' })}>this page</a> sends files to the
                  quarantine.
                </p>
              </Empty>
            ) : (
              <ol className="entries">
                {imports.map((held) => (
                  <ImportRow key={held.id} held={held} />
                ))}
              </ol>
            )}
            {offset === 0 && next === null ? null : (
              <div className="body row apart">
                <Action
                  tiny
                  refusal={offset === 0 ? 'these are the newest' : null}
                  onAct={() => show({ offset: Math.max(0, offset - PAGE) })}
                >
                  Newer
                </Action>
                <Action
                  tiny
                  refusal={next === null ? 'these are the oldest' : null}
                  onAct={() => show({ offset: next ?? offset })}
                >
                  Older
                </Action>
              </div>
            )}
          </Card>
        )}
      </Loaded>
    </>
  );
}

const KINDS: Readonly<Record<SourceShown['kind'], string>> = {
  ssh: 'signs with an SSH key',
  oms: 'signs model bundles',
  person: 'a person vouches',
};

function SourceItem({ source }: { readonly source: SourceShown }): ReactNode {
  const { form } = source;
  return (
    <li className="lock">
      <div className="grow">
        <p>
          <strong className="break">{showSafely(source.name)}</strong>{' '}
          <span className="tag">{KINDS[source.kind]}</span>{' '}
          {source.recalledAt === null ? null : <span className="chip bad">recalled</span>}
        </p>
        <p className="says break small">
          {showSafely(form.origin)}; licence {showSafely(form.licence)}; collected:{' '}
          {showSafely(form.collection)}; consent: {form.consent}
        </p>
        <p className="faint small break">
          {showSafely(source.fingerprint)}, project <Project id={source.project} />, added{' '}
          <When at={source.addedAt} />
        </p>
      </div>
      <a href={link(['lineage'], { node: source.id })}>What came of it</a>
    </li>
  );
}

function SourceList(): ReactNode {
  const [shown, setShown] = useState(PAGE);
  return (
    <Loaded query={useQuery(sourcesQuery)} lines={8}>
      {({ sources }) => (
        <Card title="Sources" note={sayCounted(sources.length, 'source')}>
          {sources.length === 0 ? (
            <Empty title="Nobody signs for anything yet">
              <p>
                <code>sallyport source add</code> names a key or a person, and what they say about
                their data.
              </p>
            </Empty>
          ) : (
            <ul className="list">
              {sources.slice(0, shown).map((source) => (
                <SourceItem key={source.id} source={source} />
              ))}
            </ul>
          )}
          {sources.length > shown ? (
            <Action tiny onAct={() => setShown(shown + PAGE)}>
              Show more of {sayCount(sources.length)}
            </Action>
          ) : null}
        </Card>
      )}
    </Loaded>
  );
}

/** The page. */
export function ImportsPage(props: {
  readonly id: string | undefined;
  readonly query: URLSearchParams;
}): ReactNode {
  const { id, query } = props;
  if (id !== undefined) {
    return (
      <Page title="Import" lead={<a href={link(['imports'])}>All imports</a>}>
        <ImportView id={id} />
      </Page>
    );
  }
  const list = (
    <ImportList state={query.get('state') ?? ''} offset={Number(query.get('offset') ?? 0) || 0} />
  );
  return (
    <Page title="Imports" lead="Nothing enters that was not decoded, signed for and approved.">
      <Tabs
        label="The way in"
        selected={query.get('tab') ?? 'imports'}
        onSelect={(tab) =>
          go(link(['imports'], { tab: tab === 'imports' ? null : tab }), 'replace')
        }
        tabs={[
          { id: 'imports', title: 'Imports', show: () => list },
          {
            id: 'sources',
            title: 'Sources',
            show: () => (
              <UnderTabs>
                <SourceList />
              </UnderTabs>
            ),
          },
          { id: 'inboxes', title: 'Inboxes', show: () => <InboxList /> },
          {
            id: 'new',
            title: 'New import',
            show: () => (
              <UnderTabs>
                <NewImport />
              </UnderTabs>
            ),
          },
        ]}
      />
    </Page>
  );
}
