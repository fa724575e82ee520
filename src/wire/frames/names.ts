/** File names that may cross, their one order, and the forms that stand beside them. */
import { wireErrors } from '../errors.ts';

const NAME_BYTES_MAX = 1024;
const PART_BYTES_MAX = 255;
const UTF8 = new TextEncoder();
// Control, format (bidirectional, zero-width, tags), surrogate, private-use and unassigned characters, separators
// other than the plain space, variation selectors and the letters that draw nothing.
const HIDDEN =
  /\p{C}|\p{Zl}|\p{Zp}|\p{Variation_Selector}|[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u115f\u1160\u2800\u3164\uffa0]|\u034f|\u17b4|\u17b5/u;
const RESERVED = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i;

function explainName(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (UTF8.encode(name).length > NAME_BYTES_MAX)
    return `it is longer than ${String(NAME_BYTES_MAX)} bytes`;
  if (HIDDEN.test(name)) return 'it has a control or hidden character';
  if (name.normalize('NFC') !== name) return 'it is not in Unicode normal form C';
  if (/[\\:*?"<>|]/.test(name))
    return 'it has a character that is not safe in file names everywhere';
  for (const part of name.split('/')) {
    if (part === '') return 'it has an empty part';
    if (part === '.' || part === '..') return 'it has a part `.` or `..`';
    if (/^ |[ .]$/.test(part)) return 'a part starts with a space or ends with a space or a dot';
    if (RESERVED.test(part)) return 'a part is a device name on some systems';
    if (UTF8.encode(part).length > PART_BYTES_MAX) {
      return `a part is longer than ${String(PART_BYTES_MAX)} bytes`;
    }
  }
  return undefined;
}

/** Throws `WIRE_NAME_UNSAFE` unless the name is a relative path that is safe to create outside. */
export function checkName(name: string): void {
  const why = explainName(name);
  if (why !== undefined)
    throw wireErrors.error('NAME_UNSAFE', {
      name: JSON.stringify(name).slice(1, -1).slice(0, 80),
      why,
    });
}

/** The order of names on the wire: by UTF-8 bytes, which is the order of code points. */
export function compareNames(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

const FORM =
  /^(?:digits:(?:[1-9]|1[0-7])|palette:(?:[2-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-6])|scale:0\.[0-9]{0,3}[1-9])$/;

/** Throws `WIRE_FORM_INVALID` unless the form is a list like `digits:4` or `palette:16,scale:0.5` in sorted order. */
export function checkForm(form: string): void {
  const parts = form.split(',');
  const sorted = parts.every(
    (part, i) => i === 0 || (parts[i - 1]?.split(':')[0] ?? '') < (part.split(':')[0] ?? ''),
  );
  if (!sorted || !parts.every((part) => FORM.test(part))) {
    throw wireErrors.error('FORM_INVALID', { form: form.slice(0, 80) });
  }
}
