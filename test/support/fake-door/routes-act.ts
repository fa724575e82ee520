/** Changing routes of the fake door: they keep the rules that the console relies on, and no others. */
import type { Context, Hono } from 'hono';
import type { FileShown, RequestDetails } from '../../../console/src/api/types.ts';
import { checkAssertion } from './passkeys.ts';
import type { FakeAssertion } from './passkeys.ts';
import { listCan, makeRequest, makeDetails, makeSubject } from './requests.ts';
import type { FakeState } from './state.ts';

const refuse = (
  context: Context,
  status: 400 | 401 | 403 | 404 | 409,
  code: string,
  title: string,
) => context.json({ type: 'about:blank', status, code, title, hint: '' }, status);

function close(details: RequestDetails, to: string, sentence: string, by: string): RequestDetails {
  return {
    ...details,
    state: to,
    stateSentence: sentence,
    waitsFor: null,
    can: listCan(details.requester, by, to),
    history: [...details.history, { at: new Date().toISOString(), event: to, by, sentence }],
  };
}

function countApproval(details: RequestDetails, by: string, name: string): RequestDetails {
  const votes = {
    approved: details.votes.approved + 1,
    needed: details.votes.needed,
    denied: 0,
  };
  const at = new Date().toISOString();
  const { quorum } = details;
  const approved: RequestDetails = {
    ...details,
    votes,
    can: details.can.map((can) =>
      can.event === 'approve' ? { ...can, allowed: false, reason: 'you approved it already' } : can,
    ),
    history: [
      ...details.history,
      { at, event: 'approve', by, sentence: 'one approval was signed' },
    ],
    quorum:
      quorum === null
        ? null
        : {
            ...quorum,
            votes: [...quorum.votes, { person: name, vote: 'approve', at, key: null, own: true }],
            missing: quorum.missing.slice(1),
          },
  };
  if (votes.approved < votes.needed) return approved;
  const released = close(approved, 'released', 'the outer door has it', 'gate');
  return { ...released, quorumAt: at, receipt: '/v1/ledger/proof/3', quorum: null };
}

function mountVotes(app: Hono, state: FakeState): void {
  app.post('/v1/requests/:id/approvals', async (c) => {
    const details = await state.find(c.req.param('id'));
    const body: { assertion: FakeAssertion } = await c.req.json();
    if (details === null || details.subject === null)
      return refuse(c, 404, 'REQUESTS_UNKNOWN', 'there is no such request');
    const keys = state.passkeys.get(state.viewer) ?? [];
    if (checkAssertion(body.assertion, details.subject.challenge, keys) === null) {
      return refuse(c, 403, 'SIGNATURE_INVALID', 'the signature does not verify');
    }
    return c.json(state.keep(countApproval(details, state.viewer, 'Ada')));
  });
  const ends: Readonly<Record<string, readonly [string, string]>> = {
    deny: ['denied', 'a reviewer denied it'],
    return: ['returned', 'it went back to the requester for changes'],
    withdraw: ['withdrawn', 'the requester took it back'],
  };
  for (const [event, [to, sentence]] of Object.entries(ends)) {
    app.post(`/v1/requests/:id/${event}`, async (c) => {
      const details = await state.find(c.req.param('id'));
      if (details === null) return refuse(c, 404, 'REQUESTS_UNKNOWN', 'there is no such request');
      return c.json(state.keep(close(details, to, sentence, state.viewer)));
    });
  }
}

function mountTalk(app: Hono, state: FakeState): void {
  app.post('/v1/requests/:id/view', (c) => c.json({}));
  app.post('/v1/requests/:id/remind', async (c) => c.json(await state.find(c.req.param('id'))));
  app.post('/v1/requests/:id/comments', async (c) => {
    const details = await state.find(c.req.param('id'));
    const { text }: { text: string } = await c.req.json();
    if (details === null) return refuse(c, 404, 'REQUESTS_UNKNOWN', 'there is no such request');
    const comment = { id: `c${String(Date.now())}`, by: 'Ada', at: new Date().toISOString(), text };
    return c.json(state.keep({ ...details, comments: [...details.comments, comment] }));
  });
  app.post('/v1/requests/:id/edit', async (c) => {
    const details = await state.find(c.req.param('id'));
    if (details === null) return refuse(c, 404, 'REQUESTS_UNKNOWN', 'there is no such request');
    const input: { why?: string; form?: string } = await c.req.json();
    const taken = details.fileList
      .flatMap((file) => file.cheaper ?? [])
      .find(({ form }) => form === input.form);
    const chargeBits = taken === undefined ? details.chargeBits : taken.chargeBits;
    const next = { ...details, why: input.why ?? details.why, chargeBits };
    const subject = await makeSubject(next, state.files);
    const votes = { ...details.votes, approved: 0 };
    return c.json(state.keep({ ...next, subject, votes }));
  });
}

/** A request that was just asked for. */
async function ask(
  state: FakeState,
  kind: 'export' | 'share' | 'access' | 'unlock' | 'policy',
  title: string,
  why: string,
) {
  const shown = {
    ...makeRequest(2, state.viewer, state.now),
    id: `req_N${String(state.details.size)}`,
    kind,
    title,
    why,
    state: 'held',
    requester: state.viewer,
    sponsor: null,
    askedAt: new Date().toISOString(),
    can: listCan(state.viewer, state.viewer, 'held'),
    chargeBits: kind === 'export' ? 38_416 : 0,
  };
  return state.keep(await makeDetails(shown, kind === 'export' ? state.files.slice(0, 1) : []));
}

function mountShares(app: Hono, state: FakeState): void {
  app.post('/v1/shares', async (c) => {
    const { to, why }: { to: string; why: string } = await c.req.json();
    if (to === 'red-team')
      return refuse(c, 409, 'REQUEST_RULE_MISSING', 'cannot ask for a `share`: a rule is missing');
    return c.json(await ask(state, 'share', `share a result with ${to}`, why), 201);
  });
  app.post('/v1/shares/:id/revoke', async (c) => {
    const id = c.req.param('id');
    const details = await state.find(id);
    if (details === null || details.share === null)
      return refuse(c, 404, 'REQUEST_SHARE_UNKNOWN', 'there is none');
    const { reason }: { reason: string } = await c.req.json();
    const endedAt = new Date().toISOString();
    state.shares = {
      ...state.shares,
      byUs: state.shares.byUs.map((share) =>
        share.id === id
          ? { ...share, state: 'ended', endedAt, endedBy: state.viewer, reason }
          : share,
      ),
    };
    return c.json(state.keep(close(details, 'ended', 'the grant is over', state.viewer)));
  });
}

function mountAsking(app: Hono, state: FakeState): void {
  app.post('/v1/exports', async (c) => {
    const form = await c.req.formData();
    const why = form.get('why');
    return c.json(await ask(state, 'export', 'An export', typeof why === 'string' ? why : ''), 201);
  });
  app.post('/v1/quotes', async (c) => {
    const form = await c.req.formData();
    const cheap = form.get('form') !== null;
    const uploads = form.getAll('file').filter((part) => typeof part !== 'string');
    const files = uploads.map((upload, i): FileShown => {
      const known = (state.files[i % state.files.length] ?? state.files[0])?.shown;
      const chargeBits = cheap ? 14_208 : (known?.chargeBits ?? 0);
      return {
        path: upload.name,
        type: known?.type ?? 'text',
        bytes: upload.size,
        chargeBits,
        verdict: 'quoted',
        reason: null,
        findings: known?.findings ?? [],
        emitted: known?.emitted ?? null,
        ...(known?.cheaper === undefined ? {} : { cheaper: known.cheaper }),
      };
    });
    const chargeBits = files.reduce((sum, file) => sum + file.chargeBits, 112);
    return c.json({
      files,
      total: { bytes: uploads.reduce((sum, each) => sum + each.size, 0), chargeBits },
      means: { sentence: '1 of 1,740 such releases would be the thinnest copy of falcon-70b.' },
      verdict: cheap ? 'allow' : 'hold',
      reasons: cheap
        ? []
        : [
            {
              code: 'EXPORT_FINDING',
              severity: 'hold',
              sentence: 'a finding needs a person',
              wayForward: 'a reviewer can look at the emitted file and approve it',
              place: 'metrics.csv',
            },
          ],
    });
  });
  for (const [path, kind] of [
    ['/v1/access', 'access'],
    ['/v1/windows', 'access'],
    ['/v1/changes', 'policy'],
    ['/v1/unlocks', 'unlock'],
    ['/v1/keys', 'policy'],
  ] as const) {
    app.post(path, async (c) => {
      const body: { why?: string } = await c.req.json();
      return c.json(await ask(state, kind, `A request of the kind ${kind}`, body.why ?? ''), 201);
    });
  }
  app.post('/v1/locks', async (c) => {
    const { target, reason }: { target: { kind: 'project'; id: string }; reason: string } =
      await c.req.json();
    const at = new Date().toISOString();
    const lock = {
      id: `lock_${String(Date.now())}`,
      target,
      by: state.viewer,
      reason,
      at,
      liftedAt: null,
    };
    state.locks = [lock, ...state.locks];
    state.tell({ type: 'lock' });
    return c.json(lock, 201);
  });
}

function mountPolicy(app: Hono): void {
  app.post('/v1/policy/explain', async (c) => {
    const { principal, action }: { principal: string; action: string } = await c.req.json();
    const allowed = action !== 'lock';
    const sentence = allowed
      ? `${principal} is a member of the project`
      : 'only the group security may lock';
    return c.json({ allowed, reasons: [sentence] });
  });
  app.post('/v1/policy/check', async (c) => {
    const { policies }: { policies: string } = await c.req.json();
    const locked = policies.includes('lock-out');
    return c.json({
      sha256: 'c0ffee'.repeat(11).slice(0, 64),
      problems: [],
      refusals: locked ? ['nobody could change the policies again'] : [],
      difference: {
        summary: '1 line added, 0 lines removed',
        hunks: [{ kind: 'added', text: '// no exports of programs' }],
      },
      permissions: locked
        ? []
        : [{ action: 'ask', on: 'a project', role: 'agent', place: 'own', allowed: false }],
    });
  });
  app.post('/v1/policy/replay', (c) =>
    c.json({
      requests: 1_204,
      now: { automatic: 1_003, window: 48, held: 130, denied: 23 },
      proposed: { automatic: 932, window: 48, held: 201, denied: 23 },
      changed: Array.from({ length: 71 }, (_, i) => ({
        id: `req_${String(i + 100).padStart(4, '0')}`,
        from: 'automatic',
        to: 'held',
        why: 'tables of more than 4,000 bits need a reviewer',
      })),
      extraApprovals: 71,
      waitingMs: 71 * 2_280_000,
    }),
  );
}

/** The routes that change something. */
export function mountActing(app: Hono, state: FakeState): void {
  mountVotes(app, state);
  mountTalk(app, state);
  mountAsking(app, state);
  mountShares(app, state);
  mountPolicy(app);
}
