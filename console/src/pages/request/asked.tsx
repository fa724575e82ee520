/** What a request says in words made from the signed text alone; the same words stand on the command line. */
import type { ReactNode } from 'react';
import type { RequestDetails, Subject } from '../../api/types.ts';
import { Card } from '../../parts/layout.tsx';
import { showSafely } from '../../words/format.ts';

/** The parts of a signed text, each line whole. */
export function Said({ said }: { readonly said: Subject['said'] }): ReactNode {
  return (
    <dl className="said">
      {said.map(({ label, lines }) => (
        <div key={label} className="said-part">
          <dt>{showSafely(label)}</dt>
          <dd>
            {lines.map((line, i) => (
              <p key={`${String(i)}${line}`} className="break">
                {showSafely(line)}
              </p>
            ))}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Parts that stand at the head of the page already. */
const HEAD: ReadonlySet<string> = new Set(['what', 'who', 'why']);

/** What is asked for, of kinds that have no files to show: locks, access, windows, sets that want in. */
export function Asked({ details }: { readonly details: RequestDetails }): ReactNode {
  const { subject } = details;
  if (subject === null) return null;
  const said = subject.said.filter(({ label }) => !HEAD.has(label));
  return (
    <Card title="What is asked for">
      <Said said={said} />
    </Card>
  );
}
