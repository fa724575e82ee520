/** The closed vocabulary of static HTML reports. */

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Elements that are kept. */
export const HTML_ELEMENTS = words(
  'html head body title div span p h1 h2 h3 h4 h5 h6 table thead tbody tfoot tr td th caption colgroup col ul ol li dl dt dd ' +
    'pre code samp kbd var a b i em strong u s small sub sup br hr blockquote q cite abbr dfn section article header footer ' +
    'main nav aside figure figcaption details summary mark del ins time address center tt big bdi wbr',
);

/** Elements that are left out with all that is in them. */
export const HTML_DROPPED = words(
  'script noscript template iframe frame frameset noframes object embed applet link base meta audio video canvas map area ' +
    'svg math textarea select option datalist input button dialog img picture source track param xmp plaintext noembed style slot portal',
);

/** Elements whose content is not markup. */
export const HTML_RAW = words(
  'script style textarea title xmp iframe noembed noframes noscript plaintext',
);

/** Elements without content. */
export const HTML_VOID = words(
  'br hr img meta link input col wbr base area embed source track param',
);

/** Elements that start on a line of their own; blanks beside them mean nothing. */
export const HTML_BLOCKS = words(
  'html head body title style div p h1 h2 h3 h4 h5 h6 table thead tbody tfoot tr td th caption colgroup col ul ol li dl dt dd pre hr ' +
    'blockquote section article header footer main nav aside figure figcaption details summary address center',
);

/** Attributes that are kept; their values are words and numbers. */
export const HTML_ATTRIBUTES = words(
  'class id style title lang dir colspan rowspan span scope headers align valign width height border cellpadding cellspacing ' +
    'bgcolor start type value reversed open datetime abbr href nowrap rules frame',
);

/** An open element of the key is closed by the start of one of these. */
export const HTML_CLOSED_BY: Readonly<Record<string, ReadonlySet<string>>> = {
  p: words(
    'div p h1 h2 h3 h4 h5 h6 table ul ol dl pre hr blockquote section article header footer main nav aside figure figcaption details address center',
  ),
  li: words('li'),
  dt: words('dt dd'),
  dd: words('dt dd'),
  tr: words('tr thead tbody tfoot'),
  td: words('td th tr thead tbody tfoot'),
  th: words('td th tr thead tbody tfoot'),
  thead: words('tbody tfoot thead'),
  tbody: words('tbody tfoot thead'),
  tfoot: words('tbody thead'),
  caption: words('thead tbody tfoot tr colgroup col'),
  colgroup: words('thead tbody tfoot tr colgroup'),
  head: words('body'),
};

/** An end tag or an implied end does not reach out of these. */
export const HTML_SCOPES = words('table td th caption html');
