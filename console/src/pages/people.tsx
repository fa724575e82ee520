/** People & projects: whom one may discuss something with, who has which key, and the way to change it. */
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { peopleQuery, projectPeopleQuery, projectsQuery, rosterQuery } from '../api/queries.ts';
import type { PersonShown, ProjectShown, RosterShown } from '../api/types.ts';
import { Action, refusalOf } from '../parts/action.tsx';
import { Card, Page, Tabs } from '../parts/layout.tsx';
import { Empty, Loaded } from '../parts/states.tsx';
import { When } from '../parts/text.tsx';
import { go, link } from '../shell/route.ts';
import { refusalFor, useSession } from '../shell/session.tsx';
import { sayCounted, showSafely } from '../words/format.ts';
import { AskAccess } from './ask-access.tsx';
import { AskChange } from './people/ask-change.tsx';
import { OwnKeys } from './people/own-keys.tsx';
import { OwnTokens } from './people/own-tokens.tsx';
import { DestinationForm } from './settings/place-forms.tsx';
import { ProjectShares } from './shares/project-shares.tsx';

const SHOWN = 100;

function PersonRow({ person }: { readonly person: PersonShown }): ReactNode {
  return (
    <tr>
      <th scope="row">
        <span className="break">{showSafely(person.name)}</span>{' '}
        {person.kind === 'person' ? null : <span className="tag">{person.kind}</span>}
        <span className="second">
          {showSafely(person.id)}
          {person.sponsor === null ? '' : `, sponsored by ${showSafely(person.sponsor)}`}
        </span>
      </th>
      <td data-label="Groups">{person.groups.join(', ') || <span className="faint">none</span>}</td>
      <td data-label="Projects" className="break">
        {Object.keys(person.projects).map(showSafely).join(', ') || (
          <span className="faint">none</span>
        )}
      </td>
      <td data-label="Keys">
        {person.keys.length === 0 ? (
          <span className="faint">none</span>
        ) : (
          <>
            {sayCounted(person.keys.length, 'key')}
            {person.keys.some((key) => key.deviceBound) ? (
              <span className="second">one bound to a device</span>
            ) : null}
          </>
        )}
      </td>
      <td data-label="Until" className="number">
        {person.until === null ? <span className="faint">no end</span> : <When at={person.until} />}
      </td>
    </tr>
  );
}

function People({ people }: { readonly people: readonly PersonShown[] }): ReactNode {
  const [text, setText] = useState('');
  const [most, setMost] = useState(SHOWN);
  const found = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    if (wanted === '') return people;
    return people.filter((person) =>
      [person.name, person.id, ...person.groups, ...Object.keys(person.projects)].some((each) =>
        each.toLowerCase().includes(wanted),
      ),
    );
  }, [people, text]);
  return (
    <div className="card">
      <div className="body row apart">
        <input
          className="input search"
          type="search"
          aria-label="Search people"
          placeholder="Name, group or project"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <span className="faint small">{sayCounted(found.length, 'principal')}</span>
      </div>
      {found.length === 0 ? (
        <Empty title="Nobody is like this" />
      ) : (
        <div className="scroll" tabIndex={0} role="region" aria-label="People">
          <table className="table people stacking">
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Groups</th>
                <th scope="col">Projects</th>
                <th scope="col">Keys</th>
                <th scope="col" className="number">
                  Until
                </th>
              </tr>
            </thead>
            <tbody>
              {found.slice(0, most).map((person) => (
                <PersonRow key={person.id} person={person} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {found.length > most ? (
        <div className="foot">
          <Action onAct={() => setMost(most + SHOWN)}>
            Show more of {sayCounted(found.length, 'principal')}
          </Action>
        </div>
      ) : null}
    </div>
  );
}

/** Whom one may talk to about a project: those who are read into it. Asked for when somebody wants to know. */
function Discuss({ project }: { readonly project: ProjectShown }): ReactNode {
  const [open, setOpen] = useState(false);
  const query = useQuery({ ...projectPeopleQuery(project.id), enabled: open });
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="small">Whom you may discuss it with</summary>
      {open ? (
        <Loaded query={query} lines={3}>
          {({ people }) => (
            <ul className="members small">
              {people.slice(0, 200).map((person) => (
                <li key={person.id}>
                  <span className="break">{showSafely(person.name)}</span>
                  <span className="faint">
                    {person.projects[project.id]?.join(', ')}
                    {person.grantedUntil === null ? null : (
                      <>
                        {' '}
                        read in until <When at={person.grantedUntil} />
                      </>
                    )}
                  </span>
                </li>
              ))}
            </ul>
          )}
        </Loaded>
      ) : null}
    </details>
  );
}

function ProjectCard({ project }: { readonly project: ProjectShown }): ReactNode {
  const [adding, setAdding] = useState(false);
  const destinations = project.destinations.map((each) => showSafely(each.name));
  return (
    <Card title={showSafely(project.title)} note={<code>{showSafely(project.id)}</code>}>
      <div className="stack">
        <p className="small">
          <span className="faint">Models</span>{' '}
          {project.models.map(showSafely).join(', ') || 'none named, so it counts as touching all'}
          <br />
          <span className="faint">Destinations</span> {destinations.join(', ') || 'none'}
        </p>
        <Discuss project={project} />
        <ProjectShares project={project.id} />
        <div>
          <Action
            tiny
            refusal={refusalOf(project.can, 'destination')}
            onAct={() => setAdding(true)}
          >
            Add a destination
          </Action>
        </div>
      </div>
      {adding ? <DestinationForm project={project} onClose={() => setAdding(false)} /> : null}
    </Card>
  );
}

function Chain({ roster }: { readonly roster: RosterShown }): ReactNode {
  return (
    <Card
      title={`Roster, version ${String(roster.version)}`}
      note={<code className="break">{roster.sha256.slice(0, 16)}…</code>}
    >
      <p className="quiet small">
        Who may approve with which key, as a chain of signed versions. Each changes only by a
        request that the approvers of the old and of the new version signed.
      </p>
      <ol className="list">
        {[...roster.chain]
          .reverse()
          .slice(0, 100)
          .map((version) => (
            <li key={version.version} className="stack tight">
              <p className="row apart">
                <strong>Version {version.version}</strong>
                <span className="faint small">
                  <When at={version.at} mode="time" />
                </span>
              </p>
              <ul className="small">
                {version.changes.map((change) => (
                  <li key={change} className="says break">
                    {showSafely(change)}
                  </li>
                ))}
              </ul>
              <p className="faint small">
                {sayCounted(version.signatures, 'signature')} ·{' '}
                <code>{version.sha256.slice(0, 16)}…</code>
              </p>
            </li>
          ))}
      </ol>
    </Card>
  );
}

function Projects(): ReactNode {
  return (
    <Loaded query={useQuery(projectsQuery)}>
      {({ projects }) =>
        projects.length === 0 ? (
          <div className="card">
            <Empty title="You are in no project">
              <p>What you are not read into is not shown, not even that it exists.</p>
            </Empty>
          </div>
        ) : (
          <div className="cards">
            {projects.map((project) => (
              <ProjectCard key={project.id} project={project} />
            ))}
          </div>
        )
      }
    </Loaded>
  );
}

/** The page. */
export function PeoplePage({ query }: { readonly query: URLSearchParams }): ReactNode {
  const session = useSession();
  const [asking, setAsking] = useState<'change' | 'access' | null>(null);
  const people = useQuery(peopleQuery);
  const roster = useQuery(rosterQuery);
  const tab = query.get('tab') ?? 'projects';
  return (
    <Page
      title="People & projects"
      lead="The compartments that you are read into, and who is in them with you."
      actions={
        <>
          <Action onAct={() => setAsking('access')}>Ask for access</Action>
          <Action refusal={refusalFor(session, 'change')} onAct={() => setAsking('change')}>
            Ask for a change
          </Action>
        </>
      }
    >
      <Tabs
        label="People and projects"
        selected={tab}
        onSelect={(id) => go(link(['people'], { tab: id }), 'replace')}
        tabs={[
          {
            id: 'projects',
            title: 'Projects',
            show: () => (
              <div className="under-tabs">
                <Projects />
              </div>
            ),
          },
          {
            id: 'people',
            title: 'People',
            show: () => (
              <div className="under-tabs">
                <Loaded query={people}>{(data) => <People people={data.people} />}</Loaded>
              </div>
            ),
          },
          {
            id: 'keys',
            title: 'Your keys',
            show: () => (
              <div className="under-tabs stack wide">
                <OwnKeys />
                <OwnTokens />
              </div>
            ),
          },
          {
            id: 'roster',
            title: 'Roster',
            show: () => (
              <div className="under-tabs">
                <Loaded query={roster}>{(data) => <Chain roster={data} />}</Loaded>
              </div>
            ),
          },
        ]}
      />
      {asking === 'access' ? <AskAccess kind="project" onClose={() => setAsking(null)} /> : null}
      {asking === 'change' ? <AskChange onClose={() => setAsking(null)} /> : null}
    </Page>
  );
}
