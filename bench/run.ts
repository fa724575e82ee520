/** Runs the benchmarks and prints Markdown tables: `npm run bench`, or `npm run bench -- price speed` for some. */
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { formatTable, type BenchTable } from './table.ts';

const BENCHES: readonly { readonly name: string; readonly entry: string }[] = [
  { name: 'price', entry: 'benchPrice' },
  { name: 'speed', entry: 'benchSpeed' },
  { name: 'ledger', entry: 'benchLedger' },
  { name: 'policy', entry: 'benchPolicy' },
  { name: 'gate', entry: 'benchGate' },
  { name: 'decide', entry: 'benchDecide' },
  { name: 'console', entry: 'benchConsole' },
  { name: 'screens', entry: 'benchScreens' },
  { name: 'scan', entry: 'benchScan' },
  { name: 'large', entry: 'benchLarge' },
  { name: 'lineage', entry: 'benchLineage' },
  { name: 'scenario', entry: 'benchScenario' },
];

type Bench = () => BenchTable | readonly BenchTable[] | Promise<BenchTable | readonly BenchTable[]>;

const wanted = process.argv.slice(2);
const processors = cpus();
process.stdout.write(
  `Node ${process.version}, ${processors.length} × ${processors[0]?.model.trim() ?? 'unknown processor'}\n\n`,
);
for (const { name, entry } of BENCHES) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const path = resolve('bench', `${name}.ts`);
  if (!existsSync(path)) continue;
  process.stderr.write(`running ${name} …\n`);
  const module = (await import(pathToFileURL(path).href)) as Record<string, Bench | undefined>;
  const bench = module[entry];
  if (bench === undefined) throw new Error(`bench/${name}.ts does not export ${entry}`);
  const result = await bench();
  for (const table of 'rows' in result ? [result] : result) {
    process.stdout.write(`${formatTable(table)}\n`);
  }
}
process.exit(0);
