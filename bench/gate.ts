/** How long a plain export takes over HTTP: upload, quote, verdict, charge, receipt; the wait for the slot not counted. */
import { openClient } from '../src/http/client.ts';
import type { RequestDetails } from '../src/http/index.ts';
import { startPreparedGate } from '../test/support/running-gate.ts';
import type { PreparedGate } from '../test/support/running-gate.ts';
import { quantile } from './table.ts';
import type { BenchTable } from './table.ts';

const WARM = 6;
const ONE_CLIENT = 60;
const EIGHT_CLIENTS = 120;

/** A table of about 20 kB that no two exports share: an estimate, its error and what follows from them. */
function makeTable(seed: number): Buffer {
  const rows = ['term,estimate,std_error,statistic,lower,upper'];
  let state = seed * 2654435761 + 1;
  const draw = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
  for (let i = 0; rows.join('\n').length < 20_000; i++) {
    const estimate = draw() * 4 - 2;
    const error = 0.01 + draw() / 5;
    const cells = [
      estimate,
      error,
      estimate / error,
      estimate - 1.96 * error,
      estimate + 1.96 * error,
    ];
    rows.push([`term_${String(i % 24)}`, ...cells.map((cell) => String(cell))].join(','));
  }
  return Buffer.from(`${rows.join('\n')}\n`);
}

async function exportOne(prepared: PreparedGate, name: string, bytes: Buffer): Promise<number> {
  const client = openClient(prepared.gate.innerUrl, prepared.memberToken);
  const began = performance.now();
  const details = await client.upload<RequestDetails>(
    `/v1/exports?project=${prepared.project}&to=alpha&why=bench`,
    [{ name, open: () => slice(bytes) }],
    { key: `bench-${name}` },
  );
  if (details.receipt !== null) await client.text(details.receipt);
  if (details.verdict !== 'allow')
    throw new Error(`not released: ${details.reason ?? details.state}`);
  return performance.now() - began;
}

async function* slice(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

function row(label: string, times: readonly number[], wallMs: number): readonly string[] {
  const rate = (times.length * 1000) / wallMs;
  return [
    label,
    String(times.length),
    quantile(times, 0.5).toFixed(0),
    quantile(times, 0.99).toFixed(0),
    rate.toFixed(1),
  ];
}

/** Exports with one client and with eight. */
export async function benchGate(): Promise<BenchTable> {
  const prepared = await startPreparedGate(['alpha']);
  // No content twice: history and remembered plans would answer for a repeated table.
  let made = 0;
  try {
    const send = (run: string, index: number): Promise<number> =>
      exportOne(prepared, `${run}-${String(index)}.csv`, makeTable(++made));
    for (let i = 0; i < WARM; i++) await send('warm', i);
    const one: number[] = [];
    const began = performance.now();
    for (let i = 0; i < ONE_CLIENT; i++) one.push(await send('one', i));
    const oneMs = performance.now() - began;
    const eight: number[] = [];
    let next = 0;
    const again = performance.now();
    const worker = async (): Promise<void> => {
      for (let i = next++; i < EIGHT_CLIENTS; i = next++) eight.push(await send('eight', i));
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    const eightMs = performance.now() - again;
    return {
      title: 'Exports through the gate',
      note: `A made table of 20 kB and new content each time; from the first byte sent to the receipt in hand, over HTTP on loopback, every other process of the gate running; the wait for the slot is not counted.`,
      columns: ['clients', 'exports', 'p50 ms', 'p99 ms', 'exports/s'],
      rows: [row('1', one, oneMs), row('8', eight, eightMs)],
    };
  } finally {
    await prepared.gate.close();
  }
}
