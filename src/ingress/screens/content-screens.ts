/** The screens that look at one text at a time. */
import { Collector } from './collector.ts';
import type { ScreenRow } from './collector.ts';
import { DescriptionScreen } from './description.ts';
import type { ScreenFinding } from './finding.ts';
import { findDamage, findHidden } from './hidden.ts';
import { LayerScreen } from './layers.ts';
import { findLookalike } from './lookalikes.ts';
import { readPunycode } from './punycode.ts';
import { SCREEN_TEXT_LENGTH_MAX, SIGNS } from './tokens.ts';
import type { TokenReader } from './tokens.ts';

/** `one document has …`, `3 documents have …`: the verb in both forms, then the rest. */
const some = (count: number, [one, many]: readonly [string, string], rest: string): string =>
  count === 1 ? `one document ${one} ${rest}` : `${count} documents ${many} ${rest}`;
const HAS = ['has', 'have'] as const;

// eslint-disable-next-line no-control-regex -- a text that has one is looked at character by character.
const BEYOND_ASCII = /[^\u0009\u000a\u000d\u0020-\u007e]/;

/** Looks at each text by itself. */
export class ContentScreens {
  readonly #layers = new LayerScreen();
  readonly #description: DescriptionScreen | undefined;
  readonly #hidden = new Collector('SCREEN_CHARACTERS_HIDDEN');
  readonly #damaged = new Collector('SCREEN_CHARACTERS_DAMAGED', 'info');
  readonly #lookalikes = new Collector('SCREEN_CHARACTERS_LOOKALIKE');
  readonly #blobs = new Collector('SCREEN_BLOB_ENCODED');
  readonly #model = new Collector('SCREEN_PHRASE_INJECTION');
  readonly #monitor = new Collector('SCREEN_PHRASE_MONITOR');
  readonly #described = new Collector('SCREEN_MONITOR_DESCRIBED');
  readonly #long = new Collector('SCREEN_TEXT_LONG');

  constructor(description: string | undefined) {
    this.#description = description === undefined ? undefined : new DescriptionScreen(description);
  }

  /** Looks at a text whose tokens were just read. */
  look(row: ScreenRow, text: string, tokens: TokenReader): void {
    const isPlain =
      text.length > SCREEN_TEXT_LENGTH_MAX
        ? !BEYOND_ASCII.test(text)
        : (tokens.signs & SIGNS.beyond) === 0;
    if (!isPlain) this.#lookAtCharacters(row, text);
    this.#lookAtLabels(row, text, tokens.signs);
    const { blob, model, monitor } = this.#layers.find(text, tokens, isPlain);
    if (blob !== undefined) this.#blobs.add(row, blob.start, blob.end, blob.what);
    if (model !== undefined) this.#model.add(row, model.start, model.end, model.what);
    if (monitor !== undefined) this.#monitor.add(row, monitor.start, monitor.end, monitor.what);
    const described = this.#description?.find(tokens);
    if (described !== undefined) {
      this.#described.add(row, described.start, described.end, described.what);
    }
    if (text.length > SCREEN_TEXT_LENGTH_MAX) {
      this.#long.add(row, SCREEN_TEXT_LENGTH_MAX, SCREEN_TEXT_LENGTH_MAX, 'too long');
    }
  }

  /** Names of hosts that only look like others are written in punycode. */
  #lookAtLabels(row: ScreenRow, text: string, signs: number): void {
    const unlabelled = readPunycode(text, signs);
    const lookalike = unlabelled && findLookalike(unlabelled.text);
    if (lookalike === undefined) return;
    this.#lookalikes.add(row, unlabelled!.start, unlabelled!.end, `${lookalike.what}, in punycode`);
  }

  #lookAtCharacters(row: ScreenRow, text: string): void {
    const hidden = findHidden(text);
    if (hidden !== undefined) this.#hidden.add(row, hidden.start, hidden.end, hidden.what);
    const damage = findDamage(text);
    if (damage !== undefined) this.#damaged.add(row, damage.start, damage.end, damage.what);
    const lookalike = findLookalike(text);
    if (lookalike !== undefined) {
      this.#lookalikes.add(row, lookalike.start, lookalike.end, lookalike.what);
    }
  }

  /** The findings of everything looked at. */
  finish(): ScreenFinding[] {
    return [
      ...this.#hidden.finish((first, n) =>
        some(n, HAS, `characters that a reader does not see; the first has ${first}`),
      ),
      ...this.#lookalikes.finish((first, n) =>
        some(n, HAS, `letters that only look like others; the first has ${first}`),
      ),
      ...this.#blobs.finish((first, n) =>
        some(
          n,
          ['carries', 'carry'],
          `encoded content that nobody can read; the first has ${first}`,
        ),
      ),
      ...this.#model.finish((first, n) =>
        some(n, ['speaks', 'speak'], `to a model instead of about a subject; the first ${first}`),
      ),
      ...this.#monitor.finish((first, n) =>
        some(
          n,
          ['speaks', 'speak'],
          `about monitors, which teaches a model how it is watched; the first ${first}`,
        ),
      ),
      ...this.#described.finish((first, n) =>
        some(
          n,
          ['describes', 'describe'],
          `the monitor that would be trained on it or deceived by it; the first ${first}`,
        ),
      ),
      ...this.#damaged.finish((_, n) =>
        some(
          n,
          HAS,
          `characters that were decoded wrongly once, which a reader does not see either`,
        ),
      ),
      ...this.#long.finish((_, n) =>
        some(
          n,
          ['is', 'are'],
          `longer than ${SCREEN_TEXT_LENGTH_MAX} characters, and what is beyond was not looked at`,
        ),
      ),
    ];
  }
}
