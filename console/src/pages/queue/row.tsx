/** One request in the queue. */
import type { ReactNode } from 'react';
import type { RequestShown } from '../../api/types.ts';
import { Person, Project } from '../../parts/known.tsx';
import { Risk, StateChip, VoteCount, When } from '../../parts/text.tsx';
import { link } from '../../shell/route.ts';
import { sayBits, sayBytes, showSafely } from '../../words/format.ts';
import { sayKind, sayTier } from '../../words/names.ts';

interface RowProps {
  readonly request: RequestShown;
  /** Its place in the whole list. */
  readonly at: number;
  readonly heightPx: number;
  readonly chosen: boolean;
  readonly onToggle: () => void;
  readonly onFocus: () => void;
  readonly onJob: (job: string) => void;
}

function ChargeCell({ bits }: { readonly bits: number }): ReactNode {
  if (bits === 0) return <span className="faint">none</span>;
  return (
    <>
      <span>{sayBits(bits)}</span>
      <span className="second">{sayBytes(Math.ceil(bits / 8))}</span>
    </>
  );
}

/** A row: the title leads to the request, the box chooses it for all at once. */
export function QueueRow(props: RowProps): ReactNode {
  const { request, at, heightPx, chosen, onToggle, onFocus, onJob } = props;
  const { votes, job } = request;
  return (
    <li
      className={`queue-row ${chosen ? 'chosen' : ''}`}
      data-at={at}
      style={{ height: heightPx }}
      onFocus={onFocus}
    >
      <input
        type="checkbox"
        checked={chosen}
        onChange={onToggle}
        aria-label={`Choose ${showSafely(request.title)}`}
      />
      <span className="what">
        <a className="title" href={link(['requests', request.id])}>
          {showSafely(request.title)}
        </a>
        <span className="second">
          {sayKind(request.kind)}
          {job === null ? null : (
            <button type="button" className="tag" onClick={() => onJob(job)} title="Only this job">
              {showSafely(job)}
            </button>
          )}
          {' · '}
          <Person id={request.requester} />
          {request.project === '' ? null : (
            <>
              {' · '}
              <Project id={request.project} />
            </>
          )}
          {request.destination === '' ? '' : ` → ${showSafely(request.destination)}`}
        </span>
      </span>
      <span className="risk-cell">
        <Risk risk={request.risk} />
        <span className="second">{sayTier(request.tier)}</span>
      </span>
      <span className="charge number">
        <ChargeCell bits={request.chargeBits} />
      </span>
      <span className="votes">
        {votes.needed === 0 ? <span className="faint">none</span> : <VoteCount {...votes} />}
      </span>
      <span className="stands">
        <span className="row">
          <StateChip state={request.state} />
          {request.releasedAs === 'break-glass' ? (
            // An emergency is escalated from the beginning, and there is room for two.
            <span className="chip bad">break-glass</span>
          ) : request.escalation === null ? null : (
            <span className="chip wait">escalated</span>
          )}
        </span>
        <span className="second says">{showSafely(request.waitsFor ?? request.stateSentence)}</span>
      </span>
      <span className="age number">
        <When at={request.askedAt} mode="age" />
        {request.deadline === null ? null : (
          <span className="second">
            ends <When at={request.deadline} />
          </span>
        )}
      </span>
    </li>
  );
}
