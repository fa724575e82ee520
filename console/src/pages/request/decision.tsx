/** The decision: which approvals are missing, what would be signed, and the buttons, each with its reason if it is not mine. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { passkeysWork, inPasskeyWords } from '../../api/passkeys.ts';
import type { Quorum, RequestDetails } from '../../api/types.ts';
import { Action, mentions, refusalOf } from '../../parts/action.tsx';
import { useDeed } from '../../parts/deed.tsx';
import { People, Person } from '../../parts/known.tsx';
import { Card, Facts } from '../../parts/layout.tsx';
import { ProblemLine } from '../../parts/states.tsx';
import { When } from '../../parts/text.tsx';
import { say } from '../../parts/toast.tsx';
import { useSession } from '../../shell/session.tsx';
import { sayCounted, sayDuration, showSafely } from '../../words/format.ts';
import { toneOf } from '../../words/names.ts';
import { ReasonDialog } from './reason-dialog.tsx';
import type { ReasonEvent } from './reason-dialog.tsx';
import { ReceiptCard } from './receipt-card.tsx';
import { act, approve, hasPasskey } from './sign.ts';
import { SubjectView } from './subject.tsx';

const QUORUM_WORDS = {
  open: ['wait', 'waits for approvals'],
  met: ['good', 'complete'],
  denied: ['bad', 'denied'],
  impossible: ['bad', 'cannot be reached'],
} as const;

function QuorumView({ quorum }: { readonly quorum: Quorum }): ReactNode {
  const [tone, word] = QUORUM_WORDS[quorum.state];
  return (
    <div className="stack">
      <div className="row apart">
        <h3>Approvals</h3>
        <span className={`chip ${tone}`}>{word}</span>
      </div>
      <p className="small says">{quorum.words}</p>
      {quorum.votes.length === 0 ? null : (
        <ul className="votes-list small">
          {quorum.votes.map((vote) => (
            <li key={`${vote.person}${vote.at}`}>
              <span className={`mark ${vote.vote}`} aria-hidden="true" />
              <span>
                <Person id={vote.person} /> {vote.vote === 'approve' ? 'approved' : 'denied'}
                {vote.own ? ' (you)' : ''}
              </span>
              <span className="faint">
                <When at={vote.at} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {quorum.blind ? (
        <p className="faint small">
          Votes of others are shown when all that are needed are there, so that nobody follows the
          first one.
        </p>
      ) : null}
      {quorum.keysMissing.map((sentence) => (
        <p key={sentence} className="small says">
          {showSafely(sentence)}
        </p>
      ))}
      {quorum.missing.map((missing) => (
        <div key={missing.clause} className="missing small">
          <p>
            <strong>{missing.count} more</strong> of{' '}
            <code>{missing.clause.replace(/^\d+ of /, '')}</code>
          </p>
          <p className="quiet break">
            {missing.candidates.length === 0 ? (
              'Nobody can give it. A change of people is needed.'
            ) : (
              <People ids={missing.candidates.slice(0, 12)} />
            )}
            {missing.candidates.length > 12
              ? ` and ${sayCounted(missing.candidates.length - 12, 'other')}`
              : ''}
          </p>
        </div>
      ))}
    </div>
  );
}

function Clocks({ details }: { readonly details: RequestDetails }): ReactNode {
  const { clocks } = details;
  if (clocks === null) return null;
  const { waitUntil, approvalsValidMs, grantMs, releaseBy } = clocks;
  return (
    <Facts
      rows={[
        waitUntil === null ? null : ['Waits until', <When key="w" at={waitUntil} />],
        approvalsValidMs === null ? null : ['Approvals hold', sayDuration(approvalsValidMs)],
        grantMs === null ? null : ['Is granted for', sayDuration(grantMs)],
        releaseBy === null ? null : ['Leaves by', <When key="r" at={releaseBy} />],
        details.firstViewedAt === null
          ? null
          : ['First seen', <When key="f" at={details.firstViewedAt} />],
        details.quorumAt === null ? null : ['Approved', <When key="q" at={details.quorumAt} />],
      ]}
    />
  );
}

interface ApproveProps {
  readonly details: RequestDetails;
}

/** Signing with a passkey. Nothing is sent before the browser's own dialog was answered. */
function Approve({ details }: ApproveProps): ReactNode {
  const { keys } = useSession();
  const deed = useDeed();
  const refusal =
    refusalOf(details.can, 'approve') ??
    (!hasPasskey(keys)
      ? 'you have no passkey; approve on the command line with your SSH key'
      : passkeysWork()
        ? null
        : 'the browser allows passkeys only over HTTPS or on localhost; use the command line');
  const sign = async () => {
    await approve(details, keys);
    say('your approval is recorded');
  };
  return (
    <div className="stack tight">
      <Action
        tone="primary"
        full
        sayRefusal
        busy={deed.busy}
        refusal={refusal}
        onAct={() => deed.run(sign, inPasskeyWords)}
      >
        {deed.busy ? 'Waiting for your passkey' : 'Approve with passkey'}
      </Action>
      <ProblemLine error={deed.error} />
    </div>
  );
}

const BREAK_GLASS =
  'If waiting does more harm than releasing: immediate, told to everybody, charged to a budget of its own, reviewed afterwards.';
const REASONED: readonly (readonly [event: ReasonEvent, title: string])[] = [
  ['deny', 'Deny'],
  ['return', 'Return for changes'],
  ['review', 'Review it'],
];

function OtherActs({
  details,
  onReason,
}: ApproveProps & { readonly onReason: (event: ReasonEvent) => void }): ReactNode {
  const deed = useDeed();
  const { id: me } = useSession();
  const own = me === details.requester || me === details.sponsor;
  const { can } = details;
  const plain = (event: string, done: string) =>
    deed.run(async () => {
      await act(details.id, event);
      say(done);
    });
  return (
    <div className="stack tight">
      <div className="acts">
        {REASONED.filter(([event]) => mentions(can, event)).map(([event, title]) => (
          <Action
            key={event}
            tone={event === 'deny' ? 'danger' : 'normal'}
            refusal={refusalOf(can, event)}
            onAct={() => onReason(event)}
          >
            {title}
          </Action>
        ))}
        {mentions(can, 'edit') ? (
          <Action refusal={refusalOf(can, 'edit')} onAct={() => onReason('edit')}>
            Edit
          </Action>
        ) : null}
        {mentions(can, 'withdraw') ? (
          <Action
            refusal={refusalOf(can, 'withdraw')}
            onAct={() => plain('withdraw', 'your request is withdrawn')}
          >
            Withdraw
          </Action>
        ) : null}
        {mentions(can, 'give-back') ? (
          <Action
            refusal={refusalOf(can, 'give-back')}
            onAct={() => plain('withdraw', 'it is given back')}
          >
            Give back
          </Action>
        ) : null}
        {own && details.state !== 'returned' && mentions(can, 'remind') ? (
          <Action
            refusal={refusalOf(can, 'remind')}
            onAct={() => plain('remind', 'those who can decide were reminded')}
          >
            Remind
          </Action>
        ) : null}
      </div>
      <ProblemLine error={deed.error} />
    </div>
  );
}

/** The card beside a request. */
export function Decision({ details }: { readonly details: RequestDetails }): ReactNode {
  const [reasonFor, setReasonFor] = useState<ReasonEvent | null>(null);
  const { quorum, subject, can } = details;
  const open = toneOf(details.state) === 'wait';
  return (
    <div className="stack">
      <Card title="Decision" note={open ? undefined : details.state}>
        <div className="stack">
          {quorum === null ? (
            <p className="says">{showSafely(details.waitsFor ?? details.stateSentence)}</p>
          ) : (
            <QuorumView quorum={quorum} />
          )}
          {open && subject !== null ? <SubjectView id={details.id} subject={subject} /> : null}
          {open && mentions(can, 'approve') ? <Approve details={details} /> : null}
          <OtherActs details={details} onReason={setReasonFor} />
          <Clocks details={details} />
        </div>
      </Card>
      {mentions(can, 'break-glass') ? (
        <Card title="Break-glass" className="glass">
          <div className="stack">
            <p className="small says">{BREAK_GLASS}</p>
            <Action
              tone="danger"
              full
              sayRefusal
              refusal={refusalOf(can, 'break-glass')}
              onAct={() => setReasonFor('break-glass')}
            >
              Release it now
            </Action>
          </div>
        </Card>
      ) : null}
      {details.receipt === null ? null : <ReceiptCard url={details.receipt} />}
      {reasonFor === null ? null : (
        <ReasonDialog event={reasonFor} details={details} onClose={() => setReasonFor(null)} />
      )}
    </div>
  );
}
