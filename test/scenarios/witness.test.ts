/** A witness that somebody else runs: it cosigns the gate's ledger, and an old copy of the gate does not start. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { cp, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startGate } from '../support/running-gate.ts';
import type { RunningGate } from '../support/running-gate.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

interface RunningWitness {
  readonly child: ChildProcessByStdio<null, Readable, null>;
  readonly config: { ledger: { witnesses: { url: string; vkey: string }[] } };
}

async function startWitness(dir: string, log: string, port: string): Promise<RunningWitness> {
  const child = spawn(
    process.execPath,
    [MAIN, 'witness', 'run', '--data', dir, '--log', log, '--port', port],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_TEST_CONTEXT: undefined } },
  );
  let config = '';
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.trim().startsWith('{')) config = line;
    if (line.startsWith('Stop it')) break;
  }
  return { child, config: JSON.parse(config) as RunningWitness['config'] };
}

async function stopWitness(witness: RunningWitness): Promise<number | null> {
  const exited = once(witness.child, 'exit') as Promise<[number | null]>;
  witness.child.kill('SIGTERM');
  return (await exited)[0];
}

describe('a gate with a witness', () => {
  let gate: RunningGate;
  let witness: RunningWitness;
  let witnessDir: string;
  const vkey = (): string => witness.config.ledger.witnesses[0]?.vkey ?? '';

  before(async () => {
    gate = await startGate();
    witnessDir = path.join(gate.workDir, 'witness');
    witness = await startWitness(witnessDir, gate.ledgerKey, '0');
    const file = path.join(gate.dataDir, 'sallyport.json');
    await writeFile(file, JSON.stringify(witness.config));
    gate = await gate.restart();
  });
  after(async () => {
    if (witness.child.exitCode === null) await stopWitness(witness);
    await gate.close();
  });

  it('has its ledger cosigned, and says so at start, over HTTP and when it is verified', async () => {
    assert.match(
      gate.banner,
      /witness\s+sallyport\.witness\/\S+ at http:\S+ has cosigned \d+ entries/,
    );
    const answer = await fetch(`${gate.innerUrl}/v1/ledger/witnesses`, {
      headers: { authorization: `Bearer ${gate.token}` },
    });
    const { witnesses } = (await answer.json()) as { witnesses: { problem: string | null }[] };
    assert.deepEqual(
      witnesses.map((one) => one.problem),
      [null],
    );
    await gate.stop();
    const verified = await gate.sallyport('ledger', 'verify');
    assert.equal(verified.status, 0, verified.stdout + verified.stderr);
    assert.match(verified.stdout, / {2}cosigned by sallyport\.witness\//);
    gate = await gate.restart();
  });

  it('prints the same key again', async () => {
    const printed = await gate.sallyport('witness', 'key', '--data', witnessDir);
    assert.equal(printed.stdout.trim(), vkey());
  });

  it('goes on when the witness does not answer, and says so', async () => {
    const port = new URL(witness.config.ledger.witnesses[0]?.url ?? '').port;
    assert.equal(await stopWitness(witness), 0);
    gate = await gate.restart();
    assert.match(gate.banner, /witness\s+\S+ at \S+ fails: /);
    await gate.json(0, 'project', 'add', 'meanwhile');
    witness = await startWitness(witnessDir, gate.ledgerKey, port);
    gate = await gate.restart();
    assert.match(gate.banner, /has cosigned \d+ entries/);
  });

  it('does not start from an old copy that the witness knows better than', async () => {
    await gate.stop();
    const copy = path.join(gate.workDir, 'copy');
    await cp(path.join(gate.dataDir, 'inner'), copy, { recursive: true });
    gate = await gate.restart();
    await gate.json(0, 'project', 'add', 'later');
    await gate.stop();
    const inner = path.join(gate.dataDir, 'inner');
    await rm(inner, { recursive: true });
    await cp(copy, inner, { recursive: true });
    await assert.rejects(gate.restart(), /witness.*sallyport\.witness/s);
    assert.ok((await readdir(inner)).includes('gate.db'));
  });
});
