/** A process that records entries and says which were acknowledged, to be killed or to be given failing system calls. */
import { writeSync } from 'node:fs';
import { systemRandom } from '../../src/core/index.ts';
import { openTestLedger } from './ledger.ts';

const [dir = '', roundsText = '0'] = process.argv.slice(2);
const rounds = Number(roundsText);

/** A fault must end the process, as in the gate. */
function stop(cause: unknown): never {
  writeSync(2, `${cause instanceof Error ? cause.message : String(cause)}\n`);
  process.exit(1);
}

try {
  const test = await openTestLedger(dir, {
    random: systemRandom,
    publishMs: 3,
    onFault: stop,
  });
  for (let round = 0; rounds === 0 || round < rounds; round++) {
    await Promise.all(
      Array.from({ length: 7 }, async (_, i) => {
        const n = round * 7 + i;
        const { index } = await test.ledger.record({ kind: 'test.happened', by: 'a', n, dir });
        // Synchronous, so that whatever was said before a kill is in the pipe.
        writeSync(1, `${String(index)} ${String(n)}\n`);
      }),
    );
  }
  await test.close();
} catch (cause) {
  stop(cause);
}
