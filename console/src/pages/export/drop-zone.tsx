/** Where files are dropped or chosen, and the list of those that are there. */
import { useId, useState } from 'react';
import type { DragEvent, ReactNode } from 'react';
import { Action } from '../../parts/action.tsx';
import { sayBytes, sayCounted, showSafely } from '../../words/format.ts';

const SHOWN = 60;

/** A place for files; also a button for those who do not drag. */
export function DropZone({
  onFiles,
  takes = 'Tables, text, JSON, SVG, HTML, PNG, JPEG, and archives of these.',
}: {
  readonly onFiles: (files: readonly File[]) => void;
  readonly takes?: string;
}): ReactNode {
  const [over, setOver] = useState(false);
  const id = useId();
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (event.dataTransfer.files.length > 0) onFiles([...event.dataTransfer.files]);
  };
  return (
    <div
      className={`drop ${over ? 'over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <p>
        Drop files here, or{' '}
        <label className="button" htmlFor={id}>
          Choose files
        </label>
      </p>
      <input
        id={id}
        className="hidden"
        type="file"
        multiple
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
      <p className="faint small">{takes}</p>
    </div>
  );
}

/** The files that would be sent. */
export function FileList(props: {
  readonly files: readonly File[];
  readonly onRemove: (file: File) => void;
}): ReactNode {
  const { files, onRemove } = props;
  if (files.length === 0) return null;
  return (
    <ul className="list chosen-files">
      {files.slice(0, SHOWN).map((file, i) => (
        <li key={`${file.name}${String(i)}`} className="row apart">
          <span className="break">{showSafely(file.name)}</span>
          <span className="row">
            <span className="faint small">{sayBytes(file.size)}</span>
            <Action tiny onAct={() => onRemove(file)} label={`Remove ${showSafely(file.name)}`}>
              Remove
            </Action>
          </span>
        </li>
      ))}
      {files.length > SHOWN ? (
        <li className="faint small">{sayCounted(files.length - SHOWN, 'more file')}</li>
      ) : null}
    </ul>
  );
}
