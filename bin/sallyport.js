#!/usr/bin/env node
// The committed launcher: works straight after `npm ci`, runs the sources in a checkout and `dist` in a published package.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runOnNode24 } from './node24.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'src', 'cli', 'main.ts');
const built = join(root, 'dist', 'cli', 'main.js');
// In a checkout the translated sources are kept beside the other installed files: a command starts in half the time.
if (existsSync(source)) {
  process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules', '.cache', 'sallyport-compiled');
}
runOnNode24([existsSync(source) ? source : built, ...process.argv.slice(2)]);
