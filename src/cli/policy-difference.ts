/** What a change of rules or policies would do, on a terminal: warnings, and the policies as a unified difference. */
import type { RequestDetails } from '../http/index.ts';
import { showSafely } from './terminal.ts';
import type { Paint } from './terminal.ts';

const SIGNS = { same: ' ', added: '+', removed: '-' } as const;
const COLOURS = { same: 'dim', added: 'green', removed: 'red' } as const;
const LINES_SHOWN = 200;

/** Lines of the difference to the policies in force, and what nobody could give after the change. */
export function showChangeEffects(
  paint: Paint,
  { policies, warnings }: Pick<RequestDetails, 'policies' | 'warnings'>,
): readonly string[] {
  // A gate of an earlier version sends no warnings.
  const warned = ((warnings as readonly string[] | undefined) ?? []).map(
    (each) => `  ${paint('yellow', 'warning')}: ${showSafely(each)}`,
  );
  if (policies === null) return warned;
  const { hunks, summary } = policies;
  const more = hunks.length - LINES_SHOWN;
  return [
    ...warned,
    `  the policies, against those in force: ${showSafely(summary)}`,
    ...hunks
      .slice(0, LINES_SHOWN)
      .map(({ kind, text }) => `    ${paint(COLOURS[kind], `${SIGNS[kind]} ${showSafely(text)}`)}`),
    ...(more > 0
      ? [`    … and ${String(more)} more lines: sallyport request show with --json`]
      : []),
  ];
}
