/**
 * What a text says beneath its surface: as it looks, with its escapes undone, and in what it encodes or hides. Each layer
 * is screened for phrases again, to a stated depth and with a stated amount of decoded text, so that work is linear in
 * the text.
 */
import { CipherReader } from './ciphers.ts';
import { ESCAPED_MIN, readEscapes } from './escapes.ts';
import { readHidden } from './hidden.ts';
import { findMark } from './marks.ts';
import { PhraseScreen } from './phrases.ts';
import type { Said } from './phrases.ts';
import { readPunycode } from './punycode.ts';
import { nameMagic, readText } from './readable.ts';
import { lookAt } from './skeleton.ts';
import type { Look } from './skeleton.ts';
import { findSpelled } from './spelled.ts';
import type { Spelled } from './numbers.ts';
import { quoteShort } from './spot.ts';
import type { Spot } from './spot.ts';
import { TokenReader } from './tokens.ts';
import { findUnparted } from './unparted.ts';

/** Encodings in encodings that are opened. */
const DEPTH_MAX = 3;
/** Decoded text in all, in parts of the text's own length, and at least so much. */
const DECODED_SHARE = 4;
const DECODED_MIN = 1 << 16;
/** The least bytes written as escapes that are told although they are no text. */
const OPAQUE_ESCAPES_MIN = 64;

/** What is beneath the surface of a text. */
export interface Beneath extends Said {
  /** Encoded content. */
  readonly blob?: Spot;
}

interface Found {
  blob?: Spot;
  model?: Spot;
  monitor?: Spot;
}

/** The tools of one depth. */
class Layer {
  readonly tokens = new TokenReader();
  readonly phrases = new PhraseScreen();
}

/** Looks beneath the surface of one text after another. */
export class LayerScreen {
  readonly #surface = new PhraseScreen();
  readonly #looks = new TokenReader();
  readonly #ciphers = new CipherReader();
  readonly #layers = Array.from({ length: DEPTH_MAX }, () => new Layer());
  #budget = 0;

  /** What a text says, whose tokens were just read; `isPlain`: it has nothing beyond ASCII. */
  find(text: string, tokens: TokenReader, isPlain: boolean): Beneath {
    this.#budget = Math.max(DECODED_MIN, tokens.length * DECODED_SHARE);
    const found: Found = isPlain ? { ...this.#surface.find(text, tokens) } : {};
    if (!isPlain) this.#lookBehindLetters(text, found);
    this.#undoEscapes(text, tokens.signs, found);
    const unlabelled = readPunycode(text, tokens.signs);
    if (unlabelled !== undefined) this.#enter(unlabelled.text, unlabelled, found, 'punycode', 0);
    for (const { start, end, how, isEncoded, text: said } of this.#ciphers.read(
      text,
      tokens,
      isPlain,
    )) {
      if (isEncoded) {
        const what = `${how}${said === '' ? ' that nobody can read' : ` that spell ${quoteShort(said)}`}`;
        found.blob ??= { start, end, what };
      }
      if (this.#budget < said.length) break;
      this.#budget -= said.length;
      this.#enter(said, { start, end }, found, how, 0);
    }
    findSpelled(text, tokens, (spelled) => {
      this.#judgeSpelled(spelled, found, 0);
    });
    return found;
  }

  /** The phrases of a text as it looks, and those that its hidden characters spell. */
  #lookBehindLetters(text: string, found: Found): void {
    // Words are the same or more as they look; marks are told by their case too.
    const mark = findMark(text);
    if (mark !== undefined) found.model = mark;
    const look = lookAt(text);
    this.#take(this.#readLook(look), look, found, '');
    const joined = found.model === undefined ? findUnparted(look.text, text) : undefined;
    if (joined !== undefined) found.model = moveSpot(joined, look, '');
    for (const { at, end, bytes } of readHidden(text)) {
      const reading = readText(bytes);
      if (reading === undefined) continue;
      this.#enter(reading.text, { start: at, end }, found, 'hidden characters', 0);
    }
  }

  #readLook(look: Look): Said {
    this.#looks.read(look.text);
    return this.#surface.find(look.text, this.#looks);
  }

  #undoEscapes(text: string, signs: number, found: Found): void {
    const escapes = readEscapes(text, signs);
    if (escapes === undefined) return;
    const { row, look } = escapes;
    if (row.count >= ESCAPED_MIN) {
      const { start, end } = row;
      found.blob ??= { start, end, what: `${row.count} letters written as escapes` };
    }
    if (look !== undefined) this.#take(this.#readLook(look), look, found, ', behind escapes');
    for (const { start, end, bytes } of escapes.bytes) {
      const reading = readText(bytes);
      // Addresses have letters of other alphabets as escapes.
      if (reading !== undefined) this.#enter(reading.text, { start, end }, found, 'escapes', 0);
      if (bytes.length < OPAQUE_ESCAPES_MIN || reading?.isText === true) continue;
      found.blob ??= { start, end, what: `${bytes.length} bytes written as escapes` };
    }
  }

  #take(said: Said, look: Look, found: Found, how: string): void {
    if (said.model !== undefined) found.model ??= moveSpot(said.model, look, how);
    if (said.monitor !== undefined) found.monitor ??= moveSpot(said.monitor, look, how);
  }

  #judgeSpelled(spelled: Spelled, found: Found, depth: number): void {
    const { bytes, kind, symbols, isSure, start, end } = spelled;
    if (this.#budget < bytes.length) return;
    const isNumbers = kind === 'bytes as numbers' || kind === 'octal numbers';
    const reading = readText(bytes, isNumbers);
    const magic = isNumbers || bytes.length < 8 ? undefined : nameMagic(bytes);
    const count = `${symbols} ${isNumbers || kind.includes(' ') ? '' : 'characters of '}${kind}`;
    if (reading?.isText === true) {
      const what = `${count} that spell ${quoteShort(reading.text)}`;
      found.blob ??= { start, end, what };
    } else if (magic !== undefined) {
      found.blob ??= { start, end, what: `${count} that are ${magic}` };
    } else if (isSure) {
      found.blob ??= { start, end, what: `${count} that nobody can read` };
    }
    if (reading === undefined) return;
    this.#budget -= bytes.length;
    this.#enter(reading.text, { start, end }, found, kind, depth);
  }

  /** Screens a decoded text; what is found lies where its encoding does. */
  #enter(
    text: string,
    { start, end }: { readonly start: number; readonly end: number },
    found: Found,
    kind: string,
    depth: number,
  ): void {
    const layer = this.#layers[depth];
    if (layer === undefined || (found.model !== undefined && found.monitor !== undefined)) return;
    const look = lookAt(text);
    layer.tokens.read(look.text);
    const { model, monitor } = layer.phrases.find(look.text, layer.tokens);
    const place = (spot: Spot): Spot => ({ start, end, what: `${spot.what}, in ${kind}` });
    if (model !== undefined) found.model ??= place(model);
    if (monitor !== undefined) found.monitor ??= place(monitor);
    const joined = found.model === undefined ? findUnparted(look.text, text) : undefined;
    if (joined !== undefined) found.model = place(joined);
    layer.tokens.read(text);
    findSpelled(text, layer.tokens, (inner) => {
      const within = { ...inner, start, end, kind: `${inner.kind} in ${kind}` };
      this.#judgeSpelled(within, found, depth + 1);
    });
  }
}

function moveSpot({ start, end, what }: Spot, { places, text }: Look, how: string): Spot {
  const from = places[start] ?? 0;
  const to = end >= text.length ? (places[text.length - 1] ?? from) + 1 : places[end]!;
  return { start: from, end: Math.max(to, from + 1), what: `${what}${how}` };
}
