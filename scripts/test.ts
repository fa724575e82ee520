/**
 * Runs the tests and ends with `N passed, N failed`.
 *
 * `npm test` runs every `*.test.ts`; `npm test -- --slow` adds the campaigns (`*.slow.ts`); other arguments keep only
 * the files whose path contains one of them. A skipped test is named with its reason, never silent.
 */
import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { run } from 'node:test';

// Tests start thousands of processes, most of which read the same sources: each is translated once.
process.env['NODE_COMPILE_CACHE'] ??= resolve('node_modules/.cache/sallyport-compiled');

const flags = process.argv.slice(2);
const slow = flags.includes('--slow');
const filters = flags.filter((flag) => !flag.startsWith('--'));
const patterns = ['src/**/*.test.ts', 'test/**/*.test.ts', ...(slow ? ['test/**/*.slow.ts'] : [])];
const files = globSync(patterns)
  .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
  .sort();

interface TestEvent {
  readonly name: string;
  readonly file?: string;
  readonly skip?: string | boolean;
  readonly todo?: string | boolean;
  readonly details: {
    readonly type?: string;
    readonly duration_ms: number;
    readonly error?: { readonly message?: string; readonly cause?: unknown };
  };
}

const passed = new Map<string, number>();
const skipped: string[] = [];
const failures: string[] = [];
let passCount = 0;
interface Timed {
  readonly ms: number;
  readonly name: string;
}
const slowTests: Timed[] = [];
const slowFiles: Timed[] = [];

function place(event: TestEvent): string {
  const file = (event.file ?? '').replace(`${process.cwd()}/`, '');
  return file === '' || file === event.name ? event.name : `${file} > ${event.name}`;
}

/** An error with what caused it: a property that failed names its reason only there. */
function describe(cause: unknown): string {
  if (cause instanceof Error) {
    const own = cause.stack ?? cause.message;
    return cause.cause === undefined ? own : `${own}\ncaused by ${describe(cause.cause)}`;
  }
  return typeof cause === 'string' ? cause : JSON.stringify(cause);
}

function isFile(event: TestEvent): boolean {
  return event.file !== undefined && resolve(event.name) === event.file;
}

/** The slowest few, so that what makes a whole run long is seen in its log. */
function printSlowest(kind: string, timed: Timed[], count: number): void {
  timed.sort((a, b) => b.ms - a.ms);
  for (const { ms, name } of timed.slice(0, count)) {
    process.stdout.write(`slow ${kind} ${(ms / 1000).toFixed(1)} s ${name}\n`);
  }
}

const started = performance.now();
const stream = run({ files, concurrency: 2, timeout: slow ? 3_600_000 : 300_000 });
stream.on('test:pass', (raw) => {
  const event = raw as unknown as TestEvent;
  if (isFile(event) || event.details.type === 'suite') return;
  if (event.skip !== undefined && event.skip !== false) {
    skipped.push(`${place(event)}${typeof event.skip === 'string' ? ` (${event.skip})` : ''}`);
    return;
  }
  passCount++;
  passed.set(event.file ?? '', (passed.get(event.file ?? '') ?? 0) + 1);
  slowTests.push({ ms: event.details.duration_ms, name: place(event) });
});
stream.on('test:fail', (raw) => {
  const event = raw as unknown as TestEvent;
  // A failed child is reported by itself; its suite repeats the same news.
  if (event.details.type === 'suite') return;
  const { error } = event.details;
  const text = `${place(event)}\n${describe(error?.cause ?? error?.message ?? 'no reason given')}`;
  failures.push(text);
  process.stdout.write(`FAIL ${text}\n`);
});
stream.on('test:complete', (raw) => {
  const event = raw as unknown as TestEvent;
  if (isFile(event)) slowFiles.push({ ms: event.details.duration_ms, name: place(event) });
});
stream.on('test:diagnostic', (raw) => {
  // What a campaign counted. The runner's own summary has no file.
  if (slow && raw.file !== undefined) process.stdout.write(`     ${raw.message}\n`);
});
stream.on('test:stderr', (raw) => {
  if (flags.includes('--verbose')) process.stderr.write(raw.message);
});
await new Promise<void>((done, reject) => {
  stream.on('end', done);
  stream.on('error', reject);
  stream.resume();
});

for (const [file, count] of [...passed].sort()) {
  process.stdout.write(`ok   ${file.replace(`${process.cwd()}/`, '')} (${count})\n`);
}
for (const name of skipped) process.stdout.write(`skipped ${name}\n`);
printSlowest('test', slowTests, 5);
printSlowest('file', slowFiles, 10);
if (failures.length > 0) {
  process.stdout.write(`\n${failures.length} failed:\n`);
  for (const failure of failures) process.stdout.write(`  ${failure.split('\n')[0] ?? ''}\n`);
}
const seconds = ((performance.now() - started) / 1000).toFixed(0);
process.stdout.write(
  `\n${files.length} files, ${skipped.length} skipped, ${seconds} s\n${passCount} passed, ${failures.length} failed\n`,
);
process.exit(failures.length === 0 && passCount > 0 ? 0 : 1);
