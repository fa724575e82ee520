/** Lossy forms as a person writes them, and which part of a form means something to which type. */
import type { ContentType, FormOptions } from '../wire/index.ts';
import { egressErrors } from './errors.ts';

/** Reads `digits:4`, `palette:16`, `scale:0.5`, joined by `,`, `+` or `|`. Throws `EGRESS_FORM_INVALID`. */
export function parseForm(form: string): FormOptions {
  const out: { digits?: number; palette?: number; scale?: number } = {};
  for (const part of form.split(/[,+|]/)) {
    const match = /^(digits|palette|scale):(\d+(?:\.\d+)?)$/.exec(part.trim());
    const kind = match?.[1] as keyof typeof out | undefined;
    const value = Number(match?.[2]);
    const fits =
      kind === 'digits'
        ? Number.isInteger(value) && value >= 1 && value <= 17
        : kind === 'palette'
          ? Number.isInteger(value) && value >= 2 && value <= 256
          : value > 0 && value < 1 && Math.round(value * 1e4) === value * 1e4;
    if (kind === undefined || !fits || out[kind] !== undefined) {
      throw egressErrors.error('FORM_INVALID', { form: form.slice(0, 80) });
    }
    out[kind] = value;
  }
  return out;
}

/** Types in which `digits:k` rounds numbers. */
const ROUNDED: ReadonlySet<ContentType> = new Set(['table', 'json', 'jsonl']);

/** The part of a form that applies to a type, as it is written in a frame; undefined when none does. */
export function formOfType(form: FormOptions, type: ContentType): string | undefined {
  const parts: string[] = [];
  if (ROUNDED.has(type) && form.digits !== undefined) parts.push(`digits:${String(form.digits)}`);
  if (type === 'raster' && form.palette !== undefined)
    parts.push(`palette:${String(form.palette)}`);
  if (type === 'raster' && form.scale !== undefined) parts.push(`scale:${String(form.scale)}`);
  return parts.length === 0 ? undefined : parts.join(',');
}
