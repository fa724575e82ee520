/**
 * A streaming reader of `multipart/form-data` (RFC 7578). Memory is bounded by one chunk and one part's headers; time
 * is linear in the bytes; whatever is not of that form is refused.
 */
import { httpErrors } from '../errors.ts';

/** One part. Its body has to be read, or skipped, before the next part is asked for. */
export interface Part {
  readonly name: string;
  /** Undefined for a plain field. */
  readonly filename: string | undefined;
  readonly body: AsyncIterable<Uint8Array>;
}

const HEADER_BYTES_MAX = 16 * 1024;
const HEADER_END = Buffer.from('\r\n\r\n');

function invalid(why: string): Error {
  return httpErrors.error('UPLOAD_INVALID', { why });
}

/** The boundary of a content type; undefined if it is no multipart form. */
export function readBoundary(contentType: string): string | undefined {
  const match = /^multipart\/form-data\s*;.*?boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(
    contentType,
  );
  return match?.[1] ?? match?.[2];
}

class Source {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #held: Buffer = Buffer.from('\r\n');
  #ended = false;

  constructor(chunks: AsyncIterator<Uint8Array>) {
    this.#chunks = chunks;
  }

  get held(): Buffer {
    return this.#held;
  }

  async more(): Promise<boolean> {
    if (this.#ended) return false;
    const next = await this.#chunks.next();
    if (next.done === true) {
      this.#ended = true;
      return false;
    }
    const chunk = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    return true;
  }

  async atLeast(bytes: number): Promise<void> {
    while (this.#held.length < bytes) {
      if (!(await this.more())) throw invalid('it ends in the middle');
    }
  }

  drop(bytes: number): Buffer {
    const taken = this.#held.subarray(0, bytes);
    this.#held = this.#held.subarray(bytes);
    return taken;
  }
}

/** Gives everything up to the delimiter and drops the delimiter. */
async function* until(source: Source, delimiter: Buffer): AsyncGenerator<Uint8Array> {
  let searched = 0;
  for (;;) {
    const at = source.held.indexOf(delimiter, searched);
    if (at >= 0) {
      if (at > 0) yield source.drop(at);
      source.drop(delimiter.length);
      return;
    }
    const safe = source.held.length - delimiter.length + 1;
    if (safe > 0) yield source.drop(safe);
    searched = 0;
    if (!(await source.more())) throw invalid('it ends in the middle of a part');
  }
}

async function readHeaders(source: Source): Promise<string> {
  let at = source.held.indexOf(HEADER_END);
  while (at < 0) {
    if (source.held.length > HEADER_BYTES_MAX) throw invalid('the headers of a part are too long');
    if (!(await source.more())) throw invalid('it ends in the headers of a part');
    at = source.held.indexOf(HEADER_END);
  }
  const text = source.drop(at).toString('utf8');
  source.drop(HEADER_END.length);
  return text;
}

function readName(headers: string, key: 'name' | 'filename'): string | undefined {
  const line = headers.split('\r\n').find((each) => /^content-disposition:/i.test(each)) ?? '';
  const match = new RegExp(`[;\\s]${key}="((?:[^"\\\\]|\\\\.)*)"`, 'i').exec(line);
  return match?.[1]
    ?.replace(/\\(["\\])/g, '$1')
    .replace(/%22/g, '"')
    .replace(/%0A/gi, '\n')
    .replace(/%0D/gi, '\r');
}

/** Reads the parts of a body, one after the other. */
export async function* readParts(
  chunks: AsyncIterable<Uint8Array>,
  boundary: string,
): AsyncGenerator<Part> {
  const source = new Source(chunks[Symbol.asyncIterator]());
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  for await (const preamble of until(source, delimiter)) {
    if (preamble.length > 0) throw invalid('it does not begin with its boundary');
  }
  for (;;) {
    await source.atLeast(2);
    const next = source.drop(2).toString('latin1');
    if (next === '--') return;
    if (next !== '\r\n') throw invalid('a boundary is followed by something else');
    // The body starts after the empty line; headers end where it begins.
    const headers = await readHeaders(source);
    const name = readName(headers, 'name');
    if (name === undefined) throw invalid('a part has no name');
    const body = until(source, delimiter);
    yield { name, filename: readName(headers, 'filename'), body };
    // What the caller did not read is skipped.
    while ((await body.next()).done !== true);
  }
}

/** Reads a small body as text. */
export async function readText(body: AsyncIterable<Uint8Array>, bytesMax: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw httpErrors.error('BODY_TOO_LARGE', { limit: bytesMax });
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  return text;
}
