/** OpenSSH's own SSHSIG vectors: all verify, and nothing that differs by one byte does. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { equalBytes, fromBase64 } from '../../src/core/index.ts';
import { parsePublicKey, parseSshsig, verifySshsig } from '../../src/people/index.ts';

const folder = path.resolve(process.env['SALLYPORT_VECTORS'] ?? '../shared/vectors', 'sshsig');
const found = existsSync(folder);
/** Composite post-quantum keys are named as unsupported instead of verified. */
const UNSUPPORTED = ['mldsa44-ed25519'];
const names = found
  ? readdirSync(folder)
      .filter((name) => name.endsWith('.sig'))
      .map((name) => name.slice(0, -4))
      .filter((name) => !UNSUPPORTED.includes(name))
  : [];
const read = (name: string): string => readFileSync(path.join(folder, name), 'utf8');
const origins = ['https://www.mindrot.org'];

describe('SSHSIG vectors', { skip: !found && 'no vectors here' }, () => {
  const message = found ? new Uint8Array(readFileSync(path.join(folder, 'signed-data'))) : null!;
  const namespace = found ? read('namespace').trim() : '';
  const passes = (signature: string | Uint8Array): boolean =>
    verifySshsig({ signature, message, namespace, origins }).ok;

  it('there are six', () => {
    assert.equal(names.length, 6);
  });

  for (const name of names) {
    const text = read(`${name}.sig`);
    const blob = fromBase64(text.replace(/-----[^\n]*\n/g, '').replaceAll('\n', ''))!;

    it(`${name} verifies with the key of its .pub file`, () => {
      const result = verifySshsig({ signature: text, message, namespace, origins });
      assert.ok(result.ok, result.ok ? '' : result.sentence);
      const key = parsePublicKey(read(`${name}.pub`));
      assert.equal(result.publicKey.fingerprint, key.fingerprint);
      assert.ok(equalBytes(result.publicKey.blob, key.blob));
      assert.equal(result.hashAlgorithm, 'sha512');
      assert.equal(result.userPresent, name.includes('_sk'));
      assert.equal(result.userVerified, false);
      if (name.includes('_sk') && !name.includes('webauthn')) {
        assert.equal(result.counter, 0x12345678);
        assert.equal(key.application, 'ssh:');
      }
      if (name.includes('webauthn')) assert.equal(result.origin, origins[0]);
      assert.ok(passes(blob));
      assert.equal(parseSshsig(text).namespace, namespace);
    });

    it(`${name}: no flipped bit, lost byte or doubled byte passes`, () => {
      for (let at = 0; at < blob.length; at++) {
        for (let bit = 0; bit < 8; bit++) {
          const changed = blob.slice();
          changed[at] = changed[at]! ^ (1 << bit);
          assert.ok(!passes(changed), `bit ${bit} of byte ${at}`);
        }
        assert.ok(!passes(Buffer.concat([blob.subarray(0, at), blob.subarray(at + 1)])));
        assert.ok(!passes(Buffer.concat([blob.subarray(0, at + 1), blob.subarray(at)])));
      }
      assert.ok(!passes(Buffer.concat([blob, Buffer.of(0)])));
    });

    it(`${name}: no changed character of the armour passes`, () => {
      for (let at = 0; at < text.length; at++) {
        const old = text[at]!;
        const others = ['A', '/', '=', ' ', '\n', '\r', String.fromCharCode(old.charCodeAt(0) ^ 1)];
        for (const other of others.filter((each) => each !== old)) {
          assert.ok(!passes(text.slice(0, at) + other + text.slice(at + 1)), `character ${at}`);
        }
        assert.ok(!passes(text.slice(0, at) + text.slice(at + 1)), `without character ${at}`);
      }
      for (const more of [`${text}\n`, ` ${text}`, text.replaceAll('\n', '\r\n'), text + text]) {
        assert.ok(!passes(more));
      }
    });

    it(`${name}: no changed message, namespace or missing user verification passes`, () => {
      for (let at = 0; at < message.length; at++) {
        const changed = message.slice();
        changed[at] = changed[at]! ^ 1;
        const result = verifySshsig({ signature: text, message: changed, namespace, origins });
        assert.ok(!result.ok && result.code === 'SIGNATURE_MISMATCH');
      }
      for (const other of ['', 'unittes', 'unittest2', 'Unittest', 'sallyport-approval@v1']) {
        assert.ok(!verifySshsig({ signature: text, message, namespace: other, origins }).ok);
      }
      const needs = { signature: text, message, namespace, origins, userVerified: true };
      const result = verifySshsig(needs);
      assert.ok(!result.ok && result.code === 'SIGNATURE_VERIFICATION_MISSING');
    });
  }

  it('ecdsa_sk_webauthn needs its origin to be listed', () => {
    const signature = read('ecdsa_sk_webauthn.sig');
    for (const list of [[], ['https://mindrot.org'], ['https://www.mindrot.org:443']]) {
      const result = verifySshsig({ signature, message, namespace, origins: list });
      assert.ok(!result.ok && result.code === 'SIGNATURE_ORIGIN_WRONG');
    }
  });

  for (const name of UNSUPPORTED) {
    it(`${name} is named as unsupported`, () => {
      const result = verifySshsig({ signature: read(`${name}.sig`), message, namespace });
      assert.ok(!result.ok && result.code === 'SIGNATURE_ALGORITHM_UNSUPPORTED');
      assert.match(result.sentence, /ssh-mldsa44-ed25519@openssh\.com/);
      assert.throws(() => parsePublicKey(read(`${name}.pub`)), /ssh-mldsa44-ed25519@openssh\.com/);
    });
  }
});
