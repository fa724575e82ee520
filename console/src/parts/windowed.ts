/** Long lists: only the rows near the visible part of the page are there, so ten thousand cost as much as fifty. */
import { useEffect, useState } from 'react';
import type { RefObject } from 'react';

/** Which rows to draw, and how much room the others take. */
export interface Window {
  readonly first: number;
  readonly last: number;
  readonly beforePx: number;
  readonly afterPx: number;
}

const EXTRA = 12;

function measure(element: HTMLElement | null, count: number, rowPx: number): Window {
  const top = element === null ? 0 : -element.getBoundingClientRect().top;
  const from = Math.floor(top / rowPx) - EXTRA;
  const to = Math.ceil((top + window.innerHeight) / rowPx) + EXTRA;
  const first = Math.max(0, Math.min(from, count));
  const last = Math.max(first, Math.min(to, count));
  return { first, last, beforePx: first * rowPx, afterPx: (count - last) * rowPx };
}

/** The rows of a list of `count` rows of equal height that are near the screen. */
export function useWindow(
  list: RefObject<HTMLElement | null>,
  count: number,
  rowPx: number,
): Window {
  const [shown, setShown] = useState<Window>({
    first: 0,
    last: Math.min(count, 40),
    beforePx: 0,
    afterPx: 0,
  });
  useEffect(() => {
    let asked = 0;
    const update = () => {
      asked = 0;
      const next = measure(list.current, count, rowPx);
      setShown((old) =>
        old.first === next.first && old.last === next.last && old.afterPx === next.afterPx
          ? old
          : next,
      );
    };
    const ask = () => {
      if (asked === 0) asked = requestAnimationFrame(update);
    };
    update();
    window.addEventListener('scroll', ask, { passive: true });
    window.addEventListener('resize', ask);
    return () => {
      cancelAnimationFrame(asked);
      window.removeEventListener('scroll', ask);
      window.removeEventListener('resize', ask);
    };
  }, [list, count, rowPx]);
  return { ...shown, last: Math.min(shown.last, count) };
}
