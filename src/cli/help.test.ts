import assert from 'node:assert/strict';
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
