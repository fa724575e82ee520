/** What is new since the last release of the same files: usually all that there is to decide. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { differenceQuery } from '../../api/queries.ts';
import type { DifferenceFile } from '../../api/types.ts';
import { Card } from '../../parts/layout.tsx';
import { Loaded } from '../../parts/states.tsx';
import { When } from '../../parts/text.tsx';
import { link } from '../../shell/route.ts';
import { sayCounted, showSafely, showTextSafely } from '../../words/format.ts';

const TONES = { same: '', changed: 'wait', new: 'move', gone: 'bad' } as const;
const SIGNS = { same: ' ', added: '+', removed: '−' } as const;
const HUNKS_SHOWN = 400;

function Hunks({ file }: { readonly file: DifferenceFile }): ReactNode {
  const hunks = file.hunks;
  if (hunks.length === 0) return null;
  return (
    <div
      className="hunks"
      tabIndex={0}
      role="region"
      aria-label={`Difference of ${showSafely(file.name)}`}
    >
      {hunks.slice(0, HUNKS_SHOWN).map((hunk, i) => (
        <div key={i} className={hunk.kind}>
          <span aria-hidden="true">{SIGNS[hunk.kind]}</span>
          <span className="hidden">{hunk.kind}: </span>
          <code>{showTextSafely(hunk.text) || ' '}</code>
        </div>
      ))}
      {hunks.length > HUNKS_SHOWN ? (
        <p className="faint small">{sayCounted(hunks.length - HUNKS_SHOWN, 'more line')}</p>
      ) : null}
    </div>
  );
}

/** The card. */
export function DifferenceCard({ id }: { readonly id: string }): ReactNode {
  const query = useQuery(differenceQuery(id));
  const previous = query.data?.previous ?? null;
  return (
    <Card
      title="Since the previous release"
      note={
        previous === null ? undefined : (
          <>
            <a href={link(['requests', previous.request])}>{previous.request}</a>,{' '}
            <When at={previous.at} />
          </>
        )
      }
    >
      <Loaded query={query} lines={4}>
        {({ files }) => (
          <ul className="list">
            {files.map((file) => (
              <li key={file.name} className="stack tight">
                <div className="row">
                  <strong className="small break">{showSafely(file.name)}</strong>
                  <span className={`chip ${TONES[file.state]}`}>{file.state}</span>
                  <span className="small quiet">{showSafely(file.summary)}</span>
                </div>
                <Hunks file={file} />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Card>
  );
}
