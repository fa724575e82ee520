/** The steganographer suite against the real gate: attacker inside by HTTP, decoder outside as a program of its own. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CHANNELS, playChannel } from '../../src/egress/exfil/run.ts';
import type { Channel, Submission, Wall } from '../../src/egress/exfil/channel.ts';
import { openClient } from '../../src/http/index.ts';
import type { Client, RequestDetails } from '../../src/http/index.ts';
import { startPreparedGate } from '../support/running-gate.ts';
import type { PreparedGate } from '../support/running-gate.ts';

const DECODER = fileURLToPath(new URL('../support/exfil-decoder.ts', import.meta.url));
const SLOT_MS = 20;

/** How many releases the outer door shows to a recipient, once it shows at least `least`. */
async function countServed(prepared: PreparedGate, token: string, least: number): Promise<number> {
  for (;;) {
    const response = await fetch(`${prepared.gate.outerUrl}/v1/files`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { releases } = (await response.json()) as { releases: unknown[] };
    if (releases.length >= least) return releases.length;
    await new Promise((resolve) => setTimeout(resolve, SLOT_MS));
  }
}

describe('what a steganographer gets through the running gate', { timeout: 280_000 }, () => {
  let prepared: PreparedGate;
  let client: Client;
  let dir: string;
  let decoder: ChildProcessWithoutNullStreams;
  let answers: AsyncIterator<string>;
  const shown = [0, 0];

  before(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'sallyport-exfil-'));
    const config = {
      outer: { slotMs: SLOT_MS, lagSlots: 50 },
      automatic: { types: ['text', 'table', 'json', 'jsonl', 'xml', 'html', 'raster'] },
    };
    await writeFile(path.join(dir, 'sallyport.json'), JSON.stringify(config));
    prepared = await startPreparedGate(
      ['alpha', 'beta'],
      '--config',
      path.join(dir, 'sallyport.json'),
    );
    client = openClient(prepared.gate.innerUrl, prepared.memberToken);
    decoder = spawn(process.execPath, [DECODER, prepared.gate.outerUrl], {
      env: { PATH: process.env['PATH'] ?? '', SLOT_MS: String(SLOT_MS) },
    });
    decoder.stderr.pipe(process.stderr);
    answers = createInterface({ input: decoder.stdout })[Symbol.asyncIterator]();
  });
  after(async () => {
    decoder.stdin.end();
    await prepared.gate.close();
    await rm(dir, { recursive: true });
  });

  /** Each channel gets file names of its own, so that history of another channel does not help it. */
  function gateWall(): Wall & { expected: number[] } {
    const expected = [...shown];
    return {
      expected,
      submit: async (submission: Submission) => {
        if (submission.waitSlots > 0) {
          await new Promise((resolve) => setTimeout(resolve, submission.waitSlots * SLOT_MS));
        }
        const to = prepared.destinations[submission.destination]!.name;
        const query = new URLSearchParams({ project: prepared.project, to, why: 'x', wait: '20' });
        let details = await client.upload<RequestDetails>(
          `/v1/exports?${query.toString()}`,
          submission.files.map((file) => ({
            name: file.name,
            open: async function* () {
              yield file.bytes;
            },
          })),
          { key: `key-${randomBytes(12).toString('hex')}` },
        );
        while (details.state === 'quoting') {
          details = await client.get<RequestDetails>(`/v1/requests/${details.id}?wait=20`);
        }
        const released = details.verdict === 'allow';
        if (released) expected[submission.destination]!++;
        return { released, chargeBits: released ? BigInt(details.chargeBits) : 0n };
      },
      served: () => Promise.resolve([]),
    };
  }

  async function decode(channel: Channel, expected: readonly number[]): Promise<number[]> {
    const readers: { token: string; skip: number }[] = [];
    for (const [i, place] of prepared.destinations.entries()) {
      const count = await countServed(prepared, place.token, expected[i]!);
      readers.push({ token: place.token, skip: shown[i]! });
      shown[i] = count;
    }
    decoder.stdin.write(`${JSON.stringify({ channel: channel.name, readers })}\n`);
    const answer = await answers.next();
    if (answer.done === true) throw new Error('the decoder has ended');
    return JSON.parse(answer.value) as number[];
  }

  for (const channel of CHANNELS) {
    it(channel.name, async () => {
      const wall = gateWall();
      const result = await playChannel(
        channel,
        wall,
        (count) => randomBytes(count),
        () => decode(channel, wall.expected),
      );
      const text = JSON.stringify({ ...result, chargedBits: String(result.chargedBits) });
      assert.equal(result.held, true, text);
      if (channel.expected === 'charged' && !/look-alikes|timing/.test(channel.name)) {
        assert.ok(result.recoveredBits > 0, `nothing came out: ${text}`);
      }
    });
  }
});
