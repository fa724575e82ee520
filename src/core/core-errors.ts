/** The codes of the core module. */
import { defineErrors } from './errors.ts';

/** Builds the core's errors and refusals. */
export const coreErrors = defineErrors('CORE', {
  JSON_VALUE_UNSUPPORTED: {
    status: 500,
    message: 'value at `{place}` has no canonical JSON form: {why}',
    hint: 'write big integers as decimal strings and leave out what is undefined',
  },
  JSON_TEXT_INVALID: {
    status: 400,
    message: 'text is not strict JSON: {why}',
    hint: 'send JSON without duplicate keys, lone surrogates or numbers beyond 2^53',
  },
  BYTES_INVALID: {
    status: 400,
    message: 'bytes could not be read: {why}',
    hint: 'check that the data was copied whole and unchanged',
  },
  QUEUE_FULL: {
    status: 503,
    message: 'queue `{name}` is full: it holds its limit of {limit}',
    hint: 'try again later',
  },
  FILE_WRITE_FAILED: {
    status: 500,
    message: 'durable write of `{path}` failed: {why}',
    hint: 'the outcome is unknown, so the process must stop; check the disk and start again',
  },
  CHILD_KILLED: {
    status: 422,
    message: 'inspection process ended before it answered: {why}',
    hint: 'the input crashed its reader; send it in a simpler form',
  },
  CHILD_WALL_EXCEEDED: {
    status: 422,
    message: 'inspection stopped: it ran longer than its limit of {limitMs} ms',
    hint: 'send a smaller or simpler input',
  },
  CHILD_CPU_EXCEEDED: {
    status: 422,
    message: 'inspection stopped: it used more than its limit of {limitMs} ms of processor time',
    hint: 'send a smaller or simpler input',
  },
  CHILD_MEMORY_EXCEEDED: {
    status: 422,
    message: 'inspection stopped: it used more than its limit of {limitMiB} MiB of memory',
    hint: 'send a smaller or simpler input',
  },
  CHILD_OUTPUT_EXCEEDED: {
    status: 422,
    message: 'inspection stopped: its answer is longer than its limit of {limitBytes} bytes',
    hint: 'send a smaller or simpler input',
  },
  CHILD_ANSWER_INVALID: {
    status: 422,
    message: 'inspection process gave an answer that could not be read: {why}',
    hint: 'the input may have taken over its reader; send it in a simpler form',
  },
  CHILD_FAILED: {
    status: 500,
    message: 'inspection failed inside its process: {why}',
    hint: 'report this input as a defect',
  },
  CHILD_NOT_STARTED: {
    status: 500,
    message: 'inspection process could not be started: {why}',
    hint: 'check that the host can start processes',
  },
  THREAD_FAILED: {
    status: 500,
    message: 'computation failed in its thread: {why}',
    hint: 'report this input as a defect',
  },
  CHILD_POOL_CLOSED: {
    status: 503,
    message: 'inspection processes are shut down',
    hint: 'start the gate again',
  },
});
