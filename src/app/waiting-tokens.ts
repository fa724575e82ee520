/** Tokens that wait for a word because somebody else answers for their bearer now. */
import type { People } from '../people/index.ts';
import type { Rosters } from '../requests/index.ts';
import type { News } from './news.ts';

/**
 * Watches who answers for whom. What it returns is called with each new roster, and lets a new sponsor hear of tokens that count
 * only with its word, as of one that an administrator makes.
 */
export function watchTokens(host: {
  readonly people: Pick<People, 'tokens'>;
  readonly rosters: Rosters;
  readonly news: News;
}): () => Promise<void> {
  const { people, rosters, news } = host;
  const read = (): ReadonlyMap<string, string> =>
    new Map(rosters.current?.roster.sponsored.map(({ id, sponsor }) => [id, sponsor]));
  let before = read();
  return async () => {
    const now = read();
    const changed = [...now].filter(([id, sponsor]) => before.get(id) !== sponsor);
    before = now;
    if (changed.length === 0) return;
    const bearers = new Map(changed);
    const waiting = (await people.tokens()).filter(
      (token) => bearers.has(token.principal) && !token.confirmed && token.revokedMs === null,
    );
    for (const sponsor of new Set(waiting.map((token) => bearers.get(token.principal))))
      if (sponsor !== undefined) news.token({ sponsor, waits: true });
  };
}
