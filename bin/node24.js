#!/usr/bin/env node
// Runs a script on Node 24 or newer, whichever Node started this one. Plain JavaScript for old runtimes on purpose:
// it must be able to say in one sentence which Node is needed.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED = 24;

/** The Node to use: this one when it is new enough, else the one pinned as an optional dependency. */
function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= NEEDED) return process.execPath;
  const name = 'node-' + process.platform + '-' + process.arch;
  try {
    const require = createRequire(import.meta.url);
    const path = join(dirname(require.resolve(name + '/package.json')), 'bin', 'node');
    if (existsSync(path)) return path;
  } catch {
    // Not installed for this platform: the sentence below says what to do.
  }
  return undefined;
}

/** Starts `args` on the found Node, passes signals on and ends as the child ended. */
export function runOnNode24(args) {
  const node = findNode();
  if (node === undefined) {
    process.stderr.write(
      'sallyport needs Node ' +
        NEEDED +
        ' or newer and this is ' +
        process.version +
        '; install Node ' +
        NEEDED +
        ', or run `npm ci` without --omit=optional on linux x64 or arm64\n',
    );
    process.exit(1);
  }
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...args], {
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('error', (error) => {
    process.stderr.write('cannot start ' + node + ': ' + error.message + '\n');
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    // Dying of the same signal tells a shell or a supervisor the truth about how the child ended.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) runOnNode24(process.argv.slice(2));
