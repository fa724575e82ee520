/** Texts that people write: there, and not too long. */
import { errors } from './errors.ts';

const TEXT_MAX = 2_000;

/** A text without blanks at its ends; throws when it is empty or too long. */
export function checkText(text: string, missing: 'WHY_NEEDED' | 'REASON_NEEDED'): string {
  const said = text.trim();
  if (said === '') throw errors.error(missing);
  if (said.length > TEXT_MAX) throw errors.error('TEXT_TOO_LONG', { limit: TEXT_MAX });
  return said;
}
