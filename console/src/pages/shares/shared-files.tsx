/** Files of a share: by name, size and digest for whoever decides, to be fetched by whoever may read them. */
import type { ReactNode } from 'react';
import type { SharedFile } from '../../api/types.ts';
import { sayBytes, sayCounted, showSafely } from '../../words/format.ts';

const SHOWN = 100;

/** A file's own page of bytes; each fetch is a reading, which goes into the ledger. */
export function filePath(share: string, index: number): string {
  return `/v1/shares/${encodeURIComponent(share)}/files/${String(index)}`;
}

/** The list. */
export function SharedFiles(props: {
  readonly share: string;
  readonly files: readonly SharedFile[];
  readonly open: boolean;
}): ReactNode {
  const { share, files, open } = props;
  return (
    <ul className="shared-files">
      {files.slice(0, SHOWN).map((file) => (
        <li key={file.sha256 + file.name}>
          <span className="break">
            {open ? (
              <a href={filePath(share, file.index)} download={file.name}>
                {showSafely(file.name)}
              </a>
            ) : (
              showSafely(file.name)
            )}
          </span>
          <span className="faint small">
            {file.type} · {sayBytes(file.bytes)}
          </span>
          <code className="faint small break">{file.sha256.slice(0, 16)}…</code>
        </li>
      ))}
      {files.length > SHOWN ? (
        <li className="faint small">
          {sayCounted(files.length - SHOWN, 'more file')}: <code>sallyport share get {share}</code>
        </li>
      ) : null}
    </ul>
  );
}
