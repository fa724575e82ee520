/** The closed vocabulary of static SVG: elements, and attributes by the grammar of their values. */

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Elements that are kept. */
export const SVG_ELEMENTS = words(
  'svg g defs symbol use rect circle ellipse line polyline polygon path text tspan textPath title desc style clipPath mask ' +
    'pattern marker linearGradient radialGradient stop filter feGaussianBlur feOffset feBlend feMerge feMergeNode feFlood ' +
    'feComposite feColorMatrix feComponentTransfer feFuncR feFuncG feFuncB feFuncA feMorphology feDropShadow switch',
);

/** Elements that run, load or embed something: the drawing is refused. */
export const SVG_REFUSED = words(
  'script foreignObject iframe embed object audio video canvas animate animateTransform animateMotion set handler listener feImage',
);

/** Elements whose text is shown, and keeps its spaces. */
export const SVG_TEXT = words('text tspan textPath title desc');

/** Attributes whose values are numbers, with units or not. */
export const SVG_NUMBERS = words(
  'x y x1 y1 x2 y2 cx cy r rx ry width height dx dy fx fy fr refX refY markerWidth markerHeight orient offset pathLength ' +
    'textLength stdDeviation startOffset rotate viewBox opacity fill-opacity stroke-opacity stop-opacity flood-opacity ' +
    'stroke-width stroke-miterlimit stroke-dashoffset stroke-dasharray font-size letter-spacing word-spacing baseline-shift ' +
    'font-weight values tableValues k1 k2 k3 k4 radius slope intercept amplitude exponent',
);

/** Attributes whose values are colours, or references to paint. */
export const SVG_COLOURS = words('fill stroke stop-color flood-color lighting-color color');

/** Attributes that refer to another element of the file. */
export const SVG_REFERENCES = words('clip-path mask filter marker-start marker-mid marker-end');

/** Attributes that hold transforms. */
export const SVG_TRANSFORMS = words('transform gradientTransform patternTransform');

/** Other attributes; their values are keywords, font names and the like. */
export const SVG_KEYWORDS = words(
  'class preserveAspectRatio fill-rule clip-rule stroke-linecap stroke-linejoin font-family font-style font-variant ' +
    'font-stretch text-anchor text-decoration text-rendering shape-rendering image-rendering color-rendering ' +
    'color-interpolation color-interpolation-filters dominant-baseline alignment-baseline writing-mode direction ' +
    'lengthAdjust method spacing display visibility overflow pointer-events cursor vector-effect paint-order ' +
    'clipPathUnits maskUnits maskContentUnits patternUnits patternContentUnits gradientUnits spreadMethod markerUnits ' +
    'filterUnits primitiveUnits in in2 result mode operator type edgeMode xml:space mask-type mix-blend-mode isolation ' +
    'font white-space text-align kerning glyph-orientation-vertical unicode-bidi enable-background',
);

/** The order of attributes in a tag: what places a shape first, so that a reader sees it; others by name. */
const ORDER = [
  'xmlns',
  'xmlns:xlink',
  'id',
  'xlink:href',
  'd',
  'points',
  'viewBox',
  'x',
  'x1',
  'cx',
  'y',
  'y1',
  'cy',
  'x2',
  'y2',
  'width',
  'height',
  'r',
  'rx',
  'ry',
  'transform',
];
const PLACE = new Map(ORDER.map((name, place) => [name, place]));

/** Compares attribute names for the canonical order. */
export function compareAttributes(a: string, b: string): number {
  const first = PLACE.get(a) ?? 99;
  const second = PLACE.get(b) ?? 99;
  return first !== second ? first - second : a < b ? -1 : 1;
}
