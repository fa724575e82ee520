/** The id of the ledger entry under which a request's release stands. */
export function entryId(requestId: string): string {
  return `rel_${requestId}`;
}
