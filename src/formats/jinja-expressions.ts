/** The grammar of expressions in chat templates: what may be named, read, called and joined; see `jinja.ts`. */
import {
  FILTERS,
  FUNCTIONS,
  HANDS_ON,
  METHODS,
  NAMING_FILTERS,
  NUMBERS,
  WORDS,
} from './jinja-names.ts';
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

/** What an expression can be as a key: a number, something spelled out by the input, or a text made by the template. */
export type JinjaKind = 'number' | 'input' | 'made';

const isPlainName = (name: string): boolean =>
  /^[\p{L}][\p{L}\p{N}_]*$/u.test(name) && !name.includes('__');

/** Reads the expressions of one block; `made` holds the names of texts that the template makes. */
export class JinjaParser {
  readonly #tokens: readonly JinjaToken[];
  readonly #end: number;
  readonly #made: Set<string>;
  #position = 0;
  #depth = 0;

  constructor(block: JinjaBlock, made: Set<string>) {
    this.#tokens = block.tokens;
    this.#end = block.at;
    this.#made = made;
  }

  get #at(): number {
    return this.#tokens[this.#position]?.at ?? this.#end;
  }

  get done(): boolean {
    return this.#position >= this.#tokens.length;
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

  unsafe(why: string): never {
    throw new JinjaStop(true, why, this.#at);
  }

  unsupported(why: string): never {
    throw new JinjaStop(false, why, this.#at);
  }

  name(): string {
    const token = this.#tokens[this.#position];
    if (token?.kind !== 'name') return this.unsupported('a name is missing');
    this.#position++;
    if (!isPlainName(token.text))
      this.unsafe(`the name \`${token.text.slice(0, 40)}\` begins with an underscore`);
    return token.text;
  }

  expression(): JinjaKind {
    if (++this.#depth > DEPTH_MAX) this.unsupported('expressions are nested too deeply');
    let kind = this.#binary(0);
    if (this.take('if')) {
      this.#binary(0);
      if (this.take('else')) kind = worstKind(kind, this.expression());
    }
    this.#depth--;
    return kind;
  }

  /** A list of expressions until a closing sign; names before `=` are keywords. */
  #list(close: string): { kind: JinjaKind; texts: string[] } {
    let kind: JinjaKind = 'input';
    const texts: string[] = [];
    while (!this.take(close)) {
      if (this.#tokens[this.#position]?.kind === 'name' && this.peek('=', 1)) {
        this.name();
        this.expect('=');
      }
      const token = this.#tokens[this.#position];
      if (token?.kind === 'string') texts.push(token.text);
      kind = worstKind(kind, this.expression());
      if (this.take(close)) break;
      this.expect(',');
    }
    return { kind, texts };
  }

  static readonly LEVELS: readonly (readonly string[])[] = [
    ['or'],
    ['and'],
    ['==', '!=', '<', '>', '<=', '>=', 'in'],
    ['+', '-', '~'],
    ['*', '/', '//', '%', '**'],
  ];

  #binary(level: number): JinjaKind {
    const signs = JinjaParser.LEVELS[level];
    if (signs === undefined) return this.#unary();
    if (level === 2 && this.take('not')) {
      this.#binary(level);
      return 'input';
    }
    let kind = this.#binary(level + 1);
    for (;;) {
      if (level === 2 && this.take('is')) {
        this.#test();
        kind = 'input';
        continue;
      }
      if (level === 2 && this.peek('not') && this.peek('in', 1)) this.#position++;
      const sign = signs.find((each) => this.take(each));
      if (sign === undefined) return kind;
      const other = this.#binary(level + 1);
      // Joining texts makes a text; numbers stay numbers; a comparison is neither.
      if (level === 2) kind = 'input';
      else if (sign === '~') kind = 'made';
      else if (level >= 3) kind = worstKind(kind, other);
    }
  }

  #test(): void {
    this.take('not');
    this.name();
    if (this.take('(')) this.#list(')');
    else if (!this.done && this.#tokens[this.#position]?.kind === 'string') this.#position++;
  }

  #unary(): JinjaKind {
    if (this.take('-') || this.take('+')) return this.#unary();
    if (this.take('not')) {
      this.#unary();
      return 'input';
    }
    return this.#postfix(this.#primary());
  }

  #primary(): { kind: JinjaKind; callable: string | undefined } {
    const token = this.#tokens[this.#position];
    if (token === undefined) return this.unsupported('an expression is missing');
    if (token.kind === 'string') {
      let text = '';
      for (
        let next = this.#tokens[this.#position];
        next?.kind === 'string';
        next = this.#tokens[this.#position]
      ) {
        text += next.text;
        this.#position++;
      }
      if (/^__\w+__$/.test(text))
        this.unsafe(`the text \`${text.slice(0, 40)}\` names the machinery of Python`);
      return { kind: 'made', callable: undefined };
    }
    if (token.kind === 'number') {
      this.#position++;
      return { kind: 'number', callable: undefined };
    }
    if (token.kind === 'name') {
      if (WORDS.has(token.text)) return this.unsupported(`\`${token.text}\` is out of place`);
      const name = this.name();
      return { kind: this.#made.has(name) ? 'made' : 'input', callable: name };
    }
    return { kind: this.#bracketed(), callable: undefined };
  }

  #bracketed(): JinjaKind {
    if (this.take('(')) return this.#list(')').kind;
    if (this.take('[')) return this.#list(']').kind;
    if (!this.take('{')) return this.unsupported('an expression is missing');
    let kind: JinjaKind = 'input';
    while (!this.take('}')) {
      this.expression();
      this.expect(':');
      kind = worstKind(kind, this.expression());
      if (this.take('}')) break;
      this.expect(',');
    }
    return kind;
  }

  #postfix(start: { kind: JinjaKind; callable: string | undefined }): JinjaKind {
    let { kind } = start;
    let callable = start.callable;
    let isMethod = false;
    let receiver = kind;
    for (;;) {
      if (this.take('.')) {
        const token = this.#tokens[this.#position];
        if (token?.kind === 'number') this.#position++;
        else callable = this.name();
        isMethod = true;
        receiver = kind;
        kind = 'input';
      } else if (this.take('[')) {
        this.#key();
        callable = undefined;
        kind = 'input';
      } else if (this.take('(')) {
        this.#call(callable, isMethod);
        kind = kindOfResult(callable ?? '', receiver);
        callable = undefined;
      } else if (this.take('|')) {
        kind = kindOfResult(this.#filter(), kind);
        callable = undefined;
      } else return kind;
    }
  }

  #call(callable: string | undefined, isMethod: boolean): void {
    const known = callable !== undefined && (isMethod ? METHODS : FUNCTIONS).has(callable);
    const isMacro = callable !== undefined && !isMethod && this.#made.has(`${callable}()`);
    if (!known && !isMacro) this.unsupported(`a call of \`${callable ?? 'a value'}\``);
    this.#list(')');
  }

  #key(): void {
    const token = this.#tokens[this.#position];
    if (token?.kind === 'string' && this.peek(']', 1)) {
      if (token.text.startsWith('_') || token.text.includes('__')) {
        this.unsafe(`the key \`${token.text.slice(0, 40)}\` begins with an underscore`);
      }
      this.#position += 2;
      return;
    }
    if (this.take(':')) {
      this.#slice();
      return;
    }
    const from = this.#position;
    const kind = this.expression();
    if (kind === 'made') {
      const isName = this.#position - from === 1;
      if (isName) this.unsupported('a key that the template makes itself');
      this.unsafe('a key that is put together');
    }
    if (this.take(':')) this.#slice();
    else this.expect(']');
  }

  #slice(): void {
    while (!this.take(']')) {
      if (!this.take(':')) this.expression();
    }
  }

  /** Reads a filter and gives its name. */
  #filter(): string {
    const name = this.name();
    const isKnown = FILTERS.has(name);
    if (!this.take('(')) {
      if (!isKnown) this.unsupported(`the filter \`${name}\``);
      return name;
    }
    if (!isKnown) this.unsafe(`the filter \`${name}\` with arguments`);
    const { texts } = this.#list(')');
    if (!NAMING_FILTERS.has(name)) return name;
    for (const text of texts) {
      if (text.split('.').some((part) => part.startsWith('_') || part.includes('__'))) {
        this.unsafe(`the filter \`${name}\` reads \`${text.slice(0, 40)}\``);
      }
    }
    const [first] = texts;
    if (name === 'map' && first !== undefined && texts.length > 0 && first === 'attr') {
      this.unsafe('the filter `map` calls another filter by name');
    }
    return name;
  }

  /** Notes that a name stands for a text that the template makes. */
  mark(name: string, kind: JinjaKind): void {
    if (kind === 'made') this.#made.add(name);
  }

  markMacro(name: string): void {
    this.#made.add(`${name}()`);
  }
}

function kindOfResult(name: string, receiver: JinjaKind): JinjaKind {
  if (NUMBERS.has(name)) return 'number';
  return HANDS_ON.has(name) ? receiver : 'made';
}

/** The one of two that says less about where a text comes from. */
export function worstKind(a: JinjaKind, b: JinjaKind): JinjaKind {
  if (a === 'made' || b === 'made') return 'made';
  return a === 'input' || b === 'input' ? 'input' : 'number';
}
