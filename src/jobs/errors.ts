/** The codes of the job queue. */
import { defineErrors } from '../core/index.ts';

/** Builds the errors of jobs. */
export const jobErrors = defineErrors('JOB', {
  LEASE_LOST: {
    status: 409,
    message: 'worker `{worker}` no longer holds the job `{id}`: its lease ran out or it was ended',
    hint: 'the result is dropped; whoever holds the job now does it again',
  },
  QUEUE_FULL: {
    status: 503,
    message: 'the queue `{queue}` holds {limit} jobs that are not done',
    hint: 'wait until some are done, or add workers',
  },
});
