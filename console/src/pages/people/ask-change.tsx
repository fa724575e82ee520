/** A change of people, roles or groups. It takes effect when the people whom the rules name have signed it. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { call } from '../../api/client.ts';
import { peopleQuery, projectsQuery } from '../../api/queries.ts';
import type { RequestDetails } from '../../api/types.ts';
import { DialogEnd, useDeed } from '../../parts/deed.tsx';
import { Dialog, Field, SentenceField } from '../../parts/layout.tsx';
import { go, link } from '../../shell/route.ts';
import { showSafely } from '../../words/format.ts';

interface FieldRow {
  readonly name: string;
  readonly label: string;
  readonly from: 'person' | 'project' | 'text' | 'choice';
  readonly choices?: readonly string[];
}

const person: FieldRow = { name: 'id', label: 'Person', from: 'person' };
const group: FieldRow = { name: 'group', label: 'Group', from: 'text' };
const project: FieldRow = { name: 'project', label: 'Project', from: 'project' };
const principal: FieldRow = { name: 'principal', label: 'Principal', from: 'person' };
const role: FieldRow = {
  name: 'role',
  label: 'Role: member, owner, or a group of reviewers',
  from: 'text',
};

/** The steps that a form can write. The command line offers all of them. */
const STEPS: readonly {
  readonly op: string;
  readonly title: string;
  readonly fields: readonly FieldRow[];
}[] = [
  {
    op: 'person.add',
    title: 'Add a person',
    fields: [
      { name: 'id', label: 'Id', from: 'text' },
      { name: 'name', label: 'Name', from: 'text' },
    ],
  },
  { op: 'person.remove', title: 'Remove a person', fields: [person] },
  {
    op: 'key.revoke',
    title: 'Revoke a key',
    fields: [
      { name: 'person', label: 'Person', from: 'person' },
      { name: 'key', label: 'Key (SHA256:…)', from: 'text' },
    ],
  },
  {
    op: 'group.join',
    title: 'Put somebody into a group',
    fields: [group, { ...principal, name: 'member' }],
  },
  {
    op: 'group.leave',
    title: 'Take somebody out of a group',
    fields: [group, { ...principal, name: 'member' }],
  },
  { op: 'role.give', title: 'Give a role in a project', fields: [project, principal, role] },
  { op: 'role.take', title: 'Take a role in a project', fields: [project, principal, role] },
  {
    op: 'project.add',
    title: 'Add a project',
    fields: [
      { name: 'id', label: 'Id', from: 'text' },
      { name: 'title', label: 'Title', from: 'text' },
    ],
  },
  {
    op: 'rule.set',
    title: 'Change which approvals are needed',
    fields: [
      {
        name: 'kind',
        label: 'Kind of request',
        from: 'choice',
        choices: ['export', 'import', 'share', 'access', 'unlock', 'policy', 'settings', 'review'],
      },
      { name: 'tier', label: 'Tier', from: 'choice', choices: ['self', 'one', 'quorum'] },
      {
        name: 'quorum',
        label: 'Needs, such as 2 of security, 1 of reviewers(project)',
        from: 'text',
      },
    ],
  },
];

function ChangeField(props: {
  readonly row: FieldRow;
  readonly value: string;
  readonly onChange: (value: string) => void;
}): ReactNode {
  const { row, value, onChange } = props;
  const people = useQuery({ ...peopleQuery, enabled: row.from === 'person' }).data?.people ?? [];
  const projects =
    useQuery({ ...projectsQuery, enabled: row.from === 'project' }).data?.projects ?? [];
  const options =
    row.from === 'choice'
      ? (row.choices ?? []).map((each) => [each, each] as const)
      : row.from === 'person'
        ? people.map((each) => [each.id, each.name] as const)
        : projects.map((each) => [each.id, each.title] as const);
  return (
    <Field label={row.label}>
      {(id) =>
        row.from === 'text' ? (
          <input
            id={id}
            className="input"
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
        ) : (
          <select
            id={id}
            className="input"
            value={value}
            onChange={(event) => onChange(event.target.value)}
          >
            <option value="">Choose</option>
            {options.map(([option, title]) => (
              <option key={option} value={option}>
                {showSafely(title)}
              </option>
            ))}
          </select>
        )
      }
    </Field>
  );
}

/** The dialog. */
export function AskChange({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [op, setOp] = useState('group.join');
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const [why, setWhy] = useState('');
  const deed = useDeed();
  const step = STEPS.find((each) => each.op === op);
  const fields = step?.fields ?? [];
  const missing = fields.find((row) => (values[row.name] ?? '').trim() === '');
  const refusal =
    missing === undefined
      ? why.trim() === ''
        ? 'say why, in a sentence'
        : null
      : `fill in “${missing.label}”`;
  const send = async () => {
    const change = Object.fromEntries(
      fields.map(({ name }) => [name, (values[name] ?? '').trim()]),
    );
    const json = { changes: [{ op, ...change }], why: why.trim() };
    const request = await call<RequestDetails>('/v1/changes', { method: 'POST', json });
    go(link(['requests', request.id]));
  };
  return (
    <Dialog title="Ask for a change" onClose={onClose}>
      <Field label="Change">
        {(id) => (
          <select
            id={id}
            className="input"
            value={op}
            onChange={(event) => {
              setOp(event.target.value);
              setValues({});
            }}
          >
            {STEPS.map((each) => (
              <option key={each.op} value={each.op}>
                {each.title}
              </option>
            ))}
          </select>
        )}
      </Field>
      {fields.map((row) => (
        <ChangeField
          key={`${op}${row.name}`}
          row={row}
          value={values[row.name] ?? ''}
          onChange={(value) => setValues((old) => ({ ...old, [row.name]: value }))}
        />
      ))}
      <SentenceField
        label="Why"
        hint="The people who sign it read this first."
        value={why}
        onChange={setWhy}
      />
      <DialogEnd deed={deed} onClose={onClose} onAct={send} refusal={refusal}>
        Ask
      </DialogEnd>
    </Dialog>
  );
}
