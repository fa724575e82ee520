/** Fields of the forms about settings. */
import type { ReactNode } from 'react';
import { Field } from '../../parts/layout.tsx';
import { showSafely } from '../../words/format.ts';

/** A line of text. */
export function TextLine(props: {
  readonly label: string;
  readonly value: string;
  readonly hint?: ReactNode;
  readonly placeholder?: string;
  readonly onChange: (value: string) => void;
}): ReactNode {
  const { label, value, hint, placeholder, onChange } = props;
  return (
    <Field label={label} hint={hint}>
      {(id, hintId) => (
        <input
          id={id}
          aria-describedby={hintId}
          className="input"
          autoComplete="off"
          spellCheck={false}
          maxLength={200}
          placeholder={placeholder}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

/** One of several, by name. */
export function Choice(props: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, title: string])[];
  readonly onChange: (value: string) => void;
}): ReactNode {
  const { label, value, options, onChange } = props;
  return (
    <Field label={label}>
      {(id) => (
        <select
          id={id}
          className="input"
          value={value}
          onChange={(event) => onChange(event.target.value)}
        >
          <option value="">Choose</option>
          {options.map(([each, title]) => (
            <option key={each} value={each}>
              {showSafely(title)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
