/** Latency of an acknowledged ledger entry: durable, signed, with its receipt. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monotonicMs, systemClock, systemRandom } from '../src/core/index.ts';
import { makeSigner, openLedger } from '../src/ledger/index.ts';
import { openStore } from '../src/store/index.ts';
import type { BenchTable } from './table.ts';
import { quantile } from './table.ts';

function row(what: string, latencies: readonly number[], seconds: number): string[] {
  return [
    what,
    String(Math.round(latencies.length / seconds)),
    quantile(latencies, 0.5).toFixed(2),
    quantile(latencies, 0.99).toFixed(2),
  ];
}

const details = { kind: 'bench.happened', by: 'agent_bench', note: 'x'.repeat(400) };

/** Runs the two loads: a fixed rate of 1,000 entries a second, and as fast as 64 callers can. */
export async function benchLedger(): Promise<BenchTable> {
  const dir = await mkdtemp(path.join(tmpdir(), 'sallyport-bench-'));
  const store = await openStore(path.join(dir, 'gate.db'));
  const ledger = await openLedger({
    store,
    logId: 'bench',
    dir: path.join(dir, 'log'),
    key: makeSigner('bench.example/log', 1, systemRandom.bytes(32)),
    clock: systemClock,
    random: systemRandom,
  });
  try {
    const timed = async (latencies: number[]): Promise<void> => {
      const startMs = monotonicMs();
      await ledger.record(details);
      latencies.push(monotonicMs() - startMs);
    };
    for (let i = 0; i < 200; i++) await timed([]);

    const paced: number[] = [];
    const waits: Promise<void>[] = [];
    const count = 10_000;
    const beganMs = monotonicMs();
    // Entries are due one a millisecond; each is timed from when it was due, so that a stall counts for all it delays.
    await new Promise<void>((resolve) => {
      const tick = (): void => {
        const due = Math.min(count, Math.floor(monotonicMs() - beganMs));
        while (waits.length < due) {
          const dueMs = beganMs + waits.length + 1;
          waits.push(
            ledger.record(details).then(() => {
              paced.push(monotonicMs() - dueMs);
            }),
          );
        }
        if (waits.length < count) setTimeout(tick, 1);
        else resolve();
      };
      tick();
    });
    await Promise.all(waits);
    const pacedSeconds = (monotonicMs() - beganMs) / 1_000;

    const alone: number[] = [];
    const aloneMs = monotonicMs();
    for (let i = 0; i < 500; i++) await timed(alone);
    const aloneSeconds = (monotonicMs() - aloneMs) / 1_000;

    const full: number[] = [];
    const fullMs = monotonicMs();
    await Promise.all(
      Array.from({ length: 64 }, async () => {
        for (let i = 0; i < 150; i++) await timed(full);
      }),
    );
    const fullSeconds = (monotonicMs() - fullMs) / 1_000;
    return {
      title: 'Ledger: durable entry, signed checkpoint and receipt',
      note: 'Entries of about 500 bytes; SQLite with synchronous=FULL; timed from when the entry is due until its receipt is there.',
      columns: ['load', 'entries/s', 'p50 ms', 'p99 ms'],
      rows: [
        row('1,000 entries a second', paced, pacedSeconds),
        row('one caller', alone, aloneSeconds),
        row('64 callers', full, fullSeconds),
      ],
    };
  } finally {
    await ledger.close();
    await store.close();
    await rm(dir, { recursive: true, force: true });
  }
}
