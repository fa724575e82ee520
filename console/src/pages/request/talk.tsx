/** The discussion about a request, and everything that happened to it. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { RequestDetails } from '../../api/types.ts';
import { Action, mentions, refusalOf } from '../../parts/action.tsx';
import { useDeed } from '../../parts/deed.tsx';
import { Person } from '../../parts/known.tsx';
import { Card, SentenceField, Tabs } from '../../parts/layout.tsx';
import { ProblemLine } from '../../parts/states.tsx';
import { When } from '../../parts/text.tsx';
import { sayCount, showSafely, showTextSafely } from '../../words/format.ts';
import { act } from './sign.ts';
import { Signatures } from './signatures.tsx';

function Discussion({ details }: { readonly details: RequestDetails }): ReactNode {
  const [text, setText] = useState('');
  const deed = useDeed();
  const send = async () => {
    await act(details.id, 'comments', { text: text.trim() });
    setText('');
  };
  const refusal = mentions(details.can, 'comment') ? refusalOf(details.can, 'comment') : null;
  return (
    <div className="stack">
      {details.comments.length === 0 ? (
        <p className="quiet small">Nobody has said anything yet.</p>
      ) : (
        <ul className="comments">
          {details.comments.map((comment) => (
            <li key={comment.id}>
              <p className="small">
                <strong>
                  <Person id={comment.by} />
                </strong>{' '}
                <span className="faint">
                  <When at={comment.at} />
                </span>
              </p>
              <p className="break said">{showTextSafely(comment.text)}</p>
            </li>
          ))}
        </ul>
      )}
      <SentenceField
        label="Say something"
        hint="Everybody who may see this request reads it. It stays inside."
        value={text}
        onChange={setText}
      />
      <ProblemLine error={deed.error} />
      <div>
        <Action
          busy={deed.busy}
          refusal={refusal ?? (text.trim() === '' ? 'there is nothing to send yet' : null)}
          onAct={() => deed.run(send)}
        >
          Send
        </Action>
      </div>
    </div>
  );
}

function History({ details }: { readonly details: RequestDetails }): ReactNode {
  return (
    <ol className="history">
      {details.history.map((line, i) => (
        <li key={`${line.at}${String(i)}`}>
          <span className="faint small">
            <When at={line.at} mode="time" />
          </span>
          <span className="break">
            <span className="says">{showSafely(line.sentence)}</span>{' '}
            <span className="faint small">
              <Person id={line.by} />
            </span>
          </span>
        </li>
      ))}
    </ol>
  );
}

/** The card. */
export function Talk({ details }: { readonly details: RequestDetails }): ReactNode {
  const [tab, setTab] = useState('discussion');
  return (
    <Card bare>
      <div className="tabs-in-card">
        <Tabs
          label="Discussion and history"
          selected={tab}
          onSelect={setTab}
          tabs={[
            {
              id: 'discussion',
              title: `Discussion (${sayCount(details.comments.length)})`,
              show: () => <Discussion details={details} />,
            },
            {
              id: 'history',
              title: `History (${sayCount(details.history.length)})`,
              show: () => <History details={details} />,
            },
            { id: 'signatures', title: 'Signatures', show: () => <Signatures id={details.id} /> },
          ]}
        />
      </div>
    </Card>
  );
}
