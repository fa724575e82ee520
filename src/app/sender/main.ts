/**
 * The program of the sender's process: options as one JSON argument, messages of the gate on 0 and to it on 1, the wire
 * on 3, the intake link on 4. It has nothing else: no web code, no gate database, no ledger key.
 */
import { mkdirSync } from 'node:fs';
import { Socket } from 'node:net';
import path from 'node:path';
import { runSender } from './process.ts';
import type { SenderOptions } from './process.ts';

const WIRE_FD = 3;
const INTAKE_FD = 4;

const options = JSON.parse(process.argv[2] ?? '{}') as SenderOptions;
mkdirSync(path.resolve(options.dir), { recursive: true, mode: 0o700 });
// A terminal sends its interrupt to everybody; the gate decides when we end, by closing the channel.
process.on('SIGINT', () => undefined);
process.stdout.on('error', () => undefined);

try {
  const wire = new Socket({ fd: WIRE_FD, readable: false, writable: true });
  const intake = new Socket({ fd: INTAKE_FD, readable: true, writable: false });
  wire.on('error', () => undefined);
  intake.on('error', () => undefined);
  await runSender(options, { fromGate: process.stdin, toGate: process.stdout, wire, intake });
  process.exit(0);
} catch (error) {
  process.stderr.write(`sender: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
