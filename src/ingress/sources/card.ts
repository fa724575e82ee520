/** Croissant files and data cards, read for the intake form. A card is a claim of its author, never a proof. Pure. */
import { parse } from 'yaml';
import { parseJsonStrict, sha256 } from '../../core/index.ts';
import { sourceErrors } from './errors.ts';
import type { IntakeForm } from './source.ts';

/** What a card says; a person fills in the rest. */
export interface CardFacts {
  readonly form: Partial<Omit<IntakeForm, 'card'>>;
  readonly card: NonNullable<IntakeForm['card']>;
}

const CARD_BYTES_MAX = 4 * 1024 * 1024;
const TEXT_MAX = 4_000;
const LINE_MAX = 500;

type Fields = Readonly<Record<string, unknown>>;

function fail(why: string): never {
  throw sourceErrors.error('CARD_UNREADABLE', { why });
}

/** The first text in a value: cards give a text, a list of texts, or objects with a name or url. */
function textOf(value: unknown, max: number): string | null {
  if (typeof value === 'string') return value.trim() === '' ? null : value.trim().slice(0, max);
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) {
    const texts = value.flatMap((each) => textOf(each, max) ?? []);
    return texts.length === 0 ? null : texts.join(', ').slice(0, max);
  }
  if (typeof value !== 'object' || value === null) return null;
  const { name, url } = value as Fields;
  return textOf(name ?? url, max);
}

/** A member whatever prefix its author chose: `rai:dataCollection`, `sc:license`, `license`. */
function member(card: Fields, ...names: readonly string[]): unknown {
  for (const [key, value] of Object.entries(card)) {
    const local = key.slice(key.lastIndexOf(':') + 1).slice(key.lastIndexOf('/') + 1);
    if (names.includes(key) || names.includes(local)) return value;
  }
  return undefined;
}

function croissant(text: string): CardFacts {
  const parsed = parseJsonStrict(text);
  if (!parsed.ok) fail(parsed.message);
  if (typeof parsed.value !== 'object' || parsed.value === null || Array.isArray(parsed.value))
    fail('it is no JSON object');
  const card = parsed.value as Fields;
  const type = textOf(card['@type'] ?? null, LINE_MAX) ?? '';
  if (!/(^|[:/, ])Dataset\b/.test(type)) fail('its @type is not Dataset');
  const collection = textOf(
    [
      member(card, 'dataCollection'),
      member(card, 'dataCollectionType'),
      member(card, 'dataCollectionRawData'),
    ],
    TEXT_MAX,
  );
  return makeFacts('croissant', text, card, collection);
}

function dataCard(text: string): CardFacts {
  const match = /^---\r?\n([\s\S]*?)\r?\n---\r?(?:\n|$)/.exec(text);
  if (match === null) fail('it does not begin with YAML between two lines of ---');
  let card: unknown;
  try {
    // No aliases and no tags: a card is plain data.
    card = parse(match[1] ?? '', { maxAliasCount: 0, schema: 'core' });
  } catch {
    fail('its YAML cannot be read');
  }
  if (typeof card !== 'object' || card === null || Array.isArray(card))
    fail('its YAML is no mapping');
  const fields = card as Fields;
  const parts = [
    member(fields, 'annotations_creators'),
    member(fields, 'source_datasets'),
    member(fields, 'language_creators'),
  ];
  return makeFacts('data-card', text, fields, textOf(parts, TEXT_MAX));
}

function makeFacts(
  kind: CardFacts['card']['kind'],
  text: string,
  card: Fields,
  collection: string | null,
): CardFacts {
  const licence = textOf(member(card, 'license', 'licence'), LINE_MAX);
  const url = textOf(member(card, 'url', 'homepage'), LINE_MAX);
  const creator = textOf(member(card, 'creator', 'author', 'publisher'), LINE_MAX);
  const origin = [creator, url].filter((each) => each !== null).join(', ');
  return {
    form: {
      ...(origin === '' ? {} : { origin }),
      ...(licence === null ? {} : { licence }),
      ...(collection === null ? {} : { collection }),
    },
    card: {
      kind,
      sha256: sha256(text),
      name: textOf(member(card, 'name', 'pretty_name'), LINE_MAX),
      version: textOf(member(card, 'version'), LINE_MAX),
      url,
    },
  };
}

/** Reads a card; throws `SOURCE_CARD_UNREADABLE`. */
export function readCard(text: string): CardFacts {
  if (text.length > CARD_BYTES_MAX) fail('it is longer than 4 MiB');
  return text.trimStart().startsWith('{') ? croissant(text) : dataCard(text);
}
