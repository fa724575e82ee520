/** Approving with a passkey: fetch what is to be signed, check that it is what is shown, let the key sign, hand it in. */
import { call } from '../../api/client.ts';
import { signWithPasskey } from '../../api/passkeys.ts';
import { queryClient, requestQuery } from '../../api/queries.ts';
import type { KeyShown, RequestDetails } from '../../api/types.ts';
import { checkSubject } from '../../verify/approval.ts';

/** The namespace of approvals (docs/spec/approval.md). */
export const APPROVAL_NAMESPACE = 'sallyport-approval@v1';

/** The passkeys of a person that a browser can use. */
export function passkeysOf(
  keys: readonly KeyShown[],
): readonly (KeyShown & { credential: string })[] {
  return keys.flatMap((key) =>
    key.kind === 'passkey' && typeof key.credential === 'string'
      ? [{ ...key, credential: key.credential }]
      : [],
  );
}

/** Puts a new state of a request in place of the old one. */
export function keepDetails(details: RequestDetails): void {
  queryClient.setQueryData(requestQuery(details.id).queryKey, details);
  for (const queryKey of [['requests', 'queue'], ['requests', 'counts'], ['home']]) {
    void queryClient.invalidateQueries({ queryKey });
  }
}

/** Signs an approval of a request with one of the person's passkeys and hands it in. */
export async function approve(
  details: RequestDetails,
  keys: readonly KeyShown[],
): Promise<RequestDetails> {
  const { subject } = details;
  if (subject === null) throw new Error('The gate has not said yet what is to be signed.');
  const check = await checkSubject(subject, APPROVAL_NAMESPACE);
  if (!check.ok) throw new Error(`${check.sentence} Nothing was signed.`);
  const passkeys = passkeysOf(keys);
  const assertion = await signWithPasskey(
    subject.challenge,
    passkeys.map((key) => ({ id: key.credential })),
  );
  const key = passkeys.find((each) => each.credential === assertion.id)?.id;
  return act(details.id, 'approvals', { assertion, key });
}

/** Sends an event of a request and keeps what the gate answers. */
export async function act(id: string, event: string, json: object = {}): Promise<RequestDetails> {
  const path = `/v1/requests/${encodeURIComponent(id)}`;
  const answer = await call<RequestDetails | undefined>(`${path}/${event}`, {
    method: 'POST',
    json,
  });
  const details =
    answer?.id === id && 'history' in answer ? answer : await call<RequestDetails>(path);
  keepDetails(details);
  return details;
}
