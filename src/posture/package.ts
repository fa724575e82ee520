/**
 * The readiness package: an assessment with its result, evidence digests, ledger proofs and drills, as files that a
 * partner or government can verify offline (`package-check.ts`), with this program and without trust in whoever sends it.
 */
import { canonicalJson, isoTime, sha256, utf8 } from '../core/index.ts';
import type { Json, JsonObject } from '../core/index.ts';
import type { Catalogue } from './catalogue/catalogue.ts';
import type { Posture } from './evaluate.ts';
import { writeAssessmentResults } from './oscal/assessment-results.ts';
import { showPosture } from './output/show.ts';
import { nameRank } from './level.ts';

/** The format that a manifest names. */
export const PACKAGE_FORMAT = 'sallyport-readiness/1';
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

/** JSON as it lies in a package. */
export function pretty(value: unknown): string {
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
    format: PACKAGE_FORMAT,
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
