/**
 * Stored approvals as stock `ssh-keygen -Y verify` takes them, also of people and keys that have left the roster since: then
 * `allowedSigners` says until when the key counted, and `verifyTime` is the moment at which to verify.
 */
import type { Gate } from '../../app/index.ts';
import { isoTime, utf8 } from '../../core/index.ts';
import { readRoster, verifySshsig } from '../../people/index.ts';
import type { Principal } from '../../people/index.ts';
import { APPROVAL_NAMESPACE, currentVotes } from '../../requests/index.ts';
import type { Request } from '../../requests/index.ts';
import { isOutside } from './outsiders.ts';
import { isBlind } from './views.ts';

/** One stored approval. */
export interface ApprovalShown {
  readonly person: string;
  readonly at: string;
  readonly key: string | null;
  readonly signature: string | null;
  readonly subject: string | null;
  /** One line of `allowed_signers`; null where no version of the roster has the key. */
  readonly allowedSigners: string | null;
  /** For `ssh-keygen -Y verify -O verify-time=…`. */
  readonly verifyTime: string;
  readonly breakGlass: boolean;
}

/** A time as OpenSSH writes it, in UTC. */
function sshTime(ms: number): string {
  return isoTime(ms).replace(/[-:T]|\.\d+/g, '');
}

/** The line of a person's key in the newest version of the roster that has it. */
function lineOf(gate: Gate, person: string, key: string): string | null {
  const { links } = gate.rosters;
  for (let at = links.length - 1; at >= 0; at--) {
    const held = readRoster(links[at]?.document ?? '')
      .people.find((each) => each.id === person)
      ?.keys.find((each) => each.id === key);
    if (held === undefined) continue;
    const next = links[at + 1];
    const until = next === undefined ? '' : `,valid-before="${sshTime(next.atMs)}"`;
    return `${person} namespaces="${APPROVAL_NAMESPACE}"${until} ${held.publicKey}`;
  }
  return null;
}

/** The one signature of an emergency, which is kept in the entry of its release. */
async function emergencyOf(gate: Gate, request: Request): Promise<readonly ApprovalShown[]> {
  if (request.releasedAs !== 'break-glass') return [];
  const shown = await gate.ledger.show(`rel_${request.id}`);
  const signatures: unknown = shown?.entry['signatures'];
  if (shown === null || !Array.isArray(signatures)) return [];
  const { entry } = shown;
  const subject = await gate.requests.approvals.emergencySubject(request.id);
  const { origins } = gate.rosters.need().roster;
  return signatures.map(String).map((signature) => {
    const parts = { signature, message: utf8(subject), namespace: APPROVAL_NAMESPACE, origins };
    const verified = verifySshsig(parts);
    const key = verified.ok ? verified.publicKey.fingerprint : null;
    return {
      ...{ person: entry.by, at: entry.at, key, signature, subject },
      allowedSigners: key === null ? null : lineOf(gate, entry.by, key),
      verifyTime: sshTime(Date.parse(entry.at)),
      breakGlass: true,
    };
  });
}

/** Every stored approval of a request that a principal may learn of. */
export async function showApprovals(
  gate: Gate,
  principal: Principal,
  request: Request,
): Promise<{ readonly subject: string | null; readonly approvals: readonly ApprovalShown[] }> {
  const stood = await gate.requests.approvals.stand(request.id);
  if (isBlind(stood, principal) || (await isOutside(gate, principal, stood)))
    return { subject: request.subject, approvals: [] };
  const voted = currentVotes(request, stood.votes)
    .filter((vote) => vote.signature !== null)
    .map(({ person, atMs, key, signature, subject }) => ({
      ...{ person, at: isoTime(atMs), key, signature, subject },
      allowedSigners: key === null ? null : lineOf(gate, person, key),
      verifyTime: sshTime(atMs),
      breakGlass: false,
    }));
  return {
    subject: request.subject,
    approvals: [...voted, ...(await emergencyOf(gate, request))],
  };
}
