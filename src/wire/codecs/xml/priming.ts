/** Drawings written by us in the manner of common plotting libraries; the models see them before the first file. */
export const SVG_PRIMING: readonly string[] = [];
