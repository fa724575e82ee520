import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { manualClock, seededRandom } from '../../test/support/ledger.ts';
import { approve, foundWith, makePerson } from '../../test/support/people.ts';
import { SIGN_IN_NAMESPACE, SignIn } from './sign-in.ts';

const MINUTE_MS = 60_000;

async function openSignIn(seed: string) {
  const ann = makePerson('ann');
  const { roster } = await foundWith([{ person: ann, groups: ['administrators', 'security'] }]);
  const clock = manualClock();
  let sessions = 0;
  const people = {
    openSession: () => {
      sessions += 1;
      return Promise.resolve({ token: 'spt_x', endsMs: clock.nowMs() + MINUTE_MS });
    },
  };
  const signIn = new SignIn({
    clock,
    random: seededRandom(seed),
    people: people as never,
    rosters: { need: () => ({ roster, text: '', sha256: '' }) } as never,
  });
  return { ann, clock, signIn, sessions: () => sessions };
}

const OVER = { code: 'PEOPLE_CHALLENGE_OVER' };

describe('sign-in', () => {
  it('lets people in however many challenges somebody else asked for', async () => {
    const { ann, signIn, sessions } = await openSignIn('many');
    const { id, message } = signIn.challenge();
    for (let i = 0; i < 20_000; i++) signIn.challenge();
    await signIn.withSsh(id, await approve(ann, message, SIGN_IN_NAMESPACE));
    assert.equal(sessions(), 1);
  });

  it('opens one session for each challenge, also for two at the same moment', async () => {
    const { ann, signIn, sessions } = await openSignIn('twice');
    const { id, message } = signIn.challenge();
    const signature = await approve(ann, message, SIGN_IN_NAMESPACE);
    const two = [signIn.withSsh(id, signature), signIn.withSsh(id, signature)];
    const both = await Promise.allSettled(two);
    assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    await assert.rejects(signIn.withSsh(id, signature), OVER);
    assert.equal(sessions(), 1);
  });

  it('takes no challenge that is over, changed, or of another process', async () => {
    const { ann, clock, signIn, sessions } = await openSignIn('over');
    const { id, message } = signIn.challenge();
    const signature = await approve(ann, message, SIGN_IN_NAMESPACE);
    const [nonce = '', ends = '', seal = ''] = id.split('.');
    const later = String(Number(ends) + MINUTE_MS);
    for (const forged of [
      [nonce, later, seal].join('.'),
      [nonce.replace(/.$/, (last) => (last === '0' ? '1' : '0')), ends, seal].join('.'),
      [nonce, ends, seal.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))].join('.'),
      `${nonce}.${ends}.`,
      nonce,
      '',
    ])
      await assert.rejects(signIn.withSsh(forged, signature), OVER, forged);
    const other = await openSignIn('another');
    await assert.rejects(other.signIn.withSsh(id, signature), OVER);
    clock.advance(5 * MINUTE_MS);
    await assert.rejects(signIn.withSsh(id, signature), OVER);
    assert.equal(sessions() + other.sessions(), 0);
  });
});
