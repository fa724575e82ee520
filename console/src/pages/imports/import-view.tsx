/** One import: how far it is, what was found in each file, and what would be admitted. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { call } from '../../api/client.ts';
import { formPreviewQuery, importFilesQuery, importQuery } from '../../api/ingress.ts';
import type { ImportFileShown, ImportShown, ScanVerdict } from '../../api/ingress.ts';
import { Action } from '../../parts/action.tsx';
import { useDeed } from '../../parts/deed.tsx';
import { Person, Project } from '../../parts/known.tsx';
import { Card, Dialog, Facts, Field } from '../../parts/layout.tsx';
import { Empty, Loaded, ProblemLine } from '../../parts/states.tsx';
import { go, link } from '../../shell/route.ts';
import {
  sayBytes,
  sayCount,
  sayCounted,
  sayDuration,
  showSafely,
  showTextSafely,
} from '../../words/format.ts';
import { ScreeningList } from '../screens.tsx';

/** What each state means for whoever waits. */
export const STATE_WORDS: Readonly<Record<ImportShown['state'], string>> = {
  receiving: 'files are arriving',
  decoding: 'files are being decoded',
  asked: 'people decide',
  admitted: 'admitted',
  recalled: 'recalled: nothing of it is admitted any more',
  closed: 'refused or taken back',
};

const TONES: Readonly<Record<ScanVerdict, string>> = {
  clean: 'good',
  malicious: 'bad',
  inconclusive: 'wait',
};

/** A verdict, in colour and in words. */
export function VerdictTag({ verdict }: { readonly verdict: ScanVerdict | null }): ReactNode {
  return verdict === null ? (
    <span className="tag">waits</span>
  ) : (
    <span className={`chip ${TONES[verdict]}`}>{verdict}</span>
  );
}

interface Looked {
  readonly file: number;
  readonly form: number;
  readonly name: string;
}

function Preview(props: {
  readonly id: string;
  readonly looked: Looked;
  readonly onClose: () => void;
}): ReactNode {
  const { id, looked, onClose } = props;
  const query = useQuery(formPreviewQuery(id, looked.file, looked.form));
  return (
    <Dialog broad title={showSafely(looked.name)} onClose={onClose}>
      <p className="quiet">The beginning of the safe form, as it would be admitted.</p>
      <Loaded query={query}>
        {(text) => (
          <pre className="code" tabIndex={0} role="region" aria-label="Safe form">
            {showTextSafely(text)}
          </pre>
        )}
      </Loaded>
      <div className="actions">
        <Action onAct={onClose}>Close</Action>
      </div>
    </Dialog>
  );
}

function FileItem(props: {
  readonly file: ImportFileShown;
  readonly onLook: (looked: Looked) => void;
}): ReactNode {
  const { file, onLook } = props;
  return (
    <li className="lock">
      <div className="grow">
        <p>
          <VerdictTag verdict={file.verdict} />{' '}
          <strong className="break">{showSafely(file.name)}</strong>{' '}
          <span className="faint small">
            {file.type ?? ''} {sayBytes(file.bytes)}
          </span>
        </p>
        {file.findings.map((finding, index) => (
          <p key={index} className="says break small">
            <span className="faint">{showSafely(finding.place)}:</span>{' '}
            {showSafely(finding.sentence)}
          </p>
        ))}
        {file.forms.length === 0 && file.verdict !== null ? (
          <p className="faint small">It has no safe form, so nothing of it is admitted.</p>
        ) : null}
      </div>
      {file.forms.slice(0, 3).map((form) => (
        <Action
          key={form.position}
          tiny
          label={`Look at ${showSafely(form.name)}`}
          onAct={() => onLook({ file: file.position, form: form.position, name: form.name })}
        >
          Look at it
        </Action>
      ))}
    </li>
  );
}

function Files({ id }: { readonly id: string }): ReactNode {
  const [verdict, setVerdict] = useState('');
  const [looked, setLooked] = useState<Looked | null>(null);
  const [from, setFrom] = useState(0);
  const query = useQuery(importFilesQuery(id, verdict, from));
  return (
    <Card title="Files" note="findings in place; only safe forms are ever shown">
      <select
        className="input"
        aria-label="Verdict"
        value={verdict}
        onChange={(event) => {
          setVerdict(event.target.value);
          setFrom(0);
        }}
      >
        <option value="">Every verdict</option>
        {Object.keys(TONES).map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
      <Loaded query={query} lines={8}>
        {({ files, next }) =>
          files.length === 0 ? (
            <Empty title="No file has this verdict" />
          ) : (
            <>
              <ul className="list">
                {files.map((file) => (
                  <FileItem key={file.position} file={file} onLook={setLooked} />
                ))}
              </ul>
              {from === 0 && next === null ? null : (
                <div className="row apart">
                  <Action
                    tiny
                    refusal={from === 0 ? 'these are the first' : null}
                    onAct={() => setFrom(0)}
                  >
                    First
                  </Action>
                  <Action
                    tiny
                    refusal={next === null ? 'these are the last' : null}
                    onAct={() => setFrom(next ?? from)}
                  >
                    Next
                  </Action>
                </div>
              )}
            </>
          )
        }
      </Loaded>
      {looked === null ? null : <Preview id={id} looked={looked} onClose={() => setLooked(null)} />}
    </Card>
  );
}

const SCREENED: ReadonlySet<string> = new Set(['asked', 'admitted', 'recalled']);
const FIELDS = ['text', 'label', 'source'] as const;

/** Asks for a screening; which fields hold what only whoever knows the set can say. */
function ScreenTexts({ held }: { readonly held: ImportShown }): ReactNode {
  const [fields, setFields] = useState({ text: 'text', label: 'label', source: 'source' });
  const deed = useDeed();
  const screen = async () => {
    const path = `/v1/imports/${encodeURIComponent(held.id)}/screenings`;
    const { id } = await call<{ id: string }>(path, { method: 'POST', json: fields });
    go(link(['screens', id]));
  };
  return (
    <>
      <Card title="Screen the texts" note="for planted triggers and sources that weigh too much">
        <div className="triple">
          {FIELDS.map((name) => (
            <Field key={name} label={`Field of the ${name}`}>
              {(id) => (
                <input
                  id={id}
                  className="input"
                  value={fields[name]}
                  onChange={(event) => setFields({ ...fields, [name]: event.target.value })}
                />
              )}
            </Field>
          ))}
        </div>
        <ProblemLine error={deed.error} />
        <div className="actions below">
          <Action
            busy={deed.busy}
            refusal={fields.text.trim() === '' ? 'a text field is needed' : null}
            onAct={() => deed.run(screen)}
          >
            Screen
          </Action>
        </div>
      </Card>
      <ScreeningList ofImport={held.id} />
    </>
  );
}

function Progress({ held }: { readonly held: ImportShown }): ReactNode {
  const { progress, counts } = held;
  const share =
    progress === null || progress.totalBytes === 0 ? 0 : progress.doneBytes / progress.totalBytes;
  if (held.state !== 'decoding' || progress === null) return STATE_WORDS[held.state];
  const left = progress.leftMs === null ? '' : `, about ${sayDuration(progress.leftMs)} left`;
  return <>{`${String(Math.floor(share * 100))} % decoded of ${sayBytes(counts.bytes)}${left}`}</>;
}

/** The import. */
export function ImportView({ id }: { readonly id: string }): ReactNode {
  return (
    <Loaded query={useQuery(importQuery(id))} lines={10}>
      {(held) => (
        <div className="stack wide">
          <Card title={`Import from ${showSafely(held.source.name)}`}>
            <Facts
              rows={[
                ['State', <Progress key="state" held={held} />],
                ['Why', <span className="says break">{showSafely(held.why)}</span>],
                ['Asked by', <Person key="by" id={held.requester} />],
                ['Project', <Project key="p" id={held.project} />],
                [
                  'Files',
                  `${sayCounted(held.counts.files, 'file')}, ${sayBytes(held.counts.bytes)}: ${sayCount(held.counts.clean)} clean, ${sayCount(held.counts.malicious)} malicious, ${sayCount(held.counts.inconclusive)} inconclusive`,
                ],
                held.request === null
                  ? null
                  : [
                      'Request',
                      <a key="request" href={link(['requests', held.request])}>
                        {held.state === 'asked' ? 'Open it to decide' : 'See how it was decided'}
                      </a>,
                    ],
                held.reason === null
                  ? null
                  : ['Ended', <span className="says break">{showSafely(held.reason)}</span>],
                held.signer === null
                  ? null
                  : ['Signed by', <span className="break">{showSafely(held.signer)}</span>],
              ]}
            />
          </Card>
          <Files id={id} />
          {SCREENED.has(held.state) ? <ScreenTexts held={held} /> : null}
        </div>
      )}
    </Loaded>
  );
}
