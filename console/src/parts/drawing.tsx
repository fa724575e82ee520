/** A plot that follows the width of its place and the theme. Plot itself is loaded with the first drawing. */
import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type * as PlotModule from './plot.ts';

/** Builds a drawing for a width in pixels. */
export type Draw = (plot: typeof PlotModule, widthPx: number) => SVGElement | HTMLElement;

/** A drawing with a sentence that says what it shows, for those who do not see it. */
export function Drawing({
  draw,
  label,
}: {
  readonly draw: Draw;
  readonly label: string;
}): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const [widthPx, setWidth] = useState(0);
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWidth(Math.floor(entry.contentRect.width));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (widthPx === 0) return undefined;
    let live = true;
    void import('./plot.ts').then((plot) => {
      if (live) box.current?.replaceChildren(draw(plot, widthPx));
    });
    return () => {
      live = false;
    };
  }, [draw, widthPx]);
  return <div ref={box} className="plot-box" role="img" aria-label={label} />;
}
