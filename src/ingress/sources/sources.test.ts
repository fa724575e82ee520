/** Who signed for what: lists of digests, model-signing bundles, people who vouch, cards. */
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { makePerson } from '../../../test/support/people.ts';
import { utf8 } from '../../core/index.ts';
import { signSshsig } from '../../people/index.ts';
import { dssePae } from '../imports/dsse.ts';
import { SOURCE_NAMESPACE, checkOmsBundle, checkProof, checkSums, readCard } from './index.ts';
import type { Source } from './index.ts';
import { readIdentity } from './source.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const VECTORS = path.join(
  process.env['SALLYPORT_VECTORS'] ?? path.resolve('../shared/vectors'),
  'model-signing',
);

async function signed(text: string, namespace = SOURCE_NAMESPACE) {
  const person = makePerson('sender');
  const signature = await signSshsig(person.signer, { message: utf8(text), namespace });
  return { person, signature };
}

function source(kind: Source['kind'], identity: string, fingerprint: string): Source {
  const form = { origin: 'o', licence: 'l', collection: 'c', consent: 'yes', card: null } as const;
  const rest = { id: 'src_1', project: 'p', name: 'n', addedBy: 'x', addedMs: 0, recalledMs: null };
  return { ...rest, kind, identity, fingerprint, form };
}

describe('lists of digests', () => {
  it('hold when every file is listed with its digest, and in no other case', async () => {
    const text = `${A}  a.csv\n${B} *./dir/b.csv\n`;
    const { signature } = await signed(text);
    const check = (files: { name: string; sha256: string }[], list = text) =>
      checkSums(list, signature, files);
    assert.equal(check([{ name: 'a.csv', sha256: A }]).ok, true);
    assert.equal(check([{ name: 'dir/b.csv', sha256: B }]).ok, true);
    assert.match(JSON.stringify(check([{ name: 'a.csv', sha256: B }])), /another digest/);
    assert.match(JSON.stringify(check([{ name: 'c.csv', sha256: A }])), /not in the signed list/);
    assert.equal(check([{ name: 'a.csv', sha256: A }], `${text} `).ok, false);
    const other = await signed(text, 'file');
    assert.equal(checkSums(text, other.signature, []).ok, false);
  });

  it('are refused when a line is odd or a name is there twice', async () => {
    for (const text of [`${A} a.csv\n`, `${A}  a.csv\n${B}  a.csv\n`, 'nothing\n']) {
      const { signature } = await signed(text);
      assert.equal(checkSums(text, signature, []).ok, false, text);
    }
  });
});

describe('the source of an import', () => {
  const files = [{ name: 'a.csv', sha256: A }];
  const rest = { files, requester: 'cyd', roster: undefined, nowMs: 0 };

  it('is the key that was registered, and no other', async () => {
    const text = `${A}  a.csv\n`;
    const { person, signature } = await signed(text);
    const own = source('ssh', person.publicText, person.key.id);
    const proof = { kind: 'sums', text, signature } as const;
    assert.equal(checkProof({ ...rest, source: own, proof }).ok, true);
    const stranger = source('ssh', '', makePerson('other').key.id);
    const refused = checkProof({ ...rest, source: stranger, proof });
    assert.equal(refused.ok, false);
    const none = checkProof({ ...rest, source: own, proof: null });
    assert.equal(!none.ok && none.code, 'SOURCE_PROOF_NEEDED');
  });

  it('is the person who vouches when that person asks', () => {
    const own = source('person', 'cyd', 'cyd');
    const checked = checkProof({ ...rest, source: own, proof: null });
    assert.ok(checked.ok && checked.by === 'session');
    const other = checkProof({ ...rest, source: own, proof: null, requester: 'dan' });
    assert.equal(other.ok, false);
  });
});

describe('model-signing bundles', () => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const pem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const statement = (resources: readonly { name: string; algorithm: string; digest: string }[]) => {
    const root = createHash('sha256');
    for (const { digest } of resources) root.update(Buffer.from(digest, 'hex'));
    return {
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'model', digest: { sha256: root.digest('hex') } }],
      predicateType: 'https://model_signing/signature/v1.0',
      predicate: { resources, serialization: { method: 'files', hash_type: 'sha256' } },
    };
  };
  const bundle = (value: object): string => {
    const payload = utf8(JSON.stringify(value));
    const payloadType = 'application/vnd.in-toto+json';
    const sig = sign('sha256', Buffer.from(dssePae(payloadType, payload)), pair.privateKey);
    const envelope = {
      ...{ payload: Buffer.from(payload).toString('base64'), payloadType },
      signatures: [{ sig: sig.toString('base64'), keyid: '' }],
    };
    return JSON.stringify({
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: { publicKey: { hint: 'x' }, tlogEntries: [] },
      dsseEnvelope: envelope,
    });
  };
  const good = [{ name: 'w.bin', algorithm: 'sha256', digest: A }];

  it('hold for their key and their files', () => {
    const text = bundle(statement(good));
    assert.equal(checkOmsBundle(text, pem, [{ name: 'model/w.bin', sha256: A }]).ok, true);
    assert.equal(checkOmsBundle(text, pem, [{ name: 'w.bin', sha256: B }]).ok, false);
    assert.equal(checkOmsBundle(text, pem, [{ name: 'x.bin', sha256: A }]).ok, false);
    const other = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey;
    const otherPem = other.export({ type: 'spki', format: 'pem' }).toString();
    assert.match(JSON.stringify(checkOmsBundle(text, otherPem, [])), /not signed by the key/);
  });

  it('are refused with a wrong root, another predicate, a certificate, or junk', () => {
    const value = statement(good);
    const [subject] = value.subject;
    assert.ok(subject !== undefined);
    const bad = [
      bundle({ ...value, subject: [{ ...subject, digest: { sha256: B } }] }),
      bundle({ ...value, predicateType: 'https://example.org/other' }),
      bundle(statement([...good, ...good])),
      bundle(value).replace('"publicKey"', '"x509CertificateChain"'),
      '{}',
      '[1]',
      'no JSON',
    ];
    for (const text of bad) assert.equal(checkOmsBundle(text, pem, []).ok, false, text);
  });

  const skip = existsSync(VECTORS) ? false : 'no vectors of model-signing';
  it('of the reference implementation hold with its key', { skip }, () => {
    const key = readFileSync(path.join(VECTORS, 'signing-key-pub.pem'), 'utf8');
    const seen: string[] = [];
    for (const name of readdirSync(VECTORS).sort()) {
      const file = path.join(VECTORS, name, 'model.sig');
      if (!existsSync(file)) continue;
      const text = readFileSync(file, 'utf8');
      const files = readdirSync(path.join(VECTORS, name))
        .filter((each) => each.startsWith('signme'))
        .map((each) => ({
          name: each,
          sha256: createHash('sha256')
            .update(readFileSync(path.join(VECTORS, name, each)))
            .digest('hex'),
        }));
      const checked = checkOmsBundle(text, key, files);
      const isKey = name.endsWith('-elliptic-key');
      assert.equal(checked.ok, isKey, `${name}: ${JSON.stringify(checked)}`);
      if (isKey) seen.push(name);
      const changed = files.map((each) => ({ ...each, sha256: A }));
      assert.equal(checkOmsBundle(text, key, changed).ok, false, name);
    }
    assert.ok(seen.length >= 4, seen.join());
  });

  it('have a key of a type that can be read', () => {
    assert.match(readIdentity('oms', pem, 'p').fingerprint, /^sha256:[0-9a-f]{64}$/);
    assert.throws(() => readIdentity('oms', 'no key', 'p'), { code: 'SOURCE_INVALID' });
    assert.throws(() => readIdentity('ssh', 'no key', 'p'), { code: 'SOURCE_INVALID' });
  });
});

describe('cards', () => {
  it('fill the form from Croissant', () => {
    const card = readCard(
      JSON.stringify({
        '@context': { sc: 'https://schema.org/' },
        '@type': 'sc:Dataset',
        name: 'Notes',
        license: ['https://spdx.org/licenses/CC-BY-4.0'],
        url: 'https://data.example/notes',
        creator: [{ '@type': 'Person', name: 'A. Author' }],
        'rai:dataCollection': 'by hand',
        version: '1.0',
      }),
    );
    assert.deepEqual(card.form, {
      origin: 'A. Author, https://data.example/notes',
      licence: 'https://spdx.org/licenses/CC-BY-4.0',
      collection: 'by hand',
    });
    assert.equal(card.card.kind, 'croissant');
  });

  it('fill the form from a data card', () => {
    const card = readCard(
      '---\nlicense: mit\npretty_name: Notes\nannotations_creators:\n- expert\n---\n# Notes\n',
    );
    assert.deepEqual(card.form, { licence: 'mit', collection: 'expert' });
    assert.equal(card.card.name, 'Notes');
  });

  it('are refused when they are something else', () => {
    const bad = [
      '{}',
      '[1]',
      '{"@type":"sc:Thing"}',
      'text',
      '---\n- 1\n---\n',
      '---\na: &x *x\n---\n',
    ];
    for (const text of bad)
      assert.throws(() => readCard(text), { code: 'SOURCE_CARD_UNREADABLE' }, text);
  });
});
