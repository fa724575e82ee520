/** What the commands that talk to a gate share: where it is, whose token it is, how answers are printed. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
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
    .option(
      '--token <token>',
      'your token; SALLYPORT_TOKEN or the session of `sallyport login` by default',
    )
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

function sessionsFile(): string {
  const base = readVariable('XDG_CONFIG_HOME') ?? path.join(homedir(), '.config');
  return path.join(base, 'sallyport', 'sessions.json');
}

function readSessions(): Record<string, string> {
  try {
    return JSON.parse(readFileSync(sessionsFile(), 'utf8')) as Record<string, string>;
  } catch {
    return {};
  }
}

function readStoredSession(url: string): string | undefined {
  return readSessions()[url.replace(/\/+$/, '')];
}

/** Keeps the session that `sallyport login` opened, readable by this user alone; null forgets it. */
export function storeSession(url: string, token: string | null): void {
  const file = sessionsFile();
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const others = Object.entries(readSessions()).filter(([held]) => held !== url);
  const kept = token === null ? others : [...others, [url, token]];
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(kept))}\n`, { mode: 0o600 });
}

/** Opens the session of a command. */
export function openSession(options: SessionOptions): Session {
  const url = options.url ?? readVariable('SALLYPORT_URL') ?? findRunning() ?? DEFAULT_URL;
  const json = options.json === true;
  return {
    client: openClient(
      url,
      options.token ?? readVariable('SALLYPORT_TOKEN') ?? readStoredSession(url),
    ),
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
