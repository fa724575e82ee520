/** Imports: what is on its way in, from whom, and what was found in it. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { importsQuery, sourcesQuery } from '../api/ingress.ts';
import type { ImportShown, SourceShown } from '../api/ingress.ts';
import { Card, Page, Tabs } from '../parts/layout.tsx';
import { Empty, Loaded } from '../parts/states.tsx';
import { When } from '../parts/text.tsx';
import { go, link } from '../shell/route.ts';
import { sayBytes, sayCount, sayCounted, showSafely } from '../words/format.ts';
import { ImportView, STATE_WORDS } from './imports/import-view.tsx';

function ImportRow({ held }: { readonly held: ImportShown }): ReactNode {
  const { counts } = held;
  return (
    <li>
      <a className="entry" href={link(['imports', held.id])}>
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

function ImportList(): ReactNode {
  return (
    <Loaded query={useQuery(importsQuery)} lines={8}>
      {({ imports }) => (
        <Card bare={imports.length > 0} title="Imports" note="newest first">
          {imports.length === 0 ? (
            <Empty title="Nothing is on its way in">
              <p>
                <code>sallyport import PATH…</code> sends files to the quarantine.
              </p>
            </Empty>
          ) : (
            <ol className="entries">
              {imports.map((held) => (
                <ImportRow key={held.id} held={held} />
              ))}
            </ol>
          )}
        </Card>
      )}
    </Loaded>
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
          {showSafely(source.fingerprint)}, project {showSafely(source.project)}, added{' '}
          <When at={source.addedAt} />
        </p>
      </div>
      <a href={link(['lineage'], { node: source.id })}>What came of it</a>
    </li>
  );
}

function SourceList(): ReactNode {
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
              {sources.map((source) => (
                <SourceItem key={source.id} source={source} />
              ))}
            </ul>
          )}
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
  return (
    <Page title="Imports" lead="Nothing enters that was not decoded, signed for and approved.">
      <Tabs
        label="The way in"
        selected={query.get('tab') ?? 'imports'}
        onSelect={(tab) =>
          go(link(['imports'], { tab: tab === 'imports' ? null : tab }), 'replace')
        }
        tabs={[
          { id: 'imports', title: 'Imports', show: () => <ImportList /> },
          { id: 'sources', title: 'Sources', show: () => <SourceList /> },
        ]}
      />
    </Page>
  );
}
