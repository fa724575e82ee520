/** HTML that cannot be broken by its content: everything put into a template is escaped unless it is markup itself. */

/** A piece of finished markup. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template. */
export type Content = Markup | string | number | null | readonly Content[];

/** Escapes text for HTML, also inside double-quoted attributes. */
export function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function render(content: Content): string {
  if (content === null) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'string') return escapeText(content);
  if (typeof content === 'number') return String(content);
  return content.map(render).join('');
}

/** A template of markup: `` html`<p>${text}</p>` ``. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  let text = parts[0] ?? '';
  for (const [index, content] of contents.entries())
    text += render(content) + (parts[index + 1] ?? '');
  return new Markup(text);
}

/** Rounds to a tenth of a pixel, so that pictures stay small and the same everywhere. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}
