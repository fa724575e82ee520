/** Errors as `application/problem+json`. A fault's own words never leave: only declared errors are shown. */
import { SallyportError } from '../core/index.ts';
import { httpErrors } from './errors.ts';

/** A problem as it is sent. */
export interface Problem {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly hint: string;
}

/** Turns anything thrown into a problem; `onFault` hears of what is no declared error. */
export function toProblem(cause: unknown, onFault: (cause: unknown) => void): Problem {
  const known = cause instanceof SallyportError ? cause : undefined;
  if (known === undefined || known.status >= 500) onFault(cause);
  const error = known ?? httpErrors.error('INTERNAL');
  const { message: title, status, code, hint } = error;
  return { type: 'about:blank', title, status, code, hint };
}

/** Answers with a problem. */
export function answerProblem(problem: Problem): Response {
  return new Response(`${JSON.stringify(problem)}\n`, {
    status: problem.status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(problem.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    },
  });
}
