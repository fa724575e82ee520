/** The program of the outer process: options as one JSON argument, wire on 0, events on 1, status on 3, deliveries on 4. */
import { Socket } from 'node:net';
import { runOuterProcess } from './process.ts';
import type { OuterEvent, OuterProcessOptions } from './process.ts';

const INTAKE_FD = 3;
const DELIVERIES_FD = 4;

const options = JSON.parse(process.argv[2] ?? '{}') as OuterProcessOptions;
const say = (event: OuterEvent): void => {
  process.stdout.write(`${JSON.stringify(event)}\n`);
};
// The reader of our events may be gone before we are; that is no reason to fail.
process.stdout.on('error', () => undefined);

// A terminal sends its interrupt to everybody; the gate decides when we end, by closing the wire or by SIGTERM.
process.on('SIGINT', () => undefined);

try {
  const intake = new Socket({ fd: INTAKE_FD, readable: false, writable: true });
  const deliveries = new Socket({ fd: DELIVERIES_FD, readable: false, writable: true });
  const links = { wire: process.stdin, intake, deliveries, say };
  const running = await runOuterProcess(options, links);
  process.on('SIGTERM', () => {
    void running.stop().then(() => process.exit(0));
  });
  await running.ended;
  process.exit(0);
} catch (error) {
  say({ event: 'fault', message: error instanceof Error ? error.message : String(error) });
  process.exit(1);
}
