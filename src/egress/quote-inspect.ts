/** Runs the inspection of many inputs over a pool; an input that ends its process is refused and the rest goes on. */
import { egressErrors } from './errors.ts';
import type { QuoteInput, ReleaseLimits } from './quote.ts';
import type { JobFailure } from './worker-pool.ts';
import type { InputFile, InspectedFile } from './worker-protocol.ts';

/** Inputs per job: few enough that a dying process repeats little, enough that messages cost nothing. */
const INPUTS_PER_JOB = 32;
/** Emitted files of one job; larger archives are refused by their own limit first. */
const NUMBERS_PER_JOB = 1_000_000;

/** Inspects all inputs; results are in the order of the inputs, archive members in the order of their names. */
export async function inspectInputs(
  input: QuoteInput,
  limits: ReleaseLimits,
): Promise<InspectedFile[]> {
  const results: InspectedFile[][] = input.files.map(() => []);
  let next = 0;
  let job = 0;
  let done = 0;
  const report = (): void => {
    input.onProgress?.({ phase: 'reading', done, total: input.files.length });
  };
  const lane = async (): Promise<void> => {
    while (next < input.files.length) {
      const from = next;
      const share = Math.ceil((input.files.length - from) / (input.pool.size * 2));
      next = Math.min(input.files.length, from + Math.max(1, Math.min(INPUTS_PER_JOB, share)));
      let at = from;
      let broken = 0;
      while (at < next) {
        const outcome = await inspectSome(
          input,
          limits,
          input.files.slice(at, next),
          job++,
          (place, file) => {
            results[at + place]?.push(file);
          },
        );
        const end = outcome.failure === undefined ? next : at + outcome.reached;
        done += end - at;
        if (outcome.failure !== undefined) {
          if (outcome.failure.reason === 'stopped' || (!outcome.started && ++broken > 2)) {
            throw egressErrors.error('INSPECTION_STOPPED');
          }
          if (outcome.started) {
            results[end] = [blame(input.files[end], outcome.failure)];
            done++;
            at = end + 1;
          }
        } else at = end;
        report();
      }
    }
  };
  report();
  const lanes = Math.min(input.pool.size, Math.ceil(input.files.length / 2));
  await Promise.all(Array.from({ length: Math.max(1, lanes) }, lane));
  return results.flat();
}

/** Inspects some inputs in one job; `reached` is the input that was being read when the job failed. */
async function inspectSome(
  input: QuoteInput,
  limits: ReleaseLimits,
  files: readonly InputFile[],
  job: number,
  keep: (place: number, file: InspectedFile) => void,
): Promise<{ reached: number; started: boolean; failure?: JobFailure }> {
  let reached = 0;
  let started = false;
  const outcome = await input.pool.run(
    {
      kind: 'inspect',
      inputs: files,
      outDir: input.outDir,
      firstNumber: job * NUMBERS_PER_JOB,
      ...(input.form === undefined ? {} : { form: input.form }),
      ...(input.widths === undefined ? {} : { widths: input.widths }),
      fileBytesMax: limits.fileBytesMax,
    },
    (event) => {
      if (event.event === 'started') {
        started = true;
        reached = event.input;
      } else if (event.event === 'inspected') keep(event.input, event.file);
    },
  );
  return outcome.ok ? { reached: files.length, started } : { reached, started, failure: outcome };
}

function blame(file: InputFile | undefined, failure: JobFailure): InspectedFile {
  const { code, message, hint } = failure;
  const refusal = { code, message, hint };
  return {
    path: file?.name ?? '',
    sha256: '',
    bytes: 0,
    type: null,
    refusal,
    findings: [],
    vectors: [],
  };
}
