/**
 * The grammar of chat templates: the part of Jinja that lays out messages, and nothing that reaches behind them. Names,
 * attributes and keys are spelled out and do not begin with an underscore; functions, methods, filters, tests and
 * statements are those listed; code is never a value; nothing grows with itself. What could reach the machinery of Python
 * (`unsafe`) is told apart from what is only not in the grammar. Nothing is rendered.
 */
import { JinjaStop } from './jinja-cursor.ts';
import { JinjaParser } from './jinja-expressions.ts';
import { READS_FILES, STATEMENTS } from './jinja-names.ts';
import { JinjaScope } from './jinja-scope.ts';
import { readJinjaBlocks } from './jinja-tokens.ts';
import type { JinjaBlock } from './jinja-tokens.ts';
import { DIGITS, inside, joined, MADE, MARKUP, OWN } from './jinja-values.ts';
import type { JinjaValue } from './jinja-values.ts';

/** What a template was found to be. */
export type TemplateReading =
  | { readonly ok: true; readonly blocks: number }
  | { readonly ok: false; readonly unsafe: boolean; readonly why: string; readonly at: number };

/** Readings until nothing new is learnt; templates that hand texts on from macro to macro need a few. */
const READINGS_MAX = 16;

interface Target {
  readonly name: string;
  readonly attribute?: string;
}

function readTargets(parser: JinjaParser): Target[] {
  const targets: Target[] = [];
  do {
    const name = parser.target();
    if (!parser.take('.')) targets.push({ name });
    else {
      const attribute = parser.word();
      if (attribute.startsWith('_')) parser.unsafe('an attribute begins with an underscore');
      if (!parser.scope.isSpace(name)) parser.unsupported(`\`${name}\` is no namespace`);
      targets.push({ name, attribute });
    }
  } while (parser.take(','));
  return targets;
}

function bindTargets(parser: JinjaParser, targets: readonly Target[], value: JinjaValue): void {
  for (const { name, attribute } of targets) {
    if (attribute === undefined) {
      // A truth value in the place of a namespace has no attributes; anything else would have others.
      if (!parser.scope.isSpace(name)) parser.scope.bind(name, value);
      else if (!value.isNumber)
        parser.unsupported(`the namespace \`${name}\` is bound to something else`);
    } else parser.scope.bindAttribute(name, attribute, value);
  }
}

function readFor(parser: JinjaParser): void {
  const targets = readTargets(parser);
  if (targets.some(({ attribute }) => attribute !== undefined))
    parser.unsupported('a loop over an attribute');
  parser.expect('in');
  const value = parser.expression();
  const item = { ...inside(value, 1), isNumber: value.isNumber };
  parser.scope.beginLoop(value, item);
  bindTargets(parser, targets, item);
}

/** The names before `=`; what is bound to one that may not be is looked at all the same, for it may be worse. */
function readBound(parser: JinjaParser): Target[] {
  try {
    return readTargets(parser);
  } catch (error) {
    if (error instanceof JinjaStop && parser.skipPast('=')) parser.expression();
    throw error;
  }
}

/** Reads what is bound; gives the names when a block follows whose text is bound to them. */
function readSet(parser: JinjaParser): Target[] | undefined {
  if (parser.peek('namespace', 2) && parser.peek('(', 3) && parser.peek('=', 1)) {
    readSpace(parser);
    return undefined;
  }
  const targets = readBound(parser);
  if (!parser.take('=')) {
    if (targets.some(({ attribute }) => attribute !== undefined) || targets.length > 1)
      parser.unsupported('a block of text for an attribute');
    return targets;
  }
  let value = parser.expression();
  while (parser.take(',')) value = joined(value, parser.expression());
  parser.scope.charge(value);
  bindTargets(parser, targets, value);
  return undefined;
}

function readSpace(parser: JinjaParser): void {
  const name = parser.target();
  const { scope } = parser;
  if (scope.isBound(name))
    parser.unsupported(`the namespace \`${name}\` is bound to something else`);
  scope.bindSpace(name);
  for (const text of ['=', 'namespace', '(']) parser.expect(text);
  const { places, keywords } = parser.arguments(')');
  if (places.length > 0) parser.unsupported('a namespace made of something else');
  for (const [key, { value }] of keywords) {
    if (key.startsWith('_')) parser.unsafe('an attribute begins with an underscore');
    scope.bindAttribute(name, key, value);
  }
}

function readMacro(parser: JinjaParser): void {
  const { scope } = parser;
  if (scope.isInMacro) parser.unsupported('a macro in a macro');
  const name = parser.word();
  if (!scope.isMacro(name)) parser.checkTarget(name);
  if (scope.isBound(name) || scope.isSpace(name))
    parser.unsupported(`the name of the macro \`${name}\` is bound anew`);
  const parameters: string[] = [];
  const defaults: (readonly [string, JinjaValue])[] = [];
  parser.expect('(');
  while (!parser.take(')')) {
    const parameter = parser.target();
    if (scope.isSpace(parameter) || parameters.includes(parameter))
      parser.unsupported(`the parameter \`${parameter}\` is bound to something else`);
    parameters.push(parameter);
    if (parser.take('=')) defaults.push([parameter, parser.expression()]);
    if (!parser.take(',') && !parser.peek(')')) parser.unsupported('a macro is misspelled');
  }
  if (!scope.beginMacro(name, parameters))
    parser.unsupported(`the name of the macro \`${name}\` is bound anew`);
  for (const [parameter, value] of defaults) scope.bindParameter(name, parameter, value);
}

const CLOSES: Readonly<Record<string, string>> = {
  ...{ endfor: 'for', endif: 'if', endset: 'set', endmacro: 'macro' },
  ...{ endgeneration: 'generation' },
};

/** A block that is open, with what is bound when it ends. */
interface Open {
  readonly word: string;
  readonly targets?: readonly Target[];
}

function closeBlock(parser: JinjaParser, word: string, open: Open[]): void {
  const closes = CLOSES[word];
  if (closes === undefined) return;
  const last = open.pop();
  if (last?.word !== closes) parser.unsupported('blocks are not closed in order');
  if (closes === 'for') parser.scope.endLoop();
  else if (closes === 'set')
    bindTargets(parser, last.targets ?? [], parser.scope.endCapture(MADE | OWN | DIGITS | MARKUP));
  else if (closes === 'macro') {
    if (parser.isName) parser.word();
    const why = parser.scope.endMacro();
    if (why !== undefined) parser.unsupported(why);
  }
}

function readStatement(parser: JinjaParser, open: Open[]): void {
  const word = parser.word();
  if (READS_FILES.has(word)) parser.unsafe(`the statement \`${word}\` reads other files`);
  if (!STATEMENTS.has(word)) parser.unsupported(`the statement \`${word}\``);
  closeBlock(parser, word, open);
  if (word === 'set') {
    const targets = readSet(parser);
    if (targets === undefined) return;
    parser.scope.beginCapture();
    open.push({ word, targets });
    return;
  }
  if (word === 'for') readFor(parser);
  else if (word === 'if' || word === 'elif') parser.expression();
  else if (word === 'macro') readMacro(parser);
  if (Object.values(CLOSES).includes(word)) open.push({ word });
}

function readBlock(block: JinjaBlock, scope: JinjaScope, open: Open[]): JinjaStop | undefined {
  const parser = new JinjaParser(block, scope);
  try {
    if (block.kind === 'output') scope.charge(parser.expression());
    else readStatement(parser, open);
    if (!parser.done) parser.unsupported('something follows an expression');
    return undefined;
  } catch (error) {
    if (!(error instanceof JinjaStop)) throw error;
    return error;
  }
}

function readBlocks(blocks: readonly JinjaBlock[], scope: JinjaScope): JinjaStop | undefined {
  const open: Open[] = [];
  let first: JinjaStop | undefined;
  let end = 0;
  for (const block of blocks) {
    scope.chargeText(block.at - end);
    ({ end } = block);
    const stop = readBlock(block, scope, open);
    // A later block may be worse than one that is only not understood.
    if (stop !== undefined && (first === undefined || (stop.unsafe && !first.unsafe))) first = stop;
  }
  if (first === undefined && open.length > 0)
    return new JinjaStop(false, 'a block is not closed', 0);
  return first;
}

/** Reads a template. Never throws. */
export function readTemplate(text: string): TemplateReading {
  const blocks = readJinjaBlocks(text);
  if (!blocks.ok) return { ok: false, unsafe: false, why: blocks.why, at: 0 };
  const scope = new JinjaScope();
  for (let reading = 0; reading < READINGS_MAX; reading++) {
    scope.again();
    const stop = readBlocks(blocks.value, scope);
    if (!scope.settle()) continue;
    if (stop !== undefined)
      return { ok: false, unsafe: stop.unsafe, why: stop.message, at: stop.at };
    const why = scope.whyTooMuch();
    return why === undefined
      ? { ok: true, blocks: blocks.value.length }
      : { ok: false, unsafe: false, why, at: 0 };
  }
  return { ok: false, unsafe: false, why: 'its macros call one another without end', at: 0 };
}
