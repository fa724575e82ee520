/** The two ways to a key that is not in a plain file: the socket of an ssh-agent, and the program `ssh-keygen`. */
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import type { AgentChannel, RunKeygen } from '../people/index.ts';
import { cliErrors } from './errors.ts';

const ANSWER_BYTES_MAX = 256 * 1024;
const OUTPUT_BYTES_MAX = 256 * 1024;
/** A person may have to find the key and touch it. */
const PATIENCE_MS = 300_000;

/** A channel to the agent that listens at a socket, one connection a message. */
export function connectAgent(socketPath: string): AgentChannel {
  return (message) =>
    new Promise((resolve, reject) => {
      const fail = (why: string): void => {
        socket.destroy();
        reject(cliErrors.error('AGENT_UNREACHABLE', { path: socketPath, why }));
      };
      let held = Buffer.alloc(0);
      const socket = connect(socketPath);
      socket.setTimeout(PATIENCE_MS, () => {
        fail('it does not answer');
      });
      socket.on('error', (error) => {
        fail(error.message);
      });
      socket.on('close', () => {
        fail('it closed the connection');
      });
      socket.on('data', (chunk: Buffer) => {
        held = Buffer.concat([held, chunk]);
        if (held.length < 4) return;
        const length = held.readUInt32BE();
        if (length > ANSWER_BYTES_MAX) fail(`its answer is longer than ${ANSWER_BYTES_MAX} bytes`);
        else if (held.length >= 4 + length) {
          socket.destroy();
          resolve(new Uint8Array(held.subarray(4, 4 + length)));
        }
      });
      const prefix = Buffer.alloc(4);
      prefix.writeUInt32BE(message.length);
      socket.write(Buffer.concat([prefix, message]));
    });
}

/** Runs the `ssh-keygen` of this machine; it asks for passphrase, PIN or touch on the terminal by itself. */
export const runKeygen: RunKeygen = (args, input) =>
  new Promise((resolve, reject) => {
    const child = spawn('ssh-keygen', args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    const collect = (text: string, chunk: Buffer): string => {
      if (text.length + chunk.length > OUTPUT_BYTES_MAX) child.kill();
      return text + chunk.toString('utf8');
    };
    child.stdout.on('data', (chunk: Buffer) => {
      stdout = collect(stdout, chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      // “Confirm user presence for key …” has to be seen while the key blinks.
      process.stderr.write(chunk);
      stderr = collect(stderr, chunk);
    });
    child.on('error', (error) => {
      reject(cliErrors.error('KEYGEN_MISSING', { why: error.message }));
    });
    // A child that ends without reading its input says why by its status.
    child.stdin.on('error', () => undefined);
    child.on('close', (status) => {
      resolve({ status, stdout, stderr });
    });
    child.stdin.end(input);
  });
