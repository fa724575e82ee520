/** What a part of a page shows when there is nothing, nothing yet, or no answer. */
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Problem, Unreachable } from '../api/client.ts';
import { Action } from './action.tsx';

/** Nothing to show, and that is fine: says so and what one could do. */
export function Empty(props: { readonly title: string; readonly children?: ReactNode }): ReactNode {
  return (
    <div className="state">
      <h2>{props.title}</h2>
      {props.children}
    </div>
  );
}

/** Lines where the content will stand. */
export function Skeleton({ lines = 5 }: { readonly lines?: number }): ReactNode {
  const widths = [72, 90, 64, 82, 48, 76, 58];
  return (
    <div className="skeleton" role="status">
      <span className="hidden">Loading</span>
      {Array.from({ length: lines }, (_, i) => (
        <span key={i} aria-hidden="true" style={{ width: `${String(widths[i % 7])}%` }} />
      ))}
    </div>
  );
}

/** A refusal or a fault, with what to do about it. */
export function Trouble(props: {
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
}): ReactNode {
  const { error, onRetry } = props;
  const again = onRetry === undefined ? null : <Action onAct={onRetry}>Try again</Action>;
  if (error instanceof Unreachable) {
    return (
      <div className="state" role="alert">
        <h2>The gate does not answer</h2>
        <p>It is tried again by itself. Nothing that you signed or sent before is lost.</p>
        {again}
      </div>
    );
  }
  const problem = error instanceof Problem ? error : null;
  return (
    <div className="state" role="alert">
      <h2 className="says break">{problem?.message ?? 'The console could not show this'}</h2>
      {problem?.hint ? <p className="says">{problem.hint}</p> : null}
      {problem === null ? <p>{error instanceof Error ? error.message : ''}</p> : null}
      {problem?.code ? <p className="faint small mono">{problem.code}</p> : null}
      {again}
    </div>
  );
}

/** A refusal in one line, beside what was tried. */
export function ProblemLine({ error }: { readonly error: unknown }): ReactNode {
  if (error === null || error === undefined) return null;
  const hint = error instanceof Problem ? error.hint : '';
  return (
    <div className="notice bad" role="alert">
      <p className="says">{error instanceof Error ? error.message : 'it did not work'}</p>
      {hint === '' ? null : <p className="way says">{hint}</p>}
    </div>
  );
}

/** Shows a query: its skeleton, its trouble, or its data. Old data stay when the gate stops answering. */
export function Loaded<T>(props: {
  readonly query: UseQueryResult<T>;
  readonly lines?: number;
  readonly children: (data: T) => ReactNode;
}): ReactNode {
  const { query, lines = 5, children } = props;
  if (query.data !== undefined) return children(query.data);
  if (query.isError) return <Trouble error={query.error} onRetry={() => void query.refetch()} />;
  return <Skeleton lines={lines} />;
}
