/** An assessment's folder on disk: read whole with digests, written file by file. */
import { existsSync, lstatSync } from 'node:fs';
import path from 'node:path';
import { SallyportError, fromUtf8, sha256, systemClock } from '../core/index.ts';
import {
  FOLDER_LIMITS,
  emptyAssessment,
  evaluate,
  isAssessmentText,
  postureErrors,
  readAssessment,
  readMoment,
  shippedCatalogue,
} from '../posture/index.ts';
import type { Assessment, FolderFile, Posture } from '../posture/index.ts';
import { cliErrors } from './errors.ts';
import { listGiven, makeGivenFolder, readGivenBytes, usePath, writeGiven } from './given-paths.ts';

/** Where an assessment is looked for. */
export const DEFAULT_FOLDER = 'posture';
/** The folder of saved verdicts inside an assessment, which are no part of it. */
const HIDDEN = new Set(['.git', 'node_modules']);
const EVIDENCE_BYTES_MAX = 1024 * 1024 * 1024;

/** Every file below a folder, relative, sorted; links are not followed, and refused where nothing may be passed over. */
export function listFiles(
  folder: string,
  links: 'passed over' | 'refused' = 'passed over',
): readonly string[] {
  const found: string[] = [];
  const walk = (dir: string): void => {
    for (const name of listGiven(path.join(folder, dir)).sort()) {
      const inside = dir === '' ? name : `${dir}/${name}`;
      const place = path.join(folder, inside);
      const kind = usePath(place, 'read', () => lstatSync(place));
      if (kind.isDirectory() && !HIDDEN.has(name)) walk(inside);
      else if (kind.isFile()) found.push(inside);
      else if (links === 'refused' && !kind.isDirectory()) {
        const why = 'it is a link or a device, not a file';
        throw cliErrors.error('PATH_UNREADABLE', { path: place, why });
      }
      if (found.length > FOLDER_LIMITS.files) {
        const { files: most } = FOLDER_LIMITS;
        throw postureErrors.error('LIMIT_EXCEEDED', {
          what: `the number of files in ${folder}`,
          count: found.length,
          most,
        });
      }
    }
  };
  walk('');
  return found;
}

/** Reads a file of bounded size. */
export function readBytes(file: string, bytesMax = EVIDENCE_BYTES_MAX): Uint8Array {
  const { size } = usePath(file, 'read', () => lstatSync(file));
  if (size > bytesMax) {
    throw postureErrors.error('LIMIT_EXCEEDED', { what: file, count: size, most: bytesMax });
  }
  return readGivenBytes(file);
}

/** Reads a folder's files with their digests; other files than YAML and JSON are only hashed. */
export function readFolder(folder: string): readonly FolderFile[] {
  return (
    listFiles(folder)
      // Reports that were written beside the assessment are no part of it; evidence of these types is.
      .filter((file) => !/^[^/]+\.(html|csv)$/.test(file))
      .map((file) => {
        const limit = isAssessmentText(file) ? FOLDER_LIMITS.textBytes : EVIDENCE_BYTES_MAX;
        const bytes = readBytes(path.join(folder, file), limit);
        // A text that is no UTF-8 must not pass for one; the parser refuses the character that stands for it.
        const text = isAssessmentText(file) ? (fromUtf8(bytes) ?? '\u0000') : null;
        return { path: file, bytes: bytes.length, sha256: sha256(bytes), text };
      })
  );
}

/** Whether a folder holds an assessment. */
export function hasAssessment(folder: string): boolean {
  return ['assessment.yaml', 'assessment.yml', 'assessment.json'].some((name) =>
    existsSync(path.join(folder, name)),
  );
}

/** Opens the assessment in a folder. Without a name and without a folder everything is unknown, and that is said. */
export function openAssessment(named: string | undefined): Assessment {
  const folder = named ?? DEFAULT_FOLDER;
  if (!hasAssessment(folder)) {
    if (named !== undefined) throw postureErrors.error('ASSESSMENT_MISSING', { folder });
    process.stderr.write(
      `there is no assessment in ${folder}, so everything is unknown; make one with \`sallyport posture init\`\n`,
    );
    return emptyAssessment(shippedCatalogue());
  }
  const read = readAssessment(readFolder(folder));
  if (!read.ok) {
    const { code, message, hint } = read;
    throw new SallyportError(code, { status: 400, message, hint }, {});
  }
  return read.assessment;
}

/** The moment that `--at` names, or now. */
export function momentOption(value: string | undefined, option = '--at'): number {
  if (value === undefined) return systemClock.nowMs();
  const moment = readMoment(value);
  if (moment !== undefined) return moment;
  const why = 'it is no date such as 2026-12-31';
  throw cliErrors.error('OPTION_INVALID', { option, value, why });
}

/** Opens and judges an assessment. */
export function judgeFolder(named: string | undefined, at: string | undefined): Posture {
  return evaluate(openAssessment(named), momentOption(at));
}

/** Writes a file and the folders above it. */
export function writeText(file: string, text: string): void {
  makeGivenFolder(path.dirname(file));
  writeGiven(file, text);
}
