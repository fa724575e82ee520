/**
 * One error base for the whole program, and the refusals that are not errors.
 *
 * A fault is thrown as a {@link SallyportError}; an expected refusal of bad input is returned as a {@link Refusal}.
 * Codes are fixed for ever: `MODULE_THING_PROBLEM`. Every module declares its codes in its `errors.ts` with
 * {@link defineErrors}; the registry test proves that registry, docs page and HTTP map agree.
 */

/** What one code means: its HTTP status, the sentence and what to do about it. */
export interface ErrorDefinition {
  readonly status: number;
  /** Lower case, no full stop: what failed, then why. `{name}` is filled in from the details. */
  readonly message: string;
  /** What the reader can do next, as one sentence. */
  readonly hint: string;
}

/** The values that fill the `{name}` places of a message. */
export type ErrorDetails = Readonly<Record<string, string | number | bigint>>;

/** Bad input, described to the person who sent it. Never thrown; a refusal is a result. */
export interface Refusal {
  readonly ok: false;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** Where in the input, when known: `line 3, column 7`, `byte 120`, `a.zip!/x.csv`. */
  readonly place?: string;
}

const registry = new Map<string, ErrorDefinition>();

/** Every code declared so far, for the registry test, the docs page and the HTTP map. */
export function listErrors(): ReadonlyMap<string, ErrorDefinition> {
  return registry;
}

function fill(template: string, details: ErrorDetails): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in details ? String(details[name]) : whole,
  );
}

/** The single class of thrown errors. `code` is stable; `hint` says what to do; `status` is for HTTP. */
export class SallyportError extends Error {
  override readonly name = 'SallyportError';
  readonly code: string;
  readonly hint: string;
  readonly status: number;

  constructor(
    code: string,
    definition: ErrorDefinition,
    details: ErrorDetails,
    options?: ErrorOptions,
  ) {
    super(fill(definition.message, details), options);
    this.code = code;
    this.hint = fill(definition.hint, details);
    this.status = definition.status;
  }
}

/** Whether an error says what is wrong with what came; false for a fault of ours, which may pass, and for unknown ones. */
export function isRefusal(cause: unknown): cause is SallyportError {
  return cause instanceof SallyportError && cause.status < 500;
}

/** What {@link defineErrors} gives a module: one function to build an error, one to build a refusal. */
export interface ErrorSet<Name extends string> {
  /** Builds the error; the caller throws it. */
  error(name: Name, details?: ErrorDetails, options?: ErrorOptions): SallyportError;
  /** Builds a refusal to be returned. */
  refuse(name: Name, details?: ErrorDetails, place?: string): Refusal;
}

/** Declares a module's codes under its prefix; throws at load if a code is declared twice. */
export function defineErrors<Name extends string>(
  prefix: string,
  definitions: Readonly<Record<Name, ErrorDefinition>>,
): ErrorSet<Name> {
  for (const [name, definition] of Object.entries<ErrorDefinition>(definitions)) {
    const code = `${prefix}_${name}`;
    if (registry.has(code)) throw new TypeError(`error code declared twice: ${code}`);
    registry.set(code, definition);
  }
  return {
    error: (name, details = {}, options) =>
      new SallyportError(`${prefix}_${name}`, definitions[name], details, options),
    refuse: (name, details = {}, place) => {
      const definition = definitions[name];
      return {
        ok: false,
        code: `${prefix}_${name}`,
        message: fill(definition.message, details),
        hint: fill(definition.hint, details),
        ...(place === undefined ? {} : { place }),
      };
    },
  };
}
