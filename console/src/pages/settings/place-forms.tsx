/** Adds a destination to a project, and chooses the published caps that cut budgets down. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { CapInForce, ProjectShown, SettingsStep } from '../../api/types.ts';
import { showSafely } from '../../words/format.ts';
import { TextLine } from './fields.tsx';
import { ProposeDialog, findMissing } from './propose-dialog.tsx';

/** The dialog of a destination. */
export function DestinationForm({
  project,
  onClose,
}: {
  readonly project: ProjectShown;
  readonly onClose: () => void;
}): ReactNode {
  const [name, setName] = useState('');
  const [number, setNumber] = useState('');
  const wanted = number.trim();
  const missing =
    findMissing([[name, 'give the destination a name']]) ??
    (wanted === '' || /^\d{1,9}$/.test(wanted) ? null : 'the number is no whole number');
  const step: SettingsStep = {
    op: 'destination.add',
    project: project.id,
    name: name.trim(),
    ...(wanted === '' ? {} : { number: Number(wanted) }),
  };
  return (
    <ProposeDialog
      title={`Add a destination to ${showSafely(project.title)}`}
      step={step}
      missing={missing}
      onClose={onClose}
    >
      <div className="pair">
        <TextLine
          label="Name"
          value={name}
          hint={
            <>
              Short, such as <code>journal</code>.
            </>
          }
          onChange={setName}
        />
        <TextLine
          label="Number on the wire"
          value={number}
          hint="Empty is the next one. The outer door needs a destination with the same number."
          onChange={setNumber}
        />
      </div>
    </ProposeDialog>
  );
}

/** The dialog of the caps. */
export function CapsForm({
  caps,
  onClose,
}: {
  readonly caps: readonly CapInForce[];
  readonly onClose: () => void;
}): ReactNode {
  const [chosen, setChosen] = useState(caps.filter((each) => each.signed).map((each) => each.cap));
  return (
    <ProposeDialog
      title="Choose the published caps"
      step={{ op: 'caps.set', caps: [...chosen].sort() }}
      missing={null}
      onClose={onClose}
    >
      <fieldset className="cap-choice">
        <legend>Budgets of the enclave and of models are cut down to</legend>
        {caps.map(({ cap, rule, configured }) => (
          <label key={cap} className="check">
            <input
              type="checkbox"
              checked={chosen.includes(cap)}
              onChange={() =>
                setChosen((old) =>
                  old.includes(cap) ? old.filter((each) => each !== cap) : [...old, cap],
                )
              }
            />
            <span>
              <strong>RAND {cap}</strong> <span className="quiet">{rule}</span>
              {configured ? (
                <span className="faint"> · in the configuration too, so it stays in force</span>
              ) : null}
            </span>
          </label>
        ))}
      </fieldset>
    </ProposeDialog>
  );
}
