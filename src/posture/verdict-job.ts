/** What a thread runs: an assessment's files to the verdict on it, as the documents that pages and programs read. */
import { readAssessment } from './assessment.ts';
import type { FolderFile } from './assessment.ts';
import { evaluate } from './evaluate.ts';
import { boardOf } from './output/board.ts';
import type { PostureBoard } from './output/board.ts';
import { showPosture } from './output/show.ts';
import type { PostureShown } from './output/show.ts';
import type { Refusal } from '../core/index.ts';

/** The module that {@link ThreadPool} threads load: its `runJob` judges. */
export const VERDICT_JOB = new URL(import.meta.url);

/** What is judged. */
export interface VerdictJob {
  readonly files: readonly FolderFile[];
  readonly nowMs: number;
  /** The short answer, or the whole page with attack view and roadmap, which takes a second. */
  readonly as: 'shown' | 'board';
}

/** The document, or why the folder is no assessment. */
export type VerdictResult =
  | { readonly ok: true; readonly shown: PostureShown }
  | { readonly ok: true; readonly board: PostureBoard }
  | Refusal;

/** The job of {@link ThreadPool} threads. */
export function runJob({ files, nowMs, as }: VerdictJob): VerdictResult {
  const read = readAssessment(files);
  if (!read.ok) return read;
  const posture = evaluate(read.assessment, nowMs);
  return as === 'shown'
    ? { ok: true, shown: showPosture(posture) }
    : { ok: true, board: boardOf(posture) };
}
