import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { tempDir } from '../../test/support/temp-dir.ts';
import type { ChildResult, Json } from './index.ts';
import { ChildPool, monotonicMs } from './index.ts';

const limits = { wallMs: 20_000, cpuMs: 10_000, outputBytes: 1_000_000 };
const code = (result: ChildResult): string => (result.ok ? 'ok' : result.code);

describe('child pool', () => {
  let pool: ChildPool;
  before(async () => {
    pool = await ChildPool.open({
      module: new URL('../../test/support/child-job.ts', import.meta.url),
      size: 1,
      memoryMiB: 128,
    });
  });
  after(() => {
    pool.close();
  });
  const run = (job: Json, more = {}): Promise<ChildResult> => pool.run(job, { ...limits, ...more });

  it('answers, shows progress and costs little when warm', async () => {
    assert.deepEqual(await run({ act: 'echo', text: 'hello' }), { ok: true, value: 'hello' });
    const seen: Json[] = [];
    const result = await pool.run({ act: 'progress' }, limits, (value) => seen.push(value));
    assert.deepEqual([result, seen], [{ ok: true, value: 'done' }, [1, 2]]);
    const times: number[] = [];
    for (let i = 0; i < 20; i++) {
      const startMs = monotonicMs();
      await run({ act: 'echo', text: 'x' });
      times.push(monotonicMs() - startMs);
    }
    const median = times.sort((a, b) => a - b)[10] ?? 0;
    assert.ok(median < 5, `a warm job took ${String(median)} ms`);
  });

  it('says what went wrong and goes on', async () => {
    assert.equal(code(await run({ act: 'segv' })), 'CORE_CHILD_KILLED');
    assert.equal(code(await run({ act: 'throw' })), 'CORE_CHILD_FAILED');
    assert.equal(code(await run({ act: 'hang' }, { wallMs: 100 })), 'CORE_CHILD_WALL_EXCEEDED');
    assert.equal(code(await run({ act: 'loop' }, { cpuMs: 200 })), 'CORE_CHILD_CPU_EXCEEDED');
    assert.equal(code(await run({ act: 'flood' })), 'CORE_CHILD_OUTPUT_EXCEEDED');
    assert.equal(code(await run({ act: 'heap' })), 'CORE_CHILD_MEMORY_EXCEEDED');
    assert.equal(code(await run({ act: 'buffers' })), 'CORE_CHILD_MEMORY_EXCEEDED');
    const told = { act: 'abort', text: 'Reached heap limit - JavaScript heap out of memory' };
    assert.equal(code(await run(told)), 'CORE_CHILD_MEMORY_EXCEEDED', 'a long trace follows');
    assert.equal(code(await run({ act: 'abort', text: 'no reason' })), 'CORE_CHILD_KILLED');
    assert.equal(code(await run({ act: 'echo', text: 'still here' })), 'ok');
  });

  it('gives the child no file, no environment and no network', async (t) => {
    const dir = await tempDir(t);
    const secret = path.join(dir, 'secret');
    await writeFile(secret, 'secret');
    assert.equal(code(await run({ act: 'read', text: secret })), 'CORE_CHILD_FAILED');
    assert.equal(code(await run({ act: 'write', text: secret })), 'CORE_CHILD_FAILED');
    assert.deepEqual(await run({ act: 'environment' }), { ok: true, value: ['LANG', 'TZ'] });
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const result = await run({ act: 'network', port });
    server.close();
    assert.ok(result.ok);
    if (pool.walls.network === 'namespace') assert.notEqual(result.value, 'connected');
  });

  it('refuses what waits when its children cannot start, and when it is closed', async () => {
    const broken = await ChildPool.open({
      module: new URL('no-such-module.ts', import.meta.url),
      size: 1,
      memoryMiB: 64,
    });
    assert.equal(code(await broken.run(null, limits)), 'CORE_CHILD_NOT_STARTED');
    broken.close();
    assert.equal(code(await broken.run(null, limits)), 'CORE_CHILD_POOL_CLOSED');
  });
});
