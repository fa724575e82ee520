/** The client of the inner door that the command line uses. Errors of the gate come back as the same typed errors. */
import { SallyportError } from '../core/index.ts';
import { httpErrors } from './errors.ts';
import type { Problem } from './problem.ts';

/** A file to upload. */
export interface ClientFile {
  readonly name: string;
  readonly open: () => AsyncIterable<Uint8Array>;
}

/** One client of one gate. */
export interface Client {
  readonly url: string;
  get<T>(path: string): Promise<T>;
  text(path: string): Promise<string>;
  bytes(path: string): Promise<Uint8Array>;
  send<T>(
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<T>;
  /** Sends bytes as they are, streamed. */
  put<T>(path: string, chunks: AsyncIterable<Uint8Array>): Promise<T>;
  /** Streams an answer's bytes. */
  stream(path: string): Promise<AsyncIterable<Uint8Array>>;
  /** Uploads files as one streamed form. */
  upload<T>(
    path: string,
    files: readonly ClientFile[],
    options: { key: string; onBytes?: (bytes: number) => void },
  ): Promise<T>;
}

interface Sent {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Opens a client. Nothing is sent before the first call. */
export function openClient(url: string, token: string | undefined): Client {
  const base = url.replace(/\/+$/, '');
  const call = async (path: string, sent: Sent): Promise<Response> => {
    let response: Response;
    try {
      response = await fetch(base + path, {
        method: sent.method,
        redirect: 'error',
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...sent.headers,
        },
        ...(sent.body === undefined ? {} : { body: sent.body, duplex: 'half' }),
      } as RequestInit);
    } catch (cause) {
      const why = findUntrusted(cause);
      if (why !== undefined) {
        throw httpErrors.error('CERTIFICATE_UNTRUSTED', { url: base, why }, { cause });
      }
      throw httpErrors.error('GATE_UNREACHABLE', { url: base }, { cause });
    }
    if (!response.ok) throw await readProblem(response, base);
    return response;
  };
  const read = async <T>(path: string, sent: Sent): Promise<T> => {
    const response = await call(path, sent);
    try {
      return (await response.json()) as T;
    } catch (cause) {
      throw httpErrors.error('ANSWER_UNREADABLE', { url: base }, { cause });
    }
  };
  return {
    url: base,
    get: (path) => read(path, { method: 'GET' }),
    text: async (path) => (await call(path, { method: 'GET' })).text(),
    bytes: async (path) =>
      new Uint8Array(await (await call(path, { method: 'GET' })).arrayBuffer()),
    send: (method, path, body, headers = {}) =>
      read(path, {
        method,
        headers: {
          ...headers,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    put: (path, chunks) =>
      read(path, {
        method: 'PUT',
        headers: { 'content-type': 'application/octet-stream' },
        body: ReadableStream.from(chunks),
      }),
    stream: async (path) => {
      const { body } = await call(path, { method: 'GET' });
      return (body ?? []) as AsyncIterable<Uint8Array>;
    },
    upload: (path, files, { key, onBytes }) => {
      const boundary = `sallyport-${key.replace(/[^A-Za-z0-9]/g, '')}`.slice(0, 60);
      return read(path, {
        method: 'POST',
        headers: {
          'content-type': `multipart/form-data; boundary=${boundary}`,
          'idempotency-key': key,
        },
        body: ReadableStream.from(writeForm(files, boundary, onBytes ?? (() => undefined))),
      });
    },
  };
}

/** What is wrong with a certificate, when that is why there is no answer. */
function findUntrusted(cause: unknown): string | undefined {
  const inner = cause instanceof Error ? cause.cause : undefined;
  if (!(inner instanceof Error) || !('code' in inner)) return undefined;
  const code = String(inner.code);
  return /CERT|ALTNAME|UNABLE_TO_VERIFY/.test(code) ? inner.message : undefined;
}

async function readProblem(response: Response, url: string): Promise<Error> {
  try {
    const problem = (await response.json()) as Partial<Problem>;
    const { code, title, hint, status } = problem;
    if (typeof code === 'string' && typeof title === 'string') {
      const definition = { status: status ?? response.status, message: title, hint: hint ?? '' };
      return new SallyportError(code, definition, {});
    }
  } catch {
    // Falls through: not one of our answers.
  }
  return httpErrors.error('ANSWER_UNREADABLE', { url });
}

async function* writeForm(
  files: readonly ClientFile[],
  boundary: string,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for (const file of files) {
    const name = file.name.replace(/"/g, '%22').replace(/\n/g, '%0A').replace(/\r/g, '%0D');
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: application/octet-stream\r\n\r\n`;
    yield encoder.encode(head);
    for await (const chunk of file.open()) {
      onBytes(chunk.length);
      yield chunk;
    }
    yield encoder.encode('\r\n');
  }
  yield encoder.encode(`--${boundary}--\r\n`);
}
