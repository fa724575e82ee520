/** The real OpenSSH tools: what we sign they accept, what they sign we accept, and the agent signs for us. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import { connectAgent, runKeygen } from '../../src/cli/ssh-tools.ts';
import { SallyportError, utf8 } from '../../src/core/index.ts';
import type { SshPublicKey } from '../../src/people/index.ts';
import {
  assertionToSshsig,
  openAgent,
  openPrivateKey,
  parsePublicKey,
  printPublicKey,
  registerPasskey,
  signSshsig,
  signWithKeygen,
  sshsigToBeSigned,
  verifySshsig,
} from '../../src/people/index.ts';
import { SoftAuthenticator } from '../support/soft-authenticator.ts';
import { tempDir } from '../support/temp-dir.ts';

const namespace = 'sallyport-approval@v1';
const message = utf8('{"request":"a canonical request"}');
const version = spawnSync('ssh', ['-V']).stderr as Buffer | null;
const skip = version === null ? 'no OpenSSH here' : false;

interface Kind {
  readonly name: string;
  readonly args: readonly string[];
}
const KINDS: readonly Kind[] = [
  { name: 'ed25519', args: ['-t', 'ed25519'] },
  { name: 'ecdsa-256', args: ['-t', 'ecdsa', '-b', '256'] },
  { name: 'ecdsa-384', args: ['-t', 'ecdsa', '-b', '384'] },
  { name: 'ecdsa-521', args: ['-t', 'ecdsa', '-b', '521'] },
  { name: 'rsa-3072', args: ['-t', 'rsa', '-b', '3072'] },
];

function makeKey(dir: string, kind: Kind, passphrase = ''): string {
  const file = path.join(dir, `${kind.name}${passphrase}`);
  const args = ['-q', ...kind.args, '-N', passphrase, '-C', `a ${kind.name} key`, '-f', file];
  const made = spawnSync('ssh-keygen', args);
  assert.equal(made.status, 0, String(made.stderr));
  return file;
}

/** Stock verification, as an auditor would do it. */
function stockVerify(dir: string, key: SshPublicKey, signature: string, bytes: Uint8Array) {
  const signers = path.join(dir, 'allowed_signers');
  const signed = path.join(dir, 'message.sig');
  writeFileSync(signers, `ada namespaces="${namespace}" ${printPublicKey(key)}\n`);
  writeFileSync(signed, signature);
  const args = ['-Y', 'verify', '-f', signers, '-I', 'ada', '-n', namespace, '-s', signed];
  return spawnSync('ssh-keygen', args, { input: bytes });
}

function startAgent(context: TestContext, dir: string): string {
  const socket = path.join(dir, 'agent');
  const started = spawnSync('ssh-agent', ['-s', '-a', socket], { encoding: 'utf8' });
  const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(started.stdout)?.[1]);
  assert.ok(pid > 0, started.stderr);
  context.after(() => process.kill(pid));
  return socket;
}

describe('OpenSSH', { skip }, () => {
  for (const kind of KINDS) {
    it(`${kind.name}: file, agent and ssh-keygen sign; both sides verify`, async (context) => {
      const dir = await tempDir(context);
      const file = makeKey(dir, kind);
      const publicKey = parsePublicKey(readFileSync(`${file}.pub`, 'utf8'));
      const listed = spawnSync('ssh-keygen', ['-l', '-f', `${file}.pub`], { encoding: 'utf8' });
      assert.ok(listed.stdout.includes(publicKey.fingerprint));
      const socket = startAgent(context, dir);
      const added = spawnSync('ssh-add', ['-q', file], { env: { SSH_AUTH_SOCK: socket } });
      assert.equal(added.status, 0, String(added.stderr));
      const agent = openAgent(connectAgent(socket));
      const [held] = await agent.keys();
      assert.deepEqual(held, publicKey);
      const own = openPrivateKey(readFileSync(file, 'utf8'));
      assert.deepEqual(own.publicKey, publicKey);
      const input = { message, namespace };
      const signatures = [
        await signSshsig(own, input),
        await signSshsig(agent.signer(held), input),
        await signWithKeygen(runKeygen, file, input),
      ];
      for (const signature of signatures) {
        const result = verifySshsig({ signature, message, namespace });
        assert.ok(result.ok, result.ok ? '' : result.sentence);
        assert.equal(result.publicKey.fingerprint, publicKey.fingerprint);
        const stock = stockVerify(dir, publicKey, signature, message);
        assert.equal(stock.status, 0, `${String(stock.stdout)}${String(stock.stderr)}`);
        assert.notEqual(stockVerify(dir, publicKey, signature, utf8('other')).status, 0);
      }
    });
  }

  it('keys with a passphrase are named as locked; ssh-keygen says why it failed', async (context) => {
    const dir = await tempDir(context);
    const file = makeKey(dir, KINDS[0]!, 'secret');
    const locked = (error: unknown) =>
      error instanceof SallyportError && error.code === 'SIGNATURE_PRIVATE_KEY_LOCKED';
    assert.throws(() => openPrivateKey(readFileSync(file, 'utf8')), locked);
    const missing = signWithKeygen(runKeygen, path.join(dir, 'none'), { message, namespace });
    await assert.rejects(missing, /No such file/);
  });

  it('an agent without the key refuses, and no agent is named as unreachable', async (context) => {
    const dir = await tempDir(context);
    const own = openPrivateKey(readFileSync(makeKey(dir, KINDS[0]!), 'utf8'));
    const agent = openAgent(connectAgent(startAgent(context, dir)));
    assert.deepEqual(await agent.keys(), []);
    const refused = signSshsig(agent.signer(own.publicKey), { message, namespace });
    await assert.rejects(refused, /it refused/);
    const nobody = openAgent(connectAgent(path.join(dir, 'nobody')));
    await assert.rejects(nobody.keys(), /cannot talk to the ssh-agent/);
  });

  it('a passkey’s approval is accepted by stock ssh-keygen -Y verify', async (context) => {
    const dir = await tempDir(context);
    const origin = 'https://gate.example:8443';
    const device = new SoftAuthenticator('gate.example', origin);
    const challenge = utf8('registration');
    const { publicKey } = await registerPasskey({
      response: device.register(challenge),
      challenge,
      origins: [origin],
      rpId: 'gate.example',
    });
    for (const extensions of [new Uint8Array(), Uint8Array.of(0xa0)]) {
      const signature = assertionToSshsig({
        credentialPublicKey: publicKey,
        ...device.assert(sshsigToBeSigned(message, namespace), { extensions, counter: 3 }),
        message,
        namespace,
      });
      const stock = stockVerify(dir, publicKey, signature, message);
      assert.equal(stock.status, 0, `${String(stock.stdout)}${String(stock.stderr)}`);
      assert.notEqual(stockVerify(dir, publicKey, signature, utf8('other')).status, 0);
    }
  });
});
