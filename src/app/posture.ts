/** The assessment that the gate serves: a folder on the gate's machine, read anew for each question. */
import { lstat, readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  SallyportError,
  ThreadPool,
  fromUtf8,
  listFolder,
  readChunks,
  sha256,
  sha256Stream,
} from '../core/index.ts';
import type { Clock, Refusal } from '../core/index.ts';
import {
  FOLDER_LIMITS,
  VERDICT_JOB,
  evaluate,
  isAssessmentText,
  postureErrors,
  readAssessment,
} from '../posture/index.ts';
import type {
  FolderFile,
  Posture,
  PostureBoard,
  PostureShown,
  VerdictJob,
  VerdictResult,
} from '../posture/index.ts';

/** Judges the configured assessment. All throw `POSTURE_ASSESSMENT_MISSING` when no folder is configured or it is not there. */
export interface PostureDesk {
  /** The verdict as of now, judged here. */
  judge(): Promise<Posture>;
  /** The short answer for programs, judged on a thread of its own. */
  show(): Promise<PostureShown>;
  /** The whole page, judged on a thread of its own; whoever asks meanwhile gets the same answer. */
  board(): Promise<PostureBoard>;
  close(): Promise<void>;
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

async function readFiles(folder: string | undefined): Promise<readonly FolderFile[]> {
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
  return files;
}

/** Opens the desk. Nothing is read and no thread is started before somebody asks. */
export function openPosture(folder: string | undefined, clock: Clock): PostureDesk {
  let pool: ThreadPool | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  const asked = new Map<VerdictJob['as'], Promise<VerdictResult>>();
  /** The gate decides about exports meanwhile, so none of this is reckoned on its own thread. */
  const judge = (as: VerdictJob['as']): Promise<VerdictResult> => {
    const running = asked.get(as);
    if (running !== undefined) return running;
    const mine = turn
      .then(() => readFiles(folder))
      .then(async (files) => {
        pool ??= new ThreadPool(VERDICT_JOB, 1);
        const job: VerdictJob = { files, nowMs: clock.nowMs(), as };
        const [result] = await pool.run<VerdictResult>([job]);
        if (result === undefined) throw new TypeError('a thread gave no result');
        return result;
      })
      .finally(() => asked.delete(as));
    asked.set(as, mine);
    turn = mine.catch(() => undefined);
    return mine;
  };
  return {
    judge: async () => {
      const read = readAssessment(await readFiles(folder));
      if (!read.ok) throw faultOf(read);
      return evaluate(read.assessment, clock.nowMs());
    },
    show: async () => {
      const result = need(await judge('shown'));
      if ('shown' in result) return result.shown;
      throw new TypeError('a thread answered another question');
    },
    board: async () => {
      const result = need(await judge('board'));
      if ('board' in result) return result.board;
      throw new TypeError('a thread answered another question');
    },
    close: async () => {
      await turn;
      await pool?.close();
    },
  };
}

function need(result: VerdictResult): Exclude<VerdictResult, Refusal> {
  if (result.ok) return result;
  throw faultOf(result);
}

function faultOf({ code, message, hint }: Refusal): SallyportError {
  return new SallyportError(code, { status: 400, message, hint }, {});
}
