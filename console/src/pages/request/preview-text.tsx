/** A text with its line numbers. Findings stand at their line; hidden characters are made visible. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Finding } from '../../api/types.ts';
import { sayCount, sayCounted, showTextSafely } from '../../words/format.ts';

const LINES_FIRST = 60;

function readLines(findings: readonly Finding[]): ReadonlyMap<number, Finding> {
  const lines = new Map<number, Finding>();
  for (const finding of findings) {
    const line = /\blines? (\d+)/.exec(finding.place)?.[1];
    if (line !== undefined) lines.set(Number(line), finding);
  }
  return lines;
}

/** The preview of a text. */
export function TextPreview(props: {
  readonly text: string;
  readonly truncated: boolean;
  readonly findings: readonly Finding[];
}): ReactNode {
  const { text, truncated, findings } = props;
  const [all, setAll] = useState(false);
  const lines = text.replace(/\n$/, '').split('\n');
  const found = readLines(findings);
  const marked = [...found.keys()];
  const shown = all ? lines.length : Math.max(LINES_FIRST, ...marked.map((line) => line + 4));
  return (
    <div className="text-preview">
      <div className="lines" tabIndex={0} role="region" aria-label="Text of the file">
        <ol>
          {lines.slice(0, shown).map((line, i) => {
            const finding = found.get(i + 1);
            return (
              <li key={i} className={finding === undefined ? '' : 'marked'}>
                <span className="line-number" aria-hidden="true">
                  {i + 1}
                </span>
                <code>{showTextSafely(line) || ' '}</code>
                {finding === undefined ? null : (
                  <span className="line-note says">{finding.sentence}</span>
                )}
              </li>
            );
          })}
        </ol>
      </div>
      <p className="faint small row">
        {truncated
          ? `The beginning, ${sayCounted(lines.length, 'line')}. Save the file to see all.`
          : sayCounted(lines.length, 'line')}
        {shown < lines.length ? (
          <button type="button" className="button tiny" onClick={() => setAll(true)}>
            Show {sayCount(lines.length)}
          </button>
        ) : null}
      </p>
    </div>
  );
}
