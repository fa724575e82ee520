/** Speaks to the inner door. Every failure is one of two: the gate said no, in its own words, or it did not answer. */

/** A problem as the gate words it (RFC 9457). */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string;

  constructor(status: number, code: string, title: string, hint: string) {
    super(title);
    this.name = 'Problem';
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}

/** The gate did not answer: no network, or it is not running. */
export class Unreachable extends Error {
  constructor() {
    super('the gate does not answer');
    this.name = 'Unreachable';
  }
}

/** What a call may carry. */
export interface CallOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly json?: unknown;
  readonly form?: FormData;
  /** Bytes as they are, of a file in parts. */
  readonly bytes?: Blob;
  readonly signal?: AbortSignal;
  /** Names the intent, so that a call tried again does not ask twice. */
  readonly idempotencyKey?: string;
  /** The token of the first start, while there is no session yet. */
  readonly token?: string;
}

type Listener = (reachable: boolean) => void;
const listeners = new Set<Listener>();
let signedOut: () => void = () => undefined;

/** Hears after each call whether the gate answered. */
export function onReachable(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Hears when the gate says that nobody is signed in. */
export function onSignedOut(listener: () => void): void {
  signedOut = listener;
}

function tell(reachable: boolean): void {
  for (const listener of listeners) listener(reachable);
}

async function readProblem(response: Response): Promise<Problem> {
  const text = await response.text();
  try {
    const body = JSON.parse(text) as { code?: string; title?: string; hint?: string };
    if (typeof body.title === 'string') {
      return new Problem(response.status, body.code ?? '', body.title, body.hint ?? '');
    }
  } catch {
    // Something between here and the gate answered; what it said is not for people.
  }
  return new Problem(response.status, '', `the gate answered ${String(response.status)}`, '');
}

async function send(path: string, options: CallOptions): Promise<Response> {
  const { method = 'GET', json, form, bytes, signal, idempotencyKey, token } = options;
  const headers: Record<string, string> = { accept: 'application/json' };
  if (method !== 'GET') headers['x-sallyport'] = 'console';
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
  if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey;
  if (json !== undefined) headers['content-type'] = 'application/json';
  if (bytes !== undefined) headers['content-type'] = 'application/octet-stream';
  const body = json === undefined ? (form ?? bytes) : JSON.stringify(json);
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      credentials: 'same-origin',
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    tell(false);
    throw new Unreachable();
  }
  tell(true);
  if (response.ok) return response;
  const problem = await readProblem(response);
  if (problem.status === 401 && !path.startsWith('/v1/sign-in')) signedOut();
  throw problem;
}

/** Calls a route and reads its JSON. Throws {@link Problem} or {@link Unreachable}. */
export async function call<T>(path: string, options: CallOptions = {}): Promise<T> {
  const response = await send(path, options);
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** Calls a route that answers with text. */
export async function callText(path: string): Promise<string> {
  return (await send(path, {})).text();
}

/** Calls a route that answers with bytes. */
export async function callBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await (await send(path, {})).arrayBuffer());
}

/** Writes a path with its query; what is empty is left out. */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | number | null | undefined>>,
): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') params.set(name, String(value));
  }
  const text = params.toString();
  return text === '' ? path : `${path}?${text}`;
}
