import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { COMMANDS } from './commands.ts';
import { headingOf, phraseOf } from './help.ts';

test('every command stands in a group of the help', () => {
  const names = COMMANDS.flatMap((each) => each.names);
  assert.deepEqual(
    names.filter((name) => headingOf(name) === undefined),
    [],
  );
});

test('a description becomes a phrase', () => {
  assert.equal(phraseOf('Look at imports.'), 'look at imports');
  assert.equal(phraseOf('A gate’s state.'), 'a gate’s state');
  assert.equal(phraseOf('OSCAL for others'), 'OSCAL for others');
  assert.equal(phraseOf('price files'), 'price files');
});

test('wrong usage is said like every other error, with a hint and a code', () => {
  for (const [args, why] of [
    [['quote'], /missing required argument 'paths'/],
    [['quote', '--nope', 'x'], /unknown option '--nope'/],
    [['posture', 'nope'], /unknown command 'nope'/],
    [['nope'], /unknown command 'nope'/],
  ] as const) {
    const { status, stderr } = spawnSync(process.execPath, ['bin/sallyport.js', ...args], {
      encoding: 'utf8',
    });
    assert.equal(status, 2);
    assert.match(stderr, why);
    assert.match(stderr, /^sallyport: [^\n]*\n {2}hint: [^\n]*\n {2}code: CLI_USAGE\n$/);
  }
});
