/** Asking for access: to a project, a model, more budget for a while, a tool, or a window for a job. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { call } from '../api/client.ts';
import { queryClient } from '../api/queries.ts';
import type { RequestDetails } from '../api/types.ts';
import { DialogEnd, useDeed } from '../parts/deed.tsx';
import { Dialog, Field, SentenceField } from '../parts/layout.tsx';
import { go, link } from '../shell/route.ts';
import { useSession } from '../shell/session.tsx';
import { sayBytes } from '../words/format.ts';
import { ASKED_TYPES } from '../words/types.ts';

/** What may be asked for. */
export type AccessKind = 'project' | 'model' | 'budget' | 'tool' | 'window';

const TITLES: Readonly<Record<AccessKind, string>> = {
  project: 'Ask for access to a project',
  model: 'Ask for access to a model',
  budget: 'Ask for more budget',
  tool: 'Ask for a tool',
  window: 'Ask for a window',
};
const DAY_MS = 86_400_000;
const DURATIONS = [
  ['1 day', DAY_MS],
  ['7 days', 7 * DAY_MS],
  ['30 days', 30 * DAY_MS],
  ['90 days', 90 * DAY_MS],
] as const;
interface Draft {
  readonly what: string;
  readonly project: string;
  readonly why: string;
  readonly durationMs: number;
  readonly kilobytes: string;
  readonly kilobytesEach: string;
  readonly uses: string;
  readonly destination: string;
  readonly types: readonly string[];
}

const toBits = (kilobytes: string): number => Math.round(Number(kilobytes) * 8000);

/** The call of a wish: windows have a route of their own, because they sign a template. */
function writeCall(kind: AccessKind, draft: Draft): { path: string; json: object } {
  const { what, project, why, durationMs } = draft;
  if (kind !== 'window') {
    const bits = kind === 'budget' ? { bits: toBits(draft.kilobytes) } : {};
    // Who decides follows from what is asked for; only a tool is needed in a project.
    const where = kind === 'tool' ? { project } : {};
    return { path: '/v1/access', json: { target: kind, what, why, durationMs, ...where, ...bits } };
  }
  const json = {
    project,
    to: draft.destination,
    why,
    job: what,
    types: draft.types,
    bitsEach: toBits(draft.kilobytesEach),
    bitsTotal: toBits(draft.kilobytes),
    uses: Number(draft.uses),
    durationMs,
  };
  return { path: '/v1/windows', json };
}

/** Only a tool and a window belong to a project that is not named by what is asked for. */
function needsProject(kind: AccessKind): boolean {
  return kind === 'tool' || kind === 'window';
}

function isNumber(text: string): boolean {
  return Number(text) > 0 && Number.isFinite(Number(text));
}

/** What is still missing, as the sentence on the button; null when it can be sent. */
function whatIsMissing(kind: AccessKind, draft: Draft): string | null {
  if (draft.what.trim() === '') return 'say what you need';
  if (needsProject(kind) && draft.project === '') return 'choose the project that it is for';
  if ((kind === 'budget' || kind === 'window') && !isNumber(draft.kilobytes)) return 'say how much';
  if (kind === 'window') {
    if (draft.destination.trim() === '') return 'say where the files go';
    if (!isNumber(draft.kilobytesEach)) return 'say how much each file may charge';
    if (!isNumber(draft.uses)) return 'say how often';
    if (draft.types.length === 0) return 'choose at least one type';
  }
  return draft.why.trim() === '' ? 'say why, in a sentence' : null;
}

interface PartProps {
  readonly draft: Draft;
  readonly onChange: (next: Partial<Draft>) => void;
}

function Line(props: {
  readonly label: string;
  readonly value: string;
  readonly hint?: string | undefined;
  readonly onChange: (value: string) => void;
}): ReactNode {
  const { label, value, hint, onChange } = props;
  return (
    <Field label={label} hint={hint}>
      {(id, hintId) => (
        <input
          id={id}
          aria-describedby={hintId}
          className="input"
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

function sayKilobytes(text: string): string {
  return isNumber(text) ? `${sayBytes(Number(text) * 1000)} of charge` : 'in kB of charge';
}

function WindowFields({ draft, onChange }: PartProps): ReactNode {
  return (
    <>
      <Line
        label="Destination"
        value={draft.destination}
        onChange={(destination) => onChange({ destination })}
      />
      <div className="pair">
        <Line
          label="Each file at most, kB"
          value={draft.kilobytesEach}
          hint={sayKilobytes(draft.kilobytesEach)}
          onChange={(kilobytesEach) => onChange({ kilobytesEach })}
        />
        <Line
          label="How often at most"
          value={draft.uses}
          onChange={(uses) => onChange({ uses })}
        />
      </div>
      <fieldset className="types">
        <legend>Types</legend>
        {Object.entries(ASKED_TYPES).map(([type, name]) => (
          <label key={type} className="check">
            <input
              type="checkbox"
              checked={draft.types.includes(type)}
              onChange={() =>
                onChange({
                  types: draft.types.includes(type)
                    ? draft.types.filter((each) => each !== type)
                    : [...draft.types, type],
                })
              }
            />
            {name}
          </label>
        ))}
      </fieldset>
    </>
  );
}

function Fields({ kind, draft, onChange }: PartProps & { readonly kind: AccessKind }): ReactNode {
  const projects = Object.keys(useSession().roles.projects).sort();
  return (
    <>
      <Line
        label={
          { project: 'Project', model: 'Model', budget: 'Budget', tool: 'Tool', window: 'Job' }[
            kind
          ]
        }
        value={draft.what}
        hint={kind === 'project' ? 'Its id, as its members know it.' : undefined}
        onChange={(what) => onChange({ what })}
      />
      {!needsProject(kind) ? null : (
        <Field label="For the project">
          {(id) => (
            <select
              id={id}
              className="input"
              value={draft.project}
              onChange={(event) => onChange({ project: event.target.value })}
            >
              <option value="">Choose</option>
              {projects.map((project) => (
                <option key={project}>{project}</option>
              ))}
            </select>
          )}
        </Field>
      )}
      {kind === 'window' ? <WindowFields draft={draft} onChange={onChange} /> : null}
      {kind === 'budget' || kind === 'window' ? (
        <Line
          label={kind === 'budget' ? 'How much more, kB' : 'All together at most, kB'}
          value={draft.kilobytes}
          hint={sayKilobytes(draft.kilobytes)}
          onChange={(kilobytes) => onChange({ kilobytes })}
        />
      ) : null}
      <Field label="For how long" hint="The time starts when it is approved.">
        {(id, hint) => (
          <select
            id={id}
            aria-describedby={hint}
            className="input"
            value={draft.durationMs}
            onChange={(event) => onChange({ durationMs: Number(event.target.value) })}
          >
            {DURATIONS.map(([title, value]) => (
              <option key={title} value={value}>
                {title}
              </option>
            ))}
          </select>
        )}
      </Field>
    </>
  );
}

/** The dialog. */
export function AskAccess(props: {
  readonly kind: AccessKind;
  readonly what?: string;
  readonly onClose: () => void;
}): ReactNode {
  const { kind, what = '', onClose } = props;
  const { projects } = useSession().roles;
  const [draft, setDraft] = useState<Draft>({
    what,
    project: Object.keys(projects)[0] ?? '',
    why: '',
    durationMs: 7 * DAY_MS,
    kilobytes: '',
    kilobytesEach: '',
    uses: '',
    destination: '',
    types: ['table'],
  });
  const deed = useDeed();
  const change = (next: Partial<Draft>) => setDraft((old) => ({ ...old, ...next }));
  const send = async () => {
    const { path, json } = writeCall(kind, draft);
    const request = await call<RequestDetails>(path, { method: 'POST', json });
    void queryClient.invalidateQueries({ queryKey: ['requests'] });
    go(link(['requests', request.id]));
  };
  return (
    <Dialog title={TITLES[kind]} onClose={onClose}>
      <Fields kind={kind} draft={draft} onChange={change} />
      <SentenceField
        label="Why"
        hint="The people who decide read this first."
        value={draft.why}
        onChange={(text) => change({ why: text })}
      />
      <DialogEnd deed={deed} onClose={onClose} onAct={send} refusal={whatIsMissing(kind, draft)}>
        Ask
      </DialogEnd>
    </Dialog>
  );
}
