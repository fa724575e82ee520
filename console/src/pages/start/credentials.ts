/** Which passkeys were made on this page, so that each founder is asked for their own when they sign. */

const kept = new Map<string, string[]>();

/** Remembers a passkey until the page is closed. */
export function keepCredential(person: string, credential: string): void {
  kept.set(person, [...(kept.get(person) ?? []), credential]);
}

/** The passkeys of a founder that were made on this page. */
export function credentialsOf(person: string): readonly { readonly id: string }[] {
  return (kept.get(person) ?? []).map((id) => ({ id }));
}
