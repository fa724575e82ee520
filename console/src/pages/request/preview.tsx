/**
 * The canonical file as a person can read it. Text and values come from the gate's decoded form; pictures are drawn by
 * the browser from the very bytes that would leave, whose digest is computed here.
 */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { callBytes } from '../../api/client.ts';
import { previewQuery } from '../../api/queries.ts';
import type { EmittedFile, FileShown, Finding, Preview } from '../../api/types.ts';
import { Action } from '../../parts/action.tsx';
import { Loaded, ProblemLine } from '../../parts/states.tsx';
import { sayBytes, showSafely } from '../../words/format.ts';
import { sha256, toHex } from '../../verify/bytes.ts';
import { TablePreview } from './preview-table.tsx';
import { TextPreview } from './preview-text.tsx';
import { TreePreview } from './preview-tree.tsx';

const PICTURE_TYPES: Readonly<Record<string, string>> = {
  image: 'image/png',
  svg: 'image/svg+xml',
};

function Findings({ findings }: { readonly findings: readonly Finding[] }): ReactNode {
  if (findings.length === 0) return null;
  return (
    <ul className="findings" aria-label="Findings">
      {findings.map((finding, i) => (
        <li key={`${finding.code}${String(i)}`} className={finding.severity}>
          <code className="place">{showSafely(finding.place)}</code>
          <span className="says break">{showSafely(finding.sentence)}</span>
          <code className="faint code">{finding.code}</code>
        </li>
      ))}
    </ul>
  );
}

interface BytesState {
  readonly url: string | null;
  readonly digest: string | null;
  readonly error: unknown;
}

/** Fetches the bytes, hashes them and makes them usable as a picture. */
function useBytes(id: string, index: number, type: string, wanted: boolean): BytesState {
  const [state, setState] = useState<BytesState>({ url: null, digest: null, error: null });
  useEffect(() => {
    if (!wanted) return undefined;
    let live = true;
    let url: string | null = null;
    const load = async () => {
      const bytes = await callBytes(
        `/v1/requests/${encodeURIComponent(id)}/files/${String(index)}`,
      );
      const digest = toHex(await sha256(bytes));
      if (!live) return;
      url = URL.createObjectURL(new Blob([bytes], { type }));
      setState({ url, digest, error: null });
    };
    load().catch((error: unknown) => {
      if (live) setState({ url: null, digest: null, error });
    });
    return () => {
      live = false;
      if (url !== null) URL.revokeObjectURL(url);
    };
  }, [id, index, type, wanted]);
  return state;
}

function Picture(props: { readonly url: string | null; readonly name: string }): ReactNode {
  if (props.url === null) return <div className="picture" aria-busy="true" />;
  return (
    <div className="picture">
      <img src={props.url} alt={`${props.name} as it would leave`} />
    </div>
  );
}

function Shown(props: {
  readonly preview: Preview;
  readonly file: FileShown;
  readonly url: string | null;
}): ReactNode {
  const { preview, file, url } = props;
  const name = showSafely(file.emitted?.name ?? file.path);
  switch (preview.type) {
    case 'table':
      return <TablePreview preview={preview} findings={file.findings} />;
    case 'text':
      return (
        <TextPreview text={preview.text} truncated={preview.truncated} findings={file.findings} />
      );
    case 'tree':
      return <TreePreview root={preview.root} truncated={preview.truncated} />;
    case 'svg':
      return (
        <>
          <Picture url={url} name={name} />
          <details>
            <summary className="small">The picture’s text, every element of it</summary>
            <TextPreview
              text={preview.text}
              truncated={preview.truncated}
              findings={file.findings}
            />
          </details>
        </>
      );
    case 'image':
      return (
        <>
          <Picture url={url} name={name} />
          <p className="faint small">
            {preview.width} × {preview.height} pixels
          </p>
        </>
      );
  }
}

/** A file with its findings, its content, its digest and a way to look at the bytes elsewhere. */
export function FilePreview(props: {
  readonly id: string;
  readonly file: FileShown;
  readonly emitted: EmittedFile;
}): ReactNode {
  const { id, file, emitted } = props;
  const query = useQuery(previewQuery(id, emitted.index));
  const [asked, setAsked] = useState(false);
  const kind = query.data?.type ?? '';
  const type = PICTURE_TYPES[kind];
  const bytes = useBytes(
    id,
    emitted.index,
    type ?? 'application/octet-stream',
    type !== undefined || asked,
  );
  const matches = bytes.digest === emitted.sha256;
  return (
    <div className="preview">
      <Findings findings={file.findings} />
      <Loaded query={query} lines={6}>
        {(preview) => <Shown preview={preview} file={file} url={matches ? bytes.url : null} />}
      </Loaded>
      <ProblemLine error={bytes.error} />
      <div className="digest small">
        <span className="faint">SHA-256</span>
        <code className="break">{emitted.sha256}</code>
        {bytes.digest === null ? (
          <Action tiny busy={asked} onAct={() => setAsked(true)}>
            Check here
          </Action>
        ) : (
          <span className={`chip ${matches ? 'good' : 'bad'}`}>
            {matches ? 'computed here too' : 'the bytes differ'}
          </span>
        )}
        {bytes.url === null ? null : (
          <a className="button tiny" href={bytes.url} download={emitted.name.split('/').at(-1)}>
            Save {sayBytes(emitted.bytes)}
          </a>
        )}
      </div>
    </div>
  );
}
