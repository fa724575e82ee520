/** The desk on the example that is shipped, so that the example itself stays whole. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { boardOf, showPosture } from '../posture/index.ts';
import { openPosture } from './posture.ts';

const clock = { nowMs: () => Date.parse('2026-12-01T00:00:00Z') };

test('the example assessment is readable, its evidence is what was recorded, and it reaches SL2', async () => {
  const posture = await openPosture('examples/posture', clock).judge();
  const ranks = posture.profiles.map(({ environments }) => environments.map((each) => each.rank));
  assert.deepEqual(ranks, [
    [2, 2, 2, 2],
    [2, 2, 2, 2],
    [2, 2, 2, 2],
    [1, 1, 1, 1],
  ]);
  for (const { standings, bases } of posture.environments) {
    for (const { why } of standings.values()) assert.doesNotMatch(why ?? '', /evidence/);
    assert.ok(bases.word > 80);
  }
  assert.ok((posture.environments[0]?.bases['machine-and-word'] ?? 0) > 5);
});

test('a folder that nobody named or that is not there is said as such', async () => {
  for (const folder of [undefined, 'examples/none']) {
    await assert.rejects(openPosture(folder, clock).judge(), {
      code: 'POSTURE_ASSESSMENT_MISSING',
    });
  }
});

test('a folder without an assessment in it is refused', async () => {
  await assert.rejects(openPosture('examples/tiny-lm', clock).judge(), {
    code: 'POSTURE_ASSESSMENT_INVALID',
  });
});

test('what pages read is judged on a thread, and is what is judged here', async () => {
  const desk = openPosture('examples/posture', clock);
  try {
    await desk.show();
    const [board, same, shown] = await Promise.all([desk.board(), desk.board(), desk.show()]);
    assert.equal(board, same, 'two who ask at once get one answer');
    const posture = await desk.judge();
    assert.deepEqual(shown, showPosture(posture));
    assert.deepEqual(board, boardOf(posture));
    assert.equal(board.vectors.length, 38);
  } finally {
    await desk.close();
  }
});

test('a thread says why a folder is no assessment, and works on', async () => {
  const desk = openPosture('examples/tiny-lm', clock);
  for (const ask of ['board', 'show', 'show'] as const)
    await assert.rejects(desk[ask](), { code: 'POSTURE_ASSESSMENT_INVALID' });
  await desk.close();
});
