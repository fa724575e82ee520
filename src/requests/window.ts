/** The template of a window: exports that people approve beforehand. The gate and the sender read it the same way. */
import { z } from 'zod';
import { canonicalJson, sayIssue } from '../core/index.ts';
import { errors } from './errors.ts';

const count = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const WINDOW = z.strictObject({
  /** What the exports are: a name that people recognise. */
  job: z.string().min(1).max(200),
  types: z.array(z.string().min(1).max(20)).min(1).max(20),
  bitsEach: count,
  bitsTotal: count,
  uses: count.max(100_000),
  durationMs: count.min(60_000).max(93 * 86_400_000),
});

/** A window's template. */
export type WindowInput = z.infer<typeof WINDOW>;

/** Reads a template; throws `REQUEST_WINDOW_INVALID`. */
export function readWindow(value: unknown): WindowInput {
  const parsed = WINDOW.safeParse(value);
  const why = parsed.success
    ? parsed.data.bitsEach > parsed.data.bitsTotal
      ? 'one export may have more bits than all together'
      : null
    : parsed.error.issues.map((issue) => sayIssue(issue)).join('; ');
  if (parsed.success && why === null) return parsed.data;
  throw errors.error('WINDOW_INVALID', { why: why ?? '' });
}

/** A template in its one spelling. */
export function writeWindow(input: WindowInput): string {
  return canonicalJson(input);
}
