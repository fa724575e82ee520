/**
 * The readiness package: an assessment with its result, evidence digests, ledger proofs and drills, as files that a
 * partner or government can verify offline, with this program and without trust in whoever sends it.
 *
 * Verified are: that nothing was added, taken away or changed since the manifest; that result, report, table and OSCAL follow
 * from the assessment; that the ledger recorded this very assessment under its key. Not verified is whether claims are true: that is what
 * evidence and drills are for, whose digests the package fixes.
 */
import { canonicalJson, fromUtf8, isoTime, parseJsonStrict, sha256, utf8 } from '../core/index.ts';
import type { Json, JsonObject } from '../core/index.ts';
import { openCheckpoint, parseVkey, verifyReceipt } from '../ledger/index.ts';
import { z } from 'zod';
import { readAssessment } from './assessment.ts';
import type { Assessment, FolderFile } from './assessment.ts';
import type { Catalogue } from './catalogue/catalogue.ts';
import { evaluate } from './evaluate.ts';
import type { Posture } from './evaluate.ts';
import { writeAssessmentResults } from './oscal/assessment-results.ts';
import { showPosture } from './output/show.ts';
import { nameRank } from './level.ts';
import { packageOutputs } from './outputs.ts';
import { buildReport } from './report/data.ts';
import { holdsBack } from './standing.ts';

const FORMAT = 'sallyport-readiness/1';
/** Most files of a package. */
export const PACKAGE_FILES_MAX = 10_000;

const manifestSchema = z.strictObject({
  format: z.literal(FORMAT),
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

/** A receipt of the inner ledger that goes along. */
export interface PackageReceipt {
  readonly name: string;
  readonly text: string;
}

/** What goes into a package besides the verdict. */
export interface PackageExtras {
  readonly receipts: readonly PackageReceipt[];
  readonly key: string | null;
  readonly checkpoint: string | null;
  /** Rendered outputs by path, such as the HTML report. */
  readonly outputs: ReadonlyMap<string, string>;
}

/** The digest of everything that a verdict is held against. */
export function catalogueDigest(catalogue: Catalogue): string {
  const { frameworks, links, crosswalks, estimates, profiles } = catalogue;
  const value = { frameworks, links: [...links.values()], crosswalks, estimates, profiles };
  // Through JSON, because optional members that are undefined have no canonical form.
  return sha256(canonicalJson(JSON.parse(JSON.stringify(value)) as Json));
}

/** The verdict as canonical JSON: what every environment and profile came to. */
export function resultJson(posture: Posture): string {
  const standings = posture.environments.map(({ environment, standings: all }): JsonObject => ({
    environment,
    measures: Object.fromEntries(
      [...all.values()].map((each) => [each.measure, { status: each.status, basis: each.basis }]),
    ),
  }));
  const shown = JSON.parse(JSON.stringify(showPosture(posture))) as JsonObject;
  return canonicalJson({ at: isoTime(posture.atMs), ...shown, standings });
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`;
}

/** Writes a package as texts by path. Evidence itself stays with the organisation; its digests go along. */
export function writePackage(posture: Posture, extras: PackageExtras): ReadonlyMap<string, string> {
  const { assessment } = posture;
  const files = new Map<string, string>();
  for (const file of assessment.files) {
    if (file.text !== null) files.set(`assessment/${file.path}`, file.text);
  }
  files.set('result.json', resultJson(posture));
  files.set('oscal/assessment-results.json', pretty(writeAssessmentResults(posture)));
  files.set('drills.json', pretty(assessment.drills));
  for (const [path, text] of extras.outputs) files.set(path, text);
  if (extras.key !== null) files.set('ledger/key.txt', `${extras.key}\n`);
  if (extras.checkpoint !== null) files.set('ledger/checkpoint.txt', extras.checkpoint);
  for (const { name, text } of extras.receipts) files.set(`ledger/${name}.tlog-proof`, text);
  const manifest = {
    format: FORMAT,
    organisation: assessment.head.organisation,
    at: isoTime(posture.atMs),
    catalogue: catalogueDigest(assessment.catalogue),
    evidence: assessment.files
      .filter((file) => file.text === null)
      .map(({ path, bytes, sha256: digest }) => ({ path, bytes, sha256: digest })),
    files: [...files]
      .map(([path, text]) => ({ path, bytes: utf8(text).length, sha256: sha256(text) }))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
  files.set('manifest.json', `${canonicalJson(manifest)}\n`);
  return files;
}

/** What the ledger is asked to record of an assessment. */
export interface AssessmentRecord {
  readonly organisation: string;
  readonly at: string;
  readonly assessment: string;
  readonly catalogue: string;
  readonly result: string;
  readonly levels: readonly { profile: string; environment: string; level: string }[];
}

/** The digests by which an assessment is recorded; a package of the same moment has the same ones. */
export function describeRecord(posture: Posture): AssessmentRecord {
  const { assessment } = posture;
  const files = assessment.files
    .map((file) => ({ path: file.path, sha256: file.sha256 }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    organisation: assessment.head.organisation,
    at: isoTime(posture.atMs),
    assessment: sha256(canonicalJson(files)),
    catalogue: catalogueDigest(assessment.catalogue),
    result: sha256(resultJson(posture)),
    levels: posture.profiles.flatMap(({ profile, environments }) =>
      environments.map(({ environment, rank }) => ({
        profile: profile.name,
        environment,
        level: nameRank(rank),
      })),
    ),
  };
}

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

function checkFiles(files: ReadonlyMap<string, Uint8Array>, manifest: Manifest): PackageCheck {
  const listed = new Map(manifest.files.map((file) => [file.path, file]));
  const problems: string[] = [];
  for (const [path, bytes] of files) {
    const entry = listed.get(path);
    if (path === 'manifest.json') continue;
    if (entry === undefined) problems.push(`${path} is not listed`);
    else if (entry.sha256 !== sha256(bytes)) problems.push(`${path} was changed`);
  }
  for (const path of listed.keys()) if (!files.has(path)) problems.push(`${path} is missing`);
  const sentence =
    problems.length === 0
      ? `${String(listed.size)} files are those of the manifest`
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
  const same = fromUtf8(files.get('result.json') ?? new Uint8Array()) === resultJson(posture);
  return [
    {
      name: 'result',
      ok: same,
      sentence: same
        ? 'the result follows from the assessment, derived again here'
        : 'the result does not follow from the assessment',
    },
    // It takes seconds, and says nothing of files that were changed anyway.
    ...(whole ? [checkOutputs(files, posture)] : []),
    showLapsed(posture, evaluate(assessment, nowMs)),
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
  const missing = ['oscal/assessment-results.json', 'drills.json'].filter(
    (path) => !files.has(path),
  );
  const names = [...wrong.map(([path]) => path), ...missing];
  const sentence =
    names.length === 0
      ? 'report, table, OSCAL and drills say what the assessment says, made again here'
      : `not what the assessment gives: ${names.join(', ')}`;
  return { name: 'outputs', ok: names.length === 0, sentence };
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
      ? `${String(manifest.evidence.length)} evidence files are those whose digests went along`
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
    return { ok: false, organisation: null, at: null, manifestSha256, checks };
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
  };
}
