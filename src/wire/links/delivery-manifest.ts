/**
 * The manifest of a delivery: one line about the delivery, then one line a file in the order of their names. Its SHA-256
 * is the id of the delivery, so that the same files under the same name are the same delivery however often they come.
 *
 * There is exactly one spelling of a manifest. Whoever reads one reads hostile input: everything but that spelling is
 * refused, and a reader needs no more memory than one line.
 */
import { canonicalJson, findNameProblem } from '../../core/index.ts';
import { linkErrors } from './errors.ts';

/** Which inbox took it, under which name it was put there, and how much it is. */
export interface DeliveryHead {
  readonly inbox: string;
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
}

/** A file of a delivery. */
export interface DeliveryFile {
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** What one delivery may be. */
export const DELIVERY_LIMITS = { files: 200_000, manifestBytes: 64 * 1024 * 1024 } as const;

const FORMAT = 'sallyport-delivery@v1';
const INBOX_NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const LINE_CHARACTERS_MAX = 8_192;

/** Whether a text can name an inbox. */
export function isInboxName(text: string): boolean {
  return INBOX_NAME.test(text);
}

/** Whether a text can be the name under which something lies in an inbox: one part of a plain relative path. */
export function isDeliveryName(text: string): boolean {
  return text.length <= 255 && findNameProblem(text) === null && !text.includes('/');
}

/** The first line. */
export function writeDeliveryHead({ inbox, name, files, bytes }: DeliveryHead): string {
  return `${canonicalJson({ format: FORMAT, inbox, name, files, bytes })}\n`;
}

/** The line of a file. */
export function writeDeliveryFile({ name, sha256, bytes }: DeliveryFile): string {
  return `${canonicalJson({ name, sha256, bytes })}\n`;
}

function fail(reason: string): never {
  throw linkErrors.error('DELIVERY_INVALID', { reason });
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function parseLine(line: string): Record<string, unknown> {
  if (line.length > LINE_CHARACTERS_MAX) fail('a line is too long');
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    fail('a line is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail('no object');
  return value as Record<string, unknown>;
}

function readHead(line: string): DeliveryHead {
  const { inbox, name, files, bytes } = parseLine(line);
  if (typeof inbox !== 'string' || !isInboxName(inbox)) return fail('`inbox` is no name');
  if (typeof name !== 'string' || !isDeliveryName(name)) return fail('`name` is no name');
  if (!isCount(files) || files < 1 || files > DELIVERY_LIMITS.files)
    return fail('it has no files, or too many');
  if (!isCount(bytes)) return fail('`bytes` is no count');
  const head = { inbox, name, files, bytes };
  if (writeDeliveryHead(head) !== `${line}\n`) fail('its first line is spelt otherwise');
  return head;
}

function readFile(line: string, after: string): DeliveryFile {
  const { name, sha256, bytes } = parseLine(line);
  if (typeof name !== 'string' || findNameProblem(name) !== null) return fail('a name is no path');
  if (name <= after) fail('its names are not in order');
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) return fail('a digest is none');
  if (!isCount(bytes)) return fail('a size is no count');
  const file = { name, sha256, bytes };
  if (writeDeliveryFile(file) !== `${line}\n`) fail('a line is spelt otherwise');
  return file;
}

async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let rest = '';
  for await (const chunk of chunks) {
    try {
      rest += decoder.decode(chunk, { stream: true });
    } catch {
      fail('it is not UTF-8');
    }
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LINE_CHARACTERS_MAX) fail('a line is too long');
    yield* lines;
  }
  if (rest !== '') fail('its last line has no end');
}

/**
 * Reads a manifest: its head first, then its files, at most `pageFiles` at once. Throws `LINK_DELIVERY_INVALID` at the
 * first thing that is wrong, at the latest at the end, so nothing may be believed before the end.
 */
export async function* readDeliveryManifest(
  chunks: AsyncIterable<Uint8Array>,
  pageFiles: number,
): AsyncGenerator<{ readonly head: DeliveryHead; readonly files: readonly DeliveryFile[] }> {
  let head: DeliveryHead | undefined;
  let page: DeliveryFile[] = [];
  let [files, bytes, last] = [0, 0, ''];
  for await (const line of readLines(chunks)) {
    if (head === undefined) {
      head = readHead(line);
      continue;
    }
    const file = readFile(line, last);
    [files, bytes, last] = [files + 1, bytes + file.bytes, file.name];
    if (files > head.files) fail('it lists more files than it says');
    page.push(file);
    if (page.length < pageFiles) continue;
    yield { head, files: page };
    page = [];
  }
  if (head === undefined) return fail('it is empty');
  if (files !== head.files || bytes !== head.bytes) fail('it does not hold what it says');
  yield { head, files: page };
}
