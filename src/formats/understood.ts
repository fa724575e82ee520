/** A structure that was read whole, or in words why it cannot be: lower case, no full stop, fit to follow a colon. */
export type Understood<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: string; readonly place?: string };

/** Builds the answer for a structure that breaks a rule. */
export function broken(why: string, place?: string): { ok: false; why: string; place?: string } {
  return { ok: false, why, ...(place === undefined ? {} : { place }) };
}
