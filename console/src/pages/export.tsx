/** New export: drop files, see the price at once, take the cheaper form, say why, ask. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { call } from '../api/client.ts';
import { projectsQuery, queryClient } from '../api/queries.ts';
import type { ProjectShown, QuoteShown, RequestDetails } from '../api/types.ts';
import { Action } from '../parts/action.tsx';
import { useDeed } from '../parts/deed.tsx';
import { Card, Field, Page, SentenceField } from '../parts/layout.tsx';
import { Loaded, ProblemLine } from '../parts/states.tsx';
import { go, link } from '../shell/route.ts';
import { sayBytes, sayCounted } from '../words/format.ts';
import { DropZone, FileList } from './export/drop-zone.tsx';
import { QuoteView } from './export/quote-view.tsx';

/** What is asked for. */
export interface Draft {
  readonly files: readonly File[];
  readonly project: string;
  readonly to: string;
  readonly why: string;
  readonly job: string;
  readonly form: string | null;
}

const TYPING_MS = 300;

function writeForm(draft: Draft, parts: readonly (readonly [string, string])[]): FormData {
  const form = new FormData();
  for (const [name, value] of parts) if (value !== '') form.append(name, value);
  if (draft.form !== null) form.append('form', draft.form);
  for (const file of draft.files) form.append('file', file, file.webkitRelativePath || file.name);
  return form;
}

interface QuoteState {
  readonly quote: QuoteShown | null;
  readonly error: unknown;
  readonly busy: boolean;
}

const NO_QUOTE: QuoteState = { quote: null, error: null, busy: false };

/** Asks for the price whenever files, project, destination or form change; an answer that comes too late is dropped. */
function useQuote(draft: Draft): QuoteState {
  const [state, setState] = useState<QuoteState>(NO_QUOTE);
  const { files, project, to, form } = draft;
  useEffect(() => {
    if (files.length === 0 || project === '' || to === '') {
      setState(NO_QUOTE);
      return undefined;
    }
    const abort = new AbortController();
    setState((old) => ({ ...old, busy: true, error: null }));
    const wait = setTimeout(() => {
      const body = writeForm({ files, project, to, form, why: '', job: '' }, [
        ['project', project],
        ['to', to],
      ]);
      call<QuoteShown>('/v1/quotes', { method: 'POST', form: body, signal: abort.signal }).then(
        (quote) => setState({ quote, error: null, busy: false }),
        (error: unknown) => {
          if (!abort.signal.aborted) setState({ quote: null, error, busy: false });
        },
      );
    }, TYPING_MS);
    return () => {
      clearTimeout(wait);
      abort.abort();
    };
  }, [files, project, to, form]);
  return state;
}

function Target(props: {
  readonly projects: readonly ProjectShown[];
  readonly draft: Draft;
  readonly onChange: (next: Partial<Draft>) => void;
}): ReactNode {
  const { projects, draft, onChange } = props;
  const project = projects.find((each) => each.id === draft.project);
  const destinations = project?.destinations.map((each) => each.name) ?? [];
  return (
    <div className="pair">
      <Field label="Project">
        {(id) => (
          <select
            id={id}
            className="input"
            value={draft.project}
            onChange={(event) => {
              const next = projects.find((each) => each.id === event.target.value);
              const [first] = next?.destinations ?? [];
              onChange({
                project: event.target.value,
                to: first?.name ?? '',
              });
            }}
          >
            {projects.map((each) => (
              <option key={each.id} value={each.id}>
                {each.title}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field
        label="Destination"
        hint={destinations.length === 0 ? 'This project has no destination yet.' : undefined}
      >
        {(id, hint) => (
          <select
            id={id}
            aria-describedby={hint}
            className="input"
            value={draft.to}
            onChange={(event) => onChange({ to: event.target.value })}
          >
            {destinations.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        )}
      </Field>
    </div>
  );
}

function whatIsMissing(draft: Draft, quote: QuoteState): string | null {
  if (draft.files.length === 0) return 'add a file first';
  if (draft.to === '') return 'the project has no destination to send to';
  if (draft.why.trim() === '') return 'say why it leaves, in a sentence';
  if (quote.busy) return 'the price is still being worked out';
  return null;
}

function useKeptKey(draft: Draft): () => string {
  // The same press twice, or a lost answer tried again, must not ask for two releases.
  const key = useRef('');
  useEffect(() => {
    key.current = crypto.randomUUID();
  }, [draft]);
  return () => key.current;
}

function Editor({ projects }: { readonly projects: readonly ProjectShown[] }): ReactNode {
  const [first] = projects;
  const [draft, setDraft] = useState<Draft>(() => ({
    files: [],
    project: first?.id ?? '',
    to: first?.destinations[0]?.name ?? '',
    why: '',
    job: '',
    form: null,
  }));
  const deed = useDeed();
  const quote = useQuote(draft);
  const keyOf = useKeptKey(draft);
  const change = (next: Partial<Draft>) => setDraft((old) => ({ ...old, ...next }));
  const bytes = useMemo(() => draft.files.reduce((sum, file) => sum + file.size, 0), [draft.files]);
  const ask = async () => {
    const { project, to, why, job } = draft;
    const form = writeForm(draft, [
      ['project', project],
      ['to', to],
      ['why', why.trim()],
      ['job', job.trim()],
    ]);
    const request = await call<RequestDetails>('/v1/exports?wait=5', {
      method: 'POST',
      form,
      idempotencyKey: keyOf(),
    });
    void queryClient.invalidateQueries({ queryKey: ['requests'] });
    go(link(['requests', request.id]));
  };
  return (
    <div className="columns">
      <div className="stack wide">
        <Card>
          <div className="stack">
            <DropZone
              onFiles={(files) => change({ files: [...draft.files, ...files], form: null })}
            />
            <FileList
              files={draft.files}
              onRemove={(file) =>
                change({ files: draft.files.filter((each) => each !== file), form: null })
              }
            />
            <Target projects={projects} draft={draft} onChange={change} />
            <SentenceField
              label="Why it leaves"
              hint="Whoever decides reads this first."
              value={draft.why}
              onChange={(text) => change({ why: text })}
            />
            <Field label="Job (optional)" hint="Requests of one job are decided together.">
              {(id, hint) => (
                <input
                  id={id}
                  aria-describedby={hint}
                  className="input"
                  maxLength={80}
                  value={draft.job}
                  onChange={(event) => change({ job: event.target.value })}
                />
              )}
            </Field>
          </div>
        </Card>
      </div>
      <div className="stack wide sticky">
        <Card
          title="Price"
          note={
            draft.files.length === 0
              ? undefined
              : `${sayCounted(draft.files.length, 'file')}, ${sayBytes(bytes)}`
          }
        >
          <div className="stack">
            <QuoteView state={quote} form={draft.form} onForm={(form) => change({ form })} />
            <Action
              tone="primary"
              full
              sayRefusal
              busy={deed.busy}
              refusal={whatIsMissing(draft, quote)}
              onAct={() => deed.run(ask)}
            >
              {deed.busy ? 'Sending' : 'Ask for the export'}
            </Action>
            <ProblemLine error={deed.error} />
          </div>
        </Card>
      </div>
    </div>
  );
}

/** The page. */
export function ExportPage(): ReactNode {
  return (
    <Page
      title="New export"
      lead="Only the canonical form of a file leaves, and its price is what its code really takes on the wire."
    >
      <Loaded query={useQuery(projectsQuery)} lines={8}>
        {({ projects }) =>
          projects.length === 0 ? (
            <Card>
              <p>
                You are in no project yet. <a href="#/people">Ask for access to one</a>.
              </p>
            </Card>
          ) : (
            <Editor projects={projects} />
          )
        }
      </Loaded>
    </Page>
  );
}
