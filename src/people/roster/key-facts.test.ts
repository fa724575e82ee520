import assert from 'node:assert/strict';
import test from 'node:test';
import { foundWith, makePerson } from '../../../test/support/people.ts';
import { makePasskey, makeSecurityKey } from '../../../test/support/security-keys.ts';
import { CHANGE, applyChanges, checkRoster, sayChange } from './index.ts';
import type { RosterKey } from './index.ts';

const AT = '2026-11-01T00:00:00.000Z';
const ann = makePerson('ann');
const [file, fido, bound, synced] = [
  makePerson('gus').key,
  makeSecurityKey().key,
  (await makePasskey(true)).key,
  (await makePasskey(false)).key,
];
const { roster } = await foundWith([{ person: ann, groups: ['administrators', 'security'] }]);

function withKey(key: RosterKey): unknown {
  const [first] = roster.people;
  return { ...roster, people: [{ ...first, keys: [key] }] };
}

test('a key that is what it is declared to be is taken', () => {
  for (const key of [file, fido, bound, synced, { ...fido, deviceBound: false }])
    assert.doesNotThrow(() => checkRoster(withKey({ ...key, addedAt: AT })), key.kind);
});

test('a key that is declared to be more or other than it is makes no roster and no change', () => {
  const bad: readonly [string, Partial<RosterKey> & typeof file, RegExp][] = [
    ['a file as a bound file', { ...file, deviceBound: true }, /file that can be copied/],
    ['a file as a security key', { ...file, kind: 'security-key' }, /declared as security-key/],
    [
      'a file as a bound security key',
      { ...file, kind: 'security-key', deviceBound: true },
      /declared as security-key, and by its type it is ssh/,
    ],
    ['a passkey as a file', { ...bound, kind: 'ssh', credential: null }, /it is passkey/],
    ['a passkey as a security key', { ...bound, kind: 'security-key' }, /it is passkey/],
    ['a security key as a file', { ...fido, kind: 'ssh' }, /it is security-key/],
    ['the id of another key', { ...file, id: fido.id }, /not the fingerprint of its public key/],
    ['a passkey without credential', { ...bound, credential: null }, /credential/],
    ['a file with a credential', { ...file, credential: 'AAAA' }, /credential/],
    ['no key at all', { ...file, publicKey: 'ssh-ed25519 AAAA' }, /cannot be read/],
  ];
  for (const [name, key, why] of bad) {
    assert.throws(() => checkRoster(withKey({ ...key, addedAt: AT })), why, name);
    const parsed = CHANGE.safeParse({ op: 'key.add', person: 'ann', key });
    assert.equal(parsed.success, false, name);
  }
});

test('a change needs no more than the public key, and says what the key is', () => {
  const said = (key: object): string => {
    const change = CHANGE.parse({ op: 'key.add', person: 'ann', key });
    const next = applyChanges(roster, [change], AT);
    assert.equal(next.people[0]?.keys.length, 2);
    return sayChange(change);
  };
  assert.equal(
    said({ publicKey: file.publicKey }),
    `add for ann a key file that can be copied and does not check its user: ${file.id} (SSH key)`,
  );
  assert.match(
    said({ publicKey: fido.publicKey }),
    /a security key bound to its device, whose sig/,
  );
  assert.match(said(synced), /a passkey that may be copied to other devices, whose signatures/);
  const person = CHANGE.parse({ op: 'person.add', id: 'gus', name: 'Gus', keys: [fido] });
  assert.match(
    sayChange(person),
    /\(Gus\) with a security key bound .* PIN or biometrics: SHA256:/,
  );
  const rule = { op: 'rule.set', kind: 'export', tier: 'quorum' };
  assert.match(
    sayChange(CHANGE.parse({ ...rule, deviceBound: false, chargeBitsMax: null })),
    /any charge; keys need not be bound to a device$/,
  );
});

test('an error keeps the letters of the pattern that it shows', () => {
  const wrong = withKey({ ...file, id: 'sha256:x', addedAt: AT });
  assert.throws(() => checkRoster(wrong), /people\.0\.keys\.0\.id: invalid .*SHA256:\[A-Za-z0-9/);
});
