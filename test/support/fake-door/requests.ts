/** The requests of the fake door: a few with everything, and as many plain ones as a test wants. */
import { createHash } from 'node:crypto';
import type { Can, RequestDetails, RequestShown } from '../../../console/src/api/types.ts';
import { writeToBeSigned } from '../../../console/src/verify/approval.ts';
import type { FakeFile } from './files.ts';
import { NAMES, PROJECTS } from './people.ts';

const HOUR_MS = 3_600_000;
const iso = (ms: number): string => new Date(ms).toISOString();
const REFUSALS: Readonly<Record<string, string>> = {
  approve: 'you asked for it yourself',
  refuse: 'you asked for it yourself',
  withdraw: 'only the requester may withdraw it',
  edit: 'only the requester may edit it',
};

/** What the viewer may do to a request. */
export function listCan(requester: string, viewer: string, state: string): readonly Can[] {
  if (state !== 'held') return [];
  const own = requester === viewer;
  const allow = (event: string, allowed: boolean): Can => ({
    event,
    allowed,
    reason: allowed ? null : (REFUSALS[event] ?? 'not now'),
  });
  return [
    allow('approve', !own),
    allow('refuse', !own),
    { event: 'return', allowed: !own, reason: own ? 'you asked for it yourself' : null },
    allow('edit', own),
    allow('withdraw', own),
    allow('remind', true),
  ];
}

const TITLES = [
  'Loss curves of run {n}',
  'Confusion matrices for the appendix, part {n}',
  'Evaluation summary of week {n}',
  'Benchmark table, seed {n}',
  'Figures of section {n}',
] as const;
const WHYS = [
  'The reviewers of the paper asked for the numbers behind figure 3.',
  'Weekly summary for the regulator, as agreed.',
  'The partner lab compares its own run with these curves.',
] as const;
const DESTINATIONS = ['journal', 'regulator', 'partner-lab', 'dashboard'] as const;
const STATES = ['held', 'held', 'held', 'released', 'held', 'denied', 'queued', 'held'] as const;

function pick<T>(list: readonly T[], at: number): T {
  return list[at % list.length] as T;
}

/** A plain request, the same for the same number. */
export function makeRequest(n: number, viewer: string, now: number): RequestShown {
  const state = pick(STATES, n);
  const agent = n % 7 === 3;
  const requester = agent ? 'eval-agent' : pick(Object.keys(NAMES).slice(1), n);
  const project = pick(PROJECTS, n);
  const askedMs = now - ((n * 37) % 190) * HOUR_MS - n * 1000;
  const risk = (n * 53) % 101;
  const tier = risk > 70 ? 'quorum' : 'one';
  const held = state === 'held';
  const isExport = n % 11 !== 5;
  return {
    id: `req_${String(n).padStart(4, '0')}`,
    kind: isExport ? 'export' : 'access',
    title: isExport
      ? pick(TITLES, n).replace('{n}', String(n))
      : `Access to the model ${pick(project.models, n)} for 7 days`,
    state,
    stateSentence: {
      held: 'people have to approve it',
      released: 'the outer door has it',
      denied: 'the rules do not allow it',
      queued: 'it is charged and waits for its slot on the wire',
    }[state],
    tier,
    verdict: state === 'denied' ? 'deny' : held ? 'hold' : 'allow',
    reason: null,
    chargeBits: isExport ? 1_000 + ((n * 7919) % 480_000) : 0,
    requester,
    sponsor: agent ? 'alan' : null,
    project: project.id,
    destination: isExport ? pick(DESTINATIONS, n) : '',
    job: n % 4 === 0 ? 'nightly-eval' : null,
    why: pick(WHYS, n),
    files: 1 + (n % 4),
    risk,
    askedAt: iso(askedMs),
    changedAt: iso(askedMs + HOUR_MS),
    deadline: held ? iso(askedMs + 8 * 24 * HOUR_MS) : null,
    waitsFor: held ? (tier === 'quorum' ? 'two of security' : 'one reviewer') : null,
    escalation: null,
    progress: null,
    votes: {
      // Nobody voted yet, or the viewer did not and is blind.
      approved: 0,
      needed: held ? (tier === 'quorum' ? 3 : 1) : 0,
      denied: 0,
    },
    firstViewedAt: null,
    quorumAt: null,
    can: listCan(requester, viewer, state),
    receipt: state === 'released' ? '/v1/ledger/proof/3' : null,
    releasedAs: state === 'released' ? 'approvals' : null,
  };
}

/** The canonical text of a request and what a key signs of it. */
export function makeSubject(request: RequestShown, files: readonly FakeFile[]) {
  const text = JSON.stringify({
    askedAt: request.askedAt,
    chargeBitsMax: request.chargeBits,
    destination: request.destination,
    files: files.map(({ shown }) => ({ name: shown.emitted?.name, sha256: shown.emitted?.sha256 })),
    format: 'sallyport-request@v1',
    historyPrefix: 7,
    id: request.id,
    kind: request.kind,
    project: request.project,
    requester: request.requester,
    writtenAt: request.askedAt,
  });
  return signable(text, request);
}

/** What somebody signs for a text, with the words that its request stands for. */
export async function signable(text: string, request: RequestShown) {
  const sha256 = createHash('sha256').update(text).digest('hex');
  const blob = await writeToBeSigned('sallyport-approval@v1', 'sha512', text);
  return {
    text,
    sha256,
    fingerprint: sha256.slice(0, 25).replace(/(.{5})(?=.)/g, '$1 '),
    said: [
      { label: 'what', lines: [`${request.kind} to ${request.destination}`] },
      { label: 'who', lines: [request.requester] },
      { label: 'why', lines: [request.why] },
      { label: 'gives', lines: [request.title, 'for 2 days from the approval on'] },
    ],
    challenge: Buffer.from(blob).toString('base64url'),
  };
}

/** A plain request with all that its page shows. */
export async function makeDetails(
  request: RequestShown,
  files: readonly FakeFile[],
): Promise<RequestDetails> {
  const asked = new Date(request.askedAt).getTime();
  return {
    ...request,
    reasons:
      request.state === 'held' && request.kind === 'export'
        ? [
            {
              code: 'EXPORT_RELEASE_LARGE',
              severity: 'hold',
              sentence: `it would charge ${String(request.chargeBits)} bits, and up to 64000 leave without a person`,
              wayForward: 'wait for the approvals, or take a cheaper form',
            },
          ]
        : [],
    fileList: request.kind === 'export' ? files.map((file) => file.shown) : [],
    history: [
      {
        at: request.askedAt,
        event: 'ask',
        by: request.requester,
        sentence: 'the request was made',
      },
      { at: iso(asked + 1800), event: 'hold', by: 'gate', sentence: 'policy holds it for people' },
    ],
    comments: [],
    quorum:
      request.state === 'held'
        ? {
            rule: '1 of reviewers(project)',
            words: 'one reviewer of the project',
            state: 'open',
            keysMissing: [],
            missing: [
              {
                clause: 'reviewers(project)',
                count: 1,
                candidates: ['ada', 'grace'],
              },
            ],
            votes: [],
            blind: false,
          }
        : null,
    subject: await makeSubject(request, files),
    clocks: {
      waitUntil: request.deadline,
      approvalsValidMs: 72 * HOUR_MS,
      grantMs: request.kind === 'access' ? 7 * 24 * HOUR_MS : null,
      releaseBy: null,
    },
    previous: null,
    changes: [],
    policies: null,
    warnings: [],
    share: null,
    breakGlass: null,
  };
}

/** The request that has everything: findings, blind votes, an escalation, a talk, a previous release. */
export async function makeShowcase(
  viewer: string,
  files: readonly FakeFile[],
  now: number,
): Promise<RequestDetails> {
  const shown: RequestShown = {
    ...makeRequest(0, viewer, now),
    id: 'req_7Q2M',
    title: 'Ablation of the second stage: metrics, figures and report',
    state: 'held',
    stateSentence: 'people have to approve it',
    tier: 'quorum',
    requester: 'eval-agent',
    sponsor: 'alan',
    project: 'protein-study',
    destination: 'journal',
    job: 'nightly-eval',
    why: 'The journal asked for the numbers behind figure 3 and for the ablation that we mention in section 5.2. The w columns are the probe directions that the text discusses.',
    chargeBits: files.reduce((sum, file) => sum + file.shown.chargeBits, 0) + 112,
    files: files.length,
    risk: 97,
    askedAt: iso(now - 26 * HOUR_MS),
    deadline: iso(now + 5 * 24 * HOUR_MS),
    waitsFor: 'two of security and one reviewer of protein-study',
    escalation: {
      level: 1,
      sentence: 'nobody of security looked within a day, so all of security was told again',
      nextAt: iso(now + 4 * HOUR_MS),
    },
    votes: { approved: 0, needed: 3, denied: 0 },
    firstViewedAt: iso(now - 25 * HOUR_MS),
    receipt: null,
    can: [
      ...listCan('eval-agent', viewer, 'held'),
      { event: 'break-glass', allowed: true, reason: null },
    ],
  };
  const base = await makeDetails(shown, files);
  return {
    ...base,
    reasons: [
      {
        code: 'EXPORT_FINDING',
        severity: 'hold',
        sentence:
          '800 numbers on one scale around zero, in columns that could change places: weight-shaped',
        wayForward: 'leave the columns out, or let people look at them',
        place: 'metrics.csv',
      },
      {
        code: 'EXPORT_FINDING',
        severity: 'hold',
        sentence: '256 bits in hexadecimal: nobody can tell a digest from a key (line 9)',
        wayForward: 'leave the digest out',
        place: 'report.md',
      },
      {
        code: 'EXPORT_TYPE_NOT_PLAIN',
        severity: 'hold',
        sentence: 'files of the type raster are looked at by a person',
        wayForward: 'send the figure as SVG, which is plain',
        place: 'figures/confusion.png',
      },
    ],
    quorum: {
      rule: '2 of security, 1 of reviewers(project)',
      words:
        'two of security and one reviewer of protein-study; one of them outside of the browser',
      state: 'open',
      keysMissing: ['one approval outside the browser, by `sallyport approve`'],
      missing: [
        { clause: 'security', count: 2, candidates: ['ada', 'grace'] },
        {
          clause: 'reviewers(protein-study)',
          count: 1,
          candidates: ['ada', 'edsger'],
        },
      ],
      // Somebody may have voted: the gate shows that to nobody who has not.
      votes: [],
      blind: true,
    },
    history: [
      ...base.history,
      {
        at: iso(now - 25 * HOUR_MS),
        event: 'view',
        by: 'grace',
        sentence: 'it was looked at for the first time',
      },
      {
        at: iso(now - 3 * HOUR_MS),
        event: 'escalate',
        by: 'gate',
        sentence: 'all of security was told again',
      },
    ],
    comments: [
      {
        id: 'c1',
        by: 'Grace',
        at: iso(now - 5 * HOUR_MS),
        text: 'Are w0 to w3 needed? They look like a slice of a weight matrix.',
      },
      {
        id: 'c2',
        by: 'Alan',
        at: iso(now - 4 * HOUR_MS),
        text: 'They are projections of 200 test points onto four probe directions, not parameters.\nThe text needs them for figure 3.',
      },
    ],
    previous: { request: 'req_0007', at: iso(now - 7 * 24 * HOUR_MS) },
    breakGlass: { burstBits: 8_000_000, bitsPerDay: 8_000_000 },
  };
}

/** A change of people and rules that waits for administrators. */
export async function makeChange(viewer: string, now: number): Promise<RequestDetails> {
  const shown: RequestShown = {
    ...makeRequest(2, viewer, now),
    id: 'req_C4NG',
    kind: 'policy',
    title: 'Tony leaves red-team, Katherine reviews it',
    tier: 'quorum',
    requester: 'barbara',
    sponsor: null,
    project: '',
    destination: '',
    job: null,
    chargeBits: 0,
    files: 0,
    risk: 55,
    why: 'Tony moves to another team on the first of December.',
    waitsFor: 'two administrators',
    votes: { approved: 0, needed: 2, denied: 0 },
    can: listCan('barbara', viewer, 'held'),
    receipt: null,
  };
  const base = await makeDetails({ ...shown, kind: 'policy' }, []);
  return {
    ...base,
    changes: [
      'tony is no longer an owner of the project red-team',
      'katherine becomes a reviewer of the project red-team until 2027-06-30',
      'exports in the tier quorum need 2 of security, 1 of reviewers(project)',
    ],
    quorum: {
      rule: '2 of administrators',
      words: 'two administrators, under the rules of now and of afterwards',
      state: 'open',
      keysMissing: [],
      missing: [{ clause: 'administrators', count: 2, candidates: ['ada'] }],
      votes: [],
      blind: false,
    },
  };
}
