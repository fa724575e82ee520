/** The grammar of expressions in chat templates: what may be named, read, called and joined; see `jinja.ts`. */
import { JinjaCursor } from './jinja-cursor.ts';
import { applyFilter, callFunction, callMethod } from './jinja-calls.ts';
import type { JinjaArguments } from './jinja-calls.ts';
import {
  CONSTANTS,
  FOREIGN_METHODS,
  FUNCTIONS,
  LOOP_ITEMS,
  LOOP_NUMBERS,
  RENDERER_NAMES,
  TESTS,
  whyUnsafeName,
  WORDS,
} from './jinja-names.ts';
import type { JinjaScope } from './jinja-scope.ts';
import type { JinjaBlock } from './jinja-tokens.ts';
import {
  concatenated,
  DIGITS,
  either,
  flagged,
  inside,
  joined,
  KEYED,
  literalOf,
  MADE,
  MARKUP,
  numberOf,
  OWN,
  scaled,
} from './jinja-values.ts';
import type { JinjaValue } from './jinja-values.ts';

/** What a renderer nests for each: signs before a value; what follows a value, or is joined to it. */
const SIGNS_MAX = 8;
const STEPS_MAX = 256;

/** Reads the expressions of one block. */
export class JinjaParser extends JinjaCursor {
  readonly scope: JinjaScope;

  constructor(block: JinjaBlock, scope: JinjaScope) {
    super(block);
    this.scope = scope;
  }

  /** A name that is about to be bound. */
  target(): string {
    const name = this.word();
    this.checkTarget(name);
    return name;
  }

  checkTarget(name: string): void {
    if (FUNCTIONS.has(name) || RENDERER_NAMES.has(name) || CONSTANTS.has(name) || WORDS.has(name))
      this.unsupported(`the name \`${name}\` is bound anew`);
    if (this.scope.isMacro(name))
      this.unsupported(`the name of the macro \`${name}\` is bound anew`);
    if (!/^_?(?:[\p{L}][\p{L}\p{N}_]*)?$/u.test(name) || name.includes('__'))
      this.unsafe(`the name \`${name.slice(0, 40)}\` begins with underscores`);
  }

  expression(): JinjaValue {
    this.enter();
    let value = this.#binary(0);
    if (this.take('if')) {
      this.#binary(0);
      if (this.take('else')) {
        const { literalAhead, remaining } = this;
        const other = this.expression();
        const isText = literalAhead !== undefined && remaining - this.remaining === 1;
        value = isText ? orText(value, other) : either(value, other);
      }
    }
    this.leave();
    return value;
  }

  static readonly LEVELS: readonly (readonly string[])[] = [
    ['or'],
    ['and'],
    ['==', '!=', '<', '>', '<=', '>=', 'in'],
    ['+', '-', '~'],
    ['*', '/', '//', '%', '**'],
  ];

  #binary(level: number): JinjaValue {
    const signs = JinjaParser.LEVELS[level];
    if (signs === undefined) return this.#unary();
    if (level === 2 && this.take('not')) {
      this.enter();
      this.#binary(level);
      this.leave();
      return numberOf(1);
    }
    let value = this.#binary(level + 1);
    for (let steps = 0; ; steps++) {
      if (steps > STEPS_MAX) this.unsupported('expressions are nested too deeply');
      if (level === 2 && this.take('is')) {
        this.#test();
        value = numberOf(1);
        continue;
      }
      if (level === 2 && this.peek('not') && this.peek('in', 1)) this.skip();
      const sign = signs.find((each) => this.take(each));
      if (sign === undefined) return value;
      value = this.#operate(sign, value, this.#binary(level + 1));
    }
  }

  #operate(sign: string, left: JinjaValue, right: JinjaValue): JinjaValue {
    switch (sign) {
      case 'or':
      case 'and':
        return either(left, right);
      case '~':
        return concatenated(left, right);
      case '+':
      case '-':
        return joined(left, right);
      case '*':
        return this.#multiply(left, right);
      case '/':
      case '//':
        return { ...joined(left, right), isNumber: true };
      case '%':
        if (!left.isNumber && (left.flags & OWN) !== 0)
          this.unsupported('a text with places in it');
        // Of a text of the data this lays out another text.
        return { ...joined(left, right), isNumber: left.isNumber };
      case '**':
        return this.unsupported('a power');
      default:
        return numberOf(1);
    }
  }

  #multiply(left: JinjaValue, right: JinjaValue): JinjaValue {
    const [times, value] = right.isNumber ? [right, left] : [left, right];
    if (times.uses.size > 0 && value.uses.size > 0) this.unsupported('a product of two sums');
    const [factor, product] = times.uses.size > 0 ? [value, times] : [times, value];
    const flags = left.flags | right.flags;
    return { ...scaled(product, factor.weight), flags, isNumber: left.isNumber && right.isNumber };
  }

  #test(): void {
    this.take('not');
    const name = this.word();
    if (!TESTS.has(name)) this.unsupported(`the test \`${name}\``);
    if (this.take('(')) this.arguments(')');
    else if (this.isLiteral) this.skip();
  }

  #unary(): JinjaValue {
    let isNegated = false;
    let isNumeric = false;
    for (let signs = 0; ; signs++) {
      if (signs > SIGNS_MAX) this.unsupported('expressions are nested too deeply');
      if (this.take('not')) isNegated = true;
      else if (this.take('-') || this.take('+')) isNumeric = true;
      else break;
    }
    const value = this.#postfix();
    if (isNegated) return numberOf(1);
    return isNumeric ? { ...value, isNumber: true } : value;
  }

  /** Reads what begins an expression: a literal, a name with what it must be followed by, or brackets. */
  #primary(): JinjaValue {
    if (this.isString) return this.#text();
    const number = this.takeNumber();
    if (number !== undefined) return numberOf(Math.abs(number));
    if (this.isName) return this.#named();
    this.enter();
    const value = this.#bracketed();
    this.leave();
    return value;
  }

  #text(): JinjaValue {
    const { text, isOdd } = this.takeStrings();
    if (isOdd) this.unsupported('a text with an escape that is not known');
    if (/^__\w+__$/.test(text))
      this.unsafe(`the text \`${text.slice(0, 40)}\` names the machinery of Python`);
    return literalOf(text);
  }

  #named(): JinjaValue {
    const name = this.word();
    const { scope } = this;
    if (WORDS.has(name)) this.unsupported(`\`${name}\` is out of place`);
    if (CONSTANTS.has(name)) return numberOf(1);
    if (name === 'loop') return this.#loop();
    const isCode = FUNCTIONS.has(name) || RENDERER_NAMES.has(name) || scope.isMacro(name);
    if (isCode) {
      if (this.peek('.') || this.peek('['))
        this.unsafe(`\`${name}\` is code, and something of it is read`);
      if (this.#isAskedFor()) return numberOf(1);
      if (!this.take('(') || RENDERER_NAMES.has(name))
        this.unsupported(`\`${name}\` is code, and stands where data does`);
      if (name === 'namespace') this.unsupported('a namespace that is not simply bound to a name');
      const given = this.arguments(')');
      if (!scope.isMacro(name)) return callFunction(this, name, given);
      return this.#callMacro(name, given);
    }
    if (scope.isSpace(name)) {
      if (!this.take('.')) this.unsupported(`the namespace \`${name}\` stands where data does`);
      const attribute = this.word();
      this.#checkName(attribute, numberOf(1));
      if (this.peek('(')) this.unsupported(`a call of \`${attribute}\``);
      return scope.readAttribute(name, attribute);
    }
    if (/^_/.test(name) && (!scope.isBound(name) || name.includes('__')))
      this.unsafe(`the name \`${name.slice(0, 40)}\` begins with an underscore`);
    if (this.peek('(')) this.unsupported(`a call of \`${name}\``);
    return scope.read(name);
  }

  /** Whether it is only asked whether the name before is defined. */
  #isAskedFor(): boolean {
    if (!this.peek('is')) return false;
    const ahead = this.peek('not', 1) ? 2 : 1;
    return this.peek('defined', ahead) || this.peek('undefined', ahead);
  }

  #loop(): JinjaValue {
    if (!this.take('.')) this.unsupported('`loop` is code, and stands where data does');
    const name = this.word();
    this.#checkName(name, numberOf(1));
    if (LOOP_NUMBERS.has(name)) return numberOf(this.scope.loopTrips);
    if (!LOOP_ITEMS.has(name)) this.unsupported(`\`loop.${name}\``);
    return this.scope.loopItem;
  }

  #callMacro(name: string, given: JinjaArguments): JinjaValue {
    const { scope } = this;
    for (const [i, each] of given.places.entries()) scope.bindParameter(name, i, each.value);
    for (const [key, each] of given.keywords) scope.bindParameter(name, key, each.value);
    const all = [...given.places, ...given.keywords.values()].map(({ value }) => value);
    const result = scope.callMacro(name, all, MADE | OWN | DIGITS | MARKUP);
    return typeof result === 'string' ? this.unsupported(result) : result;
  }

  #bracketed(): JinjaValue {
    if (this.take('(')) {
      const { places, keywords } = this.arguments(')');
      const [only] = places;
      if (places.length === 1 && keywords.size === 0 && only !== undefined) return only.value;
      return sum(places.map(({ value }) => value));
    }
    if (this.take('[')) return sum(this.arguments(']').places.map(({ value }) => value));
    if (!this.take('{')) return this.unsupported('an expression is missing');
    const values: JinjaValue[] = [];
    while (!this.take('}')) {
      const key = this.expression();
      this.expect(':');
      const value = this.expression();
      // What a computed key read may be a method, and under a name it could be called.
      if (((key.flags | value.flags) & KEYED) !== 0)
        this.unsupported('something read by a computed key is put under a name');
      values.push(value, { ...key, part: undefined });
      if (this.take('}')) break;
      this.expect(',');
    }
    const all = sum(values);
    const [only] = values;
    const part = values.length === 2 ? only?.part : undefined;
    if (part?.level !== 2 || part.kind !== undefined) return all;
    return { ...all, part: { parameter: part.parameter, level: 1, kind: 'wrap' } };
  }

  /** Arguments, or the items of a list, until a closing sign. */
  arguments(close: string): JinjaArguments {
    const places: { value: JinjaValue; literal?: string }[] = [];
    const keywords = new Map<string, { value: JinjaValue; literal?: string }>();
    while (!this.take(close)) {
      const key = this.isName && this.peek('=', 1) ? this.word() : undefined;
      if (key !== undefined) this.expect('=');
      const { literalAhead: literal, remaining } = this;
      const value = this.expression();
      const isLiteral = literal !== undefined && remaining - this.remaining === 1;
      const given = isLiteral ? { value, literal } : { value };
      if (key === undefined) places.push(given);
      else if (keywords.has(key) || close !== ')') this.unsupported(`\`${key}=\` is out of place`);
      else keywords.set(key, given);
      if (this.take(close)) break;
      this.expect(',');
    }
    return { places, keywords };
  }

  #postfix(): JinjaValue {
    let value = this.#primary();
    for (let steps = 0; ; steps++) {
      if (steps > STEPS_MAX) this.unsupported('expressions are nested too deeply');
      if (this.take('.')) {
        if (this.takeNumber() !== undefined) {
          value = inside(value, 1);
          continue;
        }
        const name = this.word();
        if (this.take('(')) value = callMethod(this, name, value, this.arguments(')'));
        else value = this.attribute(name, value);
      } else if (this.take('[')) value = this.#key(value);
      else if (this.take('|')) {
        const name = this.word();
        const given = this.take('(') ? this.arguments(')') : undefined;
        value = applyFilter(this, name, value, given);
      } else if (this.peek('(')) return this.unsupported('a call of a value');
      else return value;
    }
  }

  /** An attribute or item that is spelled out. */
  attribute(name: string, value: JinjaValue): JinjaValue {
    this.#checkName(name, value);
    return inside(value, 2);
  }

  #checkName(name: string, value: JinjaValue): void {
    const why = whyUnsafeName(name);
    if (why !== undefined) this.unsafe(`the name \`${name.slice(0, 40)}\` ${why}`);
    if ((value.flags & OWN) !== 0 && FOREIGN_METHODS.has(name))
      this.unsupported(`the method \`${name}\``);
  }

  #key(value: JinjaValue): JinjaValue {
    if (this.isString) {
      const { text, isOdd, isWhole } = this.peekStrings(']');
      if (isWhole) {
        if (isOdd) this.unsafe('a key with an escape that is not known');
        this.takeStrings();
        this.expect(']');
        return this.attribute(text, value);
      }
    }
    if (this.take(':')) return this.#slice(value);
    const { position } = this;
    const key = this.expression();
    if (!key.isNumber && (key.flags & MADE) !== 0) {
      // A name may hold what a text of the template and one of the data give; an expression here says what it does.
      if (!this.hadString(position)) this.unsupported('a key that the template makes itself');
      this.unsafe('a key that is put together');
    }
    if (this.take(':')) return this.#slice(value);
    if (!key.isNumber && (value.flags & (KEYED | MARKUP)) !== 0)
      this.unsupported('a computed key on what is more than data');
    this.expect(']');
    return inside(value, 1, key.isNumber ? 0 : KEYED);
  }

  #slice(value: JinjaValue): JinjaValue {
    while (!this.take(']')) {
      if (!this.take(':')) this.expression();
    }
    return flagged(value, 0);
  }
}

/** A value, or a text that is spelled out. */
function orText(value: JinjaValue, text: JinjaValue): JinjaValue {
  const { part } = value;
  if (part?.level !== 2 || part.kind !== undefined) return either(value, text);
  return { ...either(value, text), part: { parameter: part.parameter, level: 1, kind: 'text' } };
}

function sum(values: readonly JinjaValue[]): JinjaValue {
  const [first = numberOf(1), ...others] = values;
  const all = others.reduce(joined, first);
  return { ...all, isNumber: false, weight: all.weight + 1, part: undefined };
}
