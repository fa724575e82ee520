/** The assessment that the gate serves: a folder on the gate's machine, read anew for each question. */
import { lstat, readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  SallyportError,
  fromUtf8,
  listFolder,
  readChunks,
  sha256,
  sha256Stream,
} from '../core/index.ts';
import type { Clock } from '../core/index.ts';
import {
  FOLDER_LIMITS,
  evaluate,
  isAssessmentText,
  postureErrors,
  readAssessment,
} from '../posture/index.ts';
import type { FolderFile, Posture } from '../posture/index.ts';

/** Judges the configured assessment. */
export interface PostureDesk {
  /** The verdict as of now; throws `POSTURE_ASSESSMENT_MISSING` when no folder is configured or it is not there. */
  judge(): Promise<Posture>;
}

async function readOne(folder: string, file: string): Promise<FolderFile> {
  const name = path.relative(folder, file).replaceAll(path.sep, '/');
  const { size } = await lstat(file);
  if (isAssessmentText(name)) {
    if (size > FOLDER_LIMITS.textBytes) {
      const { textBytes: most } = FOLDER_LIMITS;
      throw postureErrors.error('LIMIT_EXCEEDED', { what: name, count: size, most });
    }
    const bytes = await readFile(file);
    // The parser refuses the character that stands for what is no UTF-8.
    return { path: name, bytes: size, sha256: sha256(bytes), text: fromUtf8(bytes) ?? '\u0000' };
  }
  const digest = sha256Stream();
  for await (const chunk of readChunks(file)) digest.update(chunk);
  return { path: name, bytes: size, sha256: digest.hex(), text: null };
}

/** Opens the desk. Nothing is read before somebody asks. */
export function openPosture(folder: string | undefined, clock: Clock): PostureDesk {
  return {
    judge: async () => {
      const place = folder === undefined ? undefined : path.resolve(folder);
      const listed = place === undefined ? [] : await listFolder(place).catch(() => []);
      if (place === undefined || listed.length === 0) {
        throw postureErrors.error('ASSESSMENT_MISSING', {
          folder: folder ?? 'the configuration (posture.folder)',
        });
      }
      const files: FolderFile[] = [];
      for (const file of listed.slice(0, FOLDER_LIMITS.files + 1)) {
        files.push(await readOne(place, file));
      }
      const read = readAssessment(files);
      if (!read.ok) {
        const { code, message, hint } = read;
        throw new SallyportError(code, { status: 400, message, hint }, {});
      }
      return evaluate(read.assessment, clock.nowMs());
    },
  };
}
