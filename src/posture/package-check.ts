/**
 * Verifies a readiness package offline.
 *
 * Verified are: that nothing was added, taken away or changed since the manifest, and that nothing is in it that a package
 * does not have; that result, report, table and OSCAL follow from the assessment; that the ledger recorded this very
 * assessment under its key. Said is what the organisation changed in the catalogue. Not verified is whether claims are
 * true: that is what evidence and drills are for, whose digests the package fixes.
 */
import { z } from 'zod';
import { fromUtf8, isoTime, parseJsonStrict, sha256, sayCount } from '../core/index.ts';
import { openCheckpoint, parseVkey, verifyReceipt } from '../ledger/index.ts';
import { readAssessment } from './assessment.ts';
import type { Assessment, FolderFile } from './assessment.ts';
import type { Catalogue } from './catalogue/catalogue.ts';
import { evaluate } from './evaluate.ts';
import type { Posture } from './evaluate.ts';
import { writeAssessmentResults } from './oscal/assessment-results.ts';
import { packageOutputs } from './outputs.ts';
import { PACKAGE_FORMAT, catalogueDigest, describeRecord, pretty, resultJson } from './package.ts';
import type { AssessmentRecord } from './package.ts';
import { buildReport } from './report/data.ts';
import { holdsBack } from './standing.ts';

/** Most files of a package. */
export const PACKAGE_FILES_MAX = 10_000;

const manifestSchema = z.strictObject({
  format: z.literal(PACKAGE_FORMAT),
  organisation: z.string(),
  at: z.iso.datetime(),
  catalogue: z.string().regex(/^[0-9a-f]{64}$/),
  evidence: z.array(
    z.strictObject({ path: z.string(), bytes: z.number().int(), sha256: z.string() }),
  ),
  files: z
    .array(z.strictObject({ path: z.string(), bytes: z.number().int(), sha256: z.string() }))
    .max(PACKAGE_FILES_MAX),
});

/** One thing that was checked. */
export interface PackageCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly sentence: string;
}

/** What a verification found. */
export interface PackageReport {
  readonly ok: boolean;
  readonly organisation: string | null;
  readonly at: string | null;
  /** To be compared with the issuer over another channel. */
  readonly manifestSha256: string;
  readonly checks: readonly PackageCheck[];
  /** The levels that were derived again here; empty when they could not be. */
  readonly levels: AssessmentRecord['levels'];
}

/** What a verifier brings along. */
export interface PackageTrust {
  /** The inner ledger's key, from somewhere else than the package; null to take the package's word. */
  readonly key: string | null;
  readonly nowMs: number;
  /** Evidence files that the verifier was given, by path. */
  readonly evidence?: ReadonlyMap<string, string>;
}

type Manifest = z.infer<typeof manifestSchema>;

function readManifest(bytes: Uint8Array | undefined): Manifest | string {
  if (bytes === undefined) return 'there is no manifest.json';
  const parsed = parseJsonStrict(fromUtf8(bytes) ?? '');
  if (!parsed.ok) return `manifest.json: ${parsed.message}`;
  const read = manifestSchema.safeParse(parsed.value);
  return read.success ? read.data : 'manifest.json has another shape than this program knows';
}

const PARTS = new Set([
  ...['result.json', 'drills.json', 'report.html', 'measures.csv', 'ledger/key.txt'],
  ...['ledger/checkpoint.txt', 'oscal/assessment-results.json', 'oscal/poam.json'],
]);

function isPart(path: string): boolean {
  return PARTS.has(path) || /^assessment\/.|^ledger\/[^/]+\.tlog-proof$/.test(path);
}

function checkFiles(files: ReadonlyMap<string, Uint8Array>, manifest: Manifest): PackageCheck {
  const listed = new Map(manifest.files.map((file) => [file.path, file]));
  const problems: string[] = [];
  for (const [path, bytes] of files) {
    const entry = listed.get(path);
    if (path === 'manifest.json') continue;
    if (entry === undefined) problems.push(`${path} is not listed`);
    else if (entry.sha256 !== sha256(bytes)) problems.push(`${path} was changed`);
  }
  for (const path of listed.keys()) {
    if (!files.has(path)) problems.push(`${path} is missing`);
    // A paper of the sender's own making would look as verified as the rest.
    if (!isPart(path)) problems.push(`${path} is no part of a package`);
  }
  const sentence =
    problems.length === 0
      ? `${sayCount(listed.size, 'file is', 'files are')} as the manifest says`
      : problems.slice(0, 10).join('; ');
  return { name: 'files', ok: problems.length === 0, sentence };
}

function openFolder(
  files: ReadonlyMap<string, Uint8Array>,
  manifest: Manifest,
): Assessment | string {
  const folder: FolderFile[] = [...files]
    .filter(([path]) => path.startsWith('assessment/'))
    .map(([path, bytes]) => ({
      path: path.slice('assessment/'.length),
      bytes: bytes.length,
      sha256: sha256(bytes),
      text: fromUtf8(bytes) ?? '\u0000',
    }));
  const evidence = manifest.evidence.map((each) => ({ ...each, text: null }));
  const read = readAssessment([...folder, ...evidence]);
  return read.ok ? read.assessment : read.message;
}

function checkResult(
  files: ReadonlyMap<string, Uint8Array>,
  manifest: Manifest,
  nowMs: number,
  whole: boolean,
): readonly PackageCheck[] {
  const assessment = openFolder(files, manifest);
  if (typeof assessment === 'string') {
    return [{ name: 'result', ok: false, sentence: assessment }];
  }
  if (catalogueDigest(assessment.catalogue) !== manifest.catalogue) {
    const sentence =
      'it was made with other catalogue data than this program has, so its result cannot be derived again';
    return [{ name: 'result', ok: false, sentence }];
  }
  const posture = evaluate(assessment, Date.parse(manifest.at));
  if (manifest.organisation !== assessment.head.organisation) {
    const sentence = 'the manifest names another organisation than the assessment';
    return [{ name: 'result', ok: false, sentence }];
  }
  const same = fromUtf8(files.get('result.json') ?? new Uint8Array()) === resultJson(posture);
  return [
    {
      name: 'result',
      ok: same,
      sentence: same
        ? 'the result follows from the assessment, derived again here'
        : 'the result does not follow from the assessment',
    },
    checkCatalogue(assessment.catalogue),
    // It takes seconds, and says nothing of files that were changed anyway.
    ...(whole ? [checkOutputs(files, posture)] : []),
    checkTime(posture, nowMs),
  ];
}

/** Everything in a package that is made of the verdict is made again, and must be the same bytes. */
function checkOutputs(files: ReadonlyMap<string, Uint8Array>, posture: Posture): PackageCheck {
  const data = buildReport(posture);
  const derived = new Map<string, readonly string[]>([
    ['oscal/assessment-results.json', [pretty(writeAssessmentResults(posture))]],
    ['drills.json', [pretty(posture.assessment.drills)]],
  ]);
  // The plan of action follows one profile, and a package does not say which.
  for (const { profile } of posture.profiles) {
    for (const [path, text] of packageOutputs(posture, data, profile.id))
      derived.set(path, [...(derived.get(path) ?? []), text]);
  }
  const wrong = [...derived].filter(([path, texts]) => {
    const bytes = files.get(path);
    return bytes !== undefined && !texts.includes(fromUtf8(bytes) ?? '\u0000');
  });
  // What every profile's plan would bring has to be there; the plan of action is missing only where one lacks nothing.
  const missing = [...derived]
    .filter(
      ([path, texts]) => path !== 'oscal/poam.json' || texts.length === posture.profiles.length,
    )
    .map(([path]) => path)
    .filter((path) => !files.has(path));
  const names = [...wrong.map(([path]) => path), ...missing];
  const sentence =
    names.length === 0
      ? 'report, table, OSCAL and drills say what the assessment says, made again here'
      : `not what the assessment gives: ${names.join(', ')}`;
  return { name: 'outputs', ok: names.length === 0, sentence };
}

/** An organisation may bring data of its own, and whoever reads its verdict has to know. */
function checkCatalogue({ own }: Catalogue): PackageCheck {
  const sentence =
    own.length === 0
      ? 'levels, links and profiles are those that this program has'
      : `the organisation brought ${own.join(', ')}: what follows from them is its own judgement`;
  return { name: 'catalogue', ok: true, sentence };
}

/** Clocks differ by less. */
const AHEAD_MS = 86_400_000;

function checkTime(posture: Posture, nowMs: number): PackageCheck {
  if (posture.atMs > nowMs + AHEAD_MS) {
    const sentence = `it speaks of ${isoTime(posture.atMs)}, which is yet to come`;
    return { name: 'freshness', ok: false, sentence };
  }
  return showLapsed(posture, evaluate(posture.assessment, nowMs));
}

function showLapsed(then: Posture, now: Posture): PackageCheck {
  let lapsed = 0;
  for (const { environment, standings } of then.environments) {
    const later = now.environments.find((each) => each.environment === environment);
    for (const standing of standings.values()) {
      const after = later?.standings.get(standing.measure);
      if (!holdsBack(standing.status) && (after === undefined || holdsBack(after.status)))
        lapsed += 1;
    }
  }
  const sentence =
    lapsed === 0
      ? 'nothing that was met has expired since'
      : `${String(lapsed)} standings that were met have expired since it was made`;
  return { name: 'freshness', ok: true, sentence };
}

/** A checkpoint that goes along must be one, also without receipts. */
function checkCheckpoint(files: ReadonlyMap<string, Uint8Array>, key: string): string | null {
  const bytes = files.get('ledger/checkpoint.txt');
  if (bytes === undefined) return null;
  const log = parseVkey(key);
  if (!log.ok) return `the key cannot be read: ${log.message}`;
  const opened = openCheckpoint(bytes, log.verifier);
  return opened.ok ? null : `ledger/checkpoint.txt: ${opened.message}`;
}

/** Whether the ledger recorded this very assessment; the sentence why not otherwise. */
function findRecord(
  entries: readonly Readonly<Record<string, unknown>>[],
  wanted: AssessmentRecord | null,
): { at: string } | { why: string } {
  const records = entries.filter((entry) => entry['kind'] === 'posture.assessed');
  const members = ['assessment', 'catalogue', 'result'] as const;
  const found = records.find((entry) => members.every((name) => entry[name] === wanted?.[name]));
  if (found !== undefined) return { at: String(found['at']) };
  return {
    why:
      records.length === 0
        ? 'none of its receipts records an assessment'
        : 'its receipts record another assessment than this one',
  };
}

function checkLedger(
  files: ReadonlyMap<string, Uint8Array>,
  manifest: Manifest,
  trust: PackageTrust,
): PackageCheck {
  const say = (ok: boolean, sentence: string): PackageCheck => ({ name: 'ledger', ok, sentence });
  const own = fromUtf8(files.get('ledger/key.txt') ?? new Uint8Array())?.trim() ?? '';
  const key = trust.key ?? own;
  const head = checkCheckpoint(files, key);
  if (head !== null) return say(false, head);
  const receipts = [...files].filter(([path]) => path.endsWith('.tlog-proof'));
  if (receipts.length === 0) {
    return trust.key === null
      ? say(true, 'there are no ledger receipts, so nothing in it was shown by a ledger')
      : say(false, 'you gave a key, and there is no receipt that it could verify');
  }
  const bad: string[] = [];
  const entries: Readonly<Record<string, unknown>>[] = [];
  for (const [path, bytes] of receipts) {
    const verified = verifyReceipt(bytes, { key });
    if (!verified.ok) bad.push(`${path}: ${verified.message}`);
    else if (verified.entry !== null) entries.push(verified.entry);
  }
  if (bad.length > 0) return say(false, bad.slice(0, 10).join('; '));
  const assessment = openFolder(files, manifest);
  const wanted =
    typeof assessment === 'string'
      ? null
      : describeRecord(evaluate(assessment, Date.parse(manifest.at)));
  const record = findRecord(entries, wanted);
  if ('why' in record) return say(false, record.why);
  const whose =
    trust.key === null
      ? 'under the key that came with the package; compare it with the gate’s'
      : 'under the key that you gave';
  const count = String(receipts.length);
  return say(
    true,
    `${count} ledger receipts hold, ${whose}; this very assessment was recorded at ${record.at}`,
  );
}

function checkEvidence(manifest: Manifest, given: ReadonlyMap<string, string>): PackageCheck {
  const wrong = manifest.evidence.filter((each) => given.get(each.path) !== each.sha256);
  const sentence =
    wrong.length === 0
      ? `${sayCount(manifest.evidence.length, 'evidence file has', 'evidence files have')} the digests that went along`
      : `missing or changed: ${wrong
          .slice(0, 10)
          .map((each) => each.path)
          .join(', ')}`;
  return { name: 'evidence', ok: wrong.length === 0, sentence };
}

/** Verifies a package offline. Bad input is a failed check, never an exception. */
export function verifyPackage(
  files: ReadonlyMap<string, Uint8Array>,
  trust: PackageTrust,
): PackageReport {
  const bytes = files.get('manifest.json');
  const manifestSha256 = sha256(bytes ?? new Uint8Array());
  const manifest = readManifest(bytes);
  if (typeof manifest === 'string') {
    const checks = [{ name: 'manifest', ok: false, sentence: manifest }];
    return { ok: false, organisation: null, at: null, manifestSha256, checks, levels: [] };
  }
  const whole = checkFiles(files, manifest);
  const checks = [
    whole,
    ...checkResult(files, manifest, trust.nowMs, whole.ok),
    checkLedger(files, manifest, trust),
    ...(trust.evidence === undefined ? [] : [checkEvidence(manifest, trust.evidence)]),
  ];
  return {
    ok: checks.every((check) => check.ok),
    organisation: manifest.organisation,
    at: manifest.at,
    manifestSha256,
    checks,
    levels: levelsOf(files, manifest),
  };
}

function levelsOf(
  files: ReadonlyMap<string, Uint8Array>,
  manifest: Manifest,
): AssessmentRecord['levels'] {
  const assessment = openFolder(files, manifest);
  if (typeof assessment === 'string') return [];
  return describeRecord(evaluate(assessment, Date.parse(manifest.at))).levels;
}
