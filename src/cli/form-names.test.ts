/** Every safe form gets a place of its own. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { FormNames } from './form-names.ts';

it('two files that give one name are written apart, in a way that says whose they are', () => {
  const names = new FormNames();
  assert.equal(names.place('a.pkl', 'a.safetensors'), 'a.safetensors');
  assert.equal(names.place('a.safetensors', 'A.safetensors'), 'a.safetensors.forms/A.safetensors');
  assert.equal(names.place('a.pkl', 'a.safetensors/x.json'), 'a.pkl.forms/x.json');
  assert.equal(names.place('a.pkl', 'x/a.safetensors'), 'x/a.safetensors');
  assert.equal(names.place('b', 'x'), 'b.forms/x');
  assert.equal(names.place('b', 'x'), 'forms-2/x');
});

it('no place is another one, or a folder of another one', () => {
  const part = fc.constantFrom('a', 'A', 'b', 'a.forms', '2');
  const name = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
  fc.assert(
    fc.property(fc.array(fc.tuple(name, name), { maxLength: 30 }), (wanted) => {
      const names = new FormNames();
      const placed = wanted.map(([file, form]) => names.place(file, form).toLowerCase());
      assert.equal(new Set(placed).size, placed.length);
      for (const one of placed)
        for (const other of placed) assert.ok(!other.startsWith(`${one}/`), `${one} and ${other}`);
    }),
  );
});
