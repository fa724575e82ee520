/** Asks that another project may read the files of a result; its owners and those of the own project decide. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { call } from '../../api/client.ts';
import type { RequestDetails } from '../../api/types.ts';
import { DialogEnd, useDeed } from '../../parts/deed.tsx';
import { Dialog, Field, SentenceField } from '../../parts/layout.tsx';
import { go, link } from '../../shell/route.ts';
import { sayCounted, showSafely } from '../../words/format.ts';

/** The end of a day that was chosen, where the person is; null for no end. */
function endOf(day: string): string | null {
  return day === '' ? null : new Date(`${day}T23:59:59.999`).toISOString();
}

function refusalOf(to: string, why: string, from: string): string | null {
  if (to.trim() === '') return 'say which project may read it';
  if (to.trim() === from) return 'the project has its own results already';
  return why.trim() === '' ? 'say what for' : null;
}

/** The dialog. */
export function ShareDialog(props: {
  readonly details: RequestDetails;
  readonly onClose: () => void;
}): ReactNode {
  const { details, onClose } = props;
  const [to, setTo] = useState('');
  const [why, setWhy] = useState('');
  const [day, setDay] = useState('');
  const deed = useDeed();
  const ask = async () => {
    const until = endOf(day);
    const json = {
      ...{ result: details.id, from: details.project, to: to.trim(), why: why.trim() },
      ...(until === null ? {} : { until }),
    };
    const asked = await call<RequestDetails>('/v1/shares', { method: 'POST', json });
    go(link(['requests', asked.id]));
    onClose();
  };
  const files = details.fileList.filter((file) => file.emitted !== null).length;
  return (
    <Dialog title="Share with another project" onClose={onClose}>
      <p className="quiet">
        Everybody in that project would read {sayCounted(files, 'canonical file')} of this request,
        and nothing else of {showSafely(details.project)}. An owner of each project signs before.
      </p>
      <Field
        label="Project that may read it"
        hint="Its short name. Nothing tells whether there is such a project, unless you are in it."
      >
        {(id, hint) => (
          <input
            id={id}
            aria-describedby={hint}
            className="input"
            value={to}
            maxLength={80}
            autoCapitalize="none"
            spellCheck={false}
            onChange={(event) => setTo(event.target.value)}
          />
        )}
      </Field>
      <SentenceField
        label="What for"
        hint="The owners of both projects read this."
        value={why}
        onChange={setWhy}
      />
      <Field label="Until the end of" hint="Empty: until an owner or security ends it.">
        {(id, hint) => (
          <input
            id={id}
            aria-describedby={hint}
            className="input"
            type="date"
            value={day}
            onChange={(event) => setDay(event.target.value)}
          />
        )}
      </Field>
      <DialogEnd
        deed={deed}
        onClose={onClose}
        onAct={ask}
        refusal={refusalOf(to, why, details.project)}
      >
        Ask to share
      </DialogEnd>
    </Dialog>
  );
}
