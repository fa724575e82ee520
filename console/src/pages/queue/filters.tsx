/** The filters of the queue. They stand in the address, so that a view can be kept and sent to somebody. */
import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { QueueFilter } from '../../api/queries.ts';
import type { RequestPage } from '../../api/types.ts';
import { useSession } from '../../shell/session.tsx';
import { sayCount, showSafely } from '../../words/format.ts';
import { sayKind } from '../../words/names.ts';

const VIEWS = [
  { id: 'me', title: 'Waits for me', count: 'forMe' },
  { id: 'mine', title: 'Mine', count: 'mine' },
  { id: 'all', title: 'All', count: null },
  { id: 'windows', title: 'Windows', count: null },
] as const;
const STATES = [
  'held',
  'returned',
  'queued',
  'released',
  'unreviewed',
  'reviewed',
  'granted',
  'ended',
  'done',
  'denied',
  'refused',
  'withdrawn',
  'expired',
  'failed',
];
const KIND_NAMES = ['export', 'import', 'share', 'access', 'window', 'unlock', 'policy'];
const TYPING_MS = 250;

function Select(props: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, title: string])[];
  readonly onChange: (value: string) => void;
}): ReactNode {
  return (
    <select
      className="input"
      aria-label={props.label}
      value={props.value}
      onChange={(event) => props.onChange(event.target.value)}
    >
      {props.options.map(([value, title]) => (
        <option key={value} value={value}>
          {title}
        </option>
      ))}
    </select>
  );
}

/** Waits until somebody has stopped typing. */
function Search({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (text: string) => void;
}): ReactNode {
  const [text, setText] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <input
      id="queue-search"
      className="input"
      type="search"
      aria-label="Search in title, reason and people"
      placeholder="Search"
      value={text}
      onChange={(event) => {
        setText(event.target.value);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => onChange(event.target.value.trim()), TYPING_MS);
      }}
    />
  );
}

/** Views and filters. */
export function Filters(props: {
  readonly filter: QueueFilter;
  readonly counts: RequestPage['counts'] | undefined;
  readonly onChange: (next: Partial<QueueFilter>) => void;
}): ReactNode {
  const { filter, counts, onChange } = props;
  const projects = Object.keys(useSession().roles.projects).sort();
  return (
    <div className="filters">
      <div className="views" role="group" aria-label="Whose requests">
        {VIEWS.map(({ id, title, count }) => (
          <button
            key={id}
            type="button"
            aria-pressed={filter.for === id}
            onClick={() => onChange({ for: id })}
          >
            {title}
            {count === null || counts === undefined ? null : (
              <span className="faint"> {sayCount(counts[count])}</span>
            )}
          </button>
        ))}
      </div>
      {filter.for === 'windows' ? null : (
        <div className="selects">
          <Search value={filter.text} onChange={(text) => onChange({ text })} />
          <Select
            label="State"
            value={filter.state}
            options={[['', 'Any state'], ...STATES.map((state) => [state, state] as const)]}
            onChange={(state) => onChange({ state })}
          />
          <Select
            label="Kind"
            value={filter.kind}
            options={[
              ['', 'Any kind'],
              ...KIND_NAMES.map((kind) => [kind, sayKind(kind)] as const),
            ]}
            onChange={(kind) => onChange({ kind })}
          />
          <Select
            label="Project"
            value={filter.project}
            options={[['', 'Any project'], ...projects.map((id) => [id, showSafely(id)] as const)]}
            onChange={(project) => onChange({ project })}
          />
          <Select
            label="Order"
            value={filter.sort}
            options={[
              ['risk', 'Highest risk first'],
              ['age', 'Oldest first'],
              ['newest', 'Newest first'],
            ]}
            onChange={(sort) => onChange({ sort })}
          />
        </div>
      )}
      {filter.job === '' ? null : (
        <p className="row small">
          Only the job <span className="tag">{showSafely(filter.job)}</span>
          <button type="button" className="button tiny" onClick={() => onChange({ job: '' })}>
            All jobs
          </button>
        </p>
      )}
    </div>
  );
}
