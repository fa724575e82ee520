/** Founding and signing in at the fake door. */
import { randomUUID } from 'node:crypto';
import type { Hono } from 'hono';
import { checkAssertion, makeChallenge, readAttestation, registrationFor } from './passkeys.ts';
import type { FakeAssertion } from './passkeys.ts';
import type { FakeState } from './state.ts';

/** What the address of the first start holds. */
export const TOKEN = 'first-start-token';
const WRONG_TOKEN = {
  code: 'FOUNDING_TOKEN_WRONG',
  title: 'cannot found the gate: the token is not the one of the first start',
  hint: 'look at what the first start printed',
};
const WRONG = {
  code: 'SIGN_IN_REFUSED',
  title: 'cannot sign in: the signature does not verify',
  hint: 'try again',
};

interface FoundingBody {
  readonly token?: string;
  readonly id: string;
  readonly name: string;
  readonly groups: readonly string[];
  readonly person: string;
  readonly attestation?: unknown;
  readonly sshKey?: string;
  readonly assertion?: FakeAssertion;
  readonly signature?: string;
}

function mountFounding(app: Hono, state: FakeState): void {
  app.get('/v1/founding', async (c) =>
    c.req.header('authorization') === `Bearer ${TOKEN}`
      ? c.json(await state.founding())
      : c.json(WRONG_TOKEN, 403),
  );
  app.post('/v1/founding/:step', async (c) => {
    const body: FoundingBody = await c.req.json();
    if (body.token !== TOKEN) return c.json(WRONG_TOKEN, 403);
    const founder = state.founders.find(({ id }) => id === body.person);
    switch (c.req.param('step')) {
      case 'people': {
        const { id, name, groups } = body;
        for (const each of state.founders) each.signed = false;
        if (!state.founders.some((each) => each.id === id)) {
          state.founders.push({ id, name, groups, passkeys: [], sshKeys: [], signed: false });
        }
        return c.json({ person: { id, name, groups }, registration: registrationFor(id) }, 201);
      }
      case 'keys': {
        const key = readAttestation(body.attestation);
        if (key !== null)
          state.passkeys.set(body.person, [...(state.passkeys.get(body.person) ?? []), key]);
        else if (body.sshKey !== undefined) founder?.sshKeys.push(body.sshKey);
        return c.json({ key: state.keysOf(body.person)?.at(-1) ?? null }, 201);
      }
      case 'signatures': {
        const { challenge } = await state.founding();
        const keys = state.passkeys.get(body.person) ?? [];
        const good =
          body.assertion === undefined
            ? (body.signature ?? '').includes('END SSH SIGNATURE')
            : checkAssertion(body.assertion, challenge ?? '', keys) !== null;
        if (!good || founder === undefined) return c.json(WRONG, 403);
        founder.signed = true;
        return c.json({ signed: true }, 201);
      }
      default:
        state.founded = true;
        return c.json(
          { rosterVersion: 1, digest: (await state.founding()).digest, receipt: '' },
          201,
        );
    }
  });
}

/** The routes for those who are not signed in. */
export function mountEntrance(app: Hono, state: FakeState): void {
  app.get('/v1/start', (c) =>
    c.json({
      founded: state.founded,
      gate: 'sallyport.example/gate-1',
      at: new Date().toISOString(),
    }),
  );
  mountFounding(app, state);
  app.post('/v1/sign-in/challenge', async (c) => {
    const { person = '' }: { person?: string } = await c.req.json();
    const id = randomUUID();
    const challenge = makeChallenge();
    state.challenges.set(id, challenge);
    state.asked.set(id, person);
    return c.json({
      id,
      challenge,
      message: `sallyport-sign-in@v1\ngate: sallyport.example/gate-1\nnonce: ${challenge}\n`,
      passkeys: (state.passkeys.get(person) ?? []).map((key) => ({ id: key.credential })),
      rpId: 'localhost',
      expiresAt: new Date(Date.now() + 120_000).toISOString(),
    });
  });
  app.post('/v1/sign-in/passkey', async (c) => {
    const { id, assertion }: { id: string; assertion: FakeAssertion } = await c.req.json();
    const challenge = state.challenges.get(id) ?? '';
    state.challenges.delete(id);
    for (const [person, keys] of state.passkeys) {
      if (checkAssertion(assertion, challenge, keys) === null) continue;
      state.person = person;
      return c.json({ person, expiresAt: new Date(Date.now() + 8 * 3_600_000).toISOString() });
    }
    return c.json(WRONG, 401);
  });
  app.post('/v1/sign-in/ssh', async (c) => {
    const { id, signature }: { id: string; signature: string } = await c.req.json();
    const person = state.asked.get(id) ?? null;
    if (!signature.includes('BEGIN SSH SIGNATURE')) return c.json(WRONG, 401);
    state.person = person;
    return c.json({ person, token: 'none', expiresAt: new Date().toISOString() });
  });
  app.post('/v1/sign-out', (c) => {
    state.person = null;
    return c.json({});
  });
}
