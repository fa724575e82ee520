/** Every page in real Chromium, in both themes and widths; the pictures of the documentation come from here. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { openFakeDoor } from '../support/fake-door.ts';
import type { FakeDoor } from '../support/fake-door.ts';
import { findBarriers } from './support/accessible.ts';
import { launch, openPage, settle, skipBrowser, visit } from './support/browser.ts';
import type { Scheme, Width } from './support/browser.ts';
import { PLACES } from './support/places.ts';

/** Where pictures go: `SALLYPORT_PICTURES=docs/pictures npm test -- browser/pages`. */
const pictures = process.env['SALLYPORT_PICTURES'];
const PICTURE_HEIGHTS: Readonly<Record<string, number>> = {
  request: 1560,
  waiting: 1480,
  posture: 1900,
  scenario: 1900,
  'scenario-beside': 1280,
  entry: 1040,
  screening: 1500,
  monitors: 1000,
  'lineage-node': 1000,
  'budget-form': 1080,
  budgets: 1100,
};

/** The documentation shows every page broad and light, and the busiest ones in the other ways too. */
function isWanted(name: string, width: Width, scheme: Scheme): boolean {
  if (scheme === 'light' && width === 'broad') return true;
  return (
    ['home', 'requests', 'request'].includes(name) && (scheme === 'light' || width === 'broad')
  );
}

async function takePicture(page: Page, name: string, width: Width, scheme: Scheme): Promise<void> {
  if (pictures === undefined || !isWanted(name, width, scheme)) return;
  mkdirSync(pictures, { recursive: true });
  const size = page.viewportSize();
  if (size === null) return;
  const height = width === 'narrow' ? size.height : (PICTURE_HEIGHTS[name] ?? size.height);
  await page.setViewportSize({ ...size, height });
  await settle(page);
  const file = `console-${name}${width === 'narrow' ? '-narrow' : ''}${scheme === 'dark' ? '-dark' : ''}.png`;
  await page.screenshot({ path: path.join(pictures, file) });
  await page.setViewportSize(size);
}

describe('the pages of the console', { skip: skipBrowser }, () => {
  let browser: Browser;
  let door: FakeDoor;
  before(async () => {
    browser = await launch();
    door = await openFakeDoor();
  });
  after(async () => {
    await browser.close();
    await door.close();
  });

  for (const width of ['broad', 'narrow'] as const) {
    for (const scheme of ['light', 'dark'] as const) {
      it(`show their data without barriers or refusals of the policy, ${width} and ${scheme}`, async () => {
        const { page, context, problems } = await openPage(browser, { width, scheme });
        for (const place of PLACES) {
          await visit(page, door.url, place.path);
          await page.getByText(place.shows).first().waitFor();
          await place.prepare?.(page);
          await settle(page);
          assert.deepEqual(await findBarriers(page), [], place.name);
          assert.deepEqual(problems, [], place.name);
          await takePicture(page, place.name, width, scheme);
        }
        await context.close();
      });
    }
  }

  it('say that a project without named models may have touched all of them', async () => {
    const { page, context } = await openPage(browser);
    await page.route('**/v1/projects', async (route) => {
      const answer = await route.fetch();
      const json = (await answer.json()) as { projects: object[] };
      json.projects = json.projects.map((each) => ({ ...each, models: [] }));
      await route.fulfill({ response: answer, json });
    });
    await visit(page, door.url, 'people');
    await page.getByText('none named, so it counts as touching all').first().waitFor();
    await context.close();
  });

  it('exclude an example in one click, and take it back', async () => {
    const { page, context, problems } = await openPage(browser);
    await visit(page, door.url, 'screens/scr_1');
    const exclude = page.getByRole('button', { name: 'Exclude row 5575 of notes/rows.jsonl' });
    await exclude.click();
    const back = page.getByRole('button', { name: 'Take back row 5575 of notes/rows.jsonl' });
    await back.waitFor();
    assert.equal(await page.locator('.excerpt.out').count(), 1);
    await back.click();
    await exclude.waitFor();
    assert.deepEqual(problems, []);
    await context.close();
  });

  it('exclude all rows of a source in one click beside an example, and take them back', async () => {
    const { page, context, problems } = await openPage(browser);
    await visit(page, door.url, 'screens/scr_1');
    const exclude = page.getByRole('button', { name: 'Exclude source crawl' });
    // Once in the list of sources, once beside each of the three examples.
    await exclude.first().waitFor();
    assert.equal(await exclude.count(), 4);
    await exclude.last().click();
    const back = page.getByRole('button', { name: 'Take source back crawl' });
    await back.first().waitFor();
    assert.equal(await back.count(), 4);
    assert.equal(await page.locator('.excerpt.out').count(), 3);
    await back.first().click();
    await exclude.first().waitFor();
    assert.equal(await page.locator('.excerpt.out').count(), 0);
    assert.deepEqual(problems, []);
    await context.close();
  });

  for (const width of ['broad', 'narrow'] as const) {
    it(`keep what an emergency is called apart from the rest of its row, ${width}`, async () => {
      const { page, context } = await openPage(browser, { width });
      await page.route('**/v1/requests?*', async (route) => {
        const answer = await route.fetch();
        const json = (await answer.json()) as { requests: object[] };
        const sentence = 'told security';
        const emergency = { state: 'unreviewed', releasedAs: 'break-glass' };
        const escalation = { level: 1, sentence, nextAt: null };
        json.requests = json.requests.map((each) => ({ ...each, ...emergency, escalation }));
        await route.fulfill({ response: answer, json });
      });
      await visit(page, door.url, 'requests?for=all');
      await page.locator('.queue-row .chip.bad').first().waitFor();
      await settle(page);
      const over = await page.locator('.queue-row .stands .row').evaluateAll((rows) =>
        rows.flatMap((row) => {
          const cell = row.parentElement!.getBoundingClientRect();
          const right = Math.max(...[...row.children].map((c) => c.getBoundingClientRect().right));
          return right > cell.right + 0.5 ? [right - cell.right] : [];
        }),
      );
      assert.deepEqual(over, []);
      await context.close();
    });
  }

  for (const width of ['broad', 'narrow'] as const) {
    it(`cut off no table that is read row by row, ${width}`, async () => {
      const { page, context } = await openPage(browser, { width });
      for (const [name, least] of [
        ['posture', 3],
        ['scenario', 3],
        ['people', 1],
        ['policy', 1],
        ['waiting', 1],
      ] as const) {
        const place = PLACES.find((each) => each.name === name)!;
        await visit(page, door.url, place.path);
        await page.getByText(place.shows).first().waitFor();
        await settle(page);
        const tables = await page.locator('.scroll').evaluateAll((all) =>
          all.map((each) => ({
            name: each.getAttribute('aria-label'),
            hiddenPx: each.scrollWidth - each.clientWidth,
          })),
        );
        assert.ok(tables.length >= least, name);
        assert.deepEqual(
          tables.filter((each) => each.hiddenPx > 0),
          [],
          name,
        );
        // Each cell of a stacked table says by itself which column it belongs to.
        const unnamed = page.locator('.stacking td:not([data-label])');
        assert.equal(await unnamed.count(), 0, name);
      }
      await context.close();
    });
  }

  it('are all of those that the menu and the buttons lead to', async () => {
    const { page, context } = await openPage(browser);
    await visit(page, door.url, '');
    const rooms = await page
      .locator('nav a[href^="#/"]')
      .evaluateAll((all) => all.map((each) => (each.getAttribute('href') ?? '').slice(2)));
    assert.ok(rooms.length > 12, rooms.join());
    const visited = new Set(PLACES.map((place) => place.path.split(/[/?]/)[0]));
    assert.deepEqual(
      rooms.filter((room) => !visited.has(room)),
      [],
    );
    for (const place of PLACES.filter((each) => each.path.includes('tab='))) {
      await visit(page, door.url, place.path);
      const tab = page.getByRole('tab', { selected: true });
      assert.ok((await tab.count()) >= 1, `${place.name} is no tab`);
    }
    await visit(page, door.url, 'nowhere');
    await page.getByText('There is no page at this address').waitFor();
    await context.close();
  });

  it('would be found with a control outside the window, or with a page that is too wide', async () => {
    const { page, context } = await openPage(browser, { width: 'narrow' });
    await visit(page, door.url, 'locks');
    assert.deepEqual(await findBarriers(page), []);
    const add = (style: string, tag: string): Promise<void> =>
      page.evaluate(
        ([css, name]) => {
          const added = document.createElement(name ?? 'div');
          added.textContent = 'added';
          added.style.cssText = css ?? '';
          document.querySelector('main')?.append(added);
        },
        [style, tag],
      );
    await add('position: fixed; left: 360px; width: 120px', 'button');
    assert.match((await findBarriers(page)).join(), /outside: <button/);
    await add('width: 500px; height: 4px', 'div');
    assert.match((await findBarriers(page)).join(), /scrolls sideways/);
    await context.close();
  });

  it('say on a narrow screen too why a button may not be pressed', async () => {
    door.state.person = 'alan';
    const { page, context } = await openPage(browser, { width: 'narrow' });
    await visit(page, door.url, 'budgets');
    const button = page.getByRole('button', { name: 'Propose a budget' });
    await button.tap({ force: true });
    const tip = page.locator('.act .tip').filter({ visible: true });
    await tip.getByText('is no principal who may budget.change').waitFor();
    const { x = -1, width = 999 } = (await tip.boundingBox()) ?? {};
    assert.ok(x >= 0 && x + width <= 390, `from ${String(x)}, ${String(width)} wide`);
    assert.deepEqual(await findBarriers(page), []);
    door.state.person = 'ada';
    await context.close();
  });

  it('say what they are in the title and move the focus to it', async () => {
    const { page, context } = await openPage(browser);
    await visit(page, door.url, '');
    await page.getByRole('link', { name: 'Budgets', exact: true }).click();
    await page.getByText('What left in 90 days').waitFor();
    assert.equal(await page.title(), 'Budgets · Sallyport');
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'page-title');
    await context.close();
  });

  it('show each type of file, and its digest computed from the bytes', async () => {
    const { page, context, problems } = await openPage(browser);
    await visit(page, door.url, 'requests/req_7Q2M');
    await page.getByText('8 columns, 200 rows').waitFor();
    assert.ok(
      (await page.locator('.table-preview tr.marked').count()) > 0,
      'findings mark the table',
    );
    await page.getByRole('button', { name: 'Check here' }).click();
    await page.getByText('computed here too').waitFor();
    await page.getByRole('button', { name: /report\.md/ }).click();
    await page.locator('.lines li.marked').getByText('nobody can tell a digest').waitFor();
    await page.getByRole('button', { name: /loss\.svg/ }).click();
    await page.getByText('computed here too').waitFor();
    await page.getByRole('button', { name: /confusion\.png/ }).click();
    await page.locator('.file-view').getByText('216 × 216 pixels').waitFor();
    await settle(page);
    const natural = await page
      .locator('.picture img')
      .evaluate((image) => (image as HTMLImageElement).naturalWidth);
    assert.equal(natural, 216);
    await page.getByRole('button', { name: /config\.json/ }).click();
    await page.getByText('optimiser').waitFor();
    assert.deepEqual(problems, []);
    await context.close();
  });

  it('say whom one may discuss a project with, and show signatures that OpenSSH verifies', async () => {
    const { page, context, problems } = await openPage(browser);
    await visit(page, door.url, 'people');
    await page.getByText('whom you may discuss it with').first().click();
    await page.locator('.members').getByText('Evaluation agent').waitFor();
    // A reviewer who has not voted sees no vote; who has sees those of others too.
    const details = await door.state.find('req_7Q2M');
    assert.ok(details !== null && details.quorum !== null);
    const vote = {
      person: 'Grace',
      vote: 'approve' as const,
      at: details.askedAt,
      key: null,
      own: false,
    };
    door.state.keep({
      ...details,
      id: 'req_S1GN',
      quorum: { ...details.quorum, votes: [vote], blind: false },
    });
    await visit(page, door.url, 'requests/req_7Q2M');
    await page.getByRole('tab', { name: 'Signatures' }).click();
    await page.getByText('No signature is shown yet').waitFor();
    await visit(page, door.url, 'requests/req_S1GN');
    await page.getByRole('tab', { name: 'Signatures' }).click();
    await page.getByText('Signature, and how to verify it').click();
    await page.getByText('ssh-keygen -Y verify').waitFor();
    assert.deepEqual(await findBarriers(page), []);
    assert.deepEqual(problems, []);
    await context.close();
  });

  it('make what is hidden in the names of others visible', async () => {
    const evil = await openFakeDoor({ requests: 1 });
    const details = await evil.state.find('req_7Q2M');
    assert.ok(details !== null);
    evil.state.keep({
      ...details,
      title: 'report\u202efdp.csv',
      why: '<img src=x onerror=alert(1)>\u200b',
    });
    const { page, context, problems } = await openPage(browser);
    await visit(page, evil.url, 'requests/req_7Q2M');
    await page.getByRole('heading', { name: 'report\\u{202e}fdp.csv' }).waitFor();
    await page.getByText('<img src=x onerror=alert(1)>\\u{200b}').first().waitFor();
    assert.deepEqual(problems, []);
    await context.close();
    await evil.close();
  });
});
