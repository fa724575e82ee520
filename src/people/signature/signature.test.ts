import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { SoftAuthenticator } from '../../../test/support/soft-authenticator.ts';
import { SallyportError, concatBytes, fromBase64, utf8 } from '../../core/index.ts';
import type { SignatureRefusal, VerifiedSignature } from './index.ts';
import {
  assertionToSshsig,
  isPasskey,
  parsePublicKey,
  parseSshsig,
  printPublicKey,
  registerPasskey,
  sshsigToBeSigned,
  verifySshsig,
} from './index.ts';
import { armourSshsig, buildSshsig } from './sshsig.ts';
import { writeMpint, writeString, writeUint32 } from './wire.ts';

const namespace = 'sallyport-approval@v1';
const message = utf8('the digest of a request');
const origin = 'https://gate.example';
const rpId = 'gate.example';
const code = (result: VerifiedSignature | SignatureRefusal): string =>
  result.ok ? 'ok' : result.code;
const throwsCode = (wanted: string) => (error: unknown) =>
  error instanceof SallyportError && error.code === wanted;

/** An Ed25519 or P-256 key in software, as a FIDO key of OpenSSH would sign. */
function fidoSignature(flags: number, options: { application?: string; after?: number } = {}) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const application = options.application ?? 'ssh:';
  const x = new Uint8Array(Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'));
  const type = 'sk-ssh-ed25519@openssh.com';
  const keyBlob = concatBytes([writeString(type), writeString(x), writeString(application)]);
  const digest = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());
  const said = concatBytes([Uint8Array.of(flags), writeUint32(7)]);
  const toSign = sshsigToBeSigned(message, namespace, 'sha512');
  const data = concatBytes([digest(utf8(application)), said, digest(toSign)]);
  const value = new Uint8Array(sign(null, data, privateKey));
  const signature = concatBytes([writeString(type), writeString(value), said]);
  return armourSshsig(buildSshsig({ keyBlob, namespace, hashAlgorithm: 'sha512', signature }));
}

describe('FIDO keys', () => {
  it('their flags are told, presence is required unless waived, verification if asked for', () => {
    const both = verifySshsig({ signature: fidoSignature(5), message, namespace });
    assert.ok(both.ok);
    assert.deepEqual([both.flags, both.counter], [5, 7]);
    assert.deepEqual([both.userPresent, both.userVerified], [true, true]);
    const untouched = { signature: fidoSignature(0), message, namespace };
    assert.equal(code(verifySshsig(untouched)), 'SIGNATURE_PRESENCE_MISSING');
    assert.equal(code(verifySshsig({ ...untouched, userPresent: false })), 'ok');
    const unverified = { signature: fidoSignature(1), message, namespace, userVerified: true };
    assert.equal(code(verifySshsig(unverified)), 'SIGNATURE_VERIFICATION_MISSING');
  });

  it('announced but absent data, and plain signatures of a site’s key, are refused', () => {
    for (const flags of [0x41, 0x81]) {
      const result = verifySshsig({ signature: fidoSignature(flags), message, namespace });
      assert.equal(code(result), 'SIGNATURE_FORMAT_INVALID');
    }
    const signature = fidoSignature(5, { application: rpId });
    const result = verifySshsig({ signature, message, namespace });
    assert.equal(code(result), 'SIGNATURE_ALGORITHM_UNSUPPORTED');
  });
});

describe('passkeys', () => {
  const challenge = sshsigToBeSigned(message, namespace);
  const register = async (device: SoftAuthenticator, how = {}) => {
    const given = utf8('a registration challenge');
    const response = device.register(given, how);
    return registerPasskey({ response, challenge: given, origins: [origin], rpId });
  };

  it('register, sign and verify; device-bound is told', async () => {
    for (const deviceBound of [true, false]) {
      const device = new SoftAuthenticator(rpId, origin, deviceBound);
      const passkey = await register(device);
      assert.equal(passkey.deviceBound, deviceBound);
      assert.equal(passkey.backedUp, !deviceBound);
      assert.equal(passkey.publicKey.application, rpId);
      assert.ok(isPasskey(passkey.publicKey));
      const signature = assertionToSshsig({
        credentialPublicKey: passkey.publicKey,
        ...device.assert(challenge),
        message,
        namespace,
      });
      const input = { signature, message, namespace, origins: [origin], userVerified: true };
      const result = verifySshsig(input);
      assert.ok(result.ok, result.ok ? '' : result.sentence);
      assert.equal(result.origin, origin);
      assert.equal(result.publicKey.fingerprint, passkey.publicKey.fingerprint);
    }
  });

  it('registration refuses another challenge, site, type, missing verification, frames', async () => {
    const device = new SoftAuthenticator(rpId, origin);
    const refused = throwsCode('SIGNATURE_PASSKEY_REFUSED');
    await assert.rejects(register(device, { userVerified: false }), refused);
    await assert.rejects(register(device, { userPresent: false }), refused);
    await assert.rejects(register(device, { crossOrigin: true }), refused);
    await assert.rejects(register(device, { type: 'webauthn.get' }), refused);
    await assert.rejects(register(device, { clientData: '{' }), refused);
    await assert.rejects(register(new SoftAuthenticator(rpId, 'https://evil.example')), refused);
    await assert.rejects(register(new SoftAuthenticator('evil.example', origin)), refused);
    const response = device.register(utf8('one'));
    const other = { response, challenge: utf8('two'), origins: [origin], rpId };
    await assert.rejects(registerPasskey(other), refused);
    const huge = { ...response, id: 'x'.repeat(40_000) };
    await assert.rejects(registerPasskey({ ...other, response: huge }), refused);
  });

  it('assertions over other bytes, for other sites or not canonical are refused', async () => {
    const device = new SoftAuthenticator(rpId, origin);
    const { publicKey: credentialPublicKey } = await register(device);
    const convert = (given: Uint8Array, how = {}) =>
      assertionToSshsig({
        credentialPublicKey,
        ...device.assert(given, how),
        message,
        namespace,
      });
    const text = Buffer.from(challenge).toString('base64url');
    const start = `{"type":"webauthn.get","challenge":"${text}","origin":"${origin}"`;
    const bad = (clientData: string) => () => convert(challenge, { clientData });
    assert.throws(() => convert(utf8('other')), throwsCode('SIGNATURE_MISMATCH'));
    assert.throws(
      () => convert(sshsigToBeSigned(message, 'other')),
      throwsCode('SIGNATURE_MISMATCH'),
    );
    for (const clientData of [
      `${start}}`,
      `${start},"crossOrigin":true}`,
      `${start},"crossOrigin":false,"topOrigin":"https://evil.example"}`,
      `${start},"crossOrigin":false,"origin":"https://evil.example"}`,
      `${start},"crossOrigin":false} `,
      ` ${start},"crossOrigin":false}`,
      `${start}, "crossOrigin":false}`,
      `{"challenge":"${text}","type":"webauthn.get","origin":"${origin}","crossOrigin":false}`,
      start.replace('webauthn.get', 'webauthn.create') + ',"crossOrigin":false}',
      start.replace(origin, 'https://gate.example/"') + ',"crossOrigin":false}',
      start.replace(text, `${text}=`) + ',"crossOrigin":false}',
    ]) {
      assert.throws(bad(clientData), throwsCode('SIGNATURE_CLIENT_DATA_INVALID'), clientData);
    }
    // Browsers add fields so that nobody compares with a template.
    assert.ok(bad(`${start},"crossOrigin":false,"other_keys_can_be_added_here":"…"}`)());
    const other = new SoftAuthenticator('evil.example', origin);
    const foreign = { credentialPublicKey, ...other.assert(challenge), message, namespace };
    assert.throws(() => assertionToSshsig(foreign), throwsCode('SIGNATURE_ASSERTION_INVALID'));
  });

  it('missing user verification and presence are refused, extensions are carried', async () => {
    const device = new SoftAuthenticator(rpId, origin);
    const { publicKey: credentialPublicKey } = await register(device);
    const make = (how: object) => ({
      signature: assertionToSshsig({
        credentialPublicKey,
        ...device.assert(challenge, how),
        message,
        namespace,
      }),
      message,
      namespace,
      origins: [origin],
      userVerified: true,
    });
    assert.equal(
      code(verifySshsig(make({ userVerified: false }))),
      'SIGNATURE_VERIFICATION_MISSING',
    );
    assert.equal(code(verifySshsig(make({ userPresent: false }))), 'SIGNATURE_PRESENCE_MISSING');
    assert.equal(code(verifySshsig(make({ extensions: Uint8Array.of(0xa0), counter: 9 }))), 'ok');
  });
});

describe('public keys', () => {
  const ed25519 = (point: Uint8Array) =>
    concatBytes([writeString('ssh-ed25519'), writeString(point)]);

  it('points of small order and second spellings are refused', () => {
    const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
    const points = [
      '00'.repeat(32),
      `01${'00'.repeat(31)}`,
      `01${'00'.repeat(30)}80`,
      `ec${'ff'.repeat(30)}7f`,
      `ed${'ff'.repeat(30)}7f`,
      `ee${'ff'.repeat(31)}`,
      '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
    ];
    for (const point of points) {
      assert.throws(() => parsePublicKey(ed25519(hex(point))), throwsCode('SIGNATURE_KEY_INVALID'));
    }
  });

  it('points off the curve, short RSA keys and odd exponents are refused', () => {
    const point = new Uint8Array(65).fill(7);
    point[0] = 4;
    const ecdsa = ['ecdsa-sha2-nistp256', 'nistp256', point].map((each) => writeString(each));
    assert.throws(() => parsePublicKey(concatBytes(ecdsa)), /not on its curve/);
    const rsa = (bits: number, e: Uint8Array) => {
      const n = new Uint8Array(bits / 8).fill(0xff);
      return concatBytes([writeString('ssh-rsa'), writeMpint(e), writeMpint(n)]);
    };
    assert.throws(() => parsePublicKey(rsa(2048, Uint8Array.of(1, 0, 1))), /not 2048/);
    assert.throws(() => parsePublicKey(rsa(16_392, Uint8Array.of(1, 0, 1))), /not 16392/);
    for (const e of [Uint8Array.of(3), Uint8Array.of(1, 0, 2), new Uint8Array(9).fill(1)]) {
      assert.throws(() => parsePublicKey(rsa(3072, e)), /exponent/);
    }
    assert.equal(parsePublicKey(rsa(3072, Uint8Array.of(1, 0, 1))).type, 'ssh-rsa');
  });

  it('lines have one spelling, and certificates and DSA are named as unsupported', () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const x = new Uint8Array(Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'));
    const key = parsePublicKey(ed25519(x));
    const line = printPublicKey({ ...key, comment: 'Ada at her desk' });
    assert.deepEqual(parsePublicKey(`${line}\n`), { ...key, comment: 'Ada at her desk' });
    const bad = [
      '',
      'ssh-ed25519',
      ` ${line}`,
      line.replace(' ', '  '),
      `${line}\n${line}`,
      `ssh-rsa ${line.split(' ')[1] ?? ''}`,
      `${line}\u0007`,
      `${line}${'x'.repeat(300)}`,
      'x'.repeat(10_000),
    ];
    for (const text of bad) {
      assert.throws(() => parsePublicKey(text), throwsCode('SIGNATURE_KEY_INVALID'), text);
    }
    for (const type of ['ssh-dss', 'ssh-ed25519-cert-v01@openssh.com']) {
      const blob = concatBytes([writeString(type), writeString(x)]);
      const unsupported = throwsCode('SIGNATURE_ALGORITHM_UNSUPPORTED');
      assert.throws(() => parsePublicKey(blob), unsupported);
    }
  });

  it('random bytes end in a typed error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, prefixed) => {
        const input = prefixed ? concatBytes([utf8('SSHSIG'), writeUint32(1), bytes]) : bytes;
        const read = (): void => {
          parseSshsig(input);
        };
        assert.throws(read, SallyportError);
        assert.throws(() => parsePublicKey(bytes), SallyportError);
        const result = verifySshsig({ signature: input, message, namespace });
        assert.ok(!result.ok);
      }),
    );
  });
});

describe('what is signed', () => {
  it('an empty namespace is never used', () => {
    assert.throws(() => sshsigToBeSigned(message, ''), throwsCode('SIGNATURE_FORMAT_INVALID'));
  });

  it('SHA-1 and unknown hashes are refused', () => {
    const text = fidoSignature(5);
    const blob = fromBase64(text.replace(/-----[^\n]*\n/g, '').replaceAll('\n', ''))!;
    const at = Buffer.from(blob).indexOf('sha512');
    for (const name of ['sha1\0\0', 'SHA512', 'sha384']) {
      const changed = blob.slice();
      changed.set(utf8(name), at);
      assert.equal(verifySshsig({ signature: changed, message, namespace }).ok, false);
    }
  });
});
