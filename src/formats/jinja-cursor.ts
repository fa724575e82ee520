/** Walks over the tokens of one block of a template. */
import type { JinjaBlock, JinjaToken } from './jinja-tokens.ts';

const DEPTH_MAX = 64;

/** Thrown where a template leaves the grammar. */
export class JinjaStop extends Error {
  readonly unsafe: boolean;
  readonly at: number;
  constructor(unsafe: boolean, why: string, at: number) {
    super(why);
    this.unsafe = unsafe;
    this.at = at;
  }
}

export class JinjaCursor {
  readonly #tokens: readonly JinjaToken[];
  readonly #end: number;
  #position = 0;
  #depth = 0;

  constructor(block: JinjaBlock) {
    this.#tokens = block.tokens;
    this.#end = block.at;
  }

  get #token(): JinjaToken | undefined {
    return this.#tokens[this.#position];
  }

  get done(): boolean {
    return this.#position >= this.#tokens.length;
  }

  get isName(): boolean {
    return this.#token?.kind === 'name';
  }

  get isString(): boolean {
    return this.#token?.kind === 'string';
  }

  get isLiteral(): boolean {
    return this.isString || this.#token?.kind === 'number';
  }

  get position(): number {
    return this.#position;
  }

  /** Whether a text stood since then. */
  hadString(since: number): boolean {
    return this.#tokens.slice(since, this.#position).some(({ kind }) => kind === 'string');
  }

  /** The text of the one string that comes next, when it is one. */
  get literalAhead(): string | undefined {
    const token = this.#token;
    return token?.kind === 'string' && token.isOdd !== true ? token.text : undefined;
  }

  /** How many tokens are left. */
  get remaining(): number {
    return this.#tokens.length - this.#position;
  }

  skip(): void {
    this.#position++;
  }

  /** Goes on behind a sign; false when there is none. */
  skipPast(text: string): boolean {
    while (!this.done) {
      if (this.take(text)) return true;
      this.#position++;
    }
    return false;
  }

  peek(text: string, ahead = 0): boolean {
    const token = this.#tokens[this.#position + ahead];
    return token !== undefined && token.kind !== 'string' && token.text === text;
  }

  take(text: string): boolean {
    if (!this.peek(text)) return false;
    this.#position++;
    return true;
  }

  expect(text: string): void {
    if (!this.take(text)) this.unsupported(`\`${text}\` is missing`);
  }

  /** The next token, which is a name. */
  word(): string {
    const token = this.#token;
    if (token?.kind !== 'name') return this.unsupported('a name is missing');
    this.#position++;
    return token.text;
  }

  takeNumber(): number | undefined {
    const token = this.#token;
    if (token?.kind !== 'number') return undefined;
    this.#position++;
    return Number(token.text.replaceAll('_', ''));
  }

  /** The texts that come next, which are one; whether a sign follows them. */
  peekStrings(close: string): { text: string; isOdd: boolean; isWhole: boolean } {
    const parts: string[] = [];
    let isOdd = false;
    let ahead = 0;
    for (;;) {
      const token = this.#tokens[this.#position + ahead];
      if (token?.kind !== 'string') break;
      parts.push(token.text);
      isOdd ||= token.isOdd === true;
      ahead++;
    }
    return { text: parts.join(''), isOdd, isWhole: this.peek(close, ahead) };
  }

  takeStrings(): { text: string; isOdd: boolean } {
    const { text, isOdd } = this.peekStrings('');
    while (this.isString) this.#position++;
    return { text, isOdd };
  }

  enter(): void {
    if (++this.#depth > DEPTH_MAX) this.unsupported('expressions are nested too deeply');
  }

  leave(): void {
    this.#depth--;
  }

  unsafe(why: string): never {
    throw new JinjaStop(true, why, this.#token?.at ?? this.#end);
  }

  unsupported(why: string): never {
    throw new JinjaStop(false, why, this.#token?.at ?? this.#end);
  }
}
