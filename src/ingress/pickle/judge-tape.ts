/** The tape as the judge reads it: as lenient as CPython, and broken only where that breaks too. */
import { Broken } from './abstract-stack.ts';
import { PickleTape } from './tape.ts';

const NAME_BYTES_MAX = 2048;
const NUMBER_BYTES_MAX = 64;

/** See the top of this file. */
export class JudgeTape extends PickleTape {
  /** A little-endian number. */
  length(width: number): number {
    const value = this.number(width);
    if (value < 0) throw new Broken('it ends in an argument');
    return value;
  }

  /** Steps over bytes. */
  pass(count: number): void {
    if (!this.skip(count)) throw new Broken('it ends in an argument');
  }

  /** Steps over a line and gives where its text lies. */
  span(): { readonly from: number; readonly to: number } {
    const from = this.at;
    const to = this.line();
    if (to < 0) throw new Broken('a line has no end');
    return { from, to };
  }

  /** The number of a memo entry on a line. */
  memoLine(): number {
    const { from, to } = this.span();
    const text = to - from > NUMBER_BYTES_MAX ? undefined : this.readText(from, to);
    const value = Number(text?.trim().replaceAll('_', '') ?? Number.NaN);
    if (!Number.isSafeInteger(value) || value < 0) throw new Broken('a memo number is misspelled');
    return value;
  }

  /** The text of a line that names something; undefined when it is too long. Readers stop at one that is not UTF-8. */
  nameLine(): string | undefined {
    const { from, to } = this.span();
    if (to - from > NAME_BYTES_MAX) return undefined;
    const text = this.readText(from, to);
    if (text === undefined) throw new Broken('a name is not UTF-8');
    return text;
  }

  /** A string's text, or undefined when it is not spelled out: protocol 0 has quotes and escapes. */
  spelledText(from: number, to: number): string | undefined {
    if (to - from > NAME_BYTES_MAX) return undefined;
    const text = this.readText(from, to);
    return text?.includes('\\') === true ? undefined : text?.replace(/^(['"])([^]*)\1$/, '$2');
  }
}
