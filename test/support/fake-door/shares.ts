/** Shared results of the fake door. */
import type {
  RequestDetails,
  RequestShown,
  SharedFile,
  Shares,
} from '../../../console/src/api/types.ts';
import { makeDetails, makeRequest } from './requests.ts';

const HOUR_MS = 3_600_000;
const iso = (ms: number): string => new Date(ms).toISOString();

/** A result of a project of the viewer that another project may read, and waits for its other owner. */
export async function makeShare(viewer: string, now: number): Promise<RequestDetails> {
  const shown: RequestShown = {
    ...makeRequest(2, viewer, now),
    id: 'req_5HAR',
    kind: 'share',
    title: 'share the result req_7Q2M of red-team with evaluations',
    state: 'granted',
    stateSentence: 'what was asked for is granted for a while',
    tier: 'one',
    requester: 'tony',
    sponsor: null,
    project: 'red-team',
    destination: 'evaluations',
    job: null,
    chargeBits: 0,
    files: 2,
    risk: 60,
    why: 'Evaluations repeats our measurement with its own prompts.',
    waitsFor: null,
    deadline: null,
    votes: { approved: 2, needed: 2, denied: 0 },
    can: [],
    receipt: null,
  };
  const base = await makeDetails(shown, []);
  return {
    ...base,
    quorum: null,
    subject:
      base.subject === null
        ? null
        : {
            ...base.subject,
            said: [
              {
                label: 'lets read',
                lines: [
                  'everybody in the project evaluations reads these files of the project red-team, and nothing else of it',
                ],
              },
              { label: 'result', lines: ['all canonical files of the request req_7Q2M'] },
            ],
          },
    share: {
      from: 'red-team',
      to: 'evaluations',
      until: iso(now + 30 * 24 * HOUR_MS),
      files: SHARED_FILES,
      result: 'req_7Q2M',
      open: true,
      reads: 3,
      revoke: { allowed: true, reason: null },
    },
  };
}

/** Files that are shared, with names as people give them. */
export const SHARED_FILES: readonly SharedFile[] = [
  { index: 0, name: 'refusals.csv', type: 'table', bytes: 18_212, sha256: 'a1'.repeat(32) },
  {
    index: 1,
    name: 'figures/refusals-by-prompt-length-and-language.svg',
    ...{ type: 'xml', bytes: 40_960, sha256: 'b2'.repeat(32) },
  },
];

/** Both lists of shares. */
export function listShares(now: number): Shares {
  const own = {
    ...{ from: 'red-team', requester: 'tony', why: 'they repeat our measurement' },
    ...{ result: { request: 'req_7Q2M', file: null }, reason: null, endedAt: null, endedBy: null },
  };
  return {
    withUs: [
      {
        ...{ id: 'req_WU01', to: 'protein-study', from: null, until: null, files: SHARED_FILES },
        sharedAt: iso(now - 50 * HOUR_MS),
      },
    ],
    byUs: [
      {
        ...own,
        ...{ id: 'req_5HAR', state: 'granted', to: 'evaluations', reads: 3 },
        until: iso(now + 30 * 24 * HOUR_MS),
        sharedAt: iso(now - 20 * HOUR_MS),
        lastReadAt: iso(now - 2 * HOUR_MS),
        revoke: { allowed: true, reason: null },
      },
      {
        ...own,
        ...{ id: 'req_5HA2', state: 'granted', to: 'protein-study', reads: 0, until: null },
        sharedAt: iso(now - 90 * HOUR_MS),
        lastReadAt: null,
        revoke: { allowed: false, reason: 'it is for owners of red-team and for security' },
      },
      {
        ...own,
        ...{ id: 'req_5HA3', state: 'ended', to: 'evaluations', reads: 12, until: null },
        sharedAt: iso(now - 900 * HOUR_MS),
        ...{
          endedAt: iso(now - 200 * HOUR_MS),
          endedBy: 'tony',
          reason: 'the second run is wrong',
        },
        lastReadAt: iso(now - 300 * HOUR_MS),
        revoke: { allowed: false, reason: 'it is ended' },
      },
    ],
  };
}
