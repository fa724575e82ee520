/** What is wrong with a pickle. */

/** What is wrong with a pickle. `deny`: it runs code or was made to deceive; `hold`: it has no safe form. */
export interface PickleProblem {
  readonly code:
    | 'PICKLE_CALL'
    | 'PICKLE_CALL_COMPUTED'
    | 'PICKLE_NAME_COMPUTED'
    | 'PICKLE_NAME_CHANGED'
    | 'PICKLE_FRAME'
    | 'PICKLE_EXPANSION'
    | 'PICKLE_NESTED_CALL'
    | 'PICKLE_NESTED'
    | 'PICKLE_VALUE_UNREAD'
    | 'PICKLE_OBJECT'
    | 'PICKLE_MASKED'
    | 'PICKLE_REFERENCE'
    | 'PICKLE_BROKEN'
    | 'PICKLE_UNSUPPORTED';
  readonly severity: 'hold' | 'deny';
  readonly at: number;
  readonly detail: string;
}

const PROBLEMS_MAX = 32;

/** The problems of one pickle: each once, the first ones, and in any case one that is worse. */
export class ProblemList {
  readonly #problems: PickleProblem[] = [];

  add(problem: PickleProblem): void {
    const { code, detail, severity } = problem;
    if (this.#problems.some((each) => each.code === code && each.detail === detail)) return;
    if (this.#problems.length >= PROBLEMS_MAX) {
      if (severity === 'hold' || this.#problems.some((each) => each.severity === 'deny')) return;
      this.#problems.pop();
    }
    this.#problems.push(problem);
  }

  /** All of them; a name that is called is not listed as a reference too. */
  list(): PickleProblem[] {
    const called = new Set(
      this.#problems.flatMap(({ code, detail }) => (code === 'PICKLE_REFERENCE' ? [] : [detail])),
    );
    return this.#problems.filter(
      ({ code, detail }) => code !== 'PICKLE_REFERENCE' || !called.has(detail),
    );
  }
}
