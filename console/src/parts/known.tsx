/**
 * People and projects by their names. Only those that one is read into have a name here; everybody else stays the id that
 * the gate told. The id stands in the title, since two people may have one name.
 */
import { useQuery } from '@tanstack/react-query';
import { createContext, useContext, useMemo } from 'react';
import type { ReactNode } from 'react';
import { peopleQuery, projectsQuery } from '../api/queries.ts';
import { showSafely } from '../words/format.ts';

interface Known {
  readonly people: ReadonlyMap<string, string>;
  readonly projects: ReadonlyMap<string, string>;
}

const NOBODY: Known = { people: new Map(), projects: new Map() };
const KnownContext = createContext<Known>(NOBODY);

/** Gives the names to everything inside; pages are shown before they are there. */
export function KnownProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const people = useQuery(peopleQuery).data?.people;
  const projects = useQuery(projectsQuery).data?.projects;
  const known = useMemo(
    () => ({
      people: new Map((people ?? []).map(({ id, name }) => [id, name])),
      projects: new Map((projects ?? []).map(({ id, title }) => [id, title])),
    }),
    [people, projects],
  );
  return <KnownContext value={known}>{children}</KnownContext>;
}

/** A person, an agent or a workload. */
export function Person({ id }: { readonly id: string }): ReactNode {
  const name = useContext(KnownContext).people.get(id) ?? id;
  return (
    <span className="break" title={name === id ? undefined : showSafely(id)}>
      {showSafely(name)}
    </span>
  );
}

/** A project. */
export function Project({ id }: { readonly id: string }): ReactNode {
  const title = useContext(KnownContext).projects.get(id) ?? id;
  return (
    <span className="break" title={title === id ? undefined : showSafely(id)}>
      {showSafely(title)}
    </span>
  );
}

/** Several people in one line. */
export function People({ ids }: { readonly ids: readonly string[] }): ReactNode {
  return ids.map((id, i) => (
    <span key={id}>
      {i === 0 ? '' : ', '}
      <Person id={id} />
    </span>
  ));
}
