/** Small pieces of text with a meaning: times, charges, names, states. */
import { useEffect, useState, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import {
  sayBits,
  sayBytes,
  sayDuration,
  sayRelative,
  sayTime,
  showSafely,
} from '../words/format.ts';
import { Person } from './known.tsx';
import { sayRisk, toneOf } from '../words/names.ts';

const tickers = new Set<() => void>();
let nowMs = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function watchClock(ticker: () => void): () => void {
  tickers.add(ticker);
  timer ??= setInterval(() => {
    nowMs = Date.now();
    for (const each of tickers) each();
  }, 20_000);
  return () => {
    tickers.delete(ticker);
    if (tickers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The time now, to seconds; every part of the page changes at the same moment. */
export function useNow(): number {
  const now = useSyncExternalStore(watchClock, () => nowMs);
  // After a pause without any watcher the kept time is old.
  return Math.max(now, Date.now() - 5_000);
}

/** A moment: how long ago or ahead, with the exact time as its title. */
export function When({
  at,
  mode = 'relative',
}: {
  readonly at: string;
  readonly mode?: 'relative' | 'time' | 'age';
}): ReactNode {
  const now = useNow();
  const text =
    mode === 'time'
      ? sayTime(at)
      : mode === 'age'
        ? sayDuration(now - new Date(at).getTime())
        : sayRelative(at, now);
  return (
    <time dateTime={at} title={sayTime(at)} className="nowrap">
      {text}
    </time>
  );
}

/** A charge: exactly in bits, and what that is in bytes. */
export function Charge({
  bits,
  both = false,
}: {
  readonly bits: number;
  readonly both?: boolean;
}): ReactNode {
  if (!both) return <span className="nowrap">{sayBits(bits)}</span>;
  return (
    <span>
      <span className="nowrap">{sayBits(bits)}</span>{' '}
      <span className="faint nowrap">({sayBytes(Math.ceil(bits / 8))})</span>
    </span>
  );
}

/** A principal: its name, and what it is when it is no person. */
export function Who({
  requester,
  sponsor,
}: {
  readonly requester: string;
  readonly sponsor: string | null;
}): ReactNode {
  return (
    <span>
      <Person id={requester} />
      {sponsor === null ? null : (
        <span className="faint">
          {' '}
          of <Person id={sponsor} />
        </span>
      )}
    </span>
  );
}

/** A text of somebody else; hidden characters become visible. */
export function Foreign({ text }: { readonly text: string }): ReactNode {
  return <span className="break">{showSafely(text)}</span>;
}

/** The state of a request as a chip. */
export function StateChip({ state }: { readonly state: string }): ReactNode {
  return <span className={`chip ${toneOf(state)}`}>{state}</span>;
}

/** A risk: the word carries the meaning, the bar the order. */
export function Risk({ risk }: { readonly risk: number }): ReactNode {
  const word = sayRisk(risk);
  return (
    <span className={`risk ${word}`} title={`Risk ${String(risk)} of 100`}>
      <span className="risk-bar" aria-hidden="true">
        <span style={{ width: `${String(risk)}%` }} />
      </span>
      <span>
        <span className="hidden">risk </span>
        {word}
      </span>
    </span>
  );
}

/** Approvals as given and needed. */
export function VoteCount(props: {
  readonly approved: number;
  readonly needed: number;
  readonly denied: number;
}): ReactNode {
  const { approved, needed, denied } = props;
  if (needed === 0 && denied === 0) return <span className="faint">none</span>;
  return (
    <span className="nowrap">
      {needed <= 6 ? (
        <span className="dots" aria-hidden="true">
          {Array.from({ length: needed }, (_, i) => (
            <span key={i} className={i < approved ? 'on' : ''} />
          ))}
        </span>
      ) : null}
      {denied > 0 ? `${String(denied)} against` : `${String(approved)} of ${String(needed)}`}
    </span>
  );
}

/** A value that is copied with one press. */
export function Copyable({
  text,
  label,
}: {
  readonly text: string;
  readonly label: string;
}): ReactNode {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const wait = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(wait);
  }, [copied]);
  return (
    <div className="copyable">
      <code>{text}</code>
      <button
        type="button"
        className="button tiny"
        aria-label={`Copy ${label}`}
        onClick={() => {
          void navigator.clipboard.writeText(text).then(
            () => setCopied(true),
            () => undefined,
          );
        }}
      >
        {copied ? 'Copied' : 'Copy'}
      </button>
    </div>
  );
}
