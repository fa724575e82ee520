/**
 * Builds the console into `console/dist`, which is committed: a checkout serves it straight after `npm ci`, and what is
 * served is what was reviewed. `--check` builds elsewhere and compares byte by byte.
 */
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';

const root = join(import.meta.dirname, '..');
const target = join(root, 'console/dist');
/** All files together; what somebody waits for at the first visit. */
const BYTES_MAX = 800_000;

function readFolder(folder: string): Map<string, Buffer> {
  const names = globSync('**/*.*', { cwd: folder }).sort();
  return new Map(names.map((name) => [name, readFileSync(join(folder, name))]));
}

function countBytes(files: ReadonlyMap<string, Buffer>): number {
  return [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
}

/** Builds the console into a folder and returns its files. */
export async function buildConsole(folder: string): Promise<Map<string, Buffer>> {
  await build({
    configFile: join(root, 'console/vite.config.ts'),
    logLevel: 'warn',
    mode: 'production',
    build: { outDir: folder, emptyOutDir: true },
  });
  const files = readFolder(folder);
  const bytes = countBytes(files);
  if (bytes > BYTES_MAX) {
    throw new Error(`the console has ${String(bytes)} bytes, more than ${String(BYTES_MAX)}`);
  }
  return files;
}

/** The names of files that differ between two builds. */
function compare(a: ReadonlyMap<string, Buffer>, b: ReadonlyMap<string, Buffer>): string[] {
  const names = new Set([...a.keys(), ...b.keys()]);
  return [...names].filter((name) => {
    const [one, other] = [a.get(name), b.get(name)];
    return one === undefined || other === undefined || !one.equals(other);
  });
}

if (process.argv[1] === import.meta.filename) {
  if (process.argv.includes('--check')) {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-console-'));
    try {
      const differing = compare(await buildConsole(folder), readFolder(target));
      if (differing.length > 0) {
        console.error(`the committed console differs from its source: ${differing.join(', ')}`);
        console.error('run `npm run build`, or node bin/node24.js scripts/build-console.ts');
        process.exitCode = 1;
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  } else {
    const files = await buildConsole(target);
    console.log(`console built: ${String(files.size)} files, ${String(countBytes(files))} bytes`);
  }
}
