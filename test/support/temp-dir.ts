/** Throw-away folders for tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';

/** Makes a folder that is removed when the test ends. */
export async function tempDir(context: Pick<TestContext, 'after'>): Promise<string> {
  const dir = await mkdtemp(path.join(tmpdir(), 'sallyport-test-'));
  context.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}
