/** Uploaded files: streamed to content-addressed storage while they arrive, never held in memory. */
import type { Context } from 'hono';
import type { Gate } from '../../app/index.ts';
import type { ExportUpload } from '../../egress/index.ts';
import { httpErrors } from '../errors.ts';
import { readBoundary, readParts, readText } from './multipart.ts';

/** What came with an upload. */
export interface Upload {
  readonly files: readonly ExportUpload[];
  readonly fields: ReadonlyMap<string, string>;
}

const FIELD_BYTES_MAX = 16 * 1024;
const FIELDS_MAX = 32;

/** Reads an upload: a form with files and fields, or one file as the whole body. */
export async function readUpload(
  gate: Gate,
  request: string,
  context: Context,
  name: string | undefined,
): Promise<Upload> {
  const { body } = context.req.raw;
  if (body === null) throw httpErrors.error('UPLOAD_EMPTY');
  const chunks = body as unknown as AsyncIterable<Uint8Array>;
  const type = context.req.header('content-type') ?? '';
  const boundary = readBoundary(type);
  if (boundary !== undefined) return readForm(gate, request, chunks, boundary);
  if (/^multipart\//i.test(type))
    throw httpErrors.error('UPLOAD_INVALID', { why: 'it has no boundary' });
  if (name === undefined)
    throw httpErrors.error('UPLOAD_INVALID', { why: 'a single file has no name' });
  const blob = await gate.uploads.put(request, chunks, gate.config.limits.fileBytesMax);
  return { files: [{ name, ...blob }], fields: new Map() };
}

async function readForm(
  gate: Gate,
  request: string,
  chunks: AsyncIterable<Uint8Array>,
  boundary: string,
): Promise<Upload> {
  const { filesMax, fileBytesMax, releaseBytesMax } = gate.config.limits;
  const files: ExportUpload[] = [];
  const fields = new Map<string, string>();
  let left = releaseBytesMax * 4;
  for await (const part of readParts(chunks, boundary)) {
    if (part.filename === undefined) {
      if (fields.size >= FIELDS_MAX)
        throw httpErrors.error('UPLOAD_INVALID', { why: 'too many fields' });
      fields.set(part.name, await readText(part.body, FIELD_BYTES_MAX));
      continue;
    }
    if (files.length >= filesMax) {
      throw httpErrors.error('UPLOAD_INVALID', {
        why: `it holds more than ${String(filesMax)} files`,
      });
    }
    const blob = await gate.uploads.put(request, part.body, Math.min(fileBytesMax, left));
    left -= blob.bytes;
    files.push({ name: part.filename, ...blob });
  }
  if (files.length === 0) throw httpErrors.error('UPLOAD_EMPTY');
  return { files, fields };
}
