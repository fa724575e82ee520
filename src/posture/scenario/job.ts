/** What a thread runs: one {@link ChunkJob} to its result. */
import { playChunk } from './chunk.ts';
import type { ChunkJob, ChunkResult } from './chunk.ts';

/** The job of {@link ThreadPool} threads. */
export function runJob(job: ChunkJob): ChunkResult {
  return playChunk(job);
}
