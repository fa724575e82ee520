/** What would leave: each canonical file with its price, its findings at their place and the cheaper forms. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { CheaperForm, FileShown, RequestDetails } from '../../api/types.ts';
import { Action, refusalOf } from '../../parts/action.tsx';
import { useDeed } from '../../parts/deed.tsx';
import { Card } from '../../parts/layout.tsx';
import { ProblemLine } from '../../parts/states.tsx';
import { Charge } from '../../parts/text.tsx';
import { say } from '../../parts/toast.tsx';
import {
  sayBits,
  sayBytes,
  sayCounted,
  sayForm,
  sayShare,
  showSafely,
} from '../../words/format.ts';
import { FilePreview } from './preview.tsx';
import { act } from './sign.ts';

const FILES_SHOWN = 200;

function FileRow(props: {
  readonly file: FileShown;
  readonly selected: boolean;
  readonly onSelect: () => void;
}): ReactNode {
  const { file, selected, onSelect } = props;
  const seen = file.findings.filter((finding) => finding.severity !== 'info').length;
  return (
    <li>
      <button type="button" className="file" aria-pressed={selected} onClick={onSelect}>
        <span className="name break">{showSafely(file.emitted?.name ?? file.path)}</span>
        <span className="faint small">
          {file.emitted?.type ?? file.type ?? 'unknown'} ·{' '}
          {sayBytes(file.emitted?.bytes ?? file.bytes)}
          {file.emitted?.form == null ? '' : ` · ${sayForm(file.emitted.form)}`}
        </span>
        <span className="number small">
          {file.verdict === 'refused' ? (
            <span className="chip bad">refused</span>
          ) : (
            <Charge bits={file.chargeBits} />
          )}
        </span>
        <span className="small">
          {seen === 0 ? null : <span className="chip wait">{sayCounted(seen, 'finding')}</span>}
        </span>
      </button>
    </li>
  );
}

/** The cheaper forms of a file; the requester takes one with a press, everybody sees what it would save. */
export function Cheaper(props: {
  readonly file: FileShown;
  readonly refusal: string | null;
  readonly onTake: (form: CheaperForm) => void;
  readonly busy?: boolean;
}): ReactNode {
  const { file, refusal, onTake, busy = false } = props;
  if (file.cheaper === undefined || file.cheaper.length === 0) return null;
  return (
    <div className="cheaper">
      <h3>Cheaper forms</h3>
      <ul>
        {file.cheaper.map((each) => (
          <li key={each.form}>
            <span>{sayForm(each.form)}</span>
            <span className="number">{sayBits(each.chargeBits)}</span>
            <span className="faint number small">
              {sayShare(1 - each.chargeBits / Math.max(1, file.chargeBits))} less
            </span>
            <Action tiny busy={busy} refusal={refusal} onAct={() => onTake(each)}>
              Take it
            </Action>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Selected({
  details,
  file,
}: {
  readonly details: RequestDetails;
  readonly file: FileShown;
}): ReactNode {
  const deed = useDeed();
  const take = async ({ form }: CheaperForm) => {
    await act(details.id, 'edit', { form });
    say('the cheaper form is taken; approvals given before are void');
  };
  return (
    <div className="file-view">
      {file.reason === null ? null : (
        <p className="notice bad">
          <span className="says break">{showSafely(file.reason)}</span>
        </p>
      )}
      {file.emitted === null ? null : (
        <FilePreview key={file.emitted.sha256} id={details.id} file={file} emitted={file.emitted} />
      )}
      <Cheaper
        file={file}
        busy={deed.busy}
        refusal={refusalOf(details.can, 'edit')}
        onTake={(form) => deed.run(() => take(form))}
      />
      <ProblemLine error={deed.error} />
    </div>
  );
}

/** The card. */
export function Files({ details }: { readonly details: RequestDetails }): ReactNode {
  const { fileList } = details;
  const [selected, setSelected] = useState(0);
  const file = fileList[selected] ?? fileList[0];
  if (file === undefined) return null;
  return (
    <Card
      bare
      title="What would leave"
      note={`${sayCounted(fileList.length, 'canonical file')}, ${sayBits(details.chargeBits)}`}
    >
      {fileList.length > 1 ? (
        <ul className="files">
          {fileList.slice(0, FILES_SHOWN).map((each, i) => (
            <FileRow
              key={`${each.path}${String(i)}`}
              file={each}
              selected={each === file}
              onSelect={() => setSelected(i)}
            />
          ))}
          {fileList.length > FILES_SHOWN ? (
            <li className="foot small faint">
              {sayCounted(fileList.length - FILES_SHOWN, 'more file')}: see{' '}
              <code>sallyport request show {details.id}</code>
            </li>
          ) : null}
        </ul>
      ) : (
        <p className="single small">
          <strong className="break">{showSafely(file.emitted?.name ?? file.path)}</strong>{' '}
          <span className="faint">
            {file.emitted?.type ?? file.type ?? 'unknown'} ·{' '}
            {sayBytes(file.emitted?.bytes ?? file.bytes)}
          </span>
        </p>
      )}
      <Selected key={`${file.path}${String(selected)}`} details={details} file={file} />
    </Card>
  );
}
