/** New import: files, who signed for them, why; then they go into the quarantine. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { sourcesQuery } from '../../api/ingress.ts';
import type { SourceShown } from '../../api/ingress.ts';
import { projectsQuery, queryClient } from '../../api/queries.ts';
import { FILE_BYTES_MAX, sendImport } from '../../api/send-import.ts';
import type { Proof } from '../../api/send-import.ts';
import { Action } from '../../parts/action.tsx';
import { Card, Field, SentenceField } from '../../parts/layout.tsx';
import { Empty, Loaded, ProblemLine } from '../../parts/states.tsx';
import { go, link } from '../../shell/route.ts';
import { sayBytes, sayCounted, showSafely } from '../../words/format.ts';
import { DropZone, FileList } from '../export/drop-zone.tsx';

interface Draft {
  readonly files: readonly File[];
  readonly source: string;
  readonly why: string;
  readonly skipRefused: boolean;
  /** By the name of the field; what the source signed. */
  readonly signed: Readonly<Record<string, File>>;
}

const NOTHING: Draft = { files: [], source: '', why: '', skipRefused: false, signed: {} };

const SIGNED: Readonly<Record<SourceShown['kind'], readonly (readonly [string, string])[]>> = {
  ssh: [
    ['sums', 'SHA256SUMS that the source signed'],
    ['signature', 'Its signature (SHA256SUMS.sig)'],
  ],
  oms: [['bundle', 'Model-signing bundle of the source']],
  person: [],
};

async function readProof(draft: Draft): Promise<Proof | null> {
  const { sums, signature, bundle } = draft.signed;
  if (bundle !== undefined) return { kind: 'oms', bundle: await bundle.text() };
  if (sums === undefined || signature === undefined) return null;
  return { kind: 'sums', text: await sums.text(), signature: await signature.text() };
}

function whatIsMissing(draft: Draft, source: SourceShown | undefined): string | null {
  if (draft.files.length === 0) return 'add a file first';
  const large = draft.files.find((file) => file.size > FILE_BYTES_MAX);
  if (large !== undefined)
    return `${showSafely(large.name)} is above ${sayBytes(FILE_BYTES_MAX)}; send it with \`sallyport import\``;
  if (source === undefined) return 'choose who signs for the files';
  const missing = SIGNED[source.kind].find(([name]) => draft.signed[name] === undefined);
  if (missing !== undefined) return `add the file: ${missing[1]}`;
  if (draft.why.trim() === '') return 'say what they are for, in a sentence';
  return null;
}

function SignedFiles(props: {
  readonly source: SourceShown;
  readonly draft: Draft;
  readonly onChange: (next: Partial<Draft>) => void;
}): ReactNode {
  const { source, draft, onChange } = props;
  return SIGNED[source.kind].map(([name, title]) => (
    <Field key={`${source.id} ${name}`} label={title}>
      {(id) => (
        <input
          id={id}
          className="input"
          type="file"
          onChange={(event) => {
            const [file] = event.target.files ?? [];
            const { [name]: _, ...others } = draft.signed;
            onChange({ signed: file === undefined ? others : { ...others, [name]: file } });
          }}
        />
      )}
    </Field>
  ));
}

interface Step {
  readonly step: 'reading' | 'sending';
  readonly done: number;
  readonly total: number;
}

function Sending({ step }: { readonly step: Step }): ReactNode {
  const words = step.step === 'reading' ? 'Reading for their digests' : 'Sending';
  return (
    <div>
      <p className="small quiet" role="status">
        {words}, {sayBytes(step.done)} of {sayBytes(step.total)}
      </p>
      <progress
        className="transfer"
        value={step.done}
        max={Math.max(1, step.total)}
        aria-label={words}
      />
    </div>
  );
}

function Editor(props: {
  readonly sources: readonly SourceShown[];
  readonly titles: ReadonlyMap<string, string>;
}): ReactNode {
  const { sources, titles } = props;
  const [draft, setDraft] = useState<Draft>({ ...NOTHING, source: sources[0]?.id ?? '' });
  const [step, setStep] = useState<Step | null>(null);
  const [error, setError] = useState<unknown>(null);
  const key = useRef('');
  // Another wish is another import; the same one, tried again, goes on where it stopped.
  useEffect(() => {
    key.current = crypto.randomUUID();
  }, [draft]);
  const change = (next: Partial<Draft>) => setDraft((old) => ({ ...old, ...next }));
  const source = sources.find((each) => each.id === draft.source);
  const bytes = draft.files.reduce((sum, file) => sum + file.size, 0);
  const ask = async (chosen: SourceShown) => {
    setError(null);
    setStep({ step: 'reading', done: 0, total: bytes });
    try {
      const { files, why, skipRefused } = draft;
      const id = await sendImport(
        {
          ...{ project: chosen.project, source: chosen.id, why: why.trim(), skipRefused, files },
          proof: await readProof(draft),
        },
        key.current,
        (name, done, total) => setStep({ step: name, done, total }),
      );
      void queryClient.invalidateQueries({ queryKey: ['imports'] });
      go(link(['imports', id]));
    } catch (cause) {
      setError(cause);
      setStep(null);
    }
  };
  return (
    <Card
      title="New import"
      note={
        bytes === 0 ? undefined : `${sayCounted(draft.files.length, 'file')}, ${sayBytes(bytes)}`
      }
    >
      <div className="stack">
        <DropZone
          takes="Tables, text, JSON lines, parquet, safetensors, GGUF, numpy, pickles of tensors, pictures, and archives of these."
          onFiles={(files) => change({ files: [...draft.files, ...files] })}
        />
        <FileList
          files={draft.files}
          onRemove={(file) => change({ files: draft.files.filter((each) => each !== file) })}
        />
        <Field label="Source" hint="It has to have signed for exactly these files.">
          {(id, hint) => (
            <select
              id={id}
              aria-describedby={hint}
              className="input"
              value={draft.source}
              onChange={(event) => change({ source: event.target.value, signed: {} })}
            >
              {sources.map((each) => (
                <option key={each.id} value={each.id}>
                  {showSafely(each.name)}, for{' '}
                  {showSafely(titles.get(each.project) ?? each.project)}
                </option>
              ))}
            </select>
          )}
        </Field>
        {source === undefined ? null : (
          <SignedFiles source={source} draft={draft} onChange={change} />
        )}
        <SentenceField
          label="What they are for"
          hint="Whoever admits them reads this first."
          value={draft.why}
          onChange={(text) => change({ why: text })}
        />
        <label className="check">
          <input
            type="checkbox"
            checked={draft.skipRefused}
            onChange={(event) => change({ skipRefused: event.target.checked })}
          />{' '}
          Admit the others when some files are malicious
        </label>
        {step === null ? null : <Sending step={step} />}
        <Action
          tone="primary"
          sayRefusal
          busy={step !== null}
          refusal={whatIsMissing(draft, source)}
          onAct={() => {
            if (source !== undefined) void ask(source);
          }}
        >
          {step === null ? 'Send to the quarantine' : 'Sending'}
        </Action>
        <ProblemLine error={error} />
      </div>
    </Card>
  );
}

/** The tab. */
export function NewImport(): ReactNode {
  const projects = useQuery(projectsQuery);
  const titles = new Map((projects.data?.projects ?? []).map((each) => [each.id, each.title]));
  return (
    <Loaded query={useQuery(sourcesQuery)} lines={8}>
      {({ sources }) => {
        const open = sources.filter((each) => each.recalledAt === null);
        return open.length === 0 ? (
          <Card title="New import">
            <Empty title="Nobody signs for anything yet">
              <p>
                <code>sallyport source add</code> names a key or a person, and what they say about
                their data. Then files of theirs can enter.
              </p>
            </Empty>
          </Card>
        ) : (
          <Editor sources={open} titles={titles} />
        );
      }}
    </Loaded>
  );
}
