/** Who signed for what was screened, what rows say of their sources, and the button that excludes all rows of one. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { RowRule, ScreeningDetails } from '../../api/screens.ts';
import { Action } from '../../parts/action.tsx';
import { useDeed } from '../../parts/deed.tsx';
import { Card } from '../../parts/layout.tsx';
import { sayCount, sayCounted, sayShare, showSafely } from '../../words/format.ts';
import { SourcePlot } from './plots.tsx';

/** Takes documents, or all rows of a rule, out or back in. */
export type Exclude = (
  what: { readonly documents?: readonly string[]; readonly rows?: readonly RowRule[] },
  take: 'out' | 'back',
  why: string,
) => Promise<void>;

const SHOWN = 10;
/** The gate takes no longer value. */
const VALUE_LENGTH_MAX = 1_000;

/** The button that excludes every row that names a source, or takes them back. */
export function SourceAction(props: {
  readonly rule: RowRule;
  readonly isOut: boolean;
  readonly why: string;
  readonly onExclude: Exclude;
}): ReactNode {
  const { rule, isOut, why, onExclude } = props;
  const deed = useDeed();
  const word = isOut ? 'Take source back' : 'Exclude source';
  const take = () => onExclude({ rows: [rule] }, isOut ? 'back' : 'out', why);
  return (
    <Action
      tiny
      busy={deed.busy}
      label={`${word} ${showSafely(rule.value)}`}
      refusal={rule.value.length > VALUE_LENGTH_MAX ? 'its name is too long for a rule' : null}
      onAct={() => deed.run(take)}
    >
      {word}
    </Action>
  );
}

/** The sources of a screening. */
export function SourcesCard(props: {
  readonly details: ScreeningDetails;
  readonly report: NonNullable<ScreeningDetails['report']>;
  readonly onExclude: Exclude;
}): ReactNode {
  const { details, report, onExclude } = props;
  const { source: field } = details.screening.fields;
  const [shown, setShown] = useState(SHOWN);
  const { sources, sourcesTotal, signed } = report;
  const out = details.excludedRows.filter((rule) => rule.field === field);
  const isOut = (name: string): boolean => out.some((rule) => rule.value === name);
  // What an earlier reading left out is not in this report, and can be taken back all the same.
  const gone = details.excludedRows.filter(
    (rule) => rule.field !== field || !sources.some((each) => each.source === rule.value),
  );
  return (
    <Card title="Sources" note="dashed: as much say as sent">
      {signed === null ? null : (
        <p className="break">
          <strong>{showSafely(signed.source)}</strong> signed for all of it and counts as one
          source. What rows name in <code>{showSafely(field)}</code> is a hint: whoever wrote them
          chose it.
        </p>
      )}
      <SourcePlot sources={sources} total={sourcesTotal} />
      <ul className="list">
        {sources.slice(0, shown).map((each) => (
          <li key={each.source} className="example">
            <div className="grow">
              <p className={`break ${isOut(each.source) ? 'out' : ''}`}>
                {showSafely(each.source)}
              </p>
              <p className="faint small">
                {sayCounted(each.documents, 'document')}, {sayShare(each.share)};{' '}
                {sayCount(each.conflicts)} unlike their label
              </p>
            </div>
            <SourceAction
              rule={{ field, value: each.source }}
              isOut={isOut(each.source)}
              why="source excluded"
              onExclude={onExclude}
            />
          </li>
        ))}
        {gone.map((rule) => (
          <li key={`${rule.field}=${rule.value}`} className="example">
            <div className="grow">
              <p className="break out">
                {showSafely(rule.field)} = {showSafely(rule.value)}
              </p>
              <p className="faint small">its rows are excluded</p>
            </div>
            <SourceAction rule={rule} isOut why="source taken back" onExclude={onExclude} />
          </li>
        ))}
      </ul>
      {sources.length > shown ? (
        <Action tiny onAct={() => setShown(shown + SHOWN)}>
          Show more of {sayCount(sources.length)}
        </Action>
      ) : null}
    </Card>
  );
}
