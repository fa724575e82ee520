/** Codes of the release queue and its sender. */
import { defineErrors } from '../core/index.ts';

export const releaseErrors = defineErrors('RELEASE', {
  INPUT_INVALID: {
    status: 500,
    message: 'the release cannot be queued: {reason}',
    hint: 'report this as a fault of the program',
  },
  DIFFERENT: {
    status: 409,
    message: 'the request `{request}` was queued with other bytes',
    hint: 'a request releases one body once; make a new request for other files',
  },
  DATABASE_OLDER: {
    status: 503,
    message:
      'the database is older than the wire: the outer door has frame {stored}, the database ends at {known}',
    hint: 'an old copy of the database was restored; restore the newest one, or make a new wire on both sides',
  },
  OUTER_OLDER: {
    status: 503,
    message:
      'the outer door is older than the wire: it asks for frame {next}, and {stored} was acknowledged',
    hint: 'an old copy of the outer door’s data was restored; restore the newest one, or make a new wire on both sides',
  },
  WIRE_FORKED: {
    status: 503,
    message: 'the outer door has another frame {sequence} than was sent',
    hint: 'the two doors belong to different wires; check which data folders were started together',
  },
  PLAN_CHANGED: {
    status: 503,
    message: 'the outer door counts slots differently than before',
    hint: 'restore the outer door’s `outer.json`; the slot plan is fixed when the wire is made',
  },
});
