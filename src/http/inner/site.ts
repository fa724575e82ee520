/** The site that a browser calls from, as passkeys know it. */
import type { Context } from 'hono';
import type { Gate } from '../../app/index.ts';
import { toBase64 } from '../../core/index.ts';

/** Base64url without padding, as browsers write bytes. */
export function base64url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** The site of a call, as the browser names it. */
export function siteOf(gate: Gate, context: Context): { origin: string; rpId: string } {
  const origin = context.req.header('origin') ?? new URL(context.req.url).origin;
  const [first = origin] = gate.site.origins.filter((each) => each === origin);
  return { origin: first, rpId: new URL(first).hostname };
}
