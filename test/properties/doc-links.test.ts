/** Every page and picture that a page, a message or a comment names is there, and every page can be reached from README. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const pages = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md'], { cwd: ROOT });

/** The files that a page links to, from the root. */
function linksOf(page: string): string[] {
  const links = [...read(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, to]) => to ?? '');
  return links
    .filter((to) => to !== '' && !/^[a-z]+:/.test(to))
    .map((to) => path.normalize(path.join(path.dirname(page), to)));
}

test('pages link to what is there', () => {
  const dead = pages.flatMap((page) =>
    linksOf(page)
      .filter((to) => !existsSync(path.join(ROOT, to)))
      .map((to) => `${page} → ${to}`),
  );
  assert.deepEqual(dead, []);
});

test('messages and comments name pages that are there', () => {
  const sources = globSync(['src/**/*.ts', 'console/src/**/*.{ts,tsx}', 'scripts/*', 'bin/*'], {
    cwd: ROOT,
  });
  assert.ok(sources.length > 500);
  const dead = sources.flatMap((source) =>
    [...read(source).matchAll(/\bdocs\/[\w./-]+\.md\b/g)]
      .map(([page]) => page)
      .filter((page) => !existsSync(path.join(ROOT, page)))
      .map((page) => `${source} → ${page}`),
  );
  assert.deepEqual(dead, []);
});

test('every page of the manual is linked from README or from a page that is', () => {
  const reached = new Set(['README.md']);
  for (const page of reached)
    if (page.endsWith('.md') && existsSync(path.join(ROOT, page)))
      for (const to of linksOf(page)) reached.add(to);
  const manual = pages.filter((page) => page.startsWith('docs/'));
  const listed = (page: string): boolean =>
    reached.has(page) || reached.has(`${path.dirname(page)}/`) || reached.has(path.dirname(page));
  assert.deepEqual(
    manual.filter((page) => !listed(page)),
    [],
  );
});
