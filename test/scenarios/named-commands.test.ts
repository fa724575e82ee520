/** Every command that an error, a hint or another sentence of the program names is one that there is. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Command } from 'commander';
import { registerCommands } from '../../src/cli/commands.ts';
import { listErrors } from '../../src/core/index.ts';

/** What `{what}` stands for in a hint such as `sallyport {what} list`. */
const WHATS = ['principal', 'project', 'token', 'destination', 'model', 'share'];

interface Named {
  readonly from: string;
  readonly words: readonly string[];
}

/** Commands in single backticks; what stands in capitals, in braces or after a dash is an argument. */
function namedIn(from: string, text: string): Named[] {
  return [
    ...text.matchAll(/\\?`(?:npx )?sallyport ((?:[a-z{][\w{}-]*)(?: [a-z{][\w{}-]*)*)/g),
  ].flatMap(([, words = '']) =>
    words.startsWith('{what}')
      ? WHATS.map((what) => ({ from, words: words.replace('{what}', what).split(' ') }))
      : [{ from, words: words.split(' ') }],
  );
}

function problemOf(program: Command, { from, words }: Named): string | null {
  let at = program;
  for (const word of words) {
    if (word.includes('{')) return null;
    const next = at.commands.find((each) => each.name() === word || each.aliases().includes(word));
    if (next === undefined) {
      // Of a command without subcommands the rest are arguments.
      if (at !== program && at.commands.length === 0) return null;
      return `${from} names \`sallyport ${words.join(' ')}\`, and \`${word}\` is no command`;
    }
    at = next;
  }
  return null;
}

test('an error, a hint or a sentence names only commands that there are', async () => {
  const program = new Command('sallyport');
  await registerCommands(program);
  const files = globSync('{src,console/src}/**/*.{ts,tsx}').filter(
    (file) => !/\.test\./.test(file),
  );
  for (const file of files.filter((each) => /errors\.ts$/.test(each)))
    await import(`../../${file}`);
  const named = [
    ...[...listErrors()].flatMap(([code, { message, hint }]) =>
      namedIn(code, `${message}\n${hint}`),
    ),
    ...files.flatMap((file) => namedIn(file, readFileSync(file, 'utf8'))),
  ];
  assert.ok(named.length > 100, `only ${String(named.length)} were found`);
  assert.deepEqual(
    [...new Set(named.flatMap((each) => problemOf(program, each) ?? []))].sort(),
    [],
  );
  // The check finds what is wrong.
  const wrong = { from: 'here', words: ['lock', 'sit'] };
  assert.match(problemOf(program, wrong) ?? '', /`sit` is no command/);
});
