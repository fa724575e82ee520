/** Approving with a passkey: fetch what is to be signed, check that it is what is shown, let the key sign, hand it in. */
import { call } from '../../api/client.ts';
import { signWithPasskey } from '../../api/passkeys.ts';
import { queryClient, requestQuery } from '../../api/queries.ts';
import type { KeyShown, RequestDetails, Subject } from '../../api/types.ts';
import { checkSigning } from '../../verify/approval.ts';

/** The namespace of approvals (docs/spec/approval.md). */
export const APPROVAL_NAMESPACE = 'sallyport-approval@v1';

/** The passkeys to offer; an empty list lets the browser find those that it has for this site. */
function offerOf(keys: readonly KeyShown[]): readonly { readonly id: string }[] {
  return keys.flatMap((key) =>
    key.kind === 'passkey' && typeof key.credential === 'string' ? [{ id: key.credential }] : [],
  );
}

/** Whether a person has a passkey at all. */
export function hasPasskey(keys: readonly KeyShown[]): boolean {
  return keys.some((key) => key.kind === 'passkey');
}

/** Puts a new state of a request in place of the old one. */
export function keepDetails(details: RequestDetails): void {
  queryClient.setQueryData(requestQuery(details.id).queryKey, details);
  for (const queryKey of [['requests', 'queue'], ['requests', 'counts'], ['home']]) {
    void queryClient.invalidateQueries({ queryKey });
  }
}

/** Asks a key, if the text is what is shown and of now; a text that is not is never handed to one. */
async function signChecked(subject: Subject, keys: readonly KeyShown[]) {
  const check = await checkSigning(subject, APPROVAL_NAMESPACE, Date.now());
  if (!check.ok) throw new Error(`${check.sentence} Nothing was signed.`);
  return signWithPasskey(subject.challenge, offerOf(keys));
}

/** Signs an approval of a request with one of the person's passkeys and hands it in. */
export async function approve(
  details: RequestDetails,
  keys: readonly KeyShown[],
): Promise<RequestDetails> {
  const { subject } = details;
  if (subject === null) throw new Error('The gate has not said yet what is to be signed.');
  const assertion = await signChecked(subject, keys);
  return act(details.id, 'approvals', { assertion });
}

/** Releases a held request at once, with a signature over its emergency text. */
export async function breakGlass(
  id: string,
  reason: string,
  keys: readonly KeyShown[],
): Promise<RequestDetails> {
  const path = `/v1/requests/${encodeURIComponent(id)}/subject?emergency=1`;
  const subject = await call<Subject>(path);
  const assertion = await signChecked(subject, keys);
  return act(id, 'break-glass', { reason, assertion });
}

/** Sends an event of a request and keeps what the gate answers. */
export async function act(id: string, event: string, json: object = {}): Promise<RequestDetails> {
  const path = `/v1/requests/${encodeURIComponent(id)}`;
  const details = await call<RequestDetails>(`${path}/${event}`, { method: 'POST', json });
  keepDetails(details);
  return details;
}
