/** Why somebody may or may not do something, answered by the policy itself. */
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { call } from '../../api/client.ts';
import { peopleQuery, projectsQuery } from '../../api/queries.ts';
import type { Explained, PolicyShown } from '../../api/types.ts';
import { Action } from '../../parts/action.tsx';
import { Card, Field } from '../../parts/layout.tsx';
import { ProblemLine } from '../../parts/states.tsx';
import { useSession } from '../../shell/session.tsx';
import { showSafely } from '../../words/format.ts';

function Answer({ answer }: { readonly answer: Explained }): ReactNode {
  return (
    <div className={`notice ${answer.allowed ? 'good' : 'bad'}`} role="status">
      <p>
        <strong>{answer.allowed ? 'Allowed' : 'Not allowed'}</strong>
      </p>
      {answer.reasons.map((reason, i) => (
        <p key={i} className="way says break">
          {showSafely(reason)}
        </p>
      ))}
    </div>
  );
}

function Choice(props: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [string, string])[];
  readonly onChange: (value: string) => void;
}): ReactNode {
  return (
    <Field label={props.label}>
      {(id) => (
        <select
          id={id}
          className="input"
          value={props.value}
          onChange={(event) => props.onChange(event.target.value)}
        >
          {props.options.map(([value, title]) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** The form with its answer. */
export function Explain({ policy }: { readonly policy: PolicyShown }): ReactNode {
  const session = useSession();
  const people = useQuery(peopleQuery).data?.people ?? [];
  const projects = useQuery(projectsQuery).data?.projects ?? [];
  const actions = useMemo(() => [...new Set(policy.matrix.map((row) => row.action))], [policy]);
  const [principal, setPrincipal] = useState(session.id);
  const [action, setAction] = useState(actions[0] ?? '');
  const [project, setProject] = useState('');
  const [answer, setAnswer] = useState<Explained | null>(null);
  const [error, setError] = useState<unknown>(null);
  const resource = project === '' ? (projects[0]?.id ?? '') : project;
  const ask = async () => {
    setError(null);
    setAnswer(null);
    try {
      const json = { principal, action, resource: { kind: 'project', id: resource } };
      setAnswer(await call<Explained>('/v1/policy/explain', { method: 'POST', json }));
    } catch (cause) {
      setError(cause);
    }
  };
  const known = people.some((person) => person.id === session.id);
  return (
    <Card title="May they, and why">
      <div className="stack">
        <div className="triple">
          <Choice
            label="Who"
            value={principal}
            onChange={setPrincipal}
            options={[
              ...(known ? [] : [[session.id, session.name] as const]),
              ...people.map((person) => [person.id, showSafely(person.name)] as const),
            ]}
          />
          <Choice
            label="Does what"
            value={action}
            onChange={setAction}
            options={actions.map((each) => [each, each] as const)}
          />
          <Choice
            label="In which project"
            value={resource}
            onChange={setProject}
            options={projects.map((each) => [each.id, showSafely(each.title)] as const)}
          />
        </div>
        <div>
          <Action tone="primary" onAct={() => void ask()}>
            Explain
          </Action>
        </div>
        {answer === null ? null : <Answer answer={answer} />}
        <ProblemLine error={error} />
      </div>
    </Card>
  );
}
