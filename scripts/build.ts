/** Builds the console and compiles the sources to `dist/` for a published package; a checkout needs no build. */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';

const built = spawnSync(process.execPath, ['scripts/build-console.ts'], { stdio: 'inherit' });
if (built.status !== 0) process.exit(built.status ?? 1);
rmSync('dist', { recursive: true, force: true });
const result = spawnSync(
  process.execPath,
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'],
  { stdio: 'inherit' },
);
process.exit(result.status ?? 1);
