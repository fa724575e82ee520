/**
 * Everything that must hold besides the tests: format, lint, types, boundaries, dead code, generated files.
 * Runs each check, names the ones that failed and ends with their count.
 */
import { spawnSync } from 'node:child_process';

const bin = (name: string): string => `node_modules/${name}`;
const CHECKS: readonly { readonly name: string; readonly args: readonly string[] }[] = [
  { name: 'format', args: [bin('prettier/bin/prettier.cjs'), '--check', '--log-level=warn', '.'] },
  { name: 'types', args: [bin('typescript/bin/tsc'), '--noEmit', '-p', '.'] },
  { name: 'console types', args: [bin('typescript/bin/tsc'), '--noEmit', '-p', 'console'] },
  { name: 'browser types', args: [bin('typescript/bin/tsc'), '--noEmit', '-p', 'test/browser'] },
  { name: 'lint', args: ['--max-old-space-size=4096', bin('eslint/bin/eslint.js'), '.'] },
  {
    name: 'boundaries',
    args: [
      bin('dependency-cruiser/bin/dependency-cruise.mjs'),
      'src',
      'console/src',
      '--output-type',
      'err',
    ],
  },
  { name: 'dead code', args: [bin('knip/bin/knip.js'), '--no-progress'] },
  { name: 'engine build', args: ['scripts/build-engine.ts', '--check'] },
  { name: 'raster build', args: ['scripts/build-raster.ts', '--check'] },
  { name: 'console build', args: ['scripts/build-console.ts', '--check'] },
  { name: 'docs', args: ['scripts/docs.ts', '--check'] },
];

const only = process.argv.slice(2);
const failed: string[] = [];
for (const check of CHECKS) {
  if (only.length > 0 && !only.includes(check.name)) continue;
  const started = performance.now();
  const result = spawnSync(process.execPath, check.args, {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ok = result.status === 0;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${ok ? 'ok  ' : 'FAIL'} ${check.name} (${seconds} s)\n`);
  if (!ok) failed.push(check.name);
}
process.stdout.write(
  failed.length === 0 ? 'all checks passed\n' : `failed: ${failed.join(', ')}\n`,
);
process.exit(failed.length === 0 ? 0 : 1);
