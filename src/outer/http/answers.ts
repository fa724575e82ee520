/** Headers and errors of the outer door: the same for everybody, whatever happened inside. */
import { SallyportError } from '../../core/index.ts';
import { outerErrors } from '../errors.ts';
import type { ReleasedFile } from '../view.ts';

/** Sent with every answer. */
export const CONSTANT_HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

/** The errors that outsiders may see; everything else is the last of them. */
export type OuterFault = 'TOKEN_REQUIRED' | 'NOT_FOUND' | 'METHOD_UNKNOWN' | 'BUSY';

/** A problem document without anything that differs from one case to the next. */
export function problem(fault: OuterFault): Response {
  const error: SallyportError = outerErrors.error(fault);
  const body = {
    type: `urn:sallyport:error:${error.code}`,
    title: error.message,
    status: error.status,
    code: error.code,
    hint: error.hint,
  };
  const headers = new Headers({ ...CONSTANT_HEADERS, 'Content-Type': 'application/problem+json' });
  if (fault === 'TOKEN_REQUIRED') {
    headers.set('WWW-Authenticate', 'Basic realm="sallyport", charset="UTF-8"');
  }
  if (fault === 'METHOD_UNKNOWN') headers.set('Allow', 'GET, HEAD');
  return new Response(`${JSON.stringify(body)}\n`, { status: error.status, headers });
}

/** The media type of a released file: from its decoded type, the name only chooses between spellings of one type. */
export function mediaTypeOf(file: Pick<ReleasedFile, 'type' | 'name'>): string {
  switch (file.type) {
    case 'text':
      return 'text/plain; charset=utf-8';
    case 'table':
      return file.name.endsWith('.tsv')
        ? 'text/tab-separated-values; charset=utf-8'
        : 'text/csv; charset=utf-8; header=present';
    case 'json':
      return 'application/json';
    case 'jsonl':
      return 'application/jsonl';
    case 'xml':
      return file.name.endsWith('.svg') ? 'image/svg+xml' : 'application/xml';
    case 'html':
      return 'text/html; charset=utf-8';
    case 'raster':
      return 'image/png';
  }
}

/** `attachment` with the last part of the name, in the form of RFC 6266 that is safe for every character. */
export function dispositionOf(name: string): string {
  const last = name.slice(name.lastIndexOf('/') + 1);
  const plain = last.replace(/[^A-Za-z0-9._-]/g, '_');
  const coded = encodeURIComponent(last).replace(
    /['()*!]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${coded}`;
}

/** The address of a released file, each part of its name encoded. */
export function fileAddress(file: Pick<ReleasedFile, 'release' | 'name'>): string {
  const name = file.name.split('/').map(encodeURIComponent).join('/');
  return `/v1/files/${String(file.release)}/${name}`;
}
