/** The parts of Observable Plot that the console draws with; a file of its own, so that they are loaded when needed. */
export { areaY, barX, dot, lineY, plot, rectY, ruleY, text } from '@observablehq/plot';
