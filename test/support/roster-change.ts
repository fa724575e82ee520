/** Signed changes of a roster, made in the process. */
import { CHANGE, applyChanges, rosterDigest, writeRoster } from '../../src/people/index.ts';
import type { Roster } from '../../src/people/index.ts';
import { writeSubject } from '../../src/requests/index.ts';
import type { RosterLink } from '../../src/requests/index.ts';
import { approve } from './people.ts';
import type { TestPerson } from './people.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A version with what puts it in force. */
export interface MadeChange {
  readonly link: RosterLink;
  readonly roster: Roster;
}

/** A change of a version, asked for by ann and signed by others. */
export async function signChange(
  before: Roster,
  steps: readonly object[],
  signers: readonly TestPerson[],
  writtenMs: number,
): Promise<MadeChange> {
  const at = new Date(writtenMs).toISOString();
  const read = steps.map((step) => CHANGE.parse(step));
  const roster = applyChanges(before, read, at);
  const document = writeRoster(roster);
  const subject = writeSubject({
    ...{ format: 'sallyport-request@v1', gate: before.gate, id: 'r1', edition: 1, kind: 'policy' },
    ...{ requester: 'ann', sponsor: null, project: '', destination: null, why: 'a test' },
    ...{ tier: 'quorum', models: [], chargeBitsMax: '0', rosterVersion: before.version },
    ...{ rosterSha256: rosterDigest(writeRoster(before)), ledgerSize: 1, askedAt: at },
    ...{ writtenAt: at, releaseBy: new Date(writtenMs + 10 * DAY_MS + HOUR_MS).toISOString() },
    ...{ grantMs: null, breakGlass: false },
    facts: { rosterSha256: rosterDigest(document), steps: steps as never },
  });
  const signatures = await Promise.all(signers.map((each) => approve(each, subject)));
  return { link: { document, subject, signatures }, roster };
}
