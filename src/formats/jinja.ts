/**
 * The grammar of chat templates: the part of Jinja that lays out messages, and nothing that reaches behind them. Names,
 * attributes and keys are spelled out and do not begin with an underscore; functions, methods, filters and statements are
 * those listed here. What could reach the machinery of Python (`unsafe`) is told apart from what is only not in the
 * grammar. Nothing is rendered.
 */
import { JinjaParser, JinjaStop, worstKind } from './jinja-expressions.ts';
import type { JinjaKind } from './jinja-expressions.ts';
import { READS_FILES, STATEMENTS } from './jinja-names.ts';
import { readJinjaBlocks } from './jinja-tokens.ts';

/** What a template was found to be. */
export type TemplateReading =
  | { readonly ok: true; readonly blocks: number }
  | { readonly ok: false; readonly unsafe: boolean; readonly why: string; readonly at: number };

function readTargets(parser: JinjaParser): string[] {
  const names = [parser.name()];
  if (parser.take('.')) parser.name();
  while (parser.take(',')) names.push(parser.name());
  return names;
}

function readStatement(parser: JinjaParser): string {
  const word = parser.name();
  if (READS_FILES.has(word)) parser.unsafe(`the statement \`${word}\` reads other files`);
  if (!STATEMENTS.has(word)) parser.unsupported(`the statement \`${word}\``);
  if (word === 'for') {
    const names = readTargets(parser);
    parser.expect('in');
    const kind = parser.expression();
    for (const name of names) parser.mark(name, kind);
    parser.take('recursive');
  } else if (word === 'if' || word === 'elif' || word === 'call') parser.expression();
  else if (word === 'set') {
    const names = readTargets(parser);
    let kind: JinjaKind = 'made';
    if (parser.take('=')) {
      kind = parser.expression();
      while (parser.take(',')) kind = worstKind(kind, parser.expression());
    }
    for (const name of names) parser.mark(name, kind);
  } else if (word === 'macro') {
    parser.markMacro(parser.name());
    parser.expect('(');
    while (!parser.take(')')) {
      parser.mark(parser.name(), 'made');
      if (parser.take('=')) parser.expression();
      if (!parser.take(',') && !parser.peek(')')) parser.unsupported('a macro is misspelled');
    }
  }
  return word;
}

const CLOSES: Readonly<Record<string, string>> = {
  ...{ endfor: 'for', endif: 'if', endset: 'set', endmacro: 'macro' },
  ...{ endgeneration: 'generation', endcall: 'call' },
};

/** Reads a template. Never throws. */
export function readTemplate(text: string): TemplateReading {
  const blocks = readJinjaBlocks(text);
  if (!blocks.ok) return { ok: false, unsafe: false, why: blocks.why, at: 0 };
  const made = new Set<string>();
  const open: string[] = [];
  let first: JinjaStop | undefined;
  for (const block of blocks.value) {
    const parser = new JinjaParser(block, made);
    try {
      if (block.kind === 'output') parser.expression();
      else {
        const word = readStatement(parser);
        const closes = CLOSES[word];
        if (closes !== undefined && open.pop() !== closes)
          parser.unsupported('blocks are not closed in order');
        const isBlockSet =
          word === 'set' &&
          !block.tokens.some((token) => token.text === '=' && token.kind === 'sign');
        if (Object.values(CLOSES).includes(word) && (word !== 'set' || isBlockSet)) open.push(word);
      }
      if (!parser.done) parser.unsupported('something follows an expression');
    } catch (error) {
      if (!(error instanceof JinjaStop)) throw error;
      // A later block may be worse than one that is only not understood.
      if (first === undefined || (error.unsafe && !first.unsafe)) first = error;
    }
  }
  if (first !== undefined)
    return { ok: false, unsafe: first.unsafe, why: first.message, at: first.at };
  if (open.length > 0) return { ok: false, unsafe: false, why: 'a block is not closed', at: 0 };
  return { ok: true, blocks: blocks.value.length };
}
