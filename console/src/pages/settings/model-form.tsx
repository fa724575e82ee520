/** Declares a guarded model, new or anew, or lets one be used again that was stopped. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { ModelShown, SettingsStep } from '../../api/types.ts';
import { showSafely } from '../../words/format.ts';
import { TextLine } from './fields.tsx';
import { ProposeDialog, findMissing } from './propose-dialog.tsx';

/** A whole number as a person writes it; empty is zero, which means unknown. Null when it is none. */
function readCount(text: string): number | null {
  const digits = text.replaceAll(/[\s_,]/g, '');
  if (digits === '') return 0;
  const value = Number(digits);
  return /^\d+$/.test(digits) && Number.isSafeInteger(value) ? value : null;
}

const orEmpty = (count: number): string => (count === 0 ? '' : String(count));

/** The dialog; `model` is null for a new one. */
export function ModelForm({
  model,
  onClose,
}: {
  readonly model: ModelShown | null;
  readonly onClose: () => void;
}): ReactNode {
  const [draft, setDraft] = useState({
    id: model?.model ?? '',
    parameters: model === null ? '' : String(model.parameters),
    bits: model?.bitsPerParameter ?? '0.16',
    width: orEmpty(model?.hiddenWidth ?? 0),
    vocabulary: orEmpty(model?.vocabulary ?? 0),
  });
  const change = (next: Partial<typeof draft>) => setDraft((old) => ({ ...old, ...next }));
  const [hiddenWidth, vocabulary] = [readCount(draft.width), readCount(draft.vocabulary)];
  const missing =
    findMissing([
      [draft.id, 'give the model a name'],
      [draft.parameters, 'say how many parameters it has'],
      [draft.bits, 'say how many bits of each the thinnest useful copy needs'],
    ]) ??
    (hiddenWidth === null ? 'the hidden width is no whole number' : null) ??
    (vocabulary === null ? 'the vocabulary is no whole number' : null);
  const step: SettingsStep = {
    op: 'model.set',
    id: draft.id.trim(),
    parameters: draft.parameters.trim(),
    bitsPerParameter: draft.bits.trim(),
    hiddenWidth: hiddenWidth ?? 0,
    vocabulary: vocabulary ?? 0,
  };
  return (
    <ProposeDialog
      title={model === null ? 'Declare a model' : `Declare ${showSafely(model.model)} anew`}
      step={step}
      missing={missing}
      onClose={onClose}
    >
      {model === null ? (
        <TextLine
          label="Name"
          value={draft.id}
          hint={
            <>
              Short, such as <code>atlas-70b</code>.
            </>
          }
          onChange={(id) => change({ id })}
        />
      ) : null}
      <div className="pair">
        <TextLine
          label="Parameters"
          value={draft.parameters}
          hint={
            <>
              <code>70e9</code> or <code>70b</code>
            </>
          }
          onChange={(parameters) => change({ parameters })}
        />
        <TextLine
          label="Bits of each in the thinnest copy"
          value={draft.bits}
          hint="0.16 is bf16 ÷ 100, the published compression that a thief can reach."
          onChange={(bits) => change({ bits })}
        />
      </div>
      <div className="pair">
        <TextLine
          label="Hidden width"
          value={draft.width}
          hint="With it, vectors of that width are counted. Empty is unknown."
          onChange={(width) => change({ width })}
        />
        <TextLine
          label="Vocabulary"
          value={draft.vocabulary}
          hint="Empty is unknown."
          onChange={(words) => change({ vocabulary: words })}
        />
      </div>
    </ProposeDialog>
  );
}

/** Asks that a model which was locked or quarantined be used again. */
export function ActivateForm({
  model,
  onClose,
}: {
  readonly model: ModelShown;
  readonly onClose: () => void;
}): ReactNode {
  return (
    <ProposeDialog
      title={`Use ${showSafely(model.model)} again`}
      step={{ op: 'model.activate', id: model.model }}
      missing={null}
      onClose={onClose}
    >
      <p className="quiet">
        It is {model.state}: exports of its projects wait for people. Whatever it was stopped for,
        this lets it be used.
      </p>
    </ProposeDialog>
  );
}
