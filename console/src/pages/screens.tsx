/** Screens: what was read for poison, and what was seen. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { screeningsQuery } from '../api/screens.ts';
import type { ScreeningShown } from '../api/screens.ts';
import { Action } from '../parts/action.tsx';
import { Person, Project } from '../parts/known.tsx';
import { Card, Page } from '../parts/layout.tsx';
import { Empty, Loaded } from '../parts/states.tsx';
import { When } from '../parts/text.tsx';
import { link } from '../shell/route.ts';
import { sayCount, sayCounted, showSafely } from '../words/format.ts';
import { ScreeningView, sayScreening } from './screens/screening-view.tsx';

const SHOWN_STEP = 50;
const TONES = { running: '', done: 'good', failed: 'bad' } as const;

function toneOf({ state, verdict }: ScreeningShown): string {
  return verdict === 'inconclusive' ? 'wait' : TONES[state];
}

function ScreeningRow({ screening }: { readonly screening: ScreeningShown }): ReactNode {
  const { documents, held } = screening;
  return (
    <li>
      <a className="entry wraps" href={link(['screens', screening.id])}>
        <span className="grow">
          <strong className="break says">
            {showSafely(screening.importWhy ?? screening.import)}
          </strong>{' '}
          <span className={`chip ${toneOf(screening)}`}>{sayScreening({ screening })}</span>
          <span className="second">
            <Project id={screening.project} />, by <Person id={screening.by} />
          </span>
        </span>
        <span className="small quiet">
          {documents === null ? '' : sayCounted(documents, 'document')}
          {held === null || held === 0 ? '' : `, ${sayCounted(held, 'finding')} for a person`}
        </span>
        <span className="faint small number">
          <When at={screening.askedAt} />
        </span>
      </a>
    </li>
  );
}

/** Screenings, of one import or of all. */
export function ScreeningList({ ofImport }: { readonly ofImport: string }): ReactNode {
  const [shown, setShown] = useState(SHOWN_STEP);
  return (
    <Loaded query={useQuery(screeningsQuery(ofImport))} lines={6}>
      {({ screenings }) => (
        <Card
          bare={screenings.length > 0}
          title="Screenings"
          note={screenings.length === 0 ? undefined : 'newest first'}
        >
          {screenings.length === 0 ? (
            <Empty title="Nothing was screened yet">
              <p>
                An import is screened from its page, or by <code>sallyport imports screen</code>.
              </p>
            </Empty>
          ) : (
            <ol className="entries">
              {screenings.slice(0, shown).map((screening) => (
                <ScreeningRow key={screening.id} screening={screening} />
              ))}
            </ol>
          )}
          {screenings.length > shown ? (
            <Action tiny onAct={() => setShown(shown + SHOWN_STEP)}>
              Show more of {sayCount(screenings.length)}
            </Action>
          ) : null}
        </Card>
      )}
    </Loaded>
  );
}

/** The page. */
export function ScreensPage({ id }: { readonly id: string | undefined }): ReactNode {
  return id === undefined ? (
    <Page
      title="Screens"
      lead="Text sets are read for planted triggers, contradictions and sources that weigh too much."
    >
      <ScreeningList ofImport="" />
    </Page>
  ) : (
    <Page title="Screening" lead={<a href={link(['screens'])}>All screenings</a>}>
      <ScreeningView id={id} />
    </Page>
  );
}
