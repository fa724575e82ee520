/**
 * The console's routes with 10,000 requests in the database and 50 people signed in, on the real program: each person has
 * a live stream and opens a page every few seconds. Times are taken at the client, the network of this machine included.
 */
import { existsSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { chromium } from 'playwright-core';
import path from 'node:path';
import { writeFile } from 'node:fs/promises';
import { foundGate, startPreparedGate } from '../test/support/running-gate.ts';
import type { RunningGate } from '../test/support/running-gate.ts';
import { listenEvents } from '../test/support/events.ts';
import { weightShaped } from '../test/support/tables.ts';
import { quantile } from './table.ts';
import type { BenchTable } from './table.ts';

const REQUESTS = 10_000;
const PEOPLE = 50;
const ROUNDS = 6;
const PAUSE_MS = 4_000;
const STATES = ['held', 'released', 'released', 'denied', 'released', 'expired'] as const;

/** What a page asks. */
const PAGES: readonly (readonly [name: string, path: string])[] = [
  ['home', '/v1/home'],
  ['queue, mine to decide', '/v1/requests?for=me&sort=risk&limit=100'],
  ['queue, all', '/v1/requests?for=all&sort=risk&limit=100'],
  ['queue, searched', '/v1/requests?for=all&text=figure&limit=100'],
  ['request', '/v1/requests/REQUEST'],
  ['preview', '/v1/requests/REQUEST/files/0/preview'],
  ['budgets', '/v1/budgets'],
  ['charges', '/v1/charges?days=90'],
  ['waiting', '/v1/waiting?days=30'],
  ['people', '/v1/people'],
  ['policy', '/v1/policy'],
];

/** Copies one real held request until there are as many as wanted; the gate is stopped meanwhile. */
function fill(gate: RunningGate, request: string): void {
  const db = new DatabaseSync(path.join(gate.dataDir, 'inner', 'gate.db'));
  const names = db
    .prepare('select name from pragma_table_info(?)')
    .all('requests')
    .map((row) => String(row['name']));
  const nowMs = Date.now();
  const copy = db.prepare(
    `insert into requests (${names.join(', ')}) select ${names
      .map((name) =>
        name === 'id' || name === 'idempotency_key'
          ? '?1'
          : name === 'state'
            ? '?2'
            : name === 'asked_ms' || name === 'changed_ms'
              ? '?3'
              : name === 'risk'
                ? '?4'
                : name === 'subject'
                  ? 'replace(subject, \'"id":"\' || id, \'"id":"\' || ?1)'
                  : name === 'released_as'
                    ? '?5'
                    : name,
      )
      .join(', ')} from requests where id = ?6`,
  );
  db.exec('begin');
  for (let i = 0; i < REQUESTS; i++) {
    const state = STATES[i % STATES.length] ?? 'held';
    const askedMs = nowMs - Math.round((i / REQUESTS) * 29 * 86_400_000);
    copy.run(
      `req_copy${String(i).padStart(6, '0')}`,
      state,
      askedMs,
      (i * 37) % 101,
      state === 'released' ? (i % 3 === 0 ? 'approvals' : 'automatic') : null,
      request,
    );
  }
  db.exec('commit');
  db.close();
}

/** Processor time that a process has used, in milliseconds; 100 ticks a second on Linux. */
function cpuMs(pid: number): number {
  const fields =
    readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function measure(
  url: string,
  tokens: readonly string[],
  request: string,
): Promise<Map<string, number[]>> {
  const times = new Map<string, number[]>(PAGES.map(([name]) => [name, []]));
  const person = async (token: string, number: number): Promise<void> => {
    for (let i = 0; i < ROUNDS; i++) {
      // People do not act in step.
      await new Promise((resolve) =>
        setTimeout(resolve, PAUSE_MS * (0.5 + ((number * 7 + i * 3) % 10) / 10)),
      );
      const [name, route] = PAGES[(number + i) % PAGES.length] ?? ['home', '/v1/home'];
      const started = performance.now();
      const answer = await fetch(url + route.replace('REQUEST', request), {
        headers: { authorization: `Bearer ${token}` },
      });
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`${route}: ${String(answer.status)}`);
      times.get(name)?.push(performance.now() - started);
    }
  };
  await Promise.all(tokens.map(person));
  return times;
}

/** How long the queue takes in a browser until it takes a key. */
async function openQueue(url: string, token: string): Promise<number[]> {
  const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((each) =>
    existsSync(each),
  );
  if (executablePath === undefined) return [];
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu'],
  });
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
  const page = await context.newPage();
  await context.addCookies([{ name: 'sallyport_session', value: token, url }]);
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    await page.goto('about:blank');
    const started = performance.now();
    await page.goto(`${url}/#/requests?for=all`);
    await page.locator('.queue-row').first().waitFor();
    await page.keyboard.press('j');
    await page.waitForFunction('document.activeElement?.closest(".queue-row") !== null');
    times.push(performance.now() - started);
  }
  await browser.close();
  return times;
}

/** Runs it. */
export async function benchConsole(): Promise<BenchTable> {
  const { gate } = await startPreparedGate(['alpha']);
  let running = gate;
  try {
    const names = Array.from({ length: PEOPLE }, (_, i) => `p${String(i).padStart(2, '0')}`);
    const founded = await foundGate(gate, names);
    await writeFile(path.join(gate.workDir, 'weights.csv'), weightShaped(1));
    const held = await founded.as<{ id: string }>(
      'p00',
      4,
      ...['export', 'weights.csv', '--project', 'study', '--to', 'alpha', '--why', 'figure 3'],
    );
    await gate.stop();
    fill(gate, held.id);
    running = await gate.restart();
    const tokens = names.map((name) => founded.token(name));
    const streams = await Promise.all(tokens.map((token) => listenEvents(running.innerUrl, token)));
    const before = cpuMs(running.pid);
    const times = await measure(running.innerUrl, tokens, held.id);
    const spentMs = (cpuMs(running.pid) - before) / (PEOPLE * ROUNDS);
    const queue = await openQueue(running.innerUrl, tokens[1] ?? '');
    for (const stream of streams) stream.close();
    const all = [...times.values()].flat();
    const row = (name: string, values: readonly number[]): readonly string[] => {
      const sorted = [...values].sort((a, b) => a - b);
      const ms = [quantile(sorted, 0.5), quantile(sorted, 0.95), sorted.at(-1) ?? 0];
      return [name, String(values.length), ...ms.map((each) => each.toFixed(0))];
    };
    return {
      title: 'Console',
      note: `${String(REQUESTS)} requests in the database; ${String(PEOPLE)} people signed in, each with a live stream, opening a page every ${String(PAUSE_MS / 1000)} s: milliseconds until the answer is there, and until the queue in Chromium takes a key. The gate used ${spentMs.toFixed(0)} ms of processor time a page.`,
      columns: ['page', 'calls', 'p50', 'p95', 'most'],
      rows: [
        ...[...times].map(([name, values]) => row(name, values)),
        row('all', all),
        ...(queue.length === 0 ? [] : [row('queue in Chromium', queue)]),
      ],
    };
  } finally {
    await running.close();
  }
}
