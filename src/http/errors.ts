/** Error codes of the HTTP interface. */
import { defineErrors } from '../core/index.ts';

/** Builds the errors of the interface. */
export const httpErrors = defineErrors('HTTP', {
  ROUTE_UNKNOWN: {
    status: 404,
    message: 'there is nothing at `{path}`',
    hint: 'see /v1/openapi.json for what there is',
  },
  INPUT_INVALID: {
    status: 400,
    message: 'cannot use the input: {why}',
    hint: 'see /v1/openapi.json for what it may hold',
  },
  COOKIE_ALONE: {
    status: 403,
    message: 'cannot change anything with a cookie alone',
    hint: 'send the header `x-sallyport: console`, or a bearer token',
  },
  BODY_TOO_LARGE: {
    status: 413,
    message: 'the body is larger than its limit of {limit} bytes',
    hint: 'send less at a time',
  },
  UPLOAD_INVALID: {
    status: 400,
    message: 'cannot read the upload: {why}',
    hint: 'send multipart/form-data with one part per file, or one file as the body with ?name=FILE',
  },
  UPLOAD_EMPTY: {
    status: 400,
    message: 'the upload holds no file',
    hint: 'send at least one file',
  },
  FILE_NOT_KEPT: {
    status: 404,
    message: 'cannot show file {index} of the request `{id}`, it is not kept',
    hint: 'emitted files are kept while a request is held and after its release',
  },
  STREAMS_MANY: {
    status: 429,
    message:
      'more than {limit} live streams of one person are open, or the gate has no more of them',
    hint: 'close a page of the console; a page without a stream asks now and then',
  },
  INTERNAL: {
    status: 500,
    message: 'the gate could not answer',
    hint: 'try again; an administrator finds the cause in the log',
  },
  CERTIFICATE_UNTRUSTED: {
    status: 400,
    message: 'cannot trust the gate at {url}: {why}',
    hint: 'set NODE_EXTRA_CA_CERTS to the PEM file of its certificate or of the authority that signed it',
  },
  GATE_UNREACHABLE: {
    status: 400,
    message: 'cannot reach a gate at {url}',
    hint: 'start it with `sallyport start`, or set SALLYPORT_URL to where its inner door listens, with http:// or https:// in front',
  },
  ANSWER_UNREADABLE: {
    status: 502,
    message: 'what answers at {url} is no inner door',
    hint: 'set SALLYPORT_URL to where the inner door listens',
  },
});
