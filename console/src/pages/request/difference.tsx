/** What is new since the last release of the same files: usually all that there is to decide. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { differenceQuery } from '../../api/queries.ts';
import { Hunks } from '../../parts/hunks.tsx';
import { Card } from '../../parts/layout.tsx';
import { Loaded } from '../../parts/states.tsx';
import { When } from '../../parts/text.tsx';
import { link } from '../../shell/route.ts';
import { showSafely } from '../../words/format.ts';

const TONES = { same: '', changed: 'wait', new: 'move', gone: 'bad' } as const;
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
                <Hunks hunks={file.hunks} label={`Difference of ${showSafely(file.name)}`} />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Card>
  );
}
