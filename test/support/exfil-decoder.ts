/**
 * The attacker's half outside: a program of its own that sees only what the outer door serves over HTTP.
 *
 * Argument: the outer door. Each line of standard input is `{"channel", "readers": [{"token", "skip"}]}`, one reader per
 * destination, of which `skip` releases came before; each line of output is the guessed payload.
 */
import { createInterface } from 'node:readline';
import { CHANNELS } from '../../src/egress/exfil/run.ts';
import type { PlainFile, Served } from '../../src/egress/exfil/channel.ts';

interface ServedRelease {
  readonly release: number;
  readonly publishedAt: string;
  readonly files: readonly { readonly name: string; readonly href: string }[];
}

interface Question {
  readonly channel: string;
  readonly readers: readonly { readonly token: string; readonly skip: number }[];
}

const outerUrl = process.argv[2] ?? '';

async function read(token: string, address: string): Promise<Response> {
  const response = await fetch(new URL(address, outerUrl), {
    headers: { authorization: `Bearer ${token}` },
  });
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response;
}

async function readFiles(token: string, release: ServedRelease): Promise<PlainFile[]> {
  return Promise.all(
    release.files.map(async (file) => ({
      name: file.name,
      bytes: new Uint8Array(await (await read(token, file.href)).arrayBuffer()),
    })),
  );
}

async function readServed(question: Question): Promise<Served[]> {
  const served: (Served & { readonly release: number })[] = [];
  for (const [destination, { token, skip }] of question.readers.entries()) {
    const listed = (await (await read(token, '/v1/files')).json()) as {
      readonly releases: readonly ServedRelease[];
    };
    const ordered = [...listed.releases].sort((a, b) => a.release - b.release);
    for (const release of ordered.slice(skip)) {
      served.push({
        release: release.release,
        destination,
        // The decoder's finest clock is the time that the door itself states.
        slot: Date.parse(release.publishedAt) / Number(process.env['SLOT_MS'] ?? '100'),
        files: await readFiles(token, release),
      });
    }
  }
  return served.sort((a, b) => a.release - b.release);
}

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line) as Question;
  const channel = CHANNELS.find((one) => one.name === question.channel);
  if (channel === undefined) throw new Error(`no channel ${question.channel}`);
  process.stdout.write(`${JSON.stringify(channel.extract(await readServed(question)))}\n`);
}
