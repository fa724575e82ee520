/** The child of the pool's tests: does whatever harm it is asked to. */
import { readFileSync, writeFileSync, writeSync } from 'node:fs';
import { connect } from 'node:net';
import type { Json } from '../../src/core/index.ts';
import { serveJobs } from '../../src/core/index.ts';

function tryNetwork(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('connect', () => {
      resolve('connected');
    });
    socket.on('error', (cause: NodeJS.ErrnoException) => {
      resolve(cause.code ?? 'failed');
    });
  });
}

function grow(): never {
  const kept: unknown[] = [];
  for (;;) kept.push({ some: kept.length, thing: [1, 2, 3] });
}

function growOutsideHeap(): never {
  const kept: Uint8Array[] = [];
  for (;;) kept.push(new Uint8Array(8 * 1024 * 1024).fill(kept.length));
}

serveJobs(async (job, tools): Promise<Json> => {
  const { act, text = '', port = 0 } = job as { act: string; text?: string; port?: number };
  switch (act) {
    case 'echo':
      return text;
    case 'progress':
      tools.progress(1);
      tools.progress(2);
      return 'done';
    case 'segv':
      process.kill(process.pid, 'SIGSEGV');
      await new Promise(() => undefined);
      return null;
    case 'loop':
      for (;;);
    case 'abort':
      writeSync(2, `FATAL ERROR: ${text}\n`);
      writeSync(
        2,
        ' 1: 0x1234 node::OOMErrorHandler(char const*, v8::OOMDetails const&)\n'.repeat(200),
      );
      return process.abort();
    case 'hang':
      await new Promise((resolve) => setTimeout(resolve, 1_000_000));
      return null;
    case 'heap':
      return grow();
    case 'buffers':
      return growOutsideHeap();
    case 'flood':
      return 'x'.repeat(10_000_000);
    case 'throw':
      throw new Error('as asked');
    case 'read':
      return readFileSync(text, 'utf8');
    case 'write':
      writeFileSync(text, 'x');
      return 'written';
    case 'environment':
      return Object.keys(process.env).sort();
    case 'network':
      return tryNetwork(port);
    default:
      return null;
  }
});
