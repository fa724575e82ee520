/** What the commands that talk to a gate share: where it is, whose token it is, how answers are printed. */
import { existsSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import path from 'node:path';
// Not through the index: a client does not load a server.
import { openClient } from '../http/client.ts';
import type { Client } from '../http/client.ts';
import { openPaint } from './terminal.ts';
import type { Paint } from './terminal.ts';

/** Options that every such command has. */
export interface SessionOptions {
  readonly url?: string;
  readonly token?: string;
  readonly json?: boolean;
}

/** A command's connection to its gate. */
export interface Session {
  readonly client: Client;
  readonly json: boolean;
  readonly paint: Paint;
  /** Prints an answer: as JSON, or as lines for people. */
  print(value: unknown, lines: () => readonly string[]): void;
}

const DEFAULT_URL = 'http://localhost:7410';

/** Adds the options of a session to a command. */
export function withSession(command: Command): Command {
  return command
    .option('--url <url>', 'inner door; SALLYPORT_URL by default')
    .option('--token <token>', 'your token; SALLYPORT_TOKEN by default')
    .option('--json', 'print JSON');
}

function readVariable(name: string): string | undefined {
  return process.env[name] === '' ? undefined : process.env[name];
}

/** A gate of the same user on this machine says where it listens. */
function findRunning(): string | undefined {
  const dataDir = path.resolve(readVariable('SALLYPORT_DATA') ?? '.sallyport');
  const running = path.join(dataDir, 'inner', 'running.json');
  if (!existsSync(running)) return undefined;
  try {
    const { innerUrl } = JSON.parse(readFileSync(running, 'utf8')) as { innerUrl?: unknown };
    return typeof innerUrl === 'string' ? innerUrl : undefined;
  } catch {
    return undefined;
  }
}

/** Opens the session of a command. */
export function openSession(options: SessionOptions): Session {
  const url = options.url ?? readVariable('SALLYPORT_URL') ?? findRunning() ?? DEFAULT_URL;
  const json = options.json === true;
  return {
    client: openClient(url, options.token ?? readVariable('SALLYPORT_TOKEN')),
    json,
    paint: openPaint(process.stdout, process.env),
    print: (value, lines) => {
      const text = json ? JSON.stringify(value) : lines().join('\n');
      process.stdout.write(`${text}\n`);
    },
  };
}

/** Columns of text, each as wide as its widest cell. */
export function layOut(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    }
  }
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
