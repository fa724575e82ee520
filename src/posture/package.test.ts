import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { NOW, assess, claimsFile, folderFile, headFile } from '../../test/support/posture.ts';
import { sha256, utf8 } from '../core/index.ts';
import { evaluate } from './evaluate.ts';
import { packageOutputs } from './outputs.ts';
import { verifyPackage } from './package-check.ts';
import { writePackage } from './package.ts';
import { buildReport } from './report/data.ts';
import type { PackageExtras } from './package.ts';

const paper = { ...folderFile('evidence/paper.txt', 'paper'), text: null };
const posture = evaluate(
  assess(
    headFile(),
    claimsFile([{ measure: 'R-SL1-01', status: 'met', expires: '2027-01-01' }]),
    paper,
  ),
  NOW,
);

const EXTRAS: PackageExtras = {
  receipts: [],
  key: null,
  checkpoint: null,
  outputs: packageOutputs(posture, buildReport(posture), undefined),
};

/** A package in which one file was replaced and the manifest made to fit, as a forger would. */
function forge(name: string, text: string): Map<string, Uint8Array> {
  const files = make().set(name, utf8(text));
  const manifest = JSON.parse(Buffer.from(files.get('manifest.json') ?? []).toString()) as {
    files: { path: string; bytes: number; sha256: string }[];
  };
  const entry = { path: name, bytes: utf8(text).length, sha256: sha256(text) };
  manifest.files = [...manifest.files.filter((each) => each.path !== name), entry];
  return files.set('manifest.json', utf8(JSON.stringify(manifest)));
}

function make(): Map<string, Uint8Array> {
  return new Map(
    [...writePackage(posture, EXTRAS)].map(([path, text]) => [path, utf8(text)] as const),
  );
}
const trust = { key: null, nowMs: NOW };

test('a package verifies, and says what has expired since', () => {
  const report = verifyPackage(make(), trust);
  assert.deepEqual(
    report.checks.filter((each) => !each.ok),
    [],
  );
  assert.equal(report.ok, true);
  assert.equal(report.organisation, 'Test Lab');
  const later = verifyPackage(make(), { ...trust, nowMs: Date.parse('2027-02-01T00:00:00Z') });
  assert.match(
    later.checks.find((each) => each.name === 'freshness')?.sentence ?? '',
    /^2 standings/,
  );
});

test('evidence stays at home, its digest goes along and is compared where it is given', () => {
  assert.equal(make().has('assessment/evidence/paper.txt'), false);
  const given = (digest: string) =>
    verifyPackage(make(), { ...trust, evidence: new Map([[paper.path, digest]]) }).ok;
  assert.equal(given(paper.sha256), true);
  assert.equal(given('0'.repeat(64)), false);
});

test('any changed, added or missing file is found', () => {
  const names = [...make().keys()];
  fc.assert(
    fc.property(
      fc.constantFrom(...names),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (name, at, flip) => {
        const files = make();
        const bytes = Uint8Array.from(files.get(name) ?? []);
        if (bytes.length === 0) return;
        bytes[at % bytes.length]! ^= flip;
        files.set(name, bytes);
        const report = verifyPackage(files, trust);
        // A manifest that still reads may only differ in what it says of itself, which its digest tells apart.
        if (name === 'manifest.json') {
          assert.notEqual(report.manifestSha256, verifyPackage(make(), trust).manifestSha256);
        } else assert.equal(report.ok, false, name);
      },
    ),
    { numRuns: 30 },
  );
  const added = make().set('extra.txt', utf8('x'));
  assert.equal(verifyPackage(added, trust).ok, false);
  const missing = make();
  missing.delete('report.html');
  assert.equal(verifyPackage(missing, trust).ok, false);
});

test('a better result under a fitting manifest does not follow from the assessment', () => {
  const better = evaluate(
    assess(headFile(), claimsFile([{ measure: 'R-SL1-02', status: 'met' }]), paper),
    NOW,
  );
  const forged = writePackage(better, EXTRAS);
  const own = writePackage(posture, EXTRAS);
  const files = new Map<string, string>([...own]);
  files.set('result.json', forged.get('result.json') ?? '');
  // The manifest is made to fit again, as a forger would.
  const manifest = JSON.parse(own.get('manifest.json') ?? '{}') as {
    files: { path: string; bytes: number; sha256: string }[];
  };
  const other = JSON.parse(forged.get('manifest.json') ?? '{}') as typeof manifest;
  manifest.files = manifest.files.map((each) =>
    each.path === 'result.json'
      ? (other.files.find((file) => file.path === each.path) ?? each)
      : each,
  );
  files.set('manifest.json', JSON.stringify(manifest));
  const report = verifyPackage(
    new Map([...files].map(([path, text]) => [path, utf8(text)] as const)),
    trust,
  );
  assert.equal(report.ok, false);
  assert.match(report.checks.find((each) => !each.ok)?.sentence ?? '', /does not follow/);
});

test('report, table, OSCAL and drills that say something else are found under a fitting manifest', () => {
  for (const name of make().keys()) {
    if (name === 'manifest.json' || name.startsWith('assessment/')) continue;
    const text = Buffer.from(make().get(name) ?? []).toString();
    for (const other of ['{}', text.replace(/SL\d|unknown|met|\[/, 'SL5')]) {
      const report = verifyPackage(forge(name, other), trust);
      assert.equal(report.ok, false, `${name}: ${other.slice(0, 40)}`);
    }
  }
  assert.ok(
    make().has('oscal/poam.json') && make().has('report.html') && make().has('measures.csv'),
  );
});

test('another name, papers of the sender’s own and missing ones are found under a fitting manifest', () => {
  const text = Buffer.from(make().get('manifest.json') ?? []).toString();
  const renamed = make().set('manifest.json', utf8(text.replace('Test Lab', 'Certified Lab')));
  const wrong = (files: Map<string, Uint8Array>): string =>
    verifyPackage(files, trust).checks.find((each) => !each.ok)?.sentence ?? '';
  assert.match(wrong(renamed), /another organisation than the assessment/);
  assert.match(wrong(forge('certificate.html', 'Certified')), /is no part of a package/);
  for (const name of ['report.html', 'measures.csv', 'oscal/poam.json']) {
    const files = forge(name, '');
    files.delete(name);
    const manifest = JSON.parse(Buffer.from(files.get('manifest.json') ?? []).toString()) as {
      files: { path: string }[];
    };
    manifest.files = manifest.files.filter((each) => each.path !== name);
    files.set('manifest.json', utf8(JSON.stringify(manifest)));
    assert.match(wrong(files), new RegExp(`not what the assessment gives: ${name}`));
  }
});

test('a package that speaks of a time to come is not believed', () => {
  const early = verifyPackage(make(), { ...trust, nowMs: NOW - 2 * 86_400_000 });
  assert.equal(early.ok, false);
  assert.match(early.checks.find((each) => !each.ok)?.sentence ?? '', /yet to come/);
});

test('data of the organisation’s own are named, and the levels are told', () => {
  const links = folderFile('links.json', {
    ...{ kind: 'links', dataVersion: 1, ours: true, note: 'ours' },
    links: [{ measure: 'R-SL1-01', direct: ['AV-01'], supports: [] }],
  });
  const own = evaluate(assess(headFile(), links), NOW);
  const outputs = packageOutputs(own, buildReport(own), undefined);
  const files = new Map(
    [...writePackage(own, { ...EXTRAS, outputs })].map(([path, each]) => [path, utf8(each)]),
  );
  const report = verifyPackage(files, trust);
  assert.equal(report.ok, true, JSON.stringify(report.checks));
  const said = report.checks.find((each) => each.name === 'catalogue')?.sentence ?? '';
  assert.match(said, /brought the links of 1 measure to attack vectors/);
  assert.deepEqual(report.levels[0], {
    profile: 'RAND as written',
    environment: 'training',
    level: 'SL0',
  });
});

test('a key with no receipt under it, and a checkpoint that is none, are found', () => {
  assert.equal(verifyPackage(make(), { ...trust, key: 'x+1+2' }).ok, false);
  const garbage = verifyPackage(forge('ledger/checkpoint.txt', 'garbage'), trust);
  assert.match(garbage.checks.find((each) => !each.ok)?.sentence ?? '', /key|checkpoint/);
});

test('rubbish is a failed check and never an exception', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string()), fc.string(), (others, manifest) => {
      const files = new Map(Object.entries(others).map(([k, v]) => [k, utf8(v)] as const));
      files.set('manifest.json', utf8(manifest));
      assert.equal(verifyPackage(files, trust).ok, false);
    }),
    { numRuns: 50 },
  );
});
