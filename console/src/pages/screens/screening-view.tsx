/** One screening: plots, findings with examples to read, and the button that excludes. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { call } from '../../api/client.ts';
import { queryClient } from '../../api/queries.ts';
import { screeningQuery } from '../../api/screens.ts';
import type { ScreenFinding, ScreeningDetails } from '../../api/screens.ts';
import { Action } from '../../parts/action.tsx';
import { useDeed } from '../../parts/deed.tsx';
import { Person } from '../../parts/known.tsx';
import { Card, Facts } from '../../parts/layout.tsx';
import { Empty, Loaded, ProblemLine } from '../../parts/states.tsx';
import { When } from '../../parts/text.tsx';
import { say } from '../../parts/toast.tsx';
import { link } from '../../shell/route.ts';
import { sayCount, sayCounted, showSafely, showTextSafely } from '../../words/format.ts';
import { ConflictPlot } from './plots.tsx';
import { SourceAction, SourcesCard } from './sources-card.tsx';
import type { Exclude } from './sources-card.tsx';

const FINDINGS_STEP = 25;

/** What a screening says in all. */
export function sayScreening({ screening }: Pick<ScreeningDetails, 'screening'>): string {
  if (screening.state === 'running') return 'is being read';
  if (screening.state === 'failed') return 'failed';
  return screening.verdict === 'clean' ? 'clean' : 'for a person';
}

function Example(props: {
  readonly example: ScreenFinding['examples'][number];
  readonly isOut: boolean;
  readonly onTake: () => Promise<void>;
  readonly children: ReactNode;
}): ReactNode {
  const { example, isOut, onTake, children } = props;
  const deed = useDeed();
  const about = [example.label, example.source].filter((each) => each !== null).map(showSafely);
  return (
    <li className="example">
      <div className="grow">
        <p className={`excerpt break ${isOut ? 'out' : ''}`}>{showTextSafely(example.excerpt)}</p>
        <p className="faint small break">
          {showSafely(example.set)} row {sayCount(example.row)}
          {about.length === 0 ? '' : `, ${about.join(', ')}`}
        </p>
      </div>
      <Action
        tiny
        busy={deed.busy}
        label={`${isOut ? 'Take back' : 'Exclude'} row ${String(example.row)} of ${showSafely(example.set)}`}
        onAct={() => deed.run(onTake)}
      >
        {isOut ? 'Take back' : 'Exclude'}
      </Action>
      {children}
    </li>
  );
}

/** What is excluded, and the field that names sources. */
interface Out {
  readonly documents: ReadonlySet<string>;
  readonly sources: ReadonlySet<string>;
  readonly field: string;
}

function Finding(props: {
  readonly finding: ScreenFinding;
  readonly out: Out;
  readonly onExclude: Exclude;
}): ReactNode {
  const { finding, onExclude } = props;
  const { documents: out, sources, field } = props.out;
  const { ids, examples, code, source } = finding;
  const sourceAction = (name: string): ReactNode => (
    <SourceAction
      rule={{ field, value: name }}
      isOut={sources.has(name)}
      why={code}
      onExclude={onExclude}
    />
  );
  const left = ids.filter((id) => !out.has(id));
  return (
    <li className="screen-finding">
      <div className="row apart">
        <p>
          <span className={`chip ${finding.severity === 'hold' ? 'wait' : ''}`}>
            {finding.severity === 'hold' ? 'for a person' : 'to know'}
          </span>{' '}
          <span className="faint small break">{code}</span>
        </p>
        {ids.length < 2 ? null : (
          <Action
            tiny
            tone="danger"
            label={`Exclude all ${sayCount(left.length)} documents of ${code}`}
            refusal={left.length === 0 ? 'all of them are excluded' : null}
            onAct={() => void onExclude({ documents: left }, 'out', code)}
          >
            Exclude all {sayCount(ids.length)}
          </Action>
        )}
        {source === undefined ? null : sourceAction(source)}
      </div>
      <p className="says break">{showSafely(finding.sentence)}</p>
      <ul className="list">
        {examples.map((example) => (
          <Example
            key={example.id}
            example={example}
            isOut={out.has(example.id) || sources.has(example.source ?? '')}
            onTake={() =>
              onExclude({ documents: [example.id] }, out.has(example.id) ? 'back' : 'out', code)
            }
          >
            {example.source === null ? null : sourceAction(example.source)}
          </Example>
        ))}
      </ul>
    </li>
  );
}

function Findings(props: {
  readonly report: NonNullable<ScreeningDetails['report']>;
  readonly out: Out;
  readonly onExclude: Exclude;
}): ReactNode {
  const { report, out, onExclude } = props;
  const [shown, setShown] = useState(FINDINGS_STEP);
  return (
    <Card title="Findings" note="what is excluded goes into the ledger">
      {report.findings.length === 0 ? (
        <Empty title="The screens saw nothing">
          <p>That is not a proof: clean labels, common words and style pass them.</p>
        </Empty>
      ) : (
        <ul className="list">
          {report.findings.slice(0, shown).map((finding, index) => (
            <Finding key={index} finding={finding} out={out} onExclude={onExclude} />
          ))}
        </ul>
      )}
      {report.findings.length > shown ? (
        <Action tiny onAct={() => setShown(shown + FINDINGS_STEP)}>
          Show more of {sayCount(report.findings.length)}
        </Action>
      ) : null}
    </Card>
  );
}

function Report(props: {
  readonly details: ScreeningDetails;
  readonly report: NonNullable<ScreeningDetails['report']>;
}): ReactNode {
  const { report, details } = props;
  const { screening, excluded, excludedRows } = details;
  const [error, setError] = useState<unknown>(null);
  const { source: field } = screening.fields;
  const out: Out = {
    documents: new Set(excluded),
    sources: new Set(excludedRows.filter((each) => each.field === field).map((each) => each.value)),
    field,
  };
  const onExclude: Exclude = async ({ documents = [], rows = [] }, take, why) => {
    setError(null);
    try {
      const path = `/v1/imports/${encodeURIComponent(screening.import)}/exclusions`;
      await call(path, { method: 'POST', json: { documents, rows, take, why } });
      await queryClient.invalidateQueries({ queryKey: ['screenings'] });
      const done = take === 'out' ? 'excluded' : 'taken back';
      const [rule] = rows;
      say(
        rule === undefined
          ? `${sayCounted(documents.length, 'document is', 'documents are')} ${done}`
          : `all rows of ${showSafely(rule.value)} are ${done}`,
      );
    } catch (cause) {
      setError(cause);
    }
  };
  return (
    <>
      <ProblemLine error={error} />
      <div className="pair">
        <Card title="N-grams against labels" note="dashed: the bar">
          {report.conflicts === null ? (
            <p className="quiet">There are no labels that could conflict.</p>
          ) : (
            <ConflictPlot conflicts={report.conflicts.found} barNats={report.conflicts.barNats} />
          )}
        </Card>
        <SourcesCard details={details} report={report} onExclude={onExclude} />
      </div>
      <Findings report={report} out={out} onExclude={onExclude} />
      {report.limits.length === 0 ? null : (
        <Card title="Not looked at">
          <ul className="sentences">
            {report.limits.map((limit, index) => (
              <li key={index} className="break">
                <strong>{limit.screen}</strong>: {showSafely(limit.why)}
              </li>
            ))}
          </ul>
        </Card>
      )}
    </>
  );
}

/** The screening. */
export function ScreeningView({ id }: { readonly id: string }): ReactNode {
  return (
    <Loaded query={useQuery(screeningQuery(id))} lines={10}>
      {(details) => {
        const { screening, report, excluded, excludedRows } = details;
        const documents = report === null ? '' : `${sayCounted(report.documents, 'document')} read`;
        return (
          <div className="stack wide">
            <Card title="What was screened">
              <Facts
                rows={[
                  ['Verdict', sayScreening(details)],
                  screening.reason === null ? null : ['Why', showSafely(screening.reason)],
                  report === null
                    ? null
                    : [
                        'Documents',
                        `${documents}, ${sayCount(report.unreadable)} unreadable, ${sayCount(report.excluded)} left out`,
                      ],
                  [
                    'Excluded now',
                    `${sayCounted(excluded.length, 'document')}, ${sayCounted(excludedRows.length, 'source')}`,
                  ],
                  ['Asked by', <Person key="by" id={screening.by} />],
                  ['At', <When key="at" at={screening.askedAt} />],
                  [
                    'Import',
                    <a key="import" className="says" href={link(['imports', screening.import])}>
                      {showSafely(screening.importWhy ?? screening.import)}
                    </a>,
                  ],
                ]}
              />
            </Card>
            {report === null ? null : <Report details={details} report={report} />}
          </div>
        );
      }}
    </Loaded>
  );
}
