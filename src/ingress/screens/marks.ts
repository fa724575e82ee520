/**
 * Marks by which whoever builds prompts parts turns and roles, texts that no reader sees but a model does, and images
 * that carry data out in their address. Each begins with a sign that plain text fails at once.
 */
import { ALL_HINTS, HINTS } from './hints.ts';
import type { Spot } from './spot.ts';
import { ALL_SIGNS, SIGNS } from './tokens.ts';

const TEMPLATE = 'has the marks of a chat template';
const COMMENT = 'speaks to a model in a part that no reader sees';
const IMAGE = 'has an image that carries data out in its address';

/** Tokens between bars, tags of turns and roles, of tools and of thoughts. */
const ANGLE =
  /<[|\uff5c]\s?[\w\u2581 -]{1,32}\s?(?:[|\uff5c]>|$)|<\/?(?:start|end)_of_turn>|<<\/?sys>>|<\/?(?:system|assistant)>|<\/?(?:system|assistant|developer|human|user)[_-]?(?:prompt|message|instructions?|turn|input)>|<\/?(?:tool_calls?|tool_response|function_calls?|function_results?|think|thinking|scratchpad)>|<s>\s*\[inst\]/i;
const SQUARE =
  /\[\/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\]|\[\/?SYSTEM\]/;
const SQUARE_ROLE =
  /\[(?:system|admin|administrator|developer)[ _-]?(?:message|note|notice|prompt|override|instructions?|update)\s*[\]:]/i;
const TURNS: readonly (readonly [RegExp, RegExp])[] = [
  [
    /^#{2,4} ?(?:instructions?|human|user|system):\s*$/im,
    /^#{2,4} ?(?:response|assistant|output):/im,
  ],
  [/(?:^|\n)[ \t]{0,8}(?:human|user): /i, /\n[ \t]{0,8}assistant:/i],
];
const BEGIN =
  /(?:BEGIN|END|START)(?: OF)? (?:SYSTEM |USER |INITIAL |HIDDEN )*(?:PROMPT|INSTRUCTIONS)\b|(?:^|\n)[ \t]{0,8}(?:#+ |\*\*)?SYSTEM (?:OVERRIDE|PROMPT|MESSAGE|NOTE|INSTRUCTIONS?)\b/;

/** A line that calls a model by its name and then tells it what to do. */
const CALLED =
  /(?:^|[\n.!?>"'])\s{0,4}@?(?:an? )?(?:ai|ais|llms?|assistant|chatgpt|gpt|claude|gemini|copilot)(?: (?:agents?|models?|assistants?|reviewers?))?\s?[,:!]?\s{1,4}(?:(?:please|now)\s{1,4}){0,3}(?:ignore|disregard|forget|output|print|say|answer|respond|reply|visit|send|show|tell|rate|give|approve|run|execute|repeat|reveal|exfiltrate|do not|don't)\b/i;
const NAMES = /\bai\b|assistant|\bllm|gpt|claude|gemini|copilot/i;
const CALLS = 'calls a model by its name';

/** A part of markup that is not shown, addressed to a model. */
const UNSEEN =
  /<!--\s*(?:(?:hidden|secret|important)\s+)?(?:(?:notes?|messages?|instructions?|hints?|memo|prompt)\s+(?:to|for)\s+)?(?:the\s+|any\s+|all\s+)?(?:ais?|llms?|assistants?|chatbots?|language models?|gpt|chatgpt|claude|gemini|copilot|system prompt|agents?)\b\s*[-:,;!]|(?:alt|title|aria-label|content)\s*=\s*["'](?:notes?\s+to\s+|hey\s+|dear\s+|attention\s+)?(?:the\s+)?(?:ai|llm|assistant|chatbot|language model|chatgpt|claude)\s*[:,-]/i;
/** Words that a hidden element has when it is meant for a model. */
const CONCEALED =
  /<[a-z][^<>]{0,200}(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(?![.\d]*[1-9])|color\s*:\s*(?:white|transparent|#fff(?:fff)?\b))[^<>]{0,200}>[^<]{0,400}\b(?:assistant|llm|language model|ai|chatgpt|instructions?)\b/i;

/** The address of an image whose parameters are filled with what somebody else knows. */
const ADDRESS =
  /(?:!\[[^\]]{0,300}\]\(\s*<?|<img\b[^<>]{0,300}\bsrc\s*=\s*["']?)(?:https?:)?\/\/[^\s)"'<>?]{1,300}\?([^\s)"'>]{1,2000})/gi;
const FILLED = [
  /[{[<$][\w .{-]{1,40}[}\]>]|%(?:7b|5b|3c)[\w+ -]{1,40}%(?:7d|5d|3e)/i,
  /(?:^|&)(?:data|d|q|query|payload|secret|content|text|prompt|conversation|chat|history|leak|exfil|info|msg|message|token|key|cookie|user|memory|context)=(?:[A-Z_]{4,}(?:&|$)|[A-Za-z0-9+/_%=-]{24,})/,
];

function spotOf(match: RegExpExecArray | RegExpMatchArray, what: string): Spot {
  const start = match.index ?? 0;
  return { start, end: start + Math.min(match[0].length, 120), what };
}

function findTurns(text: string): Spot | undefined {
  for (const [asks, answers] of TURNS) {
    const first = asks.exec(text);
    if (first !== null && answers.test(text)) return spotOf(first, TEMPLATE);
  }
  return undefined;
}

function findImage(text: string): Spot | undefined {
  for (const match of text.matchAll(ADDRESS)) {
    const query = match[1] ?? '';
    if (FILLED.some((form) => form.test(query))) return spotOf(match, IMAGE);
  }
  return undefined;
}

function first(text: string, patterns: readonly (readonly [RegExp, string])[]): Spot | undefined {
  for (const [pattern, what] of patterns) {
    const match = pattern.exec(text);
    if (match !== null) return spotOf(match, what);
  }
  return undefined;
}

/**
 * The first mark, or part that no reader sees. `signs` are {@link SIGNS} of the text; `hints` are {@link HINTS} of its words.
 */
export function findMark(text: string, signs = ALL_SIGNS, hints = ALL_HINTS): Spot | undefined {
  let spot: Spot | undefined;
  if ((signs & SIGNS.less) !== 0 && text.includes('<')) {
    spot = first(text, [[ANGLE, TEMPLATE]]);
    if (spot === undefined && mayBeUnseen(text, signs, hints)) {
      spot = first(text, [[UNSEEN, COMMENT]]);
    }
    if (spot === undefined && text.includes('style')) spot = first(text, [[CONCEALED, COMMENT]]);
  }
  if (spot === undefined && (signs & SIGNS.bracket) !== 0 && text.includes('['))
    spot = first(text, [
      [SQUARE, TEMPLATE],
      [SQUARE_ROLE, TEMPLATE],
    ]);
  if (spot === undefined && mayHaveTurns(text, signs, hints)) spot = findTurns(text);
  if (
    spot === undefined &&
    (hints & HINTS.begins) !== 0 &&
    (text.includes('PROMPT') || text.includes('SYSTEM'))
  ) {
    spot = first(text, [[BEGIN, TEMPLATE]]);
  }
  if (spot === undefined && (hints & HINTS.names) !== 0 && NAMES.test(text))
    spot = first(text, [[CALLED, CALLS]]);
  if (spot === undefined && mayHaveImage(text, signs)) spot = findImage(text);
  return spot;
}

const mayBeUnseen = (text: string, signs: number, hints: number): boolean =>
  (hints & (HINTS.names | HINTS.agents)) !== 0 &&
  ((signs & SIGNS.equals) !== 0 || text.includes('<!--'));

const mayHaveTurns = (text: string, signs: number, hints: number): boolean =>
  ((hints & HINTS.assistant) !== 0 && text.includes('ssistant')) ||
  ((signs & SIGNS.hash) !== 0 && text.includes('###'));

const mayHaveImage = (text: string, signs: number): boolean =>
  ((signs & SIGNS.exclamation) !== 0 && text.includes('![')) ||
  ((signs & SIGNS.less) !== 0 && text.includes('<img'));
