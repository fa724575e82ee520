/**
 * Basic checks of accessibility, computed in the page: names of what can be pressed or filled in, contrast of every text,
 * unique ids, one first heading, headings in order, no sideways scrolling, no control outside the window.
 */
import type { Page } from 'playwright-core';

/** What is wrong with the page as it stands; empty when nothing is. */
export function findBarriers(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const describe = (element: Element): string =>
      `<${element.tagName.toLowerCase()} class="${element.getAttribute('class') ?? ''}"> ${element.textContent.trim().slice(0, 40)}`;
    const isShown = (element: Element): boolean =>
      element.checkVisibility({ visibilityProperty: true });

    const nameOf = (element: Element): string => {
      const labelled = (element.getAttribute('aria-labelledby') ?? '')
        .split(' ')
        .map((id) => document.getElementById(id)?.textContent ?? '')
        .join(' ');
      const labels =
        element instanceof HTMLInputElement ||
        element instanceof HTMLSelectElement ||
        element instanceof HTMLTextAreaElement
          ? [...(element.labels ?? [])].map((label) => label.textContent).join(' ')
          : element.textContent;
      return [element.getAttribute('aria-label') ?? '', labelled, labels].join('').trim();
    };
    for (const element of document.querySelectorAll(
      'button, a[href], input:not([type=hidden]), select, textarea, dialog, [role=meter], [role=img], [role=region], [role=tablist]',
    )) {
      if (isShown(element) && nameOf(element) === '') found.push(`no name: ${describe(element)}`);
    }
    for (const image of document.querySelectorAll('img')) {
      if (!image.hasAttribute('alt')) found.push(`no alt: ${image.src.slice(-40)}`);
    }
    for (const button of document.querySelectorAll('[aria-disabled=true]')) {
      const id = button.getAttribute('aria-describedby') ?? '';
      const busy = button.getAttribute('aria-busy') === 'true';
      if (!busy && (document.getElementById(id)?.textContent ?? '') === '') {
        found.push(`no reason: ${describe(button)}`);
      }
    }

    const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
    for (const id of new Set(ids.filter((each, i) => ids.indexOf(each) !== i)))
      found.push(`id twice: ${id}`);
    if (document.querySelectorAll('h1').length !== 1) found.push('not exactly one h1');
    let level = 1;
    for (const heading of document.querySelectorAll('h1, h2, h3, h4')) {
      if (!isShown(heading)) continue;
      const next = Number(heading.tagName.slice(1));
      if (next > level + 1) found.push(`heading skips a level: ${describe(heading)}`);
      level = next;
    }

    interface Colour {
      readonly rgb: readonly number[];
      readonly alpha: number;
    }
    const readColour = (text: string): Colour => {
      const numbers = (text.match(/[\d.]+(?:e-?\d+)?/g) ?? []).map(Number);
      const scale = text.startsWith('color(') ? 255 : 1;
      const [r = 0, g = 0, b = 0, alpha = 1] = numbers;
      return { rgb: [r * scale, g * scale, b * scale], alpha };
    };
    const over = (top: Colour, below: Colour): Colour => ({
      rgb: top.rgb.map((value, i) => value * top.alpha + (below.rgb[i] ?? 0) * (1 - top.alpha)),
      alpha: 1,
    });
    const backgroundOf = (element: Element): Colour => {
      const layers: Colour[] = [];
      for (let at: Element | null = element; at !== null; at = at.parentElement) {
        const layer = readColour(getComputedStyle(at).backgroundColor);
        if (layer.alpha > 0) layers.push(layer);
        if (layer.alpha === 1) break;
      }
      const page: Colour = { rgb: [255, 255, 255], alpha: 1 };
      return layers.reduceRight((below, layer) => over(layer, below), page);
    };
    const luminance = ({ rgb }: Colour): number => {
      const [r = 0, g = 0, b = 0] = rgb.map((value) => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const seen = new Set<string>();
    while (walker.nextNode() !== null) {
      const element = walker.currentNode.parentElement;
      if (element === null || (walker.currentNode.textContent ?? '').trim() === '') continue;
      if (!isShown(element) || element.closest('svg, .hidden, .skip, option, .stale') !== null)
        continue;
      const style = getComputedStyle(element);
      const background = backgroundOf(element);
      const colour = over(readColour(style.color), background);
      const [light, dark] = [luminance(colour), luminance(background)].sort((a, b) => b - a);
      const ratio = ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
      const size = Number.parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (ratio >= (large ? 3 : 4.5)) continue;
      const text = `contrast ${ratio.toFixed(2)}: ${style.color} ${describe(element)}`;
      if (!seen.has(text)) found.push(text);
      seen.add(text);
    }

    // What is scrolled by itself may reach further; what it is in may not.
    const scrolls = (element: Element): boolean => {
      for (let at = element.parentElement; at !== null; at = at.parentElement)
        if (['auto', 'scroll'].includes(getComputedStyle(at).overflowX)) return true;
      return false;
    };
    for (const control of document.querySelectorAll(
      'button, a[href], input:not([type=hidden]), select, textarea, summary, [role=tab]',
    )) {
      if (!isShown(control) || control.closest('.hidden, .skip') !== null) continue;
      const { left, right, width } = control.getBoundingClientRect();
      const out = left < -1 || right > window.innerWidth + 1;
      if (width > 0 && out && !scrolls(control)) found.push(`outside: ${describe(control)}`);
    }

    if (document.documentElement.scrollWidth > window.innerWidth) {
      const wide = [...document.querySelectorAll('main *')].find(
        (element) =>
          element.getBoundingClientRect().right > window.innerWidth + 1 &&
          element.closest('.scroll, .lines, .hunks, .tabs, .tree, pre') === null,
      );
      found.push(`scrolls sideways: ${wide === undefined ? '' : describe(wide)}`);
    }
    return found;
  });
}
